"""Which entries an edition of the audit trail shows: per participant, user, record, period, and the like."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from compliance.reports.wording import spaced, when_words
from domain.catalogue import event_types
from domain.errors import InvalidInputError
from domain.times import start_of
from projections.replay import last_instant

DEFAULT_LATE_HOURS: Final = 24
"""A limit of the report, not of a rule: which entries its first screen calls late."""


@dataclass(frozen=True, slots=True)
class Period:
    """From and to, both included; a bare date is a whole day of the report's zone, None is open."""

    first: date | datetime | None
    last: date | datetime | None
    axis: Literal["recorded", "occurred"] = "recorded"

    def within(self, zone: str) -> tuple[datetime | None, datetime | None]:
        """The same as instants."""
        first, last = self.first, self.last
        return (
            first if isinstance(first, datetime) or first is None else start_of(first, zone),
            last if isinstance(last, datetime) or last is None else last_instant(last, zone),
        )

    def words(self) -> str:
        """The period as the page says it."""
        axis = "recorded" if self.axis == "recorded" else "claimed to have happened"
        from_ = "" if self.first is None else f" from {when_words(self.first)}"
        to = "" if self.last is None else f" to {when_words(self.last)}"
        return f"{axis}{from_}{to}"


@dataclass(frozen=True, slots=True)
class AuditTrailFilters:
    """All that are given must hold; `late_hours` shows only entries recorded so long after the act.

    `user` is who sent or performed; `record` is the kind and number of a record (`participant/007`) or its stream.
    """

    participant: str | None = None
    user: str | None = None
    record: str | None = None
    site: str | None = None
    event_type: str | None = None
    period: Period | None = None
    changes_only: bool = False
    late_hours: int | None = None
    refusals_only: bool = False

    def __post_init__(self) -> None:
        if self.late_hours is not None and self.late_hours < 1:
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

    @property
    def limit(self) -> int:
        """From how many hours on an entry counts as late."""
        return self.late_hours or DEFAULT_LATE_HOURS

    def words(self) -> tuple[str, ...]:
        """The filters as the page says them; the period stands on a line of its own."""
        said = (
            self.participant and f"participant {self.participant}",
            self.user and f"sent or performed by user {self.user}",
            self.record and f"record {self.record}",
            self.site and f"site {self.site}",
            self.event_type and f"entries of the type {spaced(self.event_type)}",
            self.changes_only and "changes to earlier entries only",
            self.late_hours and f"recorded {self.late_hours} h or more after the act",
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
