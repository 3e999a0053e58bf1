"""The rows of a key store's file: what stands in them, and how they are found and written."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from adapters.keys.root import EncryptionContext, Wrapped
from compliance.proofs.entry import recorded_at_text

FOR_SCOPE: Final = "scope"


class KeyRow(NamedTuple):
    """A key under the root's wrap."""

    id: bytes
    purpose: str
    scope: str | None
    nonce: bytes | None
    wrapped: bytes

    @property
    def context(self) -> EncryptionContext:
        """What the wrap is bound to."""
        return context_of(self.id, self.purpose, self.scope)

    @property
    def wrap(self) -> Wrapped:
        """The wrap as the root made it."""
        return Wrapped(self.wrapped, self.nonce)

    @property
    def for_one_use(self) -> bool:
        """It belongs to one allocation, or to a drill, and to no scope."""
        return self.purpose != FOR_SCOPE


class EscrowRow(NamedTuple):
    """A key under the wrap to a trial's escrow key."""

    key: bytes
    trial: str
    public: bytes
    wrapped: bytes


_KEYS: Final = "SELECT id, purpose, scope, nonce, wrapped FROM wrapped_key WHERE "
_ESCROW: Final = "SELECT key, trial, public, wrapped FROM escrow_wrap"


def context_of(key_id: bytes, purpose: str, scope: str | None) -> EncryptionContext:
    """What a key's wrap is bound to."""
    return {"id": key_id.hex(), "purpose": purpose, "scope": scope or ""}


def by_scope(connection: sqlite3.Connection, scope: str) -> KeyRow | None:
    """The key of a scope."""
    row = connection.execute(_KEYS + "scope = ?", (scope,)).fetchone()
    return None if row is None else KeyRow(*row)


def by_id(connection: sqlite3.Connection, key_id: bytes) -> KeyRow | None:
    """The key of that id."""
    row = connection.execute(_KEYS + "id = ?", (key_id,)).fetchone()
    return None if row is None else KeyRow(*row)


def write_key(connection: sqlite3.Connection, row: KeyRow, at: datetime) -> None:
    """A new row."""
    connection.execute(
        "INSERT INTO wrapped_key (id, purpose, scope, made_at, nonce, wrapped) VALUES (?, ?, ?, ?, ?, ?)",
        (row.id, row.purpose, row.scope, recorded_at_text(at), row.nonce, row.wrapped),
    )


def remove_key(connection: sqlite3.Connection, key_id: bytes) -> None:
    """Overwritten with zeros where it stood: the connection deletes securely."""
    connection.execute("DELETE FROM wrapped_key WHERE id = ?", (key_id,))


def write_escrow(connection: sqlite3.Connection, row: EscrowRow, at: datetime) -> None:
    """A wrap to the escrow key, in the place of one to an earlier escrow key."""
    connection.execute(
        "INSERT INTO escrow_wrap (key, trial, public, made_at, wrapped) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET trial = excluded.trial, public = excluded.public,"
        " made_at = excluded.made_at, wrapped = excluded.wrapped",
        (row.key, row.trial, row.public, recorded_at_text(at), row.wrapped),
    )


def escrow_of(connection: sqlite3.Connection, key_id: bytes) -> EscrowRow | None:
    """The escrow wrap of a key."""
    row = connection.execute(_ESCROW + " WHERE key = ?", (key_id,)).fetchone()
    return None if row is None else EscrowRow(*row)


def all_escrow(connection: sqlite3.Connection) -> Mapping[bytes, EscrowRow]:
    """Every escrow wrap, by key."""
    rows = (EscrowRow(*row) for row in connection.execute(_ESCROW))
    return {row.key: row for row in rows}
