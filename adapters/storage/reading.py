"""Everything that can be read from the ledgers; each answer is one consistent statement."""

from collections.abc import Iterator
from threading import Event
from typing import Any, Final

from adapters.storage.batch import Head, Placed, RecordedOutcome, StoredEntry, StoredHead, ledger_of
from adapters.storage.dialect import Dialect
from adapters.storage.questions import ALL_QUESTIONS, NO_END, OUTCOME, Question, about, type_names
from adapters.storage.runs import read_runs
from domain.errors import DamagedLedgerError

PAGE: Final = 500


class LedgerReader:
    """Reads the ledgers of one database; it cannot write."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def stream(self, stream: str, *, after: int = 0, up_to: int | None = None) -> list[StoredEntry]:
        """Give the entries of a stream by version, those after version `after` up to `up_to`."""
        ledger = ledger_of(stream)
        return self._entries(about(ledger).stream, ledger=ledger, stream=stream, after=after, up_to=_end(up_to))

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
        asked = about(ledger).page_of_types(len(types)) if types else about(ledger).page
        named = zip(type_names(len(types)), types, strict=True)
        return self._entries(asked, ledger=ledger, after=after, up_to=_end(up_to), limit=limit, **dict(named))

    def head(self, ledger: str) -> Head | None:
        stored = self.stored_head(ledger)
        return None if stored is None else Head(stored.size, stored.root)

    def stored_head(self, ledger: str) -> StoredHead | None:
        """Give the head row as it stands, unchecked: the verifier judges it."""
        rows = self._rows(about(ledger).head, ledger=ledger)
        return StoredHead(*rows[0]) if rows else None

    def ledgers(self) -> list[str]:
        return sorted(ledger for asked in ALL_QUESTIONS for (ledger,) in self._rows(asked.ledgers))

    def leaf(self, ledger: str, position: int) -> bytes | None:
        found = self.leaves(ledger, after=position - 1, up_to=position)
        return found[0] if found else None

    def leaves(self, ledger: str, *, after: int = 0, up_to: int | None = None) -> list[bytes]:
        """Give the leaf hashes by position, as stored: proofs are built on them, verification is not."""
        rows = self._rows(about(ledger).leaves, ledger=ledger, after=after, up_to=_end(up_to))
        return [leaf for (leaf,) in rows]

    def outcome(self, actor: str, command_id: str) -> RecordedOutcome | None:
        """Give what a command came to, with the places of its entries in the order of its append."""
        rows = self._rows(OUTCOME, actor=actor, command_id=command_id)
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
            rows = self._rows(about(ledger).places, ledger=ledger, after=first - 1, up_to=last)
            yield from (Placed(*row) for row in rows)

    def _entries(self, asked: Question, **values: object) -> list[StoredEntry]:
        return [StoredEntry(*row) for row in self._rows(asked, **values)]

    def _rows(self, asked: Question, **values: object) -> list[tuple[Any, ...]]:
        return self._dialect.rows(asked, values)


def _end(up_to: int | None) -> int:
    return NO_END if up_to is None else up_to
