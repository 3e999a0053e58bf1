"""Which entries an edition of the audit trail shows: per participant, user, record, period, and the like."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal

from compliance.reports.wording import spaced, when_words
from domain.catalogue import event_types
from domain.errors import InvalidInputError
from domain.times import start_of
from domain.values import YEARS
from projections.replay import last_instant

DEFAULT_LATE_HOURS: Final = 72
"""A limit of the report, not of a rule: which entries its first screen calls late."""

_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """From and to, both included; a bare date is a whole day of the report's zone, None is open."""

    first: date | datetime | None
    last: date | datetime | None
    axis: Literal["recorded", "occurred"] = "recorded"

    def __post_init__(self) -> None:
        for when in (self.first, self.last):
            if when is not None and when.year not in YEARS:
                raise _bad_period("bad_date", f"{when} lies outside the years {YEARS[0]} to {YEARS[-1]}.")
            if isinstance(when, datetime) and when.tzinfo is None:
                raise _bad_period("naive_time", f"{when} has no offset.")

    def within(self, zone: str) -> tuple[datetime, datetime]:
        """The same as instants; what is open reaches as far as any time does."""
        first = _EARLIEST if self.first is None else _instant(self.first, start_of, zone)
        last = _LATEST if self.last is None else _instant(self.last, last_instant, zone)
        if first > last:
            raise _bad_period("empty_period", "The period ends before it begins.")
        return first, last

    def words(self) -> str:
        """The period as the page says it."""
        axis = "recorded" if self.axis == "recorded" else "claimed to have happened"
        from_ = "" if self.first is None else f" from {when_words(self.first)}"
        to = "" if self.last is None else f" to {when_words(self.last)}"
        return f"{axis}{from_}{to}"


def _instant(when: date | datetime, of_day: Callable[[date, str], datetime], zone: str) -> datetime:
    return when if isinstance(when, datetime) else of_day(when, zone)


def _bad_period(code: str, what: str) -> InvalidInputError:
    return InvalidInputError(
        code, what, field="period", next_step="Give two days, or two times with an offset, the earlier one first."
    )


@dataclass(frozen=True, slots=True)
class AuditTrailFilters:
    """All that are given must hold; `late_hours` is the limit from which on an entry counts as late.

    `user` is who sent or performed; `record` is the kind and number of a record (`participant/007`) or its stream.
    """

    participant: str | None = None
    user: str | None = None
    record: str | None = None
    site: str | None = None
    event_type: str | None = None
    period: Period | None = None
    changes_only: bool = False
    late_only: bool = False
    late_hours: int = DEFAULT_LATE_HOURS
    refusals_only: bool = False

    def __post_init__(self) -> None:
        if self.late_hours < 1:
            raise InvalidInputError(
                "bad_limit",
                f"{self.late_hours} hours is no limit for late entries.",
                field="late_hours",
                next_step="Give a whole number of hours, 1 or more.",
            )
        if self.event_type is not None and self.event_type not in _known_types():
            raise InvalidInputError(
                "unknown_event_type",
                f"No entry is ever of the type {self.event_type[:64]!r}.",
                field="event_type",
                next_step="Name a type such as participant.enrolled, with or without its version.",
            )

    def words(self) -> tuple[str, ...]:
        """The filters as the page says them; the period stands on a line of its own."""
        said = (
            self.participant and f"participant {self.participant}",
            self.user and f"sent or performed by user {self.user}",
            self.record and f"record {self.record}",
            self.site and f"site {self.site}",
            self.event_type and f"entries of the type {spaced(self.event_type)}",
            self.changes_only and "changes to earlier entries only",
            self.late_only and f"recorded {self.late_hours} h or more after the act",
            self.refusals_only and "refused commands only",
        )
        return tuple(words for words in said if words)

    def period_words(self) -> str:
        """The period as the page says it."""
        return "not restricted" if self.period is None else self.period.words()


def _known_types() -> frozenset[str]:
    names = [row.name for row in event_types()]
    return frozenset([*names, *(unversioned(name) for name in names)])


def unversioned(name: str) -> str:
    """The stored name of a type without its version."""
    return name.rpartition(".")[0]


NO_FILTERS: Final = AuditTrailFilters()
