"""What differs between databases: two protocols, and the rows that pass through them.

A dialect turns its driver's errors into StorageFullError, StorageUnavailableError and DamagedLedgerError.
"""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ClauseElement

from adapters.storage.batch import StoredHead


class EntryRow(NamedTuple):
    """The columns of an entry table, in their order."""

    ledger: str
    position: int
    stream: str
    version: int
    type: str
    recorded_at: str
    leaf: bytes
    entry: bytes


class OutcomeRow(NamedTuple):
    """The columns of the command outcomes, in their order."""

    actor: str
    command_id: str
    digest: bytes
    code: str
    placed: str


class NewHead(NamedTuple):
    """The columns of a head table, in their order."""

    ledger: str
    size: int
    frontier: bytes
    root: bytes
    recorded_at: str


class GrownHead(NamedTuple):
    """What a head becomes, of which ledger, and the size that it must still have."""

    size: int
    frontier: bytes
    root: bytes
    recorded_at: str
    ledger: str
    size_before: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything that one transaction writes."""

    entries: list[EntryRow]
    new_heads: list[NewHead]
    grown_heads: list[GrownHead]
    outcomes: list[OutcomeRow]


class Writer(Protocol):
    """The one connection that writes. Calls come one at a time, from any thread."""

    def transaction(self) -> AbstractContextManager[None]:
        """Begin; nobody else writes until the end.

        Leaving without a commit rolls back, and makes the writer ready for the next transaction. All that
        is below is for the inside.
        """
        ...

    def heads(self, ledgers: Collection[str]) -> dict[str, StoredHead]:
        """Read the heads of those ledgers that have one."""
        ...

    def versions(self, streams: Collection[str]) -> dict[str, int]:
        """Read the current version of every stream; 0 where it has no entry."""
        ...

    def known_outcomes(self, keys: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Tell which (actor, command id) have an outcome already."""
        ...

    def insert(self, rows: Rows) -> None:
        """Write the rows.

        ConflictError where a head has moved on, a row of the same key exists, or a stream would have a gap:
        what is cached or assumed about the database is not so.
        """
        ...

    def commit(self) -> None:
        """Make it durable. Raises InDoubtError where a failure leaves open whether it was."""
        ...


class Dialect(Protocol):
    """A database that holds ledgers."""

    @property
    def writer(self) -> Writer: ...

    def rows(self, asked: ClauseElement, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Answer with one statement, over what is committed, on a connection that cannot write."""
        ...

    def close(self) -> None: ...
