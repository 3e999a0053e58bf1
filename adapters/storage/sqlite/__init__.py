"""SQLite: the one place that knows it. One file holds all ledgers of a database."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, QueuePool, create_engine

from adapters.storage.sqlite.errors import Translating
from adapters.storage.sqlite.files import connect, create, examine
from adapters.storage.sqlite.writer import SqliteWriter

READERS: Final = 64


class SqliteDialect:
    """One ledger file. A file that does not exist is made; one that exists is complete or damaged."""

    def __init__(self, path: Path) -> None:
        self._translating = Translating(path)
        with self._translating:
            if not path.exists():
                create(path)
            examine(path)
            self._writer = SqliteWriter(path)
            self._readers = create_engine(
                "sqlite://",
                creator=lambda: connect(path, "query_only=ON"),
                poolclass=QueuePool,
                pool_size=READERS // 4,
                max_overflow=READERS - READERS // 4,
                pool_reset_on_return=None,
                isolation_level="AUTOCOMMIT",
            )

    @property
    def writer(self) -> "SqliteWriter":
        return self._writer

    @contextmanager
    def reading(self) -> Generator[Connection]:
        with self._translating, self._readers.connect() as connection:
            yield connection

    def close(self) -> None:
        with self._translating:
            self._readers.dispose()
            self._writer.close()
