"""Deviations that stand beside the participants of the log, with what each rule means."""

from collections.abc import Iterable, Sequence
from typing import Final

from compliance.reports.model import Code, Row, Table
from compliance.reports.screening_words import at, column, entry_number, folded, yes_no
from domain.deviation.found import SENTENCES
from projections.deviations import DeviationRow

DEVIATIONS: Final = "deviations"
_COLUMNS: Final = (
    column("deviation", "Deviation", "id", "Number of the deviation"),
    column("participant", "Participant", "id", "Screening number"),
    column("site", "Site", "id", "Site named"),
    column("rule", "Rule", "text", "The rule that was broken"),
    column("meaning", "What that means", "text", "The rule in a sentence"),
    column(
        "important",
        "Important",
        "status",
        "As graded last, else as recorded",
        codes=(Code(code="yes", meaning="important deviation", tone="bad"), Code(code="no", meaning="minor")),
    ),
    column("found", "Found by", "text", "A rule of the product, or a person"),
    column(
        "state",
        "State",
        "status",
        "Whether what had to be done is done",
        codes=(Code(code="open", meaning="not closed", tone="watch"), Code(code="closed", meaning="closed")),
    ),
    column("recorded", "Entry", "number", "Entry that recorded it"),
    folded("happened", "Happened", "time", "As claimed"),
    folded("closed_at", "Closed at", "time", "As claimed"),
)


def by_participant(rows: Iterable[DeviationRow]) -> dict[str, list[DeviationRow]]:
    """The deviations that name a participant, by its number."""
    found: dict[str, list[DeviationRow]] = {}
    for row in rows:
        if row.report is not None and row.report.participant is not None:
            found.setdefault(row.report.participant, []).append(row)
    return found


def deviation_words(row: DeviationRow) -> str:
    """The deviation in a line, for the row of its participant."""
    importance = "important" if row.important else "minor"
    rule = "not recorded" if row.report is None else meaning(row.report.rule)
    return f"{row.deviation}: {rule} ({importance}, {_state(row)})"


def meaning(rule: str) -> str:
    """A rule in a sentence; one that a person named is its own word."""
    return SENTENCES.get(rule, rule)


def deviations_table(rows: Sequence[DeviationRow]) -> Table:
    """The table of deviations, in the order of their entries."""
    return Table(
        id=DEVIATIONS,
        title="Deviations",
        note="Broken rules recorded within the scope; descriptions stand in the audit trail.",
        columns=_COLUMNS,
        rows=tuple(_row(number, row) for number, row in enumerate(rows, 1)),
        row_word="deviation",
    )


def _row(number: int, row: DeviationRow) -> Row:
    report = row.report
    told = (None,) * 4 if report is None else (report.participant, report.site, report.rule, meaning(report.rule))
    behind = None if report is None else report.behind
    return Row(
        key=str(number),
        group=told[0],
        cells=(
            row.deviation,
            *told,
            yes_no(row.important),
            None if report is None else report.found,
            _state(row),
            entry_number(behind),
            at(behind),
            at(row.closed.behind if row.closed else None),
        ),
    )


def _state(row: DeviationRow) -> str:
    return "open" if row.closed is None else "closed"
