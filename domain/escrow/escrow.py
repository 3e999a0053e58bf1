"""Aggregates of custody: the escrow key of a trial, and the end of a participant's key."""

from typing import Self

import msgspec

from domain.aggregate import Aggregate
from domain.escrow.facts import EscrowEstablished, EscrowOpened, ParticipantKeyDestroyed
from domain.record import Entry


class Escrow(Aggregate):
    """The escrow key in use and how often it was put together; an earlier one opens nothing that is wrapped anew."""

    established: EscrowEstablished | None
    openings: int

    @classmethod
    def start(cls) -> Self:
        """No escrow key yet."""
        return cls(version=0, established=None, openings=0)

    def after(self, entry: Entry) -> Self:
        """The escrow after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case EscrowEstablished() as fact:
                return msgspec.structs.replace(new, established=fact)
            case EscrowOpened():
                return msgspec.structs.replace(new, openings=self.openings + 1)
            case _:
                return new

    @property
    def officers(self) -> frozenset[str]:
        """Who holds a part."""
        return frozenset(part.officer for part in self.established.parts) if self.established else frozenset()


class KeyEnd(Aggregate):
    """Whether a participant's key was ordered to be destroyed."""

    destroyed: bool

    @classmethod
    def start(cls) -> Self:
        """It stands."""
        return cls(version=0, destroyed=False)

    def after(self, entry: Entry) -> Self:
        """The key after one more entry."""
        destroyed = self.destroyed or isinstance(entry.fact, ParticipantKeyDestroyed)
        return msgspec.structs.replace(self, version=entry.frame.version, destroyed=destroyed)
