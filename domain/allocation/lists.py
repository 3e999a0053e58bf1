"""Aggregates of randomisation: the commitment, the places of a stratum, a sealed list and its next slot."""

from typing import Self
from uuid import UUID

import msgspec

from domain.aggregate import Aggregate
from domain.allocation.facts import (
    CommittedStratum,
    Concealed,
    ListedArm,
    ListSealed,
    PlaceTaken,
    RandomisationCommitted,
    SlotDrawn,
)
from domain.record import Entry


class Randomisation(Aggregate):
    """What everyone may know: whether the lists are fixed, and by what."""

    committed: RandomisationCommitted | None

    @classmethod
    def start(cls) -> Self:
        """Nothing committed yet."""
        return cls(version=0, committed=None)

    def after(self, entry: Entry) -> Self:
        """The commitment after one more entry."""
        fact = entry.fact
        committed = fact if isinstance(fact, RandomisationCommitted) else self.committed
        return msgspec.structs.replace(self, version=entry.frame.version, committed=committed)

    def stratum(self, code: str) -> CommittedStratum | None:
        """The committed stratum of that code."""
        strata = self.committed.strata if self.committed else ()
        return next((s for s in strata if s.stratum == code), None)


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
