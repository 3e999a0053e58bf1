"""A table for scanning: one line per row, the rest folded out, shades by group and not by row."""

from collections.abc import Iterator

from adapters.render.html_words import ABSENT, NO_TEXT, esc, row_anchor
from adapters.render.plain import headed, instant, number, short_id
from adapters.render.widths import Layout, Place, clipped, layout_of
from compliance.reports.model import Column, Row, Table

_CHUNK = 500  # rows per part of a long table, which a browser lays out only when it comes into view


def table_html(table: Table, marked: frozenset[str]) -> Iterator[str]:
    """Write the table part by part; `marked` are the keys of rows that need attention."""
    if not table.rows:
        yield f'<p class="none">No {esc(table.row_word)} to show: none was found within the scope.</p>\n'
        return
    layout = layout_of(table)
    shades = _shades(table.rows)
    for start in range(0, len(table.rows), _CHUNK):
        rows = table.rows[start : start + _CHUNK]
        yield '<div class="part">' if len(table.rows) > _CHUNK else "<div>"
        yield _head(table, layout, start, len(rows))
        for row, shaded in zip(rows, shades[start : start + _CHUNK], strict=True):
            yield _row(table, layout, row, shaded=shaded, marked=row.key in marked)
        yield "</tbody></table></div>\n"


def legend_html(table: Table) -> str:
    """Explain every column and every code; codes are never printed without their meaning."""
    said = "".join(
        f"<div><dt>{esc(column.heading)}</dt><dd>{esc(_explained(column))}</dd></div>" for column in table.columns
    )
    return f'<details class="legend"><summary>What the columns and codes mean</summary><dl>{said}</dl></details>\n'


def _explained(column: Column) -> str:
    unit = f" Unit: {column.unit}." if column.unit else ""
    codes = "; ".join(f"{code.code} = {code.meaning}" for code in column.codes)
    return f"{column.meaning.rstrip('.')}.{unit}" + (f" {codes}." if codes else "")


def _shades(rows: tuple[Row, ...]) -> list[bool]:
    shades: list[bool] = []
    for before, row in zip((None, *rows), rows, strict=False):
        changed = before is not None and before.group != row.group
        shades.append(changed != (shades[-1] if shades else False))
    return shades


def _head(table: Table, layout: Layout, start: int, count: int) -> str:
    columns = "".join("<col>" for _ in layout.line)
    headings = "".join(_heading(place.column) for place in layout.line)
    part = f", {esc(table.row_word)} lines {start + 1:,} to {start + count:,} of {len(table.rows):,}"
    return (
        f'<table class="c-{table.id}"><caption>{esc(table.title)}{part}</caption>'
        f"<colgroup>{columns}</colgroup><thead><tr>{headings}</tr></thead><tbody>\n"
    )


def _heading(column: Column) -> str:
    return f'<th scope="col" title="{esc(column.meaning)}">{esc(headed(column.heading, column.unit))}</th>'


def _row(table: Table, layout: Layout, row: Row, *, shaded: bool, marked: bool) -> str:
    names = " ".join(name for name, on in (("z", shaded), ("m", marked)) if on)
    first, *others = (_cell(place, row) for place in layout.line)
    fold = _fold(table, layout, row)
    if fold:
        first = f"<details><summary>{first}</summary><p>{fold}</p></details>"
    cells = "".join(f"<td>{cell}</td>" for cell in others)
    shade = f' class="{names}"' if names else ""
    anchor = esc(row_anchor(table.id, row.key))
    return f'<tr id="{anchor}"{shade}><th scope="row">{first}</th>{cells}</tr>\n'


def _cell(place: Place, row: Row) -> str:
    said = _value(place.column, row.cells[place.at])
    beside = [row.cells[at] for at in place.beside]
    if place.column.kind == "change":
        earlier = "".join(f"<del>{esc(cell)}</del> → " for cell in beside if cell is not None)
        return earlier + said
    return said + "".join(f" <small>{_small(cell)}</small>" for cell in beside)


def _value(column: Column, cell: str | None) -> str:
    if cell is None:
        return ABSENT
    match column.kind:
        case "number":
            return number(cell)
        case "time":
            return _time(cell)
        case "id":
            short = short_id(cell)
            return esc(cell) if short == cell else f'<abbr title="{esc(cell)}">{esc(short)}</abbr>'
        case "flag" | "status":
            return _chip(column, cell)
        case _:
            return esc(cell) or NO_TEXT


def _time(cell: str) -> str:
    moment, offset = instant(cell)
    return f"{esc(moment)} <small>{offset}</small>" if offset else esc(cell)


def _small(cell: str | None) -> str:
    return ABSENT if cell is None else esc(" ".join(part for part in instant(cell) if part))


def _chip(column: Column, cell: str) -> str:
    tone = next((code.tone for code in column.codes if code.code == cell), "plain")
    return esc(cell) if tone == "plain" else f'<b class="{tone}">{esc(cell)}</b>'


def _fold(table: Table, layout: Layout, row: Row) -> str:
    """Say the rest of the row: folded columns, texts too long for the line, details, and what is missing."""
    columns = table.columns
    said = [(columns[at].heading, cell) for at, cell in _clipped(layout, row)]
    said += [(columns[at].heading, cell) for at in layout.folded if (cell := row.cells[at]) is not None]
    headings = {column.key: column.heading for column in columns} if row.details else {}
    said += [(headings[detail.column], detail.text) for detail in row.details]
    missing = ", ".join(columns[at].heading for at in layout.folded if row.cells[at] is None)
    lines = [f"<b>{esc(heading)}</b> {esc(text) or NO_TEXT}" for heading, text in said]
    return "\n".join([*lines, f"<i>Not recorded: {esc(missing)}</i>"] if missing else lines)


def _clipped(layout: Layout, row: Row) -> Iterator[tuple[int, str]]:
    for place in layout.line:
        if clipped(place, row):
            cells = ((at, row.cells[at]) for at in (*place.beside, place.at))
            yield from ((at, cell) for at, cell in cells if cell is not None)
