"""A participant's whole history in order: the own stream, cases, unblindings, deviations, and what names the number.

Entries stand as they were written; one that was corrected or voided stays, and says by which position.
"""

from typing import NamedTuple, Self
from uuid import UUID

from msgspec.structs import replace

from domain.ledger.facts import RecordCorrected, RecordVoided
from domain.record import Entry, Instant, SourceKind
from domain.times import Occurred
from domain.values import Code, Name, Value
from projections.fold import Person, State, lag, place, sender
from projections.persistent import PersistentList, PersistentMap
from projections.printing import printed
from projections.subjects import bound, named

OWN = frozenset({"participant", "adverse-event", "unblinding", "deviation"})
"""Streams that are about one participant as a whole."""


class TimelineRow(Value):
    """One entry, its fields in words."""

    by: Person
    corrected_at: tuple[int, ...]
    event_id: UUID
    fields: tuple[tuple[Name, str | None], ...]
    lag: int | None
    occurred_at: Occurred
    position: int
    reason_code: Code | None
    recorded_at: Instant
    source_kind: SourceKind
    stream: Name
    type: Code
    version: int
    voided_at: tuple[int, ...]


class ParticipantTimeline(Value):
    """One participant's rows."""

    number: Code
    rows: tuple[TimelineRow, ...]


class Placed(NamedTuple):
    """An entry, and when it was told."""

    order: int
    entry: Entry


class Timeline(State):
    """The entries of every participant."""

    AS_WRITTEN = True

    entries: PersistentMap[str, PersistentList[Placed]]
    streams: PersistentMap[str, tuple[str, ...]]
    told: int

    @classmethod
    def start(cls) -> Self:
        """Nobody is known."""
        return cls(entries=PersistentMap(), streams=PersistentMap(), told=0)

    def after(self, entry: Entry) -> Self:
        """The timelines after one more entry."""
        stream = entry.frame.stream
        kind, name = place(stream)
        grown = self
        if kind in OWN:
            grown = grown.grown_by(stream, entry, name if kind == "participant" else bound(entry))
        other = named(entry) if kind else None
        if other is not None:
            grown = grown.grown_by(f"{stream}#{other}", entry, other)
        return grown if grown is self else replace(grown, told=self.told + 1)

    def grown_by(self, stream: str, entry: Entry, number: str | None) -> Self:
        """One more entry of a stream, which from here on may be known to be about a participant."""
        held = self.entries.get(stream) or PersistentList()
        grown = replace(self, entries=self.entries.put(stream, held.add(Placed(self.told, entry))))
        known = () if number is None else self.streams.get(number, ())
        if number is None or stream in known:
            return grown
        return replace(grown, streams=self.streams.put(number, (*known, stream)))

    def of(self, number: str) -> tuple[TimelineRow, ...]:
        """One participant's history."""
        streams = self.streams.get(number, ())
        told = {placed.order: placed.entry for stream in streams for placed in self.entries[stream]}
        return _rows([told[order] for order in sorted(told)])

    def view(self) -> tuple[ParticipantTimeline, ...]:
        """All participants, by number."""
        return tuple(ParticipantTimeline(number=number, rows=self.of(number)) for number in sorted(self.streams))


def _rows(entries: list[Entry]) -> tuple[TimelineRow, ...]:
    corrected: dict[UUID, list[int]] = {}
    voided: dict[UUID, list[int]] = {}
    for entry in entries:
        match entry.fact:
            case RecordCorrected(target=target):
                corrected.setdefault(target, []).append(entry.frame.position)
            case RecordVoided(target=target):
                voided.setdefault(target, []).append(entry.frame.position)
            case _:
                pass
    return tuple(_row(entry, corrected, voided) for entry in entries)


def _row(entry: Entry, corrected: dict[UUID, list[int]], voided: dict[UUID, list[int]]) -> TimelineRow:
    frame, body = entry.frame, entry.body
    return TimelineRow(
        by=sender(entry),
        corrected_at=tuple(corrected.get(body.event_id, ())),
        event_id=body.event_id,
        fields=printed(entry.fact),
        lag=lag(entry),
        occurred_at=body.occurred_at,
        position=frame.position,
        reason_code=body.reason_code,
        recorded_at=frame.recorded_at,
        source_kind=body.source_kind,
        stream=frame.stream,
        type=frame.type,
        version=frame.version,
        voided_at=tuple(voided.get(body.event_id, ())),
    )
