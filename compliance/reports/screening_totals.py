"""Totals that reconcile, printed as sentences, and by site."""

from typing import Final, NamedTuple

from compliance.reports.model import Code, Row, Table
from compliance.reports.screening_known import Known
from compliance.reports.screening_words import column, folded
from compliance.reports.wording import counted
from projections.screening_log import ScreeningRow, ScreeningTotals, totals

_HOLDS: Final = (
    Code(code="holds", meaning="both sides are equal", tone="good"),
    Code(code="does not hold", meaning="the sides differ", tone="bad"),
)
_SITES: Final = (
    column("site", "Site", "id", "Site that screened"),
    column("screenings", "Screenings", "number", "Screening numbers issued"),
    column("persons", "Persons", "number", "Persons behind them; over sites, one person may count at each"),
    column("enrolled", "Enrolled", "number", "Taken into the trial"),
    column("failed", "Screen-failed", "number", "Decided not eligible"),
    column("ended", "Left, lost or died", "number", "Before enrolment"),
    column("pending", "Pending", "number", "Screening not finished"),
    column("allocated", "Allocated", "number", "Of the enrolled; no arm is shown"),
    column("reconciles", "Sums", "status", "Whether both sums hold", codes=_HOLDS),
)


def ended(sums: ScreeningTotals) -> int:
    """Left, lost or died before enrolment."""
    return sums.left + sums.lost + sums.died


class Sum(NamedTuple):
    """A whole and the sum of its parts, with the sentence that says both."""

    name: str
    whole: int
    parts: int
    sentence: str


def sums_of(found: ScreeningTotals) -> tuple[Sum, Sum]:
    """Both sums: of screenings, and of the enrolled."""
    out = ended(found)
    screenings = (
        f"{counted(found.screenings, 'screening')} = {found.enrolled:,} enrolled + {found.failed:,} screen-failed + "
        f"{out:,} left, lost or died before enrolment ({found.left:,} left, {found.lost:,} lost, {found.died:,} died) "
        f"+ {found.pending:,} pending."
    )
    enrolled = (
        f"{found.enrolled:,} enrolled = {found.allocated:,} allocated + "
        f"{found.enrolled_not_allocated:,} enrolled and not allocated."
    )
    parts = found.enrolled + found.failed + out + found.pending
    return (
        Sum("Screenings", found.screenings, parts, screenings),
        Sum("Enrolled", found.enrolled, found.allocated + found.enrolled_not_allocated, enrolled),
    )


def persons_sentence(found: ScreeningTotals) -> str:
    """Persons, counted apart."""
    again = found.screenings - found.persons
    return (
        f"{counted(found.screenings, 'screening')} of {counted(found.persons, 'person')}: {again:,} more than persons, "
        "by re-screening or a duplicate found later."
    )


def totals_table(known: Known) -> Table:
    """The sums, as sentences and as numbers."""
    sums = sums_of(known.totals)
    return Table(
        id="totals",
        title="Totals that reconcile",
        note=" ".join((*(each.sentence for each in sums), persons_sentence(known.totals))),
        columns=(
            column("sum", "What is summed", "text", "What is summed"),
            column("whole", "Counted", "number", "Counted as a whole"),
            column("parts", "Sum of parts", "number", "Counted part by part, and added"),
            column("holds", "Check", "status", "Whether both are equal", codes=_HOLDS),
            folded("sentence", "In words", "text", "The sum as a sentence"),
        ),
        rows=tuple(
            Row(
                key=str(number),
                cells=(each.name, str(each.whole), str(each.parts), _said(each.whole == each.parts), each.sentence),
            )
            for number, each in enumerate(sums, 1)
        ),
        row_word="sum",
    )


def sites_table(known: Known) -> Table:
    """The same by site."""
    sites = sorted({row.site for row in known.rows})
    return Table(
        id="sites",
        title="By site",
        note="The same sums for each site shown.",
        columns=_SITES,
        rows=tuple(_site(number, site, known.rows) for number, site in enumerate(sites, 1)),
        row_word="site",
    )


def _site(number: int, site: str, rows: tuple[ScreeningRow, ...]) -> Row:
    sums = totals(row for row in rows if row.site == site)
    counts = (sums.screenings, sums.persons, sums.enrolled, sums.failed, ended(sums), sums.pending, sums.allocated)
    return Row(key=str(number), cells=(site, *map(str, counts), _said(sums.reconcile)))


def _said(holds: bool) -> str:
    return "holds" if holds else "does not hold"
