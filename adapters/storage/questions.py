"""What is asked of the tables, put into statements once: building one anew costs several times its answer."""

from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from typing import Any, Final

from sqlalchemy import Column, Select, bindparam, or_, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from adapters.storage.batch import StoredEntry, StoredHead
from adapters.storage.tables import ALL_LEDGER_TABLES, LedgerTables, command_outcome, tables_of

Question = Select[*tuple[Any, ...]]
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
        by_position = (of_ledger, entry.position > bindparam("after"), entry.position <= bindparam("up_to"))
        of_stream = (of_ledger, entry.stream == bindparam("stream"))
        by_version = (*of_stream, entry.version > bindparam("after"), entry.version <= bindparam("up_to"))
        whole = select(*_columns(entry, StoredEntry))
        places = select(entry.ledger, entry.position, entry.stream, entry.version, entry.recorded_at)
        self._type = entry.type
        self.stream: Question = whole.where(*by_version).order_by(entry.version)
        self.page: Question = whole.where(*by_position).order_by(entry.position).limit(bindparam("limit"))
        self.leaves: Question = select(entry.leaf).where(*by_position).order_by(entry.position)
        self.places: Question = places.where(*by_position).order_by(entry.position)
        self.head: Question = select(*_columns(head, StoredHead)).where(head.ledger == bindparam("ledger"))
        self.ledgers: Question = select(head.ledger)

    @cache  # noqa: B019 (there are two of these objects, for as long as the process lives)
    def page_of_types(self, count: int) -> Question:
        """Give the statement for a page of so many types, named type_0, type_1 and so on."""
        return self.page.where(or_(*(self._type == bindparam(name) for name in type_names(count))))


def type_names(count: int) -> Sequence[str]:
    return [f"type_{number}" for number in range(count)]


OUTCOME: Final[Question] = select(command_outcome.c.digest, command_outcome.c.code, command_outcome.c.placed).where(
    command_outcome.c.actor == bindparam("actor"), command_outcome.c.command_id == bindparam("command_id")
)

_BY_TABLES: Final = {id(tables): Questions(tables) for tables in ALL_LEDGER_TABLES}
ALL_QUESTIONS: Final = tuple(_BY_TABLES.values())


def about(ledger: str) -> Questions:
    """Give the statements for a ledger."""
    return _BY_TABLES[id(tables_of(ledger))]
