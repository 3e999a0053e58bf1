"""The reading connections of a process: each answer is one statement on a connection that cannot write."""

import sqlite3
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Final, NamedTuple

from sqlalchemy import ClauseElement
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.compiler import SQLCompiler

from adapters.storage.sqlite.errors import Translating
from adapters.storage.sqlite.files import connect

READERS: Final = 64


class SqliteReaders:
    """Lends connections to threads, for one statement each; each statement is spelled once, and for all of them."""

    def __init__(self, path: Path, only: sqlite3.Connection | None = None) -> None:
        self._path = path
        self._only = only
        self._translating = Translating(path)
        self._places = BoundedSemaphore(READERS)
        self._idle: list[sqlite3.Connection] = []

    def rows(self, asked: ClauseElement, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        spelled = _spelled(asked)
        if self._only is not None:
            with self._translating:
                return self._only.execute(spelled.sql, spelled.in_order(values)).fetchall()
        with self._translating, self._places:
            connection = self._taken()
            try:
                return connection.execute(spelled.sql, spelled.in_order(values)).fetchall()
            finally:
                self._idle.append(connection)

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _taken(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return connect(self._path, "query_only=ON")


class _Spelled(NamedTuple):
    sql: str
    order: tuple[str, ...]
    own: Mapping[str, object]

    def in_order(self, values: Mapping[str, object]) -> list[Any]:
        """Give the values by place; what the statement itself holds stands among them."""
        given = {**self.own, **values}
        return [given[name] for name in self.order]


@lru_cache(maxsize=256)
def _spelled(asked: ClauseElement) -> _Spelled:
    found = asked.compile(dialect=SQLiteDialect_pysqlite())
    assert isinstance(found, SQLCompiler)
    own = {name: value for name, value in found.params.items() if value is not None}
    return _Spelled(str(found), tuple(found.positiontup or ()), own)
