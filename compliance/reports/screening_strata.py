"""Allocations by site and stratum against the cap of the stratum: pooled over arms, coded or not."""

from collections import Counter
from collections.abc import Iterator
from typing import Final, Protocol

from compliance.reports.model import Code, Row, Table
from compliance.reports.screening_words import column, folded
from projections.allocations import AllocationsView, StratumRow, true_stratum


class Pooled(Protocol):
    """What the table is made from: allocations without arms, and the sites that the reader may see."""

    @property
    def allocations(self) -> AllocationsView:
        """All allocations."""
        ...

    @property
    def sites(self) -> frozenset[str] | None:
        """The sites shown; None for all."""
        ...


_STANDING: Final = (
    Code(code="places left", meaning="the cap of the stratum is not reached"),
    Code(code="full", meaning="the cap of the stratum is reached", tone="watch"),
    Code(code="over the cap", meaning="more than the cap were allocated", tone="bad"),
    Code(code="no cap", meaning="no cap is recorded for the stratum"),
    Code(code="part", meaning="one site's part of the stratum"),
    Code(code="own site only", meaning="other sites are not shown, so how full it is cannot be told here"),
)
_COLUMNS: Final = (
    column("stratum", "Stratum", "id", "Its code"),
    column("label", "Name", "text", "Its name in the design decision"),
    column("site", "Site", "text", "One site, or all that are shown"),
    column("allocated", "Allocated", "number", "Allocations in the stratum used, for ever; all arms together"),
    column("cap", "Cap", "number", "Most that the whole stratum may hold"),
    column("standing", "Standing", "status", "How the whole stratum stands", codes=_STANDING),
    column("true_members", "By true stratum", "number", "The same, errors found since taken into account"),
    folded("places_taken", "Places taken", "number", "Places taken by enrolments"),
    folded("cap_from", "Cap from", "text", "Committed with the lists, or decided in the design"),
)


def strata_table(known: Pooled) -> Table:
    """The table: a line for each stratum, then one for each of its sites."""
    rows = (cells for stratum in known.allocations.strata for cells in _stratum(known, stratum))
    return Table(
        id="strata",
        title="Allocations by stratum and site",
        note="All arms together: no balance between arms is shown or can be computed from this.",
        columns=_COLUMNS,
        rows=tuple(Row(key=str(number), group=cells[0], cells=cells) for number, cells in enumerate(rows, 1)),
        row_word="stratum line",
    )


def _stratum(known: Pooled, row: StratumRow) -> Iterator[tuple[str | None, ...]]:
    cap = None if row.cap is None else str(row.cap)
    shown = "all sites" if known.sites is None else "sites shown"
    whole = (str(row.true_members), str(row.places_taken), row.cap_from)
    yield (row.stratum, row.label, shown, str(row.allocated), cap, _standing(known, row), *whole)
    used = Counter(one.site for one in known.allocations.rows if one.allocation.stratum == row.stratum)
    true = Counter(one.site for one in known.allocations.rows if true_stratum(one) == row.stratum)
    for site in sorted({*used, *true}, key=str):
        yield (row.stratum, row.label, site, str(used[site]), cap, "part", str(true[site]), None, row.cap_from)


def _standing(known: Pooled, row: StratumRow) -> str:
    if known.sites is not None:
        return "own site only"
    if row.cap is None:
        return "no cap"
    if row.allocated > row.cap:
        return "over the cap"
    return "full" if row.allocated == row.cap else "places left"
