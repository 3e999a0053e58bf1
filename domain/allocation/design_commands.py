"""Commands before a list exists: the design is fixed, then two officers commit to shares of the seed and reveal them.

The order is the point. The design is committed to before any share is known, and each officer's share before
the other's: neither the list maker nor an officer can try seeds or sizes until a list pleases.
"""

from typing import Annotated, ClassVar, NamedTuple

import msgspec
from pydantic import AfterValidator, Field

from domain import streams
from domain.allocation.facts import (
    DesignDeclared,
    DesignStratum,
    ListedArm,
    Parameter,
    SealedDesign,
    SeedShare,
    ShareCommitted,
    ShareRevealed,
)
from domain.allocation.lists import OFFICERS_NEEDED, Design, Randomisation
from domain.command import Decided, Given, Room, command
from domain.input import Code, Digest, Reference
from domain.plain import written
from domain.randomisation import rand_v1
from domain.randomisation.methods import method_of
from domain.refusals import not_in_order, same_person
from domain.signature.permission import refuse_unsigned, unsigned_decisions
from domain.trial.commands import Part, TrialCommand
from domain.trial.facts import Stratum

ArmGiven = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:+-]{0,59}$", repr=False)]
"""What every envelope has room for: a longer one would be found out by the first allocation that draws it."""
Share = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", repr=False)]


class ArmPart(Part):
    """An arm: an opaque id, and words that only the vault holds."""

    arm: ArmGiven
    label: Annotated[Reference, Field(repr=False)]


class ParameterPart(Part):
    """A hidden parameter of the method."""

    name: Annotated[Code, Field(repr=False)]
    values: Annotated[tuple[Reference, ...], Field(min_length=1, max_length=100, repr=False)]


def _named_once(given: tuple[ParameterPart, ...]) -> tuple[ParameterPart, ...]:
    """Two of one name would leave open which counts."""
    if len({part.name for part in given}) < len(given):
        raise rand_v1.refused("parameters", "A parameter is named twice.")
    return given


class Settled(NamedTuple):
    """What was decided of the lists in public."""

    ratio: tuple[int, ...]
    strata: tuple[Stratum, ...]


class RandomisationCommand(TrialCommand):
    """A command about the design and its lists."""

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial, and what is public of the randomisation."""
        return (streams.trial(room.trial), streams.randomisation(room.trial))

    def public(self, room: Room) -> Randomisation:
        """What everyone may know of it."""
        self.trial(room)
        return room.get(Randomisation, streams.randomisation(room.trial))

    def about_design(self, room: Room) -> tuple[str, ...]:
        """The stream of the declared design in the vault, once it is known which."""
        public = streams.randomisation(room.trial)
        version = room.get(Randomisation, public).version_declared if public in room else 0
        return (streams.design(room.trial, version),) if version else ()


class SettledCommand(RandomisationCommand):
    """A command that rests on the decided and signed ratio and strata."""

    WITHOUT: ClassVar[str]
    """What does not come about without them, in words."""

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the trial's signatures."""
        trial = streams.trial(room.trial)
        return (*super().streams(room), streams.signatures(trial))

    def entries_of(self, room: Room) -> tuple[str, ...]:
        """The trial, entry by entry: each approval is looked at."""
        return (streams.trial(room.trial),)

    def settled(self, room: Room) -> Settled:
        """Ratio and strata as decided; Refusal where they are not, or not signed."""
        trial = self.trial(room)
        strata, ratio = trial.settings.strata, trial.settings.ratio
        if not strata or not ratio:
            raise not_in_order(
                "design_not_decided",
                "Strata with caps and the ratio have no approved decision.",
                "Propose and approve them with `trialproof trial decide`.",
                rule="lists-follow-the-design",
            )
        refuse_unsigned(self.WITHOUT, unsigned_decisions(room, trial.proposals), code="approval_not_signed")
        return Settled(ratio, strata)


