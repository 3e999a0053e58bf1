"""Ledger files: made whole or not at all, looked at before they are opened, opened with the right pragmas."""

import os
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import mkstemp
from typing import Final

from adapters.storage.sqlite.errors import damaged
from adapters.storage.sqlite.schema import APPLICATION_ID, SCHEMA_VERSION, names, schema
from domain.errors import DamagedLedgerError, StorageUnavailableError

BUSY_SECONDS: Final = 30
EXAMINED_BYTES: Final = 64 << 20  # 0.1 s of reading; larger files are left to the verifier

NO_ROOM_TO_SHARE: Final = {"SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_SHMMAP", "SQLITE_IOERR_SHMOPEN"}

PRAGMAS: Final = (
    "synchronous=FULL",
    "fullfsync=ON",  # macOS: fsync alone leaves the bytes in the drive's cache
    "checkpoint_fullfsync=ON",
    "recursive_triggers=ON",  # so that a row replaced counts as a row deleted
    "trusted_schema=OFF",
    "cell_size_check=ON",
)


def connect(path: Path, *more_pragmas: str) -> sqlite3.Connection:
    connection = _opened(path, "rw", "PRAGMA journal_mode=WAL")
    with ExitStack() as on_failure:
        on_failure.callback(connection.close)
        (journal,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        if journal != "wal":
            raise StorageUnavailableError(
                f"The disk that holds {path.name} cannot keep a write-ahead log (journal mode {journal}).",
                next_step="Put the ledger on a local disk.",
            )
        for pragma in (*PRAGMAS, *more_pragmas):
            connection.execute(f"PRAGMA {pragma}")
        on_failure.pop_all()
    return connection


def look(path: Path) -> sqlite3.Connection:
    """Open a file without the means to change it, as far as a full disk lets that be."""
    return _opened(path, "ro", "SELECT 1 FROM sqlite_schema")


def is_alone(connection: sqlite3.Connection) -> bool:
    """Whether no other connection can use the file meanwhile."""
    (mode,) = connection.execute("PRAGMA locking_mode").fetchone()
    return bool(mode == "exclusive")


def _opened(path: Path, mode: str, first: str) -> sqlite3.Connection:
    """Open a file and read from it; alone where a full disk has no room for what connections share of its log."""
    connection = _open(path, mode)
    try:
        connection.execute(first).fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorname not in NO_ROOM_TO_SHARE:
            raise
        connection = _open(path, "rw")
        connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _open(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def create(path: Path) -> None:
    """Make the file whole under another name first, so that no crash leaves half a ledger under this one."""
    if Path(f"{path}-wal").exists():
        raise damaged(path.name, "its write-ahead log is there, but the file itself is not")
    handle, name = mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    os.close(handle)
    draft = Path(name)
    try:
        with closing(connect(draft)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            for statement in schema():
                connection.execute(statement)
            connection.execute("COMMIT")
        _flush(draft)
        _publish(draft, path)
    finally:
        draft.unlink()


def _publish(draft: Path, path: Path) -> None:
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return  # another process made the ledger in the meantime: that one counts
    _flush(path.parent)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def examine(path: Path) -> None:
    """Look at an existing file without the means to change it."""
    with closing(look(path)) as connection:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if application != APPLICATION_ID:
            raise damaged(path.name, "it is not a Trialproof ledger")
        if version != SCHEMA_VERSION:
            raise DamagedLedgerError(
                f"The ledger file {path.name} has schema {version}; this version reads schema {SCHEMA_VERSION}.",
                next_step="Open it with the version of Trialproof that wrote it.",
            )
        objects = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
        missing = names() - objects
        if missing:
            raise damaged(path.name, f"it lacks {', '.join(sorted(missing))}")
        if path.stat().st_size <= EXAMINED_BYTES:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise damaged(path.name, found)


def identity(path: str) -> tuple[int, int]:
    """Tell one file from another of the same name."""
    status = os.stat(path)  # noqa: PTH116 (asked before every commit: a third of the time of Path.stat)
    return status.st_dev, status.st_ino
