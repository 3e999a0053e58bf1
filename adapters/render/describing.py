"""What the data forms say about themselves: scope, sources, columns and counts, as plain JSON values."""

from compliance.reports.model import Body, Column, Scope, Source, Table

_TYPES = {
    "text": "text",
    "id": "text, an identifier",
    "time": "text, RFC 3339 instant or partial date",
    "number": "decimal number",
    "flag": "text, a flag",
    "change": "text, the value after the change",
    "status": "text, a status",
}


def described(body: Body) -> dict[str, object]:
    return {
        "answer": body.answer,
        "approvals_note": body.approvals_note,
        "blinding_class": body.blinding_class,
        "entries_read": body.entries_read,
        "environment": body.environment,
        "name": body.name,
        "rows_printed": body.rows_printed,
        "scope": _scope(body.scope),
        "sources": [_source(source) for source in body.sources],
        "strength_note": body.strength_note,
        "tables": [_table(table) for table in body.tables],
        "title": body.title,
        "verification": body.verification,
    }


def _scope(scope: Scope) -> dict[str, object]:
    return scope.model_dump(mode="json")


def _source(source: Source) -> dict[str, object]:
    return source.model_dump(mode="json")


def _table(table: Table) -> dict[str, object]:
    return {
        "columns": [_column(column) for column in table.columns],
        "id": table.id,
        "note": table.note,
        "rows": len(table.rows),
        "title": table.title,
    }


def _column(column: Column) -> dict[str, object]:
    return {
        "codes": [{"code": code.code, "meaning": code.meaning} for code in column.codes],
        "heading": column.heading,
        "key": column.key,
        "kind": column.kind,
        "meaning": column.meaning,
        "type": _TYPES[column.kind],
        "unit": column.unit or None,
    }
