"""Which tokens were taken already: each counts once, in every process, also after a crash.

A row is kept as long as its token could be sent again. What was dropped is refused by its age, so that a clock
that steps back brings no old token to life.
"""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Final

from adapters.storage.sqlite.errors import Translating
from adapters.storage.sqlite.files import connect
from domain.randomisation.rand_v1 import lp

SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS taken (token BLOB PRIMARY KEY, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS taken_by_age ON taken (expires)",
    "CREATE TABLE IF NOT EXISTS dropped (one INTEGER PRIMARY KEY CHECK (one = 1), up_to INTEGER NOT NULL) STRICT",
    "INSERT OR IGNORE INTO dropped VALUES (1, 0)",
)
DROP: Final = (
    "UPDATE dropped SET up_to = max(up_to, (SELECT coalesce(max(expires), 0) FROM taken WHERE expires <= ?1))",
    "DELETE FROM taken WHERE expires <= ?1",
)


class TakenTokens:
    """One connection, one caller at a time; other processes may use the file as well."""

    def __init__(self, path: Path) -> None:
        self._mutex, self._translating = Lock(), Translating(path)
        with self._translating:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.touch(mode=0o600, exist_ok=True)
            self._connection = connect(path)
        with self._writing() as connection:
            for statement in SCHEMA:
                connection.execute(statement)

    def take(self, whose: str, token: str, *, expires: int, now: int) -> bool:
        """Take a token, once; False when it was taken before, or is so old that nobody can tell any more."""
        with self._writing() as connection:
            for statement in DROP:
                connection.execute(statement, (now,))
            ((up_to,),) = connection.execute("SELECT up_to FROM dropped")
            if expires <= up_to:
                return False
            digest = sha256(lp(whose, token)).digest()
            taken = connection.execute("INSERT OR IGNORE INTO taken VALUES (?, ?)", (digest, expires))
            return taken.rowcount == 1

    def close(self) -> None:
        """Close the file."""
        with self._mutex:
            self._connection.close()

    @contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
        """Lend the connection for one transaction; it is durable when this ends without an error."""
        with self._mutex, self._translating:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