@command("declare_design")
class DeclareDesign(SettledCommand):
    """Fix arms, method and hidden parameters of the lists to come; a salted commitment to them becomes public.

    `beacon` names the public random source whose later value takes part in the seed, if any. With `per_site` every
    site has lists of its own, which `seal_lists` makes site by site.
    """

    WITHOUT = "No design is declared"

    arms: Annotated[tuple[ArmPart, ...], Field(repr=False)]
    beacon: Reference | None = None
    method: Annotated[Code, Field(repr=False)]
    parameters: Annotated[tuple[ParameterPart, ...], Field(repr=False), AfterValidator(_named_once)] = ()
    per_site: bool = False

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a design that rests on undecided or unsigned settings, or that the method cannot keep."""
        public, settings = self.public(room), self.settled(room)
        hidden = {part.name: part.values for part in self.parameters}
        method_of(self.method, tuple(part.arm for part in self.arms), settings.ratio, hidden)
        self._allowed(room, hidden.get("allowed_by", ()))
        version = public.next_version
        design = SealedDesign(
            arms=tuple(ListedArm(arm=part.arm, label=part.label) for part in self.arms),
            beacon=self.beacon,
            method=self.method,
            parameters=tuple(Parameter(name=part.name, values=part.values) for part in self.parameters),
            per_site=self.per_site,
            ratio=settings.ratio,
            salt=given.secret(),
            strata=tuple(DesignStratum(cap=stratum.cap, stratum=stratum.code) for stratum in settings.strata),
            version=version,
        )
        in_vault = given.fact(streams.design(given.trial, version), design)
        declared = DesignDeclared(
            beacon=self.beacon,
            commitment=given.randomiser.design_commitment(design.salt, written(unsalted(design)).encode()),
            vault_entry=in_vault.event_id,
            version=version,
        )
        return (given.fact(streams.randomisation(given.trial), declared), in_vault)

    def _allowed(self, room: Room, named: tuple[str, ...]) -> None:
        """Refuse a method's exception that names no approved decision; `settled` saw that all are signed."""
        approved = {str(proposal.event) for proposal in self.trial(room).proposals if proposal.approved}
        if not approved.issuperset(named):
            raise not_in_order(
                "exception_not_decided",
                "What the design names as allowing an exception of its method is no approved design decision.",
                "Propose and approve the decision, and name the id of its proposal's event.",
                rule="exceptions-of-a-method-are-decided",
            )


def unsalted(design: SealedDesign) -> SealedDesign:
    """The design as it is committed to: the salt stands beside it, once."""
    return msgspec.structs.replace(design, salt=bytes(32))


class ShareCommand(RandomisationCommand):
    """An officer's part in the seed of the declared design."""

    def declared(self, room: Room) -> Randomisation:
        """The randomisation with a design that waits for its seed; Refusal where there is none."""
        public = self.public(room)
        if public.version_declared == public.version_committed:
            raise not_in_order(
                "no_design_declared",
                "No design waits for a seed.",
                "The randomisation statistician declares one with `declare_design`.",
                rule="design-before-seed",
            )
        return public


@command("commit_seed_share")
class CommitSeedShare(ShareCommand):
    """Commit to a secret share of the seed, before anybody's share is known.

    `commitment` is SHA-256 over the length-prefixed texts "share-commit/v1", trial, version, person and the
    32 random bytes of the share, in hex; `trialproof randomisation share` makes both.
    """

    commitment: Digest

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a second share of one officer, and a third officer."""
        public = self.declared(room)
        if given.actor.person in public.officers:
            raise same_person(
                f"{given.actor.person} has committed to a share already.", rule="seed-of-two-distinct-officers"
            )
        if len(public.officers) == OFFICERS_NEEDED:
            raise not_in_order(
                "shares_complete",
                "Two officers have committed to their shares.",
                "They reveal them with `reveal_seed_share`.",
                rule="seed-of-two-distinct-officers",
            )
        fact = ShareCommitted(commitment=self.commitment, version=public.version_declared)
        return (given.fact(streams.randomisation(given.trial), fact),)


@command("reveal_seed_share")
class RevealSeedShare(ShareCommand):
    """Hand in the share that one committed to; it goes to the vault."""

    share: Share

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the design in the vault, beside which the share is kept."""
        return (*super().streams(room), *self.about_design(room))

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse before both have committed, from anybody else, another share, and twice."""
        public = self.declared(room)
        if len(public.officers) < OFFICERS_NEEDED:
            raise not_in_order(
                "shares_incomplete",
                "No share is revealed before two officers have committed to theirs.",
                "Wait for the other officer's `commit_seed_share`.",
                rule="commit-before-reveal",
            )
        version, share = public.version_declared, bytes.fromhex(self.share)
        found = rand_v1.share_commitment(given.trial, version, given.actor.person, share).hex()
        if public.commitment_of(given.actor.person) != found:
            raise not_in_order(
                "share_not_committed",
                f"This is not the share that {given.actor.person} committed to.",
                "Hand in the share that was made with the commitment; nobody else can.",
                rule="commit-before-reveal",
            )
        if given.actor.person in public.revealed:
            raise same_person(f"{given.actor.person} has revealed the share already.", rule="reveals-once")
        stream = streams.design(given.trial, version)
        in_vault = given.fact(stream, SeedShare(officer=given.actor.person, share=share, version=version))
        told = ShareRevealed(vault_entry=in_vault.event_id, version=version)
        return (given.fact(streams.randomisation(given.trial), told), in_vault)


def design_of(room: Room, version: int) -> Design:
    """The declared design with the shares that were revealed."""
    return room.get(Design, streams.design(room.trial, version))
