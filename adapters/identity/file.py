"""The file of secrets and counters: digests, sealed one-time secrets, session tokens, failures; never a plain secret.

It is safe for several threads and processes: whatever is read to be changed is read inside one transaction.
"""

import os
import sqlite3
from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp
from threading import Lock
from typing import Any, Final

from adapters.keys.file import flush
from adapters.storage.sqlite.errors import code_of
from adapters.storage.sqlite.files import connect
from domain.errors import DamagedLedgerError, StorageFullError, StorageUnavailableError, TrialproofError

APPLICATION_ID: Final = int.from_bytes(b"TrId")
FORMAT: Final = 1
_TABLES: Final = {
    "password": "id TEXT PRIMARY KEY, person TEXT NOT NULL, set_at TEXT NOT NULL, digest TEXT NOT NULL",
    "code_app": "id TEXT PRIMARY KEY, person TEXT NOT NULL, ciphertext BLOB NOT NULL, commitment BLOB NOT NULL,"
    " key BLOB NOT NULL, nonce BLOB NOT NULL, last_step INTEGER NOT NULL",
    "passkey": "id TEXT PRIMARY KEY, person TEXT NOT NULL, handle BLOB NOT NULL UNIQUE, public BLOB NOT NULL,"
    " sign_count INTEGER NOT NULL",
    "one_time": "id TEXT PRIMARY KEY, person TEXT NOT NULL, digest BLOB NOT NULL, wrong INTEGER NOT NULL,"
    " used INTEGER NOT NULL, password TEXT, code_app TEXT",
    "renewal": "person TEXT PRIMARY KEY, code_app TEXT NOT NULL",
    "session": "id TEXT PRIMARY KEY, token BLOB NOT NULL UNIQUE, person TEXT NOT NULL, strength TEXT NOT NULL,"
    " rests_on TEXT NOT NULL, device TEXT NOT NULL, idle_seconds INTEGER NOT NULL,"
    " last_used TEXT NOT NULL",
    "device": "person TEXT NOT NULL, device TEXT NOT NULL, PRIMARY KEY (person, device)",
    "lock": "person TEXT PRIMARY KEY, failures INTEGER NOT NULL, until TEXT",
    "failure": "source TEXT NOT NULL, purpose TEXT NOT NULL, since TEXT NOT NULL, count INTEGER NOT NULL,"
    " persons TEXT NOT NULL, PRIMARY KEY (source, purpose)",
    "told": "source TEXT PRIMARY KEY, at TEXT NOT NULL",
    "to_tell": "number INTEGER PRIMARY KEY, kind TEXT NOT NULL, telling TEXT NOT NULL",
    "emergency": "person TEXT NOT NULL, source TEXT NOT NULL, at TEXT NOT NULL, opened INTEGER NOT NULL",
    "challenge": "id TEXT PRIMARY KEY, person TEXT NOT NULL, purpose TEXT NOT NULL, session TEXT, random BLOB NOT NULL,"
    " until TEXT NOT NULL",
}
_INDEXES: Final = ("password_by_person ON password (person)", "session_by_person ON session (person)")
_DAMAGE: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_ERROR}


class DamagedCredentialsError(DamagedLedgerError):
    """The credential file cannot be read as it was written; it is never repaired."""

    code = "damaged_credentials"


class CredentialFile:
    """One connection, one caller at a time; made when it is first opened, readable by its owner alone."""

    def __init__(self, path: Path) -> None:
        self._mutex = Lock()
        with _translated():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            if not path.exists():
                _create(path)
            self._connection = connect(path, "secure_delete=ON")
            with ExitStack() as on_failure:
                on_failure.callback(self._connection.close)
                _examine(self._connection)
                on_failure.pop_all()

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """Lend the connection for one read."""
        with self._mutex, _translated():
            yield self._connection

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """Lend the connection for one transaction; it is durable when this ends without an error."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def rows(self, asked: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of one question."""
        with self.reading() as connection:
            return connection.execute(asked, values).fetchall()

    def close(self) -> None:
        """Close the file."""
        with self.reading() as connection:
            connection.close()


def _create(path: Path) -> None:
    """Make the file under another name first, so that no crash leaves half of it under this one."""
    if Path(f"{path}-wal").exists():
        raise _damaged("its write-ahead log is there, but the file itself is not")
    handle, name = mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    os.close(handle)
    draft = Path(name)
    try:
        with closing(connect(draft)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            for table, columns in _TABLES.items():
                connection.execute(f"CREATE TABLE {table} ({columns}) STRICT")
            for index in _INDEXES:
                connection.execute(f"CREATE INDEX {index}")
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={FORMAT}")
            connection.execute("COMMIT")
        flush(draft)
        with suppress(FileExistsError):  # another process made it in the meantime: that one counts
            path.hardlink_to(draft)
            flush(path.parent)
    finally:
        draft.unlink()


def _examine(connection: sqlite3.Connection) -> None:
    kind = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
    if kind != [APPLICATION_ID, FORMAT]:
        raise _damaged(f"it is not a credential file of format {FORMAT}")
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise _damaged("its pages do not fit together")


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _meaning(error) from error
    except OSError as error:
        raise _unavailable() from error


def _meaning(error: sqlite3.Error) -> TrialproofError:
    code = code_of(error)
    if code in _DAMAGE:
        return _damaged("the database refused it")
    if code == sqlite3.SQLITE_FULL:
        return StorageFullError(
            "The disk that holds the credential file is full; nobody was let in and nothing was changed.",
            next_step="Make room on it, then try again.",
        )
    return _unavailable()


def _unavailable() -> StorageUnavailableError:
    return StorageUnavailableError(
        "The credential file could not be read or written.",
        next_step="Check the disk, the file's permissions and other processes that use it; then try again.",
    )


def _damaged(why: str) -> DamagedCredentialsError:
    return DamagedCredentialsError(
        f"The credential file cannot be read as it was written: {why}.",
        next_step="Keep the file as it is and restore a backup; without one, two administrators recover each account.",
    )
