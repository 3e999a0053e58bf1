"""Who is unblinding officer of a trial, and when: few seats, counted over persons in one stream."""

from datetime import datetime
from typing import Final, Self

import msgspec

from domain.aggregate import Aggregate
from domain.people.facts import OfficerAppointed, OfficerReleased
from domain.record import Entry
from domain.values import Value

OFFICERS: Final = 3
"""How many persons may be unblinding officers of a trial at a time."""


class Seat(Value):
    """One officer's time, by the grant that gave it."""

    grant: str
    person: str
    starts: datetime
    ends: datetime | None

    def meets(self, starts: datetime, ends: datetime | None) -> bool:
        """Whether it shares a moment with that time."""
        return (ends is None or self.starts < ends) and (self.ends is None or starts < self.ends)


class Officers(Aggregate):
    """All seats that were taken and not given back; those whose time is over are among them."""

    seats: tuple[Seat, ...]

    @classmethod
    def start(cls) -> Self:
        """No officer yet."""
        return cls(version=0, seats=())

    def after(self, entry: Entry) -> Self:
        """The seats after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case OfficerAppointed() as fact:
                seat = Seat(grant=fact.grant, person=fact.person, starts=fact.starts, ends=fact.ends)
                return msgspec.structs.replace(new, seats=(*self.seats, seat))
            case OfficerReleased(grant=released):
                return msgspec.structs.replace(new, seats=tuple(one for one in self.seats if one.grant != released))
            case _:
                return new

    def beside(self, person: str, starts: datetime, ends: datetime | None) -> frozenset[str]:
        """The other persons who are officers at some moment of that time."""
        return frozenset(one.person for one in self.seats if one.person != person and one.meets(starts, ends))
