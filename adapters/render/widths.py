"""How wide each column of the page is, from what it holds: one line per row on a screen of 1,280 pixels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adapters.render.plain import NOT_RECORDED, headed, instant, number, short_id
from compliance.reports.model import Column, Row, Table
from compliance.reports.wrapping import width_of

_BUDGET = 164  # digits of the table's type that fit beside edge and margins
_PORTRAIT = 110  # beyond this the paper is turned
_PADDING, _TURNER = 2, 3
_LONGEST, _LEAST = 48, 10
_FLEXIBLE = frozenset({"text", "change"})


@dataclass(frozen=True)
class Place:
    """One column of the line: where its cell and the cells beside it are found, its width and its wish."""

    at: int
    column: Column
    beside: tuple[int, ...]
    width: int
    wanted: int


@dataclass(frozen=True)
class Layout:
    """`folded` are the columns of the fold-out; widths count digits, padding included."""

    line: tuple[Place, ...]
    folded: tuple[int, ...]

    @property
    def width(self) -> int:
        return sum(place.width for place in self.line)

    @property
    def wide(self) -> bool:
        return self.width > _PORTRAIT


def layout_of(table: Table) -> Layout:
    at = {column.key: index for index, column in enumerate(table.columns)}
    beside = {
        column.key: tuple(at[other.key] for other in table.columns if other.beside == column.key)
        for column in table.columns
    }
    line = [column for column in table.columns if column.in_line]
    wanted = [_wanted(column, (at[column.key], *beside[column.key]), table.rows) for column in line]
    wanted[0] += _TURNER  # the mark that folds a row out
    places = tuple(
        Place(at[column.key], column, beside[column.key], width, wish)
        for column, width, wish in zip(line, _fitted(line, wanted), wanted, strict=True)
    )
    return Layout(places, tuple(index for index, column in enumerate(table.columns) if column.folded))


def clipped(place: Place, row: Row) -> bool:
    """Tell whether the line may show less than the cells hold, in whatever type the reader's system has."""
    cells = [row.cells[at] for at in (place.at, *place.beside)]
    if place.column.kind == "id":
        return any(cell is not None and short_id(cell) != cell for cell in cells)
    if place.width == place.wanted:
        return False
    return _needed(place.column, cells) > (place.width - _PADDING) * 9 // 10


def _wanted(column: Column, cells: Sequence[int], rows: Iterable[Row]) -> int:
    content = max((_needed(column, [row.cells[at] for at in cells]) for row in rows), default=0)
    heading = max(width_of(word) for word in headed(column.heading, column.unit).split())
    return max(content, heading) + _PADDING


def _needed(column: Column, cells: Sequence[str | None]) -> int:
    first, *beside = cells
    return _shown(column, first) + sum(_beside(column, cell) for cell in beside)


def _beside(column: Column, cell: str | None) -> int:
    """What stands beside is small text whatever the column's kind; an earlier value only where there is one."""
    if column.kind == "change":
        return 0 if cell is None else width_of(cell) + len(" → ")
    return 1 + (len(NOT_RECORDED) if cell is None else sum(width_of(part) for part in instant(cell)))


def _shown(column: Column, cell: str | None) -> int:
    if cell is None:
        return len(NOT_RECORDED)
    match column.kind:
        case "number":
            return len(number(cell))
        case "id":
            return width_of(short_id(cell))
        case "time":  # marks between digits are narrow, offsets are set small
            return sum(width_of(part) for part in instant(cell)) * 7 // 8 + 1
        case "flag" | "status":  # framed
            return width_of(cell) + 2
        case _:
            return width_of(cell)


def _fitted(columns: Sequence[Column], wanted: Sequence[int]) -> list[int]:
    """Shorten the longest columns of running text until the line fits; short ones stay whole."""
    tries = (_cut(columns, wanted, longest) for longest in range(_LONGEST, _LEAST, -1))
    return next((widths for widths in tries if sum(widths) <= _BUDGET), _cut(columns, wanted, _LEAST))


def _cut(columns: Sequence[Column], wanted: Sequence[int], longest: int) -> list[int]:
    return [
        min(width, longest) if column.kind in _FLEXIBLE else width
        for column, width in zip(columns, wanted, strict=True)
    ]
