"""SQLite: the one place that knows it. One file holds all ledgers of a database."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import ClauseElement

from adapters.storage.sqlite.errors import Translating
from adapters.storage.sqlite.files import create, examine, is_alone
from adapters.storage.sqlite.readers import SqliteReaders
from adapters.storage.sqlite.writer import SqliteWriter


class SqliteDialect:
    """One ledger file. A file that does not exist is made; one that exists is complete or damaged.

    `alone`: the disk was full when it was opened, and one connection has the file to itself.
    """

    def __init__(self, path: Path) -> None:
        self._translating = Translating(path)
        with self._translating:
            if not path.exists():
                create(path)
            examine(path)
            self._writer = SqliteWriter(path)
        self.alone = is_alone(self._writer.connection)
        self._readers = SqliteReaders(path, self._writer.connection if self.alone else None)

    @property
    def writer(self) -> "SqliteWriter":
        return self._writer

    def rows(self, asked: ClauseElement, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        return self._readers.rows(asked, values)

    def close(self) -> None:
        with self._translating:
            self._readers.close()
            self._writer.close()
