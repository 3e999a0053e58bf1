"""The lines of an audit trail: entries with their changed fields and whom they concern, those asked for, in order."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple

from compliance.reports.audit_filters import AuditTrailFilters, unversioned
from compliance.reports.frame import rank, readable
from compliance.reports.material import Material
from domain.access.facts import CommandRefused, RecordRead
from domain.record import Entry
from domain.streams import participant, trial_ledger
from projections.audit_trail import AuditRow, AuditTrail
from projections.replay import replay
from projections.subjects import Subjects, named

DRIFT: Final = timedelta(minutes=1)
"""How far the clock's reading and the recorded time may lie apart before it is shown."""
_CHANGES: Final = frozenset({"change", "delete-mark"})
_ENTRY: Final = re.compile(r"entry (\d+)", re.ASCII)


class Line(NamedTuple):
    """One entry: its changed fields, whom it concerns, and the entry that it corrects or voids."""

    rows: tuple[AuditRow, ...]
    entry: Entry
    participant: str | None
    site: str | None
    target: Entry | None

    @property
    def row(self) -> AuditRow:
        """The first field; what is said of the entry as a whole is the same in all."""
        return self.rows[0]

    @property
    def ledger(self) -> str:
        """The kind of its ledger."""
        return self.row.ledger.partition(":")[0]

    @property
    def key(self) -> str:
        """The row's name in the report."""
        return f"{self.ledger}.{self.row.position}"

    @property
    def is_derived(self) -> bool:
        """Found by a rule: it has no act of its own that it could be late for."""
        return self.row.source_kind == "derived"

    @property
    def is_change(self) -> bool:
        """An earlier entry was corrected or voided."""
        return self.row.action in _CHANGES

    @property
    def is_refusal(self) -> bool:
        """A command was refused."""
        return isinstance(self.entry.fact, CommandRefused)

    @property
    def drifts(self) -> bool:
        """The clock's reading and the recorded time do not agree."""
        return abs(self.row.recorded_at - self.entry.body.clock_reading) > DRIFT

    @property
    def is_ahead(self) -> bool:
        """Claimed to have happened after it was recorded."""
        return not self.is_derived and self.row.lag is not None and self.row.lag < 0

    def is_late(self, hours: int) -> bool:
        """Recorded so many hours or more after the act."""
        return not self.is_derived and self.row.lag is not None and self.row.lag >= hours * 3600


def lines_of(material: Material, filters: AuditTrailFilters) -> list[Line]:
    """The lines asked for, ordered by (recorded_at, trial < access < vault < system, position)."""
    trails = {name: replay(AuditTrail, entries, true=material.true) for name, entries in readable(material).items()}
    about = _About(material.trial, trails)
    lines = [line for trail in trails.values() for line in about.lines(trail)]
    wanted = _wanted(filters, material.zone)
    return sorted((line for line in lines if wanted(line)), key=_order)


def _order(line: Line) -> tuple[Any, ...]:
    return (line.row.recorded_at, rank(line.row.ledger), line.row.position)


def _wanted(filters: AuditTrailFilters, zone: str) -> Callable[[Line], bool]:
    span = None if filters.period is None else filters.period.within(zone)

    def wanted(line: Line) -> bool:
        row = line.row
        return (
            filters.participant in (None, line.participant)
            and filters.user in (None, row.actor, row.performer)
            and filters.record in (None, row.record_type, f"{row.record_type}/{row.record_id}", line.entry.frame.stream)
            and filters.site in (None, line.site)
            and filters.event_type in (None, row.type, unversioned(row.type))
            and (span is None or span[0] <= _time(line, filters) <= span[1])
            and (line.is_change or not filters.changes_only)
            and (not filters.late_only or line.is_late(filters.late_hours))
            and (line.is_refusal or not filters.refusals_only)
        )

    return wanted


def _time(line: Line, filters: AuditTrailFilters) -> Any:
    assert filters.period is not None
    return line.row.recorded_at if filters.period.axis == "recorded" else line.row.occurred_at.earliest


class _About:
    """Whom entries concern, beyond the participant whose stream they stand in."""

    def __init__(self, trial: str, trails: Mapping[str, AuditTrail]) -> None:
        own = trails.get(trial_ledger(trial)) or AuditTrail.start()
        self._trial = trial
        self._subjects: Subjects = own.subjects
        self._at = {entry.frame.position: entry for entry in own.entries}

    def lines(self, trail: AuditTrail) -> Iterator[Line]:
        """The lines of one ledger."""
        by_event = {entry.body.event_id: entry for entry in trail.entries}
        for event, rows in groupby(trail.rows(), key=lambda row: row.event_id):
            fields, entry = tuple(rows), by_event[event]
            concerned = self._participant(entry)
            target = None if fields[0].target is None else by_event.get(fields[0].target)
            yield Line(fields, entry, concerned, self._site(entry, concerned), target)

    def _participant(self, entry: Entry) -> str | None:
        if isinstance(entry.fact, RecordRead):
            return self._read(entry.fact.scope)
        return self._subjects.participant(entry.frame.stream) or named(entry)

    def _read(self, scope: str) -> str | None:
        """Whom a reading concerned: an entry of the trial ledger, or an unblinding."""
        found = _ENTRY.fullmatch(scope)
        if found is None:
            return self._subjects.participant(f"{trial_ledger(self._trial)}/unblinding/{scope}")
        entry = self._at.get(int(found[1]))
        return None if entry is None else self._participant(entry)

    def _site(self, entry: Entry, concerned: str | None) -> str | None:
        own = self._subjects.site(entry.frame.stream)
        if own is not None or concerned is None:
            return own
        return self._subjects.site(participant(self._trial, concerned))
