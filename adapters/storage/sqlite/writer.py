"""The one writing connection of a process: the hot path, on the driver itself."""

import sqlite3
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from sqlalchemy import bindparam, func, insert, select, update

from adapters.storage.batch import StoredHead, ledger_of
from adapters.storage.dialect import Rows
from adapters.storage.sqlite.errors import Translating, code_of, meaning
from adapters.storage.sqlite.files import connect, identity
from adapters.storage.sqlite.schema import spelled
from adapters.storage.tables import ALL_LEDGER_TABLES, LedgerTables, command_outcome, tables_of
from domain.errors import InDoubtError, StorageUnavailableError

CERTAINLY_NOT_COMMITTED: Final = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY}


class SqliteWriter:
    """The only connection of this process that writes; its transactions take the write lock at once."""

    def __init__(self, path: Path, translating: Translating) -> None:
        self._path = path
        self._name = str(path)
        self._translating = translating
        self.connection = connect(path)
        self._file = identity(self._name)
        self._seen = -1
        self._sql = {id(tables): _Statements(tables) for tables in ALL_LEDGER_TABLES}

    def begin(self) -> bool:
        with self._translating:
            if identity(self._name) != self._file:
                raise StorageUnavailableError(
                    f"The ledger file {self._path.name} was moved or replaced while it was in use.",
                    next_step="Stop the service, put the right file in place, and start again.",
                )
            self.connection.execute("BEGIN IMMEDIATE")
            seen: int = self.connection.execute("PRAGMA data_version").fetchone()[0]
        changed = seen != self._seen
        self._seen = seen
        return changed

    def heads(self, ledgers: Collection[str]) -> dict[str, StoredHead]:
        with self._translating:
            found = (self._one(self._of(ledger).head, (ledger,)) for ledger in ledgers)
            return {row[0]: StoredHead(*row) for row in found if row is not None}

    def versions(self, streams: Collection[str]) -> dict[str, int]:
        versions: dict[str, int] = {}
        with self._translating:
            for stream in streams:
                ledger = ledger_of(stream)
                row = self._one(self._of(ledger).version, (ledger, stream))
                versions[stream] = 0 if row is None or row[0] is None else row[0]
        return versions

    def known_outcomes(self, keys: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        with self._translating:
            return {key for key in keys if self._one(_OUTCOME_KNOWN, key) is not None}

    def insert(self, rows: Rows) -> None:
        execute, executemany = self.connection.execute, self.connection.executemany
        with self._translating:
            for tables in ALL_LEDGER_TABLES:
                entries = [row for row in rows.entries if tables_of(row[0]) is tables]
                if entries:
                    executemany(self._sql[id(tables)].new_entry, entries)
            for head in rows.new_heads:
                execute(
                    self._of(head.ledger).new_head,
                    (head.ledger, head.size, head.frontier, head.root, head.recorded_at),
                )
            for head in rows.grown_heads:
                execute(
                    self._of(head.ledger).grown_head,
                    (head.size, head.frontier, head.root, head.recorded_at, head.ledger),
                )
            if rows.outcomes:
                executemany(_NEW_OUTCOME, rows.outcomes)

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

    def rollback(self) -> None:
        with self._translating:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")

    def close(self) -> None:
        with self._translating:
            self.connection.close()

    def _of(self, ledger: str) -> "_Statements":
        return self._sql[id(tables_of(ledger))]

    def _one(self, sql: str, values: tuple[str, ...]) -> Any:
        return self.connection.execute(sql, values).fetchone()


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
            .where(head.c.ledger == bindparam("of"))
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
