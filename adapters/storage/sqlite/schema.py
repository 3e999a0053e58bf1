"""The tables in SQLite's tongue, and the triggers that keep what was written."""

from collections.abc import Iterator
from typing import Final, Protocol

from sqlalchemy import Table, UniqueConstraint
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.schema import CreateTable

from adapters.storage.tables import ALL_LEDGER_TABLES, command_outcome, metadata

SCHEMA_VERSION: Final = 1
APPLICATION_ID: Final = int.from_bytes(b"TrPf")


class _Spoken(Protocol):
    """What SQLAlchemy can spell in this database's tongue."""

    def compile(self, *, dialect: SQLiteDialect_pysqlite) -> object: ...


def spelled(statement: _Spoken) -> str:
    return str(statement.compile(dialect=SQLiteDialect_pysqlite()))


def schema() -> Iterator[str]:
    for table in metadata.sorted_tables:
        yield spelled(CreateTable(table))
    yield from _triggers().values()
    yield f"PRAGMA application_id={APPLICATION_ID}"
    yield f"PRAGMA user_version={SCHEMA_VERSION}"


def names() -> set[str]:
    return {table.name for table in metadata.sorted_tables} | _triggers().keys()


def _triggers() -> dict[str, str]:
    triggers = _append_only(command_outcome, "")
    for tables in ALL_LEDGER_TABLES:
        triggers |= _append_only(tables.entry, "") | _without_gaps(tables.entry.name)
        triggers |= _append_only(tables.head, _WHEN_NOT_GROWN)
    return triggers


_WHEN_NOT_GROWN: Final = (
    "WHEN NEW.ledger IS NOT OLD.ledger OR NEW.rowid IS NOT OLD.rowid"
    " OR NEW.size <= OLD.size OR NEW.recorded_at < OLD.recorded_at"
)


def _append_only(table: Table, when_not_allowed: str) -> dict[str, str]:
    """Refuse change and removal, and also REPLACE, IGNORE and upserts, which SQLite lets past the first two.

    A row can be replaced by any of its keys, its rowid included.
    """
    name = table.name
    known = " OR ".join(
        f"EXISTS (SELECT 1 FROM {name} WHERE {' AND '.join(f'{part} = NEW.{part}' for part in key)})"  # noqa: S608 (names of our own tables)
        for key in _keys(table)
    )
    return {
        f"{name}_no_{act}": f"CREATE TRIGGER {name}_no_{act} {when}"
        f" BEGIN SELECT RAISE(ABORT, 'what is recorded cannot be {act}d: {name}'); END"
        for act, when in (
            ("change", f"BEFORE UPDATE ON {name} {when_not_allowed}"),
            ("delete", f"BEFORE DELETE ON {name}"),
            ("replace", f"BEFORE INSERT ON {name} WHEN {known}"),
        )
    }


def _without_gaps(entry: str) -> dict[str, str]:
    gaps = " OR ".join(
        f"(NEW.{number} > 1 AND NOT EXISTS (SELECT 1 FROM {entry} WHERE {of} AND {number} = NEW.{number} - 1))"  # noqa: S608 (names of our own tables)
        for of, number in (
            ("ledger = NEW.ledger", "position"),
            ("ledger = NEW.ledger AND stream = NEW.stream", "version"),
        )
    )
    return {
        f"{entry}_no_gap": f"CREATE TRIGGER {entry}_no_gap BEFORE INSERT ON {entry} WHEN {gaps}"
        f" BEGIN SELECT RAISE(ABORT, 'what is recorded has no gaps: {entry}'); END"
    }


def _keys(table: Table) -> list[list[str]]:
    unique = [constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    return [["rowid"], *([column.name for column in key.columns] for key in (table.primary_key, *unique))]
