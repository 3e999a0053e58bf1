"""The one writing connection of a process: the hot path, on the driver itself."""

import sqlite3
from collections.abc import Collection
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from sqlalchemy import bindparam, func, insert, select, update

from adapters.storage.batch import StoredHead, ledger_of
from adapters.storage.dialect import EntryRow, Rows
from adapters.storage.sqlite.errors import Translating, code_of, meaning
from adapters.storage.sqlite.files import connect, identity
from adapters.storage.sqlite.schema import spelled
from adapters.storage.tables import ALL_LEDGER_TABLES, LedgerTables, command_outcome, tables_of
from domain.errors import ConflictError, InDoubtError, StorageUnavailableError

CERTAINLY_NOT_COMMITTED: Final = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY}


class SqliteWriter:
    """The only connection of this process that writes; its transactions take the write lock at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = str(path)
        self._file = identity(self._name)
        self._sql = {id(tables): _Statements(tables) for tables in ALL_LEDGER_TABLES}
        self._transaction = _Transaction(self, path)
        self.connection = connect(path)

    def transaction(self) -> "_Transaction":
        return self._transaction

    def begin(self) -> None:
        if identity(self._name) != self._file:
            raise StorageUnavailableError(
                f"The ledger file {self._path.name} was moved or replaced while it was in use.",
                next_step="Stop the service, put the right file in place, and start again.",
            )
        self.connection.execute("BEGIN IMMEDIATE")

    def rollback(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def heads(self, ledgers: Collection[str]) -> dict[str, StoredHead]:
        found = [self._one(self._of(ledger).head, (ledger,)) for ledger in ledgers]
        return {row[0]: StoredHead(*row) for row in found if row is not None}

    def versions(self, streams: Collection[str]) -> dict[str, int]:
        versions: dict[str, int] = {}
        for stream in streams:
            ledger = ledger_of(stream)
            versions[stream] = self._one(self._of(ledger).version, (ledger, stream))[0] or 0
        return versions

    def known_outcomes(self, keys: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        return {key for key in keys if self._one(_OUTCOME_KNOWN, key) is not None}

    def insert(self, rows: Rows) -> None:
        entries: dict[str, list[EntryRow]] = {}
        for row in rows.entries:
            entries.setdefault(self._of(row.ledger).new_entry, []).append(row)
        try:
            for new_entry, of_one_table in entries.items():
                self.connection.executemany(new_entry, of_one_table)
            for head in rows.new_heads:
                self.connection.execute(self._of(head.ledger).new_head, head)
            for grown in rows.grown_heads:
                if self.connection.execute(self._of(grown.ledger).grown_head, grown).rowcount != 1:
                    raise _contradiction(f"the head of {grown.ledger} is not at {grown.size_before}")
            if rows.outcomes:
                self.connection.executemany(_NEW_OUTCOME, rows.outcomes)
        except sqlite3.IntegrityError as error:
            raise _contradiction(str(error)) from error

    def commit(self) -> None:
        try:
            self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            if code_of(error) in CERTAINLY_NOT_COMMITTED:
                raise meaning(error, self._path.name) from error
            raise InDoubtError(
                f"The ledger file {self._path.name} failed while a write was made durable: {error}.",
                next_step="Send the same command again, with the same id.",
            ) from error

    def close(self) -> None:
        self.connection.close()

    def _of(self, ledger: str) -> "_Statements":
        return self._sql[id(tables_of(ledger))]

    def _one(self, sql: str, values: tuple[str, ...]) -> Any:
        return self.connection.execute(sql, values).fetchone()


class _Transaction(AbstractContextManager[None]):
    """From BEGIN IMMEDIATE to the commit, or else back; the errors of the driver come out translated."""

    def __init__(self, writer: SqliteWriter, path: Path) -> None:
        self._writer = writer
        self._translating = Translating(path)

    def __enter__(self) -> None:
        try:
            self._writer.begin()
        except (sqlite3.Error, OSError):
            with self._translating:
                self._writer.rollback()
                raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._translating:
            self._writer.rollback()
        if error is not None:
            self._translating.__exit__(kind, error, trace)


class _Statements:
    """The statements of the hot path, spelled once so that the driver prepares each only once."""

    def __init__(self, tables: LedgerTables) -> None:
        entry, head = tables.entry, tables.head
        self.new_entry = spelled(insert(entry))
        self.version = spelled(
            select(func.max(entry.c.version)).where(
                entry.c.ledger == bindparam("of"), entry.c.stream == bindparam("in")
            )
        )
        self.head = spelled(select(head).where(head.c.ledger == bindparam("of")))
        self.new_head = spelled(insert(head))
        self.grown_head = spelled(
            update(head)
            .where(head.c.ledger == bindparam("of"), head.c.size == bindparam("before"))
            .values(
                size=bindparam("new_size"),
                frontier=bindparam("new_frontier"),
                root=bindparam("new_root"),
                recorded_at=bindparam("new_recorded_at"),
            )
        )


_OUTCOME_KNOWN: Final = spelled(
    select(command_outcome.c.code).where(
        command_outcome.c.actor == bindparam("by"), command_outcome.c.command_id == bindparam("of")
    )
)
_NEW_OUTCOME: Final = spelled(insert(command_outcome))


def _contradiction(why: str) -> ConflictError:
    return ConflictError(f"The database is not as assumed: {why}.", next_step="Read again and decide anew.")
