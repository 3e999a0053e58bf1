"""Flat files for spreadsheets: RFC 4180, UTF-8, one per table."""

import csv
import io

from adapters.render.canonical import canonical
from adapters.render.names import flat_name
from adapters.render.plain import EMPTY, NOT_RECORDED
from compliance.reports.model import Body, Column, Row, Table

# A spreadsheet runs a cell that begins with one of these (full-width forms too, in some languages).
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 (the full-width signs are meant)
_STANDS_FOR_NOTHING = frozenset({NOT_RECORDED, EMPTY})

RULES = (
    "RFC 4180, UTF-8 without byte order mark, lines end in CR LF, the first line names the columns. "
    f"A value that was never recorded is written {NOT_RECORDED}, an empty text {EMPTY}. "
    "A text that begins with = + - @ (also full-width), tab, line break or apostrophe, or that reads like "
    "one of those two marks, has one apostrophe put before it, so that no spreadsheet runs it: "
    "take one leading apostrophe off to have the text. Numbers are left as they are."
)


def csv_files(body: Body) -> dict[str, bytes]:
    return {flat_name(body, table): _file(body, table) for table in body.tables}


def _file(body: Body, table: Table) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["environment", "row_key", *(column.key for column in table.columns), "row_details"])
    writer.writerows(_line(body.environment, table.columns, row) for row in table.rows)
    return out.getvalue().encode()


def _line(environment: str, columns: tuple[Column, ...], row: Row) -> list[str]:
    cells = (_cell(column, cell) for column, cell in zip(columns, row.cells, strict=True))
    return [environment, _text(row.key), *cells, _details(row)]


def _cell(column: Column, cell: str | None) -> str:
    if cell is None:
        return NOT_RECORDED
    return cell if column.kind == "number" else _text(cell)


def _text(text: str) -> str:
    if not text:
        return EMPTY
    return f"'{text}" if text.startswith(("'", *_RUNS)) or text in _STANDS_FOR_NOTHING else text


def _details(row: Row) -> str:
    if not row.details:
        return "none"
    return canonical([[detail.column, detail.text] for detail in row.details]).decode()
