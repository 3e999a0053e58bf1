"""How long after the act each entry was recorded, and which came later than a limit."""

from typing import Self
from uuid import UUID

from domain.record import Entry, Instant, SourceKind
from domain.times import Occurred
from domain.values import Code, Name, Value
from projections.fold import Person, State, lag, place, sender
from projections.persistent import PersistentList


class LagRow(Value):
    """One entry and its lag in seconds; None where the claimed time is too vague to measure."""

    by: Person
    event_id: UUID
    lag: int | None
    occurred_at: Occurred
    position: int
    recorded_at: Instant
    source_kind: SourceKind
    stream: Name
    type: Code


class LateEntries(State):
    """All entries that somebody recorded; what a rule derived has no act of its own."""

    AS_WRITTEN = True

    entries: PersistentList[Entry]

    @classmethod
    def start(cls) -> Self:
        """Nothing is recorded."""
        return cls(entries=PersistentList())

    def after(self, entry: Entry) -> Self:
        """The entries and one more."""
        kind, _ = place(entry.frame.stream)
        if not kind or entry.body.source_kind == "derived":
            return self
        return type(self)(entries=self.entries.add(entry))

    def view(self) -> tuple[LagRow, ...]:
        """All entries with their lags."""
        return tuple(_row(entry) for entry in self.entries)

    def over(self, limit: int) -> tuple[LagRow, ...]:
        """The entries recorded more than so many seconds after the act."""
        return tuple(row for row in self.view() if row.lag is not None and row.lag > limit)


def _row(entry: Entry) -> LagRow:
    return LagRow(
        by=sender(entry),
        event_id=entry.body.event_id,
        lag=lag(entry),
        occurred_at=entry.body.occurred_at,
        position=entry.frame.position,
        recorded_at=entry.frame.recorded_at,
        source_kind=entry.body.source_kind,
        stream=entry.frame.stream,
        type=entry.frame.type,
    )
