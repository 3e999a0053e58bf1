"""What the errors of SQLite mean to those who keep a ledger."""

import sqlite3
from errno import EDQUOT, ENOSPC
from pathlib import Path
from types import TracebackType
from typing import Final

from domain.errors import DamagedLedgerError, StorageFullError, StorageUnavailableError, TrialproofError

DAMAGE: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_ERROR}


class Translating:
    """A reusable `with` that turns what the driver raises into the errors of this product."""

    def __init__(self, path: Path) -> None:
        self._name = path.name

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            return
        if isinstance(error, sqlite3.Error | OSError):
            raise meaning(error, self._name) from error


def code_of(error: Exception) -> int | None:
    """Give the primary result code; errors of the Python driver itself have none."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def meaning(error: Exception, name: str) -> TrialproofError:
    code = code_of(error)
    if code in DAMAGE:
        return damaged(name, str(error))
    if code == sqlite3.SQLITE_FULL or (isinstance(error, OSError) and error.errno in {ENOSPC, EDQUOT}):
        return StorageFullError(
            f"The disk that holds {name} is full; nothing was recorded.",
            next_step="Make room on it, then send the same command again.",
        )
    return StorageUnavailableError(
        f"The ledger file {name} could not be read or written: {error}.",
        next_step="Check the disk, the file's permissions and other processes that use it; then try again.",
    )


def damaged(name: str, why: str) -> DamagedLedgerError:
    return DamagedLedgerError(
        f"The file {name} cannot be read as a ledger: {why}.",
        next_step="Keep the file as it is, restore a backup beside it, and compare the two with the verifier.",
    )
