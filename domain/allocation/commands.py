"""Commands about the lists: sealed and committed before the first enrolment; what was given, in the vault."""

from typing import Annotated

from pydantic import Field

from domain import streams
from domain.allocation.facts import (
    CommittedStratum,
    ListedArm,
    ListSealed,
    RandomisationCommitted,
    TreatmentDetailRecorded,
)
from domain.allocation.lists import Randomisation
from domain.command import Decided, Given, Room, command
from domain.input import QuantityGiven, Reference
from domain.participant.base import ParticipantCommand
from domain.refusals import not_in_order
from domain.signature.permission import refuse_unsigned, unsigned_decisions
from domain.trial.commands import Part, TrialCommand
from domain.trial.facts import DesignSettings, Stratum

LENGTH_STEP = 64
"""Lists are padded to a multiple of this many slots, at least twice the cap, so that length tells nothing."""
ArmGiven = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:+-]{0,59}$", repr=False)]
"""What every envelope has room for: a longer one would be found out by the first allocation that draws it."""


class ArmPart(Part):
    """An arm: an opaque id, and words that only the vault holds."""

    arm: ArmGiven
    label: Annotated[Reference, Field(repr=False)]


@command("seal_lists")
class SealLists(TrialCommand):
    """Make the lists of all strata from a fresh secret seed, put them into the vault, and commit to them."""

    arms: Annotated[tuple[ArmPart, ...], Field(repr=False)]
    block_sizes: Annotated[tuple[Annotated[int, Field(ge=1, le=1000)], ...], Field(repr=False)]

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial with its signatures, and the commitment."""
        trial = streams.trial(room.trial)
        return (trial, streams.signatures(trial), streams.randomisation(room.trial))

    def entries_of(self, room: Room) -> tuple[str, ...]:
        """The trial, entry by entry: each approval is looked at."""
        return (streams.trial(room.trial),)

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a second commitment, a design that is not decided under signature, and block sizes that break it."""
        settings = self.trial(room).settings
        if room.get(Randomisation, streams.randomisation(given.trial)).committed is not None:
            raise not_in_order(
                "already_committed",
                "The lists are committed already.",
                "A change of design needs a new version of the lists.",
                rule="commits-once",
            )
        strata, ratio = self._decided(settings)
        refuse_unsigned(
            "No list is made", unsigned_decisions(room, self.trial(room).proposals), code="approval_not_signed"
        )
        seed = given.secret()
        commitment = given.randomiser.seed_commitment(seed, given.trial)
        lists = self._lists(given, strata, ratio, seed, commitment)
        root = given.randomiser.root(lists, given.trial)
        committed = RandomisationCommitted(
            ratio=ratio,
            root=root,
            scheme="rand/v1",
            seed_commitment=commitment,
            strata=tuple(
                CommittedStratum(cap=s.cap, list_id=sealed.list_id, stratum=s.code)
                for s, sealed in zip(strata, lists, strict=True)
            ),
        )
        return (
            given.fact(streams.randomisation(given.trial), committed),
            *(given.fact(streams.sealed_list(given.trial, sealed.list_id), rooted(sealed, root)) for sealed in lists),
        )

    def _decided(self, settings: DesignSettings) -> tuple[tuple[Stratum, ...], tuple[int, ...]]:
        if not settings.strata or not settings.ratio:
            raise not_in_order(
                "design_not_decided",
                "Strata with caps and the ratio have no approved decision.",
                "Propose and approve them with `trialproof trial decide`.",
                rule="lists-follow-the-design",
            )
        return settings.strata, settings.ratio

    def _lists(
        self, given: Given, strata: tuple[Stratum, ...], ratio: tuple[int, ...], seed: bytes, commitment: str
    ) -> tuple[ListSealed, ...]:
        lists: list[ListSealed] = []
        for stratum in strata:
            length = -(-2 * stratum.cap // LENGTH_STEP) * LENGTH_STEP
            lists.append(
                ListSealed(
                    arms=tuple(ListedArm(arm=a.arm, label=a.label) for a in self.arms),
                    block_sizes=self.block_sizes,
                    first_leaf=sum(known.length for known in lists) + 1,
                    length=length,
                    list_id=given.token(),
                    ratio=ratio,
                    root="0" * 64,
                    seed=seed,
                    seed_commitment=commitment,
                    stratum=stratum.code,
                )
            )
        return tuple(lists)


def rooted(sealed: ListSealed, root: str) -> ListSealed:
    """The list with the root that covers it and its sisters."""
    return ListSealed(
        arms=sealed.arms,
        block_sizes=sealed.block_sizes,
        first_leaf=sealed.first_leaf,
        length=sealed.length,
        list_id=sealed.list_id,
        ratio=sealed.ratio,
        root=root,
        seed=sealed.seed,
        seed_commitment=sealed.seed_commitment,
        stratum=sealed.stratum,
    )


@command("record_treatment_detail")
class RecordTreatmentDetail(ParticipantCommand):
    """The unblinded side records what was really given; it goes to the vault."""

    amount: Annotated[QuantityGiven | None, Field(repr=False)] = None
    dose: Annotated[int, Field(ge=1, le=1000)]
    lot: Annotated[Reference | None, Field(repr=False)] = None
    product: Annotated[Reference, Field(repr=False)]

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also what was recorded of the participant before."""
        return (*super().streams(room), streams.administration(room.trial, self.participant))

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """A fact: never refused."""
        self.known(room)
        fact = TreatmentDetailRecorded(
            amount=self.amount, dose=self.dose, lot=self.lot, participant=self.participant, product=self.product
        )
        return (given.fact(streams.administration(given.trial, self.participant), fact),)
