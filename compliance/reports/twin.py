"""Twin reports: both forms of one report at the same positions, and the proof that masked columns alone differ.

The blinded form is made from the same material without the vault: what a blinded reader of its ledgers gets.
Every table of it stands in the unblinded form too, row by row, and every column that both have is equal in every
cell; what the unblinded form has more is listed. A difference anywhere else is an error (ICH E6(R3) 4.1.1).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from compliance.reports import frame, vaulted
from compliance.reports.filled import Filled, shown, table_of
from compliance.reports.material import Material
from compliance.reports.model import Attention, Body, Code, Figure, Row, RowRef, Table
from compliance.reports.wording import counted
from domain.catalogue import LedgerKind
from domain.errors import TrialproofError

COLUMNS: Final = "columns"
TABLES: Final = "tables"
_STANDINGS: Final = (
    Code(code="equal", meaning="in both forms, equal in every cell", tone="good"),
    Code(code="masked", meaning="in the unblinded form alone", tone="watch"),
)
_TABLES: Final = (
    Code(code="paired", meaning="in both forms, row by row", tone="good"),
    Code(code="masked", meaning="in the unblinded form alone", tone="watch"),
)
Build = Callable[[Material], Body]


class TwinsDifferError(TrialproofError):
    """The two forms of a report differ where they may not: nothing is handed out."""

    code = "twins_differ"

    def __init__(self, place: str) -> None:
        """`place` names table, row and column, never what stands there."""
        super().__init__(
            f"The two forms of the report differ outside the masked columns: {place}.",
            next_step="Hand out neither; tell who maintains the product: the blinded form may tell an arm.",
        )


class Compared(NamedTuple):
    """A column of the unblinded form, and how many cells of it were compared with the blinded one."""

    table: str
    column: str
    heading: str
    cells: int | None


class Paired(NamedTuple):
    """A table of the unblinded form; `rows` that were paired, None where the blinded form has no such table."""

    table: str
    title: str
    printed: int
    rows: int | None


def limited(material: Material, kinds: Sequence[LedgerKind]) -> Material:
    """The material of who reads ledgers of these kinds alone."""
    return replace(
        material,
        entries={name: entries for name, entries in material.entries.items() if _kind(name) in kinds},
        leaves={place: leaf for place, leaf in material.leaves.items() if _kind(place[0]) in kinds},
        sources=tuple(source for source in material.sources if _kind(source.ledger) in kinds),
        broken={place: why for place, why in material.broken.items() if _kind(place[0]) in kinds},
    )


def _kind(ledger: str) -> str:
    return ledger.partition(":")[0]


def form_of(build: Build, kinds: Sequence[LedgerKind]) -> Build:
    """One form of a report, made from the ledgers that it reads alone, whatever else is handed in."""

    def built(material: Material) -> Body:
        return build(limited(material, kinds))

    return built


def twin_of(name: str, title: str, blinded: Build, unblinded: Build) -> Build:
    """The build of the comparison of two forms, under a name of its own."""

    def built(material: Material) -> Body:
        return compared(name, title, material, blinded(material), unblinded(material))

    return built


def compared(name: str, title: str, material: Material, blinded: Body, unblinded: Body) -> Body:
    """The comparison as a report; TwinsDifferError where more than masked columns differ."""
    columns, tables = tuple(compare(blinded, unblinded)), tuple(_paired(blinded, unblinded))
    masked = [one for one in columns if one.cells is None]
    extra = [one for one in tables if one.rows is None]
    cells, rows = sum(one.cells or 0 for one in columns), sum(one.rows or 0 for one in tables)
    return Body(
        name=name,
        title=frame.titled(f"{title}, {frame.sites_words(material.sites)}", material),
        answer=(
            f"{counted(cells, 'cell')} in {counted(rows, 'row')} of {counted(len(blinded.tables), 'table')} are equal "
            f"in both forms; the unblinded form has {counted(len(masked), 'masked column')} and "
            f"{counted(len(extra), 'table')} more."
        ),
        figures=(
            _figure("Tables paired", len(blinded.tables), "every table of the blinded form"),
            _figure("Rows paired", rows, "every row of the blinded form"),
            _figure("Cells equal", cells, "every cell that both forms have"),
            _figure("Masked columns", len(masked), "in the unblinded form alone"),
            _figure("Tables of one form", len(extra), "in the unblinded form alone"),
            _figure("Differences", 0, "elsewhere; one would be an error, and no report"),
        ),
        attention=tuple(_attention(columns)),
        tables=(_columns_table(columns), _tables_table(tables)),
        pictures=(),
        scope=frame.scope(material, template=f"{name}/1"),
        sources=vaulted.sources(material),
        entries_read=vaulted.entries_read(material),
        blinding_class="UNBLINDED",
        environment=material.environment,
        approvals_note=blinded.approvals_note,
        strength_note=blinded.strength_note,
        verification=frame.VERIFICATION,
    )


def compare(blinded: Body, unblinded: Body) -> Iterator[Compared]:
    """Every column of the unblinded form; TwinsDifferError at the first place that differs outside those masked."""
    theirs = {table.id: table for table in blinded.tables}
    if blinded.pictures != unblinded.pictures[: len(blinded.pictures)]:
        raise TwinsDifferError("a picture")
    if missing := theirs.keys() - {table.id for table in unblinded.tables}:
        raise TwinsDifferError(f"table {min(missing)} is in the blinded form alone")
    for table in unblinded.tables:
        if table.id in theirs:
            yield from _columns(theirs[table.id], table)


def _columns(blinded: Table, unblinded: Table) -> Iterator[Compared]:
    if (blinded.title, blinded.note, blinded.row_word) != (unblinded.title, unblinded.note, unblinded.row_word):
        raise TwinsDifferError(f"the words around table {blinded.id}")
    shared = {column.key for column in blinded.columns}
    common = tuple(column for column in unblinded.columns if column.key in shared)
    if common != blinded.columns:
        raise TwinsDifferError(f"the columns of table {blinded.id}")
    if [row.key for row in blinded.rows] != [row.key for row in unblinded.rows]:
        raise TwinsDifferError(f"the rows of table {blinded.id}")
    at = [number for number, column in enumerate(unblinded.columns) if column.key in shared]
    for one, other in zip(blinded.rows, unblinded.rows, strict=True):
        _equal(blinded, one, other, at, shared)
    for column in unblinded.columns:
        cells = len(blinded.rows) if column.key in shared else None
        yield Compared(unblinded.id, column.key, column.heading, cells)


def _equal(table: Table, one: Row, other: Row, at: Sequence[int], shared: set[str]) -> None:
    for column, cell, place in zip(table.columns, one.cells, at, strict=True):
        if cell != other.cells[place]:
            raise TwinsDifferError(f"column {column.key} in row {one.key} of table {table.id}")
    details = tuple(detail for detail in other.details if detail.column in shared)
    if (one.group, one.details) != (other.group, details):
        raise TwinsDifferError(f"row {one.key} of table {table.id}, beside its cells")


def _paired(blinded: Body, unblinded: Body) -> Iterator[Paired]:
    theirs = {table.id for table in blinded.tables}
    for table in unblinded.tables:
        yield Paired(table.id, table.title, len(table.rows), len(table.rows) if table.id in theirs else None)


def _attention(columns: Sequence[Compared]) -> Iterator[Attention]:
    rows = [number for number, one in enumerate(columns, 1) if one.cells is None]
    if rows:
        yield Attention(
            severity="to note",
            sentence=f"{counted(len(rows), 'column')} masked in the blinded form.",
            rows=tuple(RowRef(table=COLUMNS, row=str(row)) for row in rows),
        )


def _columns_table(columns: Sequence[Compared]) -> Table:
    filled: tuple[Filled[Compared], ...] = (
        shown("heading", "Heading", "text", "As printed", lambda c: c.heading),
        shown("table", "Table", "id", "Table of the report", lambda c: c.table),
        shown("column", "Column", "id", "Column of the table, as the data forms have it", lambda c: c.column),
        shown("cells", "Cells equal", "number", "Compared, and found equal", _cells),
        shown("standing", "Standing", "status", "In which form", _standing, codes=_STANDINGS),
    )
    note = "Of every column that both forms have each cell was compared as printed, with what folds out beside it."
    return table_of(COLUMNS, "Columns", note, filled, columns, row_word="column", group=lambda c: c.table)


def _cells(one: Compared) -> str | None:
    return None if one.cells is None else str(one.cells)


def _standing(one: Compared) -> str:
    return "masked" if one.cells is None else "equal"


def _tables_table(tables: Sequence[Paired]) -> Table:
    filled: tuple[Filled[Paired], ...] = (
        shown("table", "Table", "id", "Table of the report", lambda t: t.table),
        shown("title", "Title", "text", "As printed", lambda t: t.title),
        shown("rows", "Rows", "number", "In the unblinded form", lambda t: str(t.printed)),
        shown("paired", "Paired", "number", "With rows of the blinded form", _rows),
        shown("standing", "Standing", "status", "In which form", _table_standing, codes=_TABLES),
    )
    note = "Rows pair by their keys and stand in one order. The first screen may say more in the unblinded form."
    return table_of(TABLES, "Tables", note, filled, tables, row_word="table")


def _rows(one: Paired) -> str | None:
    return None if one.rows is None else str(one.rows)


def _table_standing(one: Paired) -> str:
    return "masked" if one.rows is None else "paired"


def _figure(label: str, value: int, meaning: str) -> Figure:
    return Figure(label=label, value=f"{value:,}", meaning=meaning)
