"""Everything that can be read from the ledgers; each answer is one consistent statement."""

from collections.abc import Iterator
from dataclasses import fields
from threading import Event
from typing import Any, Final

from sqlalchemy import Column, Executable, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from adapters.storage.batch import Head, Placed, RecordedOutcome, StoredEntry, StoredHead, ledger_of
from adapters.storage.dialect import Dialect
from adapters.storage.runs import read_runs
from adapters.storage.tables import ALL_LEDGER_TABLES, command_outcome, tables_of
from domain.errors import DamagedLedgerError

PAGE: Final = 500


class LedgerReader:
    """Reads the ledgers of one database; it cannot write."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def stream(self, stream: str, *, after: int = 0, up_to: int | None = None) -> list[StoredEntry]:
        """Give the entries of a stream by version, those after version `after` up to `up_to`."""
        ledger = ledger_of(stream)
        entry = tables_of(ledger).entry.c
        asked = select(*_columns(entry, StoredEntry)).where(
            entry.ledger == ledger, entry.stream == stream, entry.version > after
        )
        if up_to is not None:
            asked = asked.where(entry.version <= up_to)
        return self._entries(asked.order_by(entry.version))

    def page(
        self,
        ledger: str,
        *,
        after: int = 0,
        limit: int = PAGE,
        up_to: int | None = None,
        types: tuple[str, ...] = (),
    ) -> list[StoredEntry]:
        """Give at most `limit` entries by position, those after `after` up to `up_to`, of all types or some."""
        entry = tables_of(ledger).entry.c
        asked = select(*_columns(entry, StoredEntry)).where(entry.ledger == ledger, entry.position > after)
        if up_to is not None:
            asked = asked.where(entry.position <= up_to)
        if types:
            asked = asked.where(entry.type.in_(types))
        return self._entries(asked.order_by(entry.position).limit(limit))

    def head(self, ledger: str) -> Head | None:
        stored = self.stored_head(ledger)
        return None if stored is None else Head(stored.size, stored.root)

    def stored_head(self, ledger: str) -> StoredHead | None:
        """Give the head row as it stands, unchecked: the verifier judges it."""
        head = tables_of(ledger).head.c
        rows = self._rows(select(*_columns(head, StoredHead)).where(head.ledger == ledger))
        return StoredHead(*rows[0]) if rows else None

    def ledgers(self) -> list[str]:
        heads = (self._rows(select(tables.head.c.ledger)) for tables in ALL_LEDGER_TABLES)
        return sorted(ledger for rows in heads for (ledger,) in rows)

    def leaf(self, ledger: str, position: int) -> bytes | None:
        entry = tables_of(ledger).entry.c
        rows = self._rows(select(entry.leaf).where(entry.ledger == ledger, entry.position == position))
        return rows[0][0] if rows else None

    def leaves(self, ledger: str, *, after: int = 0, up_to: int | None = None) -> list[bytes]:
        """Give the leaf hashes by position, as stored: proofs are built on them, verification is not."""
        entry = tables_of(ledger).entry.c
        asked = select(entry.leaf).where(entry.ledger == ledger, entry.position > after)
        if up_to is not None:
            asked = asked.where(entry.position <= up_to)
        return [leaf for (leaf,) in self._rows(asked.order_by(entry.position))]

    def outcome(self, actor: str, command_id: str) -> RecordedOutcome | None:
        """Give what a command came to, with the places of its entries in the order of its append."""
        known = command_outcome.c
        rows = self._rows(
            select(known.digest, known.code, known.placed).where(known.actor == actor, known.command_id == command_id)
        )
        if not rows:
            return None
        digest, code, runs = rows[0]
        return RecordedOutcome(digest, code, tuple(self._placed(command_id, runs)))

    def tail(self, ledger: str, after: int, *, poll_seconds: float, stop: Event) -> Iterator[StoredEntry]:
        """Give every entry after `after`, as it comes, until `stop`; positions commit in order, so none is missed."""
        while not stop.is_set():
            found = self.page(ledger, after=after)
            for entry in found:
                yield entry
                after = entry.position
            if not found:
                stop.wait(poll_seconds)

    def _placed(self, command_id: str, runs: str) -> Iterator[Placed]:
        try:
            wanted = list(read_runs(runs))
        except ValueError as error:
            raise DamagedLedgerError(
                f"The recorded outcome of command {command_id} cannot be read. {error}",
                next_step="Verify the ledger, and restore the file from a backup.",
            ) from error
        for ledger, first, last in wanted:
            entry = tables_of(ledger).entry.c
            yield from (
                Placed(*row)
                for row in self._rows(
                    select(entry.ledger, entry.position, entry.stream, entry.version, entry.recorded_at)
                    .where(entry.ledger == ledger, entry.position.between(first, last))
                    .order_by(entry.position)
                )
            )

    def _entries(self, asked: Executable) -> list[StoredEntry]:
        return [StoredEntry(*row) for row in self._rows(asked)]

    def _rows(self, asked: Executable) -> list[tuple[Any, ...]]:
        with self._dialect.reading() as connection:
            return [tuple(row) for row in connection.execute(asked)]


def _columns(
    table: ReadOnlyColumnCollection[str, Column[Any]], row: type[StoredEntry | StoredHead]
) -> list[Column[Any]]:
    return [table[field.name] for field in fields(row)]
