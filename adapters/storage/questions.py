"""What is asked of the tables, put into statements once.

A statement built anew for each read costs three times the read: SQLAlchemy has to recognise it before it can use
what it compiled before.
"""

from dataclasses import fields
from typing import Any, Final

from sqlalchemy import Column, Select, bindparam, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from adapters.storage.batch import StoredEntry, StoredHead
from adapters.storage.tables import ALL_LEDGER_TABLES, LedgerTables, command_outcome, tables_of

NO_END: Final = 2**63 - 1
"""Up to here is up to the end: the largest number that a column of positions holds."""


def _columns(
    table: ReadOnlyColumnCollection[str, Column[Any]], row: type[StoredEntry | StoredHead]
) -> list[Column[Any]]:
    return [table[field.name] for field in fields(row)]


class Questions:
    """The statements about the ledgers of one pair of tables."""

    def __init__(self, tables: LedgerTables) -> None:
        entry, head = tables.entry.c, tables.head.c
        of_ledger = entry.ledger == bindparam("ledger")
        by_position = (entry.position > bindparam("after"), entry.position <= bindparam("up_to"))
        whole = select(*_columns(entry, StoredEntry)).where(of_ledger)
        self.stream = whole.where(
            entry.stream == bindparam("stream"),
            entry.version > bindparam("after"),
            entry.version <= bindparam("up_to"),
        ).order_by(entry.version)
        page = whole.where(*by_position).order_by(entry.position).limit(bindparam("limit"))
        self.page = page
        self.page_of_types = page.where(entry.type.in_(bindparam("types", expanding=True)))
        self.head = select(*_columns(head, StoredHead)).where(head.ledger == bindparam("ledger"))
        self.ledgers = select(head.ledger)
        self.leaves = select(entry.leaf).where(of_ledger, *by_position).order_by(entry.position)
        self.places = (
            select(entry.ledger, entry.position, entry.stream, entry.version, entry.recorded_at)
            .where(of_ledger, *by_position)
            .order_by(entry.position)
        )


OUTCOME: Final[Select[tuple[bytes, str, str]]] = select(
    command_outcome.c.digest, command_outcome.c.code, command_outcome.c.placed
).where(command_outcome.c.actor == bindparam("actor"), command_outcome.c.command_id == bindparam("command_id"))

_BY_TABLES: Final = {id(tables): Questions(tables) for tables in ALL_LEDGER_TABLES}
ALL_QUESTIONS: Final = tuple(_BY_TABLES.values())


def about(ledger: str) -> Questions:
    """Give the statements for a ledger."""
    return _BY_TABLES[id(tables_of(ledger))]
