"""The SQLite file of a key store: made whole or not at all, examined before it is opened, never repaired."""

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkstemp
from threading import Lock
from typing import Final, NamedTuple

from adapters.storage.sqlite.errors import code_of
from adapters.storage.sqlite.files import connect, look
from domain.errors import DamagedLedgerError, StorageFullError, StorageUnavailableError, TrialproofError

APPLICATION_ID: Final = int.from_bytes(b"TrKs")
FORMAT: Final = 2
DAMAGE: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}

_TABLES: Final = {
    "store": "one INTEGER PRIMARY KEY CHECK (one = 1), salt BLOB NOT NULL, proof BLOB NOT NULL",
    "wrapped_key": "id BLOB PRIMARY KEY, purpose TEXT NOT NULL, scope TEXT UNIQUE, made_at TEXT NOT NULL,"
    " nonce BLOB UNIQUE, wrapped BLOB NOT NULL",
    "escrow_wrap": "key BLOB PRIMARY KEY, trial TEXT NOT NULL, public BLOB NOT NULL, made_at TEXT NOT NULL,"
    " wrapped BLOB NOT NULL UNIQUE",
    "unwraps": "number INTEGER PRIMARY KEY, at TEXT NOT NULL, act TEXT NOT NULL, key BLOB NOT NULL,"
    " authorised_by TEXT NOT NULL, chain BLOB NOT NULL, UNIQUE (authorised_by, act, key)",
}
_TRIGGERS: Final = {
    f"unwraps_no_{act}": f"BEFORE {act} ON unwraps BEGIN SELECT RAISE(ABORT, 'the log of unwraps only grows'); END"
    for act in ("update", "delete")
} | {
    "unwraps_no_replace": "BEFORE INSERT ON unwraps WHEN EXISTS (SELECT 1 FROM unwraps WHERE number >= NEW.number)"
    " BEGIN SELECT RAISE(ABORT, 'the log of unwraps only grows'); END",
}


class DamagedKeyStoreError(DamagedLedgerError):
    """The key store cannot be read as it was written; it is never repaired."""

    code = "damaged_key_store"


def damaged(why: str) -> DamagedKeyStoreError:
    """Say what is wrong with the key store, and that it stays so."""
    return DamagedKeyStoreError(
        f"The key store cannot be read as it was written: {why}.",
        next_step="Keep the file as it is and restore a backup of it; without its keys sealed texts stay closed.",
    )


class Header(NamedTuple):
    """What is open in a key store: the salt of its derived keys, and the proof of its secret."""

    salt: bytes
    proof: bytes


class KeyFile:
    """One connection, one caller at a time; other processes may use the file as well."""

    def __init__(self, path: Path) -> None:
        self._mutex = Lock()
        with _translated():
            self._connection = connect(path, "secure_delete=ON")

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

    def forget_deleted(self) -> None:
        """Empty the write-ahead log, where what was deleted still stands; readers in the way leave it for later."""
        with self.reading() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        with self.reading() as connection:
            connection.close()


def examine(path: Path) -> Header:
    """Look at the file without the means to change it."""
    with _translated():
        if not path.exists():
            raise StorageUnavailableError(
                f"There is no key store {path.name}.",
                next_step="Check its path, or make the store first; an empty one would open nothing.",
            )
        with closing(look(path)) as connection:
            return _examined(connection)


def create(path: Path, header: Header) -> None:
    """Make the file under another name first, so that no crash leaves half a store under this one."""
    with _translated():
        handle, name = mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
        os.close(handle)
        draft = Path(name)
        try:
            with closing(connect(draft)) as connection:
                _fill(connection, header)
            flush(draft)
            path.hardlink_to(draft)
            flush(path.parent)
        except FileExistsError as error:
            raise StorageUnavailableError(
                f"There is a key store {path.name} already.",
                next_step="Open it; its keys cannot be made again.",
            ) from error
        finally:
            draft.unlink()


def _fill(connection: sqlite3.Connection, header: Header) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for name, columns in _TABLES.items():
        connection.execute(f"CREATE TABLE {name} ({columns}) STRICT")
    for name, rule in _TRIGGERS.items():
        connection.execute(f"CREATE TRIGGER {name} {rule}")
    connection.execute("INSERT INTO store VALUES (1, ?, ?)", header)
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={FORMAT}")
    connection.execute("COMMIT")


def _examined(connection: sqlite3.Connection) -> Header:
    kind = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
    if kind != [APPLICATION_ID, FORMAT]:
        raise damaged(f"it is not a key store of format {FORMAT}")
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise damaged(found)
    missing = {*_TABLES, *_TRIGGERS} - {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    if missing:
        raise damaged(f"it lacks {', '.join(sorted(missing))}")
    header = connection.execute("SELECT salt, proof FROM store").fetchone()
    if header is None:
        raise damaged("its first row is missing")
    return Header(*header)


def flush(path: Path) -> None:
    """Make a file, or the names in a folder, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _meaning(error) from error
    except OSError as error:
        raise _unavailable(error) from error


def _meaning(error: sqlite3.Error) -> TrialproofError:
    code = code_of(error)
    if code in DAMAGE:
        return damaged(str(error))
    if code == sqlite3.SQLITE_FULL:
        return StorageFullError(
            "The disk that holds the key store is full; no key was made and none was given.",
            next_step="Make room on it, then send the same command again.",
        )
    return _unavailable(error)


def _unavailable(error: Exception) -> StorageUnavailableError:
    return StorageUnavailableError(
        f"The key store could not be read or written: {error}.",
        next_step="Check the disk, the file's permissions and other processes that use it; then try again.",
    )
