"""A ledger file as it lies there, for those who verify it: opened without the means to change it, trusted in nothing.

No examination comes first: a file that was tampered with must still be read, up to where that is told. All reads
see one moment of the file, so that a ledger that grows meanwhile is not mistaken for one that was cut.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from adapters.storage.batch import StoredEntry, StoredHead
from adapters.storage.sqlite.errors import Translating
from domain.errors import DamagedLedgerError, NotFoundError

KINDS: Final = ("trial", "vault", "access")
_LEDGERS: Final = (
    "SELECT ledger FROM entry UNION SELECT ledger FROM vault_entry"
    " UNION SELECT ledger FROM head UNION SELECT ledger FROM vault_head"
)
_TRIALS: Final = "SELECT stream FROM entry WHERE ledger = 'system' AND stream LIKE 'system/trial/%'"
_ENTRY: Final = "ledger, position, stream, version, type, recorded_at, entry, leaf"
_HEAD: Final = "ledger, size, frontier, root, recorded_at"


class LedgerFile:
    """Reads rows and heads as they stand."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise NotFoundError(
                f"There is no ledger file {path}.", next_step="Name the folder of the store with --store."
            )
        self._translating = Translating(path)
        with self._translating:
            self._connection = _opened(path)

    def ledgers(self) -> list[str]:
        """Every ledger that an entry or a head names, and those that there must be: one taken out whole is missed."""
        with self._translating:
            named = {str(ledger) for (ledger,) in self._connection.execute(_LEDGERS)}
            added = {str(stream).rpartition("/")[2] for (stream,) in self._connection.execute(_TRIALS)}
        trials = {name.partition(":")[2] for name in named if ":" in name} | added
        return sorted({*named, "system", *(f"{kind}:{trial}" for trial in trials for kind in KINDS)})

    def rows(self, ledger: str) -> Iterator[StoredEntry]:
        """The rows of a ledger by position, read one by one."""
        asked = f"SELECT {_ENTRY} FROM {_table(ledger)}entry WHERE ledger = ? ORDER BY position"  # noqa: S608 (names of our own tables)
        with self._translating, closing(self._connection.execute(asked, (ledger,))) as found:
            for row in found:
                yield StoredEntry(*_of_kinds(row, StoredEntry))

    def head(self, ledger: str) -> StoredHead | None:
        """The head row of a ledger."""
        asked = f"SELECT {_HEAD} FROM {_table(ledger)}head WHERE ledger = ?"  # noqa: S608 (names of our own tables)
        with self._translating:
            row = self._connection.execute(asked, (ledger,)).fetchone()
        return None if row is None else StoredHead(*_of_kinds(row, StoredHead))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _of_kinds(row: tuple[Any, ...], kind: type[StoredEntry | StoredHead]) -> tuple[Any, ...]:
    """SQLite puts a value of any kind into any column; what is not of the column's kind was not written by us."""
    for value, column in zip(row, fields(kind), strict=True):
        if type(value) is not column.type:
            raise DamagedLedgerError(
                f"A row holds {type(value).__name__} where its {column.name} should be.",
                next_step="Keep the file as it is, and restore a backup beside it.",
            )
    return row


def _table(ledger: str) -> str:
    return "vault_" if ledger.startswith("vault:") else ""


def _text(stored: bytes) -> str:
    """Text as stored; bytes that are no text show as such, so that the entry they belong to can be named."""
    return stored.decode("utf-8", "backslashreplace")


def _opened(path: Path) -> sqlite3.Connection:
    """Read-only; a file on a medium that takes no lock files is read as it stands, unless a log belongs to it."""
    try:
        return _connected(path, "mode=ro")
    except sqlite3.OperationalError:
        if Path(f"{path}-wal").exists():
            raise
        return _connected(path, "mode=ro&immutable=1")


def _connected(path: Path, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, isolation_level=None)
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.text_factory = _text
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection
