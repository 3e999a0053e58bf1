"""The deviation log: which rule was broken, how important it is, and what was done about it."""

from typing import Literal, Self
from uuid import UUID

from msgspec.structs import replace

from domain.deviation import facts
from domain.record import Entry
from domain.values import Code, Value
from projections.fold import Moment, Person, State, in_order, lag, moment, place, sender
from projections.persistent import PersistentMap


class DeviationReport(Value):
    """The rule that was broken, what broke it, and how it was found; its words are sealed."""

    about: tuple[UUID, ...]
    behind: Moment
    by: Person
    found: Literal["rule", "person"]
    important: bool
    is_described: bool
    lag: int | None
    participant: Code | None
    protocol_version: Code | None
    rule: Code
    site: Code | None


class Grading(Value):
    """How important it is, as graded once."""

    affects_data: bool
    affects_safety: bool
    behind: Moment
    by: Person
    important: bool


class Closing(Value):
    """What had to be done is done."""

    behind: Moment
    by: Person


class DeviationRow(Value):
    """One deviation; a grading counts over what was first recorded."""

    deviation: Code
    closed: Closing | None
    gradings: tuple[Grading, ...]
    report: DeviationReport | None

    @property
    def important(self) -> bool | None:
        """Whether it counts as important; None where it was never recorded."""
        if self.gradings:
            return self.gradings[-1].important
        return self.report.important if self.report else None


class DeviationTotals(Value):
    """How many there are."""

    closed: int
    deviations: int
    found_by_rule: int
    important: int
    important_open: int


class DeviationsView(Value):
    """The log, by number of its deviations, and its totals."""

    rows: tuple[DeviationRow, ...]
    totals: DeviationTotals


class Deviations(State):
    """All deviations."""

    rows: PersistentMap[str, DeviationRow]

    @classmethod
    def start(cls) -> Self:
        """No rule was broken."""
        return cls(rows=PersistentMap())

    def after(self, entry: Entry) -> Self:
        """The log after one more entry."""
        kind, name = place(entry.frame.stream)
        if kind != "deviation":
            return self
        row = self.rows.get(name) or DeviationRow(deviation=name, closed=None, gradings=(), report=None)
        changed = _told(row, entry)
        return self if changed is row else type(self)(rows=self.rows.put(name, changed))

    def view(self) -> DeviationsView:
        """The rows in the order in which they were recorded, and their totals."""
        rows = tuple(sorted(self.rows.values(), key=_recorded))
        important = [row for row in rows if row.important]
        return DeviationsView(
            rows=rows,
            totals=DeviationTotals(
                closed=sum(row.closed is not None for row in rows),
                deviations=len(rows),
                found_by_rule=sum(row.report is not None and row.report.found == "rule" for row in rows),
                important=len(important),
                important_open=sum(row.closed is None for row in important),
            ),
        )


def _told(row: DeviationRow, entry: Entry) -> DeviationRow:
    match entry.fact:
        case facts.DeviationRecorded() as fact:
            return replace(row, report=_report(fact, entry))
        case facts.DeviationGraded(affects_data=affects_data, affects_safety=affects_safety, important=important):
            grading = Grading(
                affects_data=affects_data,
                affects_safety=affects_safety,
                behind=moment(entry),
                by=sender(entry),
                important=important,
            )
            return replace(row, gradings=in_order(row.gradings, grading))
        case facts.DeviationClosed():
            return replace(row, closed=Closing(behind=moment(entry), by=sender(entry)))
        case _:
            return row


def _report(fact: facts.DeviationRecorded, entry: Entry) -> DeviationReport:
    return DeviationReport(
        about=fact.about,
        behind=moment(entry),
        by=sender(entry),
        found=fact.found,
        important=fact.important,
        is_described=fact.description is not None,
        lag=lag(entry),
        participant=fact.participant,
        protocol_version=entry.body.protocol_version,
        rule=fact.rule,
        site=fact.site,
    )


def _recorded(row: DeviationRow) -> tuple[int, str]:
    return (row.report.behind.position if row.report else 0, row.deviation)
