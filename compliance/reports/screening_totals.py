"""Totals that reconcile, printed as sentences, and by site."""

from collections.abc import Iterator
from typing import Final

from compliance.reports.model import Code, Row, Table
from compliance.reports.screening_known import Known
from compliance.reports.screening_words import column
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


def sentences(sums: ScreeningTotals) -> Iterator[tuple[str, bool]]:
    """Each sum in words, and whether it holds."""
    screenings, out = counted(sums.screenings, "screening"), ended(sums)
    whole = (
        f"{screenings} = {sums.enrolled:,} enrolled + {sums.failed:,} screen-failed + {out:,} left, lost or died "
        f"before enrolment ({sums.left:,} left, {sums.lost:,} lost, {sums.died:,} died) + {sums.pending:,} pending."
    )
    yield whole, sums.screenings == sums.enrolled + sums.failed + out + sums.pending
    enrolled = (
        f"{sums.enrolled:,} enrolled = {sums.allocated:,} allocated + "
        f"{sums.enrolled_not_allocated:,} enrolled and not allocated."
    )
    yield enrolled, sums.enrolled == sums.allocated + sums.enrolled_not_allocated
    again = sums.screenings - sums.persons
    persons = (
        f"{screenings} of {counted(sums.persons, 'person')}: {again:,} more than persons, "
        "by re-screening or a duplicate found later."
    )
    yield persons, again >= 0


def totals_table(known: Known) -> Table:
    """The sums."""
    return Table(
        id="totals",
        title="Totals that reconcile",
        note="Screenings and persons are counted apart.",
        columns=(
            column("sum", "Sum", "text", "What equals what"),
            column("holds", "Check", "status", "Whether both sides are equal", codes=_HOLDS),
        ),
        rows=tuple(
            Row(key=str(number), cells=(sentence, _said(holds)))
            for number, (sentence, holds) in enumerate(sentences(known.totals), 1)
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
