"""Fills the ledger's disk, as SQLite sees it, and makes room again."""

import sqlite3

from adapters.storage.sqlite import SqliteDialect
from tests.journeys.breaking import Emergency


def fills(trial: Emergency) -> None:
    """No page can be added to the ledger any more: SQLite itself says that the disk is full."""
    connection = _writer(trial)
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    assert free == 0, "a page that is free could still be written"
    connection.execute(f"PRAGMA max_page_count={pages}")


def makes_room(trial: Emergency) -> None:
    _writer(trial).execute("PRAGMA max_page_count=1073741823")


def _writer(trial: Emergency) -> sqlite3.Connection:
    """The one connection of the process that writes."""
    dialect = trial.store.recorder._dialect  # pyright: ignore[reportPrivateUsage]  # no caller sets such a limit
    assert isinstance(dialect, SqliteDialect)
    return dialect.writer.connection
