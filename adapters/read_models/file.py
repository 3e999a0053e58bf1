"""A file of views: one per blinding class, so that what only some may read never lies beside the rest.

Views and the position they stand at change in one transaction: exactly once, whatever is interrupted.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from domain.errors import StorageUnavailableError

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS followed (ledger TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS view (
    ledger TEXT NOT NULL, projection TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (ledger, projection)
) STRICT;
"""


class ViewFile:
    """Views by ledger and projection. It may be deleted at any time: the ledger is the record."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=30)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.executescript(SCHEMA)
        except sqlite3.Error as error:
            raise StorageUnavailableError(
                f"The read model {path.name} could not be opened: {error}.",
                next_step="Delete the file; it is rebuilt from the ledger.",
            ) from error

    def position(self, ledger: str) -> int:
        """How far the views of a ledger go; 0 when there are none."""
        row = self._connection.execute("SELECT position FROM followed WHERE ledger = ?", (ledger,)).fetchone()
        return row[0] if row else 0

    def view(self, ledger: str, projection: str) -> bytes | None:
        """A view as JSON, or None when it was never made."""
        row = self._connection.execute(
            "SELECT body FROM view WHERE ledger = ? AND projection = ?", (ledger, projection)
        ).fetchone()
        return row[0] if row else None

    def replace(self, ledger: str, *, after: int, position: int, views: Mapping[str, bytes]) -> bool:
        """Put the views of a later position in place, unless another process was faster; whether it did."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            if self.position(ledger) != after:
                self._connection.execute("ROLLBACK")
                return False
            self._connection.execute("REPLACE INTO followed VALUES (?, ?)", (ledger, position))
            rows = [(ledger, name, body) for name, body in views.items()]
            self._connection.executemany("REPLACE INTO view VALUES (?, ?, ?)", rows)
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            self._connection.execute("ROLLBACK")
            raise
        return True

    def forget(self, ledger: str) -> None:
        """Drop the views of a ledger."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("DELETE FROM view WHERE ledger = ?", (ledger,))
        self._connection.execute("DELETE FROM followed WHERE ledger = ?", (ledger,))
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
