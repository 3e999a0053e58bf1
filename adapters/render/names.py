"""File names say the report and its environment, so that a file met alone cannot be taken for another."""

from compliance.reports.model import Body, Table


def page_name(body: Body) -> str:
    return f"{_stem(body)}.html"


def lines_name(body: Body) -> str:
    return f"{_stem(body)}.jsonl"


def flat_name(body: Body, table: Table) -> str:
    return f"{_stem(body)}.{table.id}.csv"


def manifest_name(body: Body) -> str:
    return f"{_stem(body)}.manifest.json"


def _stem(body: Body) -> str:
    return f"{body.name}.{body.environment}"
