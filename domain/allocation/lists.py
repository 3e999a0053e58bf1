"""Aggregates of randomisation: the commitment, the places of a stratum, a sealed list and its next slot."""

from typing import Final, NamedTuple, Self
from uuid import UUID

import msgspec

from domain.aggregate import Aggregate
from domain.allocation.facts import (
    CommittedStratum,
    DesignDeclared,
    ListedArm,
    ListSealed,
    PlaceTaken,
    RandomisationCommitted,
    SealedDesign,
    SeedShare,
    ShareCommitted,
    ShareRevealed,
    SlotDrawn,
)
from domain.fields import Concealed
from domain.record import Entry
from domain.values import Value

OFFICERS_NEEDED: Final = 2
"""How many officers give a share of the seed: nobody alone chooses it."""


class ShareOf(Value):
    """Whose share of the seed a commitment binds."""

    officer: str
    commitment: str


class InUse(NamedTuple):
    """A list that is drawn from now: the commitment that covers it, and what is public of it."""

    committed: RandomisationCommitted
    row: CommittedStratum


class Randomisation(Aggregate):
    """What everyone may know: which design is declared, whose shares of its seed, and by what its lists are fixed."""

    version_declared: int
    shares: tuple[ShareOf, ...]
    revealed: tuple[str, ...]
    versions: tuple[RandomisationCommitted, ...]

    @classmethod
    def start(cls) -> Self:
        """Nothing declared, nothing committed yet."""
        return cls(version=0, version_declared=0, shares=(), revealed=(), versions=())

    def after(self, entry: Entry) -> Self:
        """The commitment after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        actor = entry.body.actor
        match entry.fact:
            case DesignDeclared(version=version):
                return msgspec.structs.replace(new, version_declared=version, shares=(), revealed=())
            case ShareCommitted(commitment=commitment):
                share = ShareOf(officer=actor, commitment=commitment)
                return msgspec.structs.replace(new, shares=(*self.shares, share))
            case ShareRevealed():
                return msgspec.structs.replace(new, revealed=(*self.revealed, actor))
            case RandomisationCommitted() as fact:
                versions = (*self.versions, fact)
                return msgspec.structs.replace(new, versions=versions, version_declared=fact.version)
            case _:
                return new

    @property
    def committed(self) -> RandomisationCommitted | None:
        """The version in use."""
        return self.versions[-1] if self.versions else None

    def list_of(self, root: str, stratum: str) -> str | None:
        """The list that an allocation was drawn from, by the root it names: also one of an earlier version."""
        strata = (row for version in self.versions if version.root == root for row in version.strata)
        return next((row.list_id for row in strata if row.stratum == stratum), None)

    @property
    def version_committed(self) -> int:
        """The version whose lists are in use; 0 before the first."""
        return self.committed.version if self.committed else 0

    @property
    def next_version(self) -> int:
        """The version that a design declared now has; one that was never sealed gives its place to the next."""
        return self.version_declared + 1

    @property
    def officers(self) -> tuple[str, ...]:
        """Who has committed to a share, in order."""
        return tuple(share.officer for share in self.shares)

    def commitment_of(self, officer: str) -> str | None:
        """What the officer committed to."""
        return next((share.commitment for share in self.shares if share.officer == officer), None)

    def stratum(self, code: str) -> CommittedStratum | None:
        """The committed stratum of that code; its cap holds over all sites."""
        strata = self.committed.strata if self.committed else ()
        return next((s for s in strata if s.stratum == code), None)

    def in_use(self, stratum: str, site: str) -> InUse | None:
        """The list that an allocation at a site is drawn from now, and the commitment that covers it."""
        current = (version for version in self.versions if version.version == self.version_committed)
        rows = (InUse(version, row) for version in current for row in version.strata)
        return next((use for use in rows if use.row.stratum == stratum and use.row.site in {None, site}), None)


class Design(Concealed, Aggregate):
    """A declared design in the vault, and the shares of its seed as they were revealed."""

    declared: SealedDesign | None
    shares: tuple[SeedShare, ...]

    @classmethod
    def start(cls) -> Self:
        """Nothing declared."""
        return cls(version=0, declared=None, shares=())

    def after(self, entry: Entry) -> Self:
        """The design after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case SealedDesign() as fact:
                return msgspec.structs.replace(new, declared=fact)
            case SeedShare() as fact:
                return msgspec.structs.replace(new, shares=(*self.shares, fact))
            case _:
                return new


class Places(Aggregate):
    """How many places of a stratum are taken."""

    taken: int

    @classmethod
    def start(cls) -> Self:
        """None taken."""
        return cls(version=0, taken=0)

    def after(self, entry: Entry) -> Self:
        """The places after one more entry."""
        taken = self.taken + isinstance(entry.fact, PlaceTaken)
        return msgspec.structs.replace(self, version=entry.frame.version, taken=taken)


class SealedList(Concealed, Aggregate):
    """A stratum's list; slots are used in order, each once, and it is kept for which allocation."""

    sealed: ListSealed | None
    drawn: int
    slots: tuple[SlotDrawn, ...]

    @classmethod
    def start(cls) -> Self:
        """No list yet."""
        return cls(version=0, sealed=None, drawn=0, slots=())

    def after(self, entry: Entry) -> Self:
        """The list after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case ListSealed() as fact:
                return msgspec.structs.replace(new, sealed=fact)
            case SlotDrawn() as fact:
                return msgspec.structs.replace(new, drawn=self.drawn + 1, slots=(*self.slots, fact))
            case _:
                return new

    def arm_of(self, allocation: UUID) -> ListedArm | None:
        """The arm that an allocation drew, with the list's words for it."""
        arms = {listed.arm: listed for listed in self.sealed.arms} if self.sealed else {}
        return next((arms.get(slot.arm) for slot in self.slots if slot.allocation == allocation), None)


class Numbers(Aggregate):
    """The trial-wide sequence of screening numbers; its version is the last number."""

    @classmethod
    def start(cls) -> Self:
        """None issued."""
        return cls(version=0)

    def after(self, entry: Entry) -> Self:
        """One more issued."""
        return msgspec.structs.replace(self, version=entry.frame.version)

    @property
    def next(self) -> str:
        """The next number, three digits at least."""
        return f"{self.version + 1:03d}"


class Administrations(Aggregate):
    """What a participant was really given, as often as it was recorded; its version is that number."""

    @classmethod
    def start(cls) -> Self:
        """Nothing recorded."""
        return cls(version=0)

    def after(self, entry: Entry) -> Self:
        """One more recorded."""
        return msgspec.structs.replace(self, version=entry.frame.version)
