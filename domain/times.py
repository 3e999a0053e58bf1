"""When something happened, as claimed: an instant with its offset and zone, or a partial date with its zone.

`2027-03-03T10:15:00+08:00[Asia/Shanghai]` or `2027-03[Asia/Shanghai]` (the bracket as in RFC 9557).
Days are days of the named zone; a partial date is the interval of all instants it can mean, so rules
about order may answer UNKNOWN.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from typing import final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.values import PartialDate, Written

INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}", re.ASCII)
DAY = timedelta(days=1)


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name; ValueError if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone") from error


class Order(Enum):
    """How two claimed times stand to each other; UNKNOWN is never assumed to be good."""

    BEFORE = "before"
    SAME = "same"
    AFTER = "after"
    UNKNOWN = "unknown"


@final
class Occurred(Written):
    """A claimed time of occurrence."""

    __slots__ = ()

    def check(self, text: str) -> None:
        when, bracket, name = text.partition("[")
        if not bracket or not name.endswith("]"):
            raise ValueError(f"{text!r} names no time zone in brackets, such as [Asia/Shanghai]")
        zone(name[:-1])
        if "T" in when:
            if INSTANT.fullmatch(when) is None:
                raise ValueError(f"{when!r} is not an instant of the form YYYY-MM-DDTHH:MM:SS+HH:MM")
            datetime.fromisoformat(when)
            PartialDate(when[:10])
        else:
            PartialDate(when)

    @classmethod
    def at(cls, instant: datetime, zone_name: str) -> "Occurred":
        """The instant, written on the zone's own clock, to the second."""
        local = instant.astimezone(zone(zone_name)).replace(microsecond=0)
        return cls(f"{local.isoformat()}[{zone_name}]")

    @property
    def when(self) -> str:
        """The text before the bracket."""
        return self.text.partition("[")[0]

    @property
    def zone_name(self) -> str:
        """The IANA name in the bracket."""
        return self.text.partition("[")[2][:-1]

    @property
    def is_instant(self) -> bool:
        """Date and time of day are known."""
        return "T" in self.text.partition("[")[0]

    @property
    def earliest(self) -> datetime:
        """The first instant it can mean, in UTC."""
        if self.is_instant:
            return datetime.fromisoformat(self.when).astimezone(UTC)
        return start_of(PartialDate(self.when).earliest, self.zone_name)

    @property
    def latest(self) -> datetime:
        """The last instant it can mean, in UTC (for a day: the end of the day, exclusive)."""
        if self.is_instant:
            return self.earliest
        return start_of(PartialDate(self.when).latest + DAY, self.zone_name)

    @property
    def day(self) -> PartialDate:
        """The date in its own zone, as exact as it is known."""
        return PartialDate(self.when[:10]) if self.is_instant else PartialDate(self.when)

    def order(self, other: "Occurred") -> Order:
        """Whether this was before, the same as, or after `other`; UNKNOWN where the intervals overlap."""
        if self.is_instant and other.is_instant and self.earliest == other.earliest:
            return Order.SAME
        if self.latest <= other.earliest:
            return Order.BEFORE
        if other.latest <= self.earliest:
            return Order.AFTER
        return Order.UNKNOWN


def start_of(day: date, zone_name: str) -> datetime:
    """Midnight at the start of `day` in the zone, in UTC."""
    return datetime.combine(day, time.min, tzinfo=zone(zone_name)).astimezone(UTC)


def end_of(day: date, zone_name: str) -> datetime:
    """The end of `day` in the zone (the next midnight), in UTC: what a bare date means in a question."""
    return start_of(day + DAY, zone_name)


def matches_zone(text: Occurred) -> bool:
    """Whether the written offset is the zone's own at that instant (checked at the door, not on replay)."""
    if not text.is_instant:
        return True
    claimed = datetime.fromisoformat(text.when)
    return claimed.astimezone(zone(text.zone_name)).utcoffset() == claimed.utcoffset()
