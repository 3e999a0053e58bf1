"""JSON lines: first a line that describes the report, then one typed row per line in the order of the page."""

from collections.abc import Iterator

from adapters.render.canonical import canonical
from adapters.render.describing import described
from adapters.render.names import lines_name
from compliance.reports.model import Body, Column, Row, Table

RULES = (
    "One JSON object per line, UTF-8, sorted keys, lines end in LF. The first line (record: report) describes "
    "the report and its columns; every other (record: row) is one row. A value that was never recorded is null; "
    "whole numbers are numbers, other decimals are texts, so that no digit is lost."
)
_SAFE = 2**53 - 1


def jsonl_file(body: Body) -> dict[str, bytes]:
    return {lines_name(body): b"".join(canonical(line) + b"\n" for line in _lines(body))}


def _lines(body: Body) -> Iterator[dict[str, object]]:
    yield {"record": "report", "environment": body.environment, "report": described(body)}
    for table in body.tables:
        for row in table.rows:
            yield _line(body.environment, table, row)


def _line(environment: str, table: Table, row: Row) -> dict[str, object]:
    return {
        "record": "row",
        "environment": environment,
        "table": table.id,
        "key": row.key,
        "group": row.group,
        "cells": {column.key: _value(column, cell) for column, cell in zip(table.columns, row.cells, strict=True)},
        "details": [{"column": detail.column, "text": detail.text} for detail in row.details],
    }


def _value(column: Column, cell: str | None) -> str | int | None:
    if cell is None or column.kind != "number" or "." in cell:
        return cell
    whole = int(cell)
    return whole if abs(whole) <= _SAFE and str(whole) == cell else cell
