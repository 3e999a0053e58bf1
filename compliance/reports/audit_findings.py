"""What the first screen of an audit trail says: the answer in a sentence, figures, and what needs attention."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from compliance.reports.audit_lines import Line
from compliance.reports.audit_table import ENTRIES, signed_of
from compliance.reports.model import Attention, Figure, RowRef, Severity
from compliance.reports.signature_known import Signed
from compliance.reports.wording import counted, day_words
from domain.deviation.facts import DeviationRecorded
from domain.ledger.facts import RecordVoided
from domain.record import Entry
from domain.times import zone
from domain.trial.facts import TrialLocked

Test = Callable[[Line], bool]


def lock_position(entries: Iterable[Entry]) -> int | None:
    """Where the trial was locked first."""
    return next((entry.frame.position for entry in entries if isinstance(entry.fact, TrialLocked)), None)


class Findings:
    """What the lines show, counted."""

    def __init__(self, lines: Sequence[Line], signed: Signed, *, limit: int, lock: int | None) -> None:
        self.lines = lines
        self.limit = limit
        self._lock = lock
        self.people = len({line.row.actor for line in lines})
        self.late = self._where(lambda line: line.is_late(limit))
        self.ahead = self._where(lambda line: line.is_ahead)
        self.changes = self._where(lambda line: line.is_change)
        self.unexplained = [line for line in self.changes if not _has_reason(line)]
        self.deviations = self._where(lambda line: isinstance(line.entry.fact, DeviationRecorded))
        self.refusals = self._where(lambda line: line.is_refusal)
        self.standings = [(line, signed_of(line.entry, signed)[0]) for line in lines]
        self.drifting = self._where(lambda line: line.drifts)
        self.after_lock = self._where(self._is_after_lock)

    def _where(self, test: Test) -> list[Line]:
        return [line for line in self.lines if test(line)]

    def _standing(self, *which: str) -> list[Line]:
        return [line for line, standing in self.standings if standing in which]

    def _is_after_lock(self, line: Line) -> bool:
        return self._lock is not None and line.ledger == "trial" and line.row.position > self._lock

    def answer(self, zone_name: str) -> str:
        """The result in one sentence."""
        if not self.lines:
            return "No entry was found within what was asked."
        first, last = (self.lines[at].row.recorded_at.astimezone(zone(zone_name)).date() for at in (0, -1))
        span = f"on {day_words(first)}" if first == last else f"from {day_words(first)} to {day_words(last)}"
        return (
            f"{counted(len(self.lines), 'entry', 'entries')} by {counted(self.people, 'person', 'people')}, recorded "
            f"{span}: {len(self.late):,} recorded {self.limit} h or more after the act, {self._changes_said()}, "
            f"{counted(len(self.deviations), 'deviation')}, {counted(len(self.refusals), 'refused command')}."
        )

    def _changes_said(self) -> str:
        if not self.changes:
            return "no correction"
        reasons = f"{len(self.unexplained):,} without a reason" if self.unexplained else "none without a reason"
        return f"{counted(len(self.changes), 'correction')} ({reasons})"

    def figures(self) -> tuple[Figure, ...]:
        """The strip of figures."""
        voided = sum(isinstance(line.entry.fact, RecordVoided) for line in self.changes)
        important = sum(line.entry.fact.important for line in self.deviations)
        return (
            _figure("Entries", len(self.lines), "recorded, within what was asked"),
            _figure("People", self.people, "accounts that sent at least one of them"),
            _figure(
                "Corrections", len(self.changes), f"earlier values kept and shown; {voided:,} of them void an entry"
            ),
            _figure("Late entries", len(self.late), f"recorded {self.limit} h or more after the act"),
            _figure("Deviations", len(self.deviations), f"broken rules; {important:,} recorded as important"),
            _figure("Refusals", len(self.refusals), "commands refused by authority, order or blinding"),
        )

    def attention(self) -> tuple[Attention, ...]:
        """What an inspector would want to see, the gravest first, with its rows."""
        return tuple(self._found())

    def _found(self) -> Iterator[Attention]:
        limit = f"{self.limit} h or more after the act (a limit of this report, not of a rule)"
        yield from _item("serious", self.unexplained, "{} without a reason.", "correction")
        yield from _item("serious", self.drifting, "{} recorded more than a minute off the clock's own reading.")
        yield from _item(
            "important", self.after_lock, f"{{}} recorded after the hard lock at entry {self._lock or 0:,}."
        )
        yield from _item("important", self.ahead, "{} claimed to have happened after being recorded.")
        yield from _item("important", self.late, f"{{}} recorded {limit}.")
        yield from _item(
            "important", self.changes, "{}: old value, new value and reason stand in the row.", "correction"
        )
        yield from _item("serious", self._standing("broken"), "{} that does not verify.", "signature")
        yield from _item("serious", self._standing("overdue"), "{} not signed in time.", "approval or judgement")
        yield from _item(
            "important",
            self._standing("needs re-signing", "signature broken"),
            "{} to be signed again.",
            "approval or judgement",
        )
        yield from _item("to note", self._standing("owed"), "{} recorded, not signed yet.", "approval or judgement")
        yield from _item("to note", self.deviations, "{} recorded.", "deviation")
        yield from _item("to note", self.refusals, "{}; what was submitted is not kept.", "refused command")


_PLURALS: Final = {"entry": "entries", "approval or judgement": "approvals and judgements"}


def _item(severity: Severity, lines: list[Line], sentence: str, word: str = "entry") -> Iterator[Attention]:
    if lines:
        rows = tuple(RowRef(table=ENTRIES, row=line.key) for line in lines)
        said = sentence.format(counted(len(lines), word, _PLURALS.get(word, "")))
        yield Attention(severity=severity, sentence=said, rows=rows)


def _figure(label: str, value: int, meaning: str) -> Figure:
    return Figure(label=label, value=f"{value:,}", meaning=meaning)


def _has_reason(line: Line) -> bool:
    return line.entry.body.reason_code is not None or line.entry.body.reason_text is not None
