"""Commands about the lists: sealed and committed before the first enrolment; what was given, in the vault."""

from typing import Annotated

from pydantic import Field

from domain import streams
from domain.allocation.committing import NO_ROOT, committing
from domain.allocation.design_commands import (
    CommitSeedShare,
    DeclareDesign,
    RandomisationCommand,
    RevealSeedShare,
    design_of,
)
from domain.allocation.facts import (
    ListSealed,
    RandomisationCommitted,
    SealedDesign,
    TreatmentDetailRecorded,
    TreatmentObserved,
)
from domain.allocation.import_commands import ImportLists
from domain.allocation.lists import OFFICERS_NEEDED, Design, Randomisation
from domain.command import Decided, Given, Room, command
from domain.input import QuantityGiven, Reference
from domain.participant.base import ParticipantCommand
from domain.randomisation import rand_v1
from domain.refusals import not_in_order
from domain.site.commands import SiteCode
from domain.site.site import Site

__all__ = [
    "CommitSeedShare",
    "DeclareDesign",
    "ImportLists",
    "RecordTreatmentDetail",
    "RevealSeedShare",
    "SealLists",
]
LENGTH_STEP = 64
"""Lists are padded to a multiple of this many slots, at least twice the cap, so that length tells nothing."""


@command("seal_lists")
class SealLists(RandomisationCommand):
    """Make the lists of all strata from the officers' joint seed, put them into the vault, and commit to them.

    `beacon_value` is the value of the beacon that the design named, if it named one. Where each site has lists of
    its own, `site` says whose are made; those of a site that is added later come from the same seed.
    """

    beacon_value: Reference | None = None
    site: SiteCode | None = None

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the declared design with its shares, and the site."""
        site = () if self.site is None else (streams.site(room.trial, self.site),)
        return (*super().streams(room), *self.about_design(room), *site)

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse without a declared design, without both shares, and a design that has been overtaken."""
        public = self.public(room)
        vault = design_of(room, public.version_declared) if public.version_declared else Design.start()
        design = vault.declared
        begun = public.version_declared == public.version_committed
        if design is None or (begun and not design.per_site):
            raise not_in_order(
                "no_design_declared",
                "No declared design waits for its lists.",
                "Declare one with `declare_design`; lists that are committed stay as they are.",
                rule="design-before-seed",
            )
        if len(vault.shares) < OFFICERS_NEEDED:
            raise not_in_order(
                "shares_incomplete",
                "The seed needs the shares of two officers.",
                "Each commits with `commit_seed_share`, then reveals with `reveal_seed_share`.",
                rule="seed-of-two-distinct-officers",
            )
        self._still_decided(room, design)
        self._right_site(room, design, public)
        beacon_value = self._beacon_value(design, public.committed if begun else None)
        shares = {share.officer: share.share for share in vault.shares}
        ordered = [shares[officer] for officer in public.officers]
        seed = rand_v1.joint_seed(given.trial, design.version, ordered, beacon_value)
        caps = [stratum.cap for stratum in design.strata]
        lists = self._lists(given, design, seed)
        return committing(given, lists, caps, scheme="rand/v1", beacon_value=beacon_value)

    def _still_decided(self, room: Room, design: SealedDesign) -> None:
        settings = self.trial(room).settings
        decided = tuple((stratum.code, stratum.cap) for stratum in settings.strata or ())
        if (settings.ratio, decided) != (design.ratio, tuple((s.stratum, s.cap) for s in design.strata)):
            raise not_in_order(
                "design_overtaken",
                "The ratio or the strata were decided anew since the design was declared.",
                "Declare the design again with `declare_design`, with new shares of the seed.",
                rule="lists-follow-the-design",
            )

    def _right_site(self, room: Room, design: SealedDesign, public: Randomisation) -> None:
        if (self.site is not None) != design.per_site:
            raise not_in_order(
                "site_missing" if design.per_site else "lists_for_all_sites",
                "A site is named exactly if the design has lists for each site.",
                "Name the site whose lists are made, or none.",
                rule="lists-follow-the-design",
            )
        if self.site is None:
            return
        if not room.get(Site, streams.site(room.trial, self.site)).exists:
            raise not_in_order(
                "no_such_site",
                f"The trial has no site {self.site}.",
                "Register the site first.",
                rule="site-must-be-registered",
            )
        if design.version == public.version_committed and public.in_use(design.strata[0].stratum, self.site):
            raise not_in_order(
                "already_committed",
                f"The lists of site {self.site} are committed.",
                "Lists that are committed stay as they are; a new design has new ones.",
                rule="lists-committed-once",
            )

    def _beacon_value(self, design: SealedDesign, before: RandomisationCommitted | None) -> str | None:
        """The value that takes part in the seed: given once, and the same for sites that come later."""
        value = self.beacon_value if before is None else before.beacon_value
        if (value is None) != (design.beacon is None):
            raise not_in_order(
                "beacon_value_missing" if design.beacon else "no_beacon_declared",
                "The seed takes a beacon's value in exactly if the design named the beacon.",
                "Give the value of the beacon that was named, or none.",
                rule="seed-as-declared",
            )
        if self.beacon_value not in {value, None}:
            raise not_in_order(
                "beacon_value_differs",
                "The lists of other sites were made with another value of the beacon.",
                "Leave the value out: it is taken as it was committed to.",
                rule="seed-as-declared",
            )
        return value

    def _lists(self, given: Given, design: SealedDesign, seed: bytes) -> tuple[ListSealed, ...]:
        return tuple(
            ListSealed(
                arms=design.arms,
                first_leaf=1,
                length=padded_length(stratum.cap),
                list_id=given.token(),
                method=design.method,
                origin=None,
                parameters=design.parameters,
                ratio=design.ratio,
                root=NO_ROOT,
                seed=seed,
                seed_commitment=given.randomiser.seed_commitment(seed, given.trial),
                site=self.site,
                slots=None,
                stratum=stratum.stratum,
                version=design.version,
            )
            for stratum in design.strata
        )


def padded_length(cap: int) -> int:
    """How long a list for so many places is made."""
    return -(-2 * cap // LENGTH_STEP) * LENGTH_STEP


@command("record_treatment_detail")
class RecordTreatmentDetail(ParticipantCommand):
    """The unblinded side records what was really given; it goes to the vault."""

    amount: Annotated[QuantityGiven | None, Field(repr=False)] = None
    dose: Annotated[int, Field(ge=1, le=1000)]
    infusion_reaction: Annotated[Reference | None, Field(repr=False)] = None
    lot: Annotated[Reference | None, Field(repr=False)] = None
    premedication: Annotated[Reference | None, Field(repr=False)] = None
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
        return (given.fact(streams.administration(given.trial, self.participant), fact), *self._observed(given))

    def _observed(self, given: Given) -> tuple[Decided, ...]:
        if self.premedication is None and self.infusion_reaction is None:
            return ()
        fact = TreatmentObserved(
            dose=self.dose,
            infusion_reaction=self.infusion_reaction,
            participant=self.participant,
            premedication=self.premedication,
        )
        return (given.fact(streams.administration(given.trial, self.participant), fact),)
