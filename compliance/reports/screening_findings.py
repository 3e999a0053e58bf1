"""What the first screen of the log says: the answer in a sentence, figures, and what needs attention."""

from collections.abc import Callable, Iterator
from typing import Final

from compliance.reports.model import Attention, Figure, RowRef, Severity, Table
from compliance.reports.screening_design import DECISIONS, UNSIGNED
from compliance.reports.screening_deviations import DEVIATIONS
from compliance.reports.screening_known import Known
from compliance.reports.screening_rows import SCREENINGS
from compliance.reports.screening_totals import ended
from compliance.reports.wording import counted, listed
from projections.deviations import DeviationRow
from projections.screening_log import ScreeningRow


def answer(known: Known) -> str:
    """The result in one sentence."""
    sums = known.totals
    target = "" if known.enrolment.planned is None else f" of {_planned(known)}"
    return (
        f"{counted(sums.screenings, 'screening')} of {counted(sums.persons, 'person')}: {sums.enrolled:,} enrolled"
        f"{target}, {sums.failed:,} screen-failed, {ended(sums):,} left, lost or died before enrolment, "
        f"{sums.pending:,} pending."
    )


def _planned(known: Known) -> str:
    whole = "" if known.sites is None else " for the whole trial"
    return f"{known.enrolment.planned:,} planned{whole}"


def figures(known: Known) -> tuple[Figure, ...]:
    """The strip of figures."""
    sums = known.totals
    aim = "no planned number is recorded" if known.enrolment.planned is None else f"of {_planned(known)}"
    return (
        _figure("Screenings", sums.screenings, f"numbers issued, to {counted(sums.persons, 'person')}"),
        _figure("Enrolled", sums.enrolled, aim),
        _figure("Screen-failed", sums.failed, "decided not eligible"),
        _figure("Left, lost or died", ended(sums), "before enrolment"),
        _figure("Pending", sums.pending, "screening not finished"),
        _figure("Allocated", sums.allocated, "of the enrolled, all groups together"),
    )


def _figure(label: str, value: int, meaning: str) -> Figure:
    return Figure(label=label, value=f"{value:,}", meaning=meaning)


def attention(known: Known, decisions: Table) -> tuple[Attention, ...]:
    """What an inspector would want to see, the gravest first, with its rows."""
    return (
        *_of_screenings(known),
        *_of_deviations(known),
        *_of_numbers(known),
        *_of_decisions(decisions),
    )


def _item(severity: Severity, table: str, rows: list[int], sentence: str) -> Iterator[Attention]:
    if rows:
        links = tuple(RowRef(table=table, row=str(number)) for number in rows)
        yield Attention(severity=severity, sentence=sentence, rows=links)


def _of_screenings(known: Known) -> Iterator[Attention]:
    for severity, sentence, test in _SCREENINGS:
        rows = [number for number, row in enumerate(known.rows, 1) if test(known, row)]
        yield from _item(severity, SCREENINGS, rows, f"{counted(len(rows), 'screening')} {sentence}")


def _has_error(known: Known, row: ScreeningRow) -> bool:
    return bool(known.participants.rows[row.number].allocation_errors)


_SCREENINGS: Final[tuple[tuple[Severity, str, Callable[[Known, ScreeningRow], bool]], ...]] = (
    ("serious", "in the trial without a recorded consent.", lambda _, r: r.outcome == "enrolled" and r.consent is None),
    (
        "serious",
        "allocated without an enrolment of its own: counted as enrolled, but not in the curve.",
        lambda _, r: r.allocated is not None and r.enrolled is None,
    ),
    ("important", "with an error found around the allocation; what was used stays.", _has_error),
    ("important", "enrolled and not allocated.", lambda _, r: r.outcome == "enrolled" and r.allocated is None),
    ("to note", "pending.", lambda _, r: r.outcome == "pending"),
)


def _of_deviations(known: Known) -> Iterator[Attention]:
    tests: tuple[tuple[Severity, str, Callable[[DeviationRow], bool]], ...] = (
        ("serious", "important and not closed.", lambda row: bool(row.important) and row.closed is None),
        ("important", "important, and closed.", lambda row: bool(row.important) and row.closed is not None),
        ("to note", "minor.", lambda row: not row.important),
    )
    for severity, sentence, test in tests:
        rows = [number for number, row in enumerate(known.deviations, 1) if test(row)]
        yield from _item(severity, DEVIATIONS, rows, f"{counted(len(rows), 'deviation')} {sentence}")


def _of_numbers(known: Known) -> Iterator[Attention]:
    if known.unopened:
        sentence = f"Entries name {listed(known.unopened)}, under which no screening was opened."
        yield Attention(severity="important", sentence=sentence)


def _of_decisions(decisions: Table) -> Iterator[Attention]:
    status = next(at for at, column in enumerate(decisions.columns) if column.key == "status")
    undecided = [n for n, row in enumerate(decisions.rows, 1) if row.cells[status] in {"open", "not approved"}]
    unsigned = [n for n, row in enumerate(decisions.rows, 1) if row.cells[status] == UNSIGNED]
    yield from _item(
        "important", DECISIONS, undecided, f"{counted(len(undecided), 'design answer')} open or not approved."
    )
    yield from _item("important", DECISIONS, unsigned, f"{counted(len(unsigned), 'design decision')} {UNSIGNED}.")
