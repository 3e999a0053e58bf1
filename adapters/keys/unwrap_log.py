"""The key store's own log: every key that was taken out or destroyed, by which authority, in one chain.

It is written before the key is given, and is reconciled with the entries of the ledgers. The chain
shows every change and gap to whoever holds a later link; a tail cut off shows only beside such a link.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final, Literal, NamedTuple, cast
from uuid import UUID

from adapters.keys.file import damaged
from compliance.proofs.entry import read_recorded_at, recorded_at_text
from domain.randomisation.rand_v1 import lp

LABEL: Final = "trialproof.unwraps.v2"
Act = Literal["unwrap", "escrow", "destroy"]
"""Taken out of the root's wrap; taken out of its escrow wrap; destroyed."""


class Unwrap(NamedTuple):
    """One key that was taken out or destroyed; `chain` covers this row and all before it."""

    number: int
    at: datetime
    key: bytes
    authorised_by: UUID
    chain: bytes
    act: Act = "unwrap"


class LogHead(NamedTuple):
    """How far the log goes, to be kept elsewhere."""

    number: int
    chain: bytes


def start_of_log(salt: bytes) -> LogHead:
    """The link before the first row, different in every store."""
    return LogHead(0, sha256(lp(LABEL, salt)).digest())


def read_log(connection: sqlite3.Connection) -> list[Unwrap]:
    """Read all rows, by number."""
    rows = connection.execute(
        "SELECT number, at, act, key, authorised_by, chain FROM unwraps ORDER BY number"
    ).fetchall()
    try:
        return [
            Unwrap(number, read_recorded_at(at), key, UUID(by), chain, cast("Act", act))
            for number, at, act, key, by, chain in rows
        ]
    except ValueError as error:
        raise damaged(f"a row of the log of unwraps has another form: {error}") from error


def is_logged(connection: sqlite3.Connection, act: Act, by: UUID, key: bytes | None = None) -> bool:
    """Whether this was done before under that authority: to the key, or to any."""
    found = connection.execute("SELECT key FROM unwraps WHERE authorised_by = ? AND act = ?", (str(by), act)).fetchall()
    return bool(found) if key is None else (key,) in found


def append_act(connection: sqlite3.Connection, start: LogHead, at: datetime, act: Act, key: bytes, by: UUID) -> None:
    """Write the next row, in the transaction that is open."""
    row = connection.execute("SELECT number, chain FROM unwraps ORDER BY number DESC LIMIT 1").fetchone()
    last = start if row is None else LogHead(*row)
    made = Unwrap(last.number + 1, at, key, by, b"", act)
    connection.execute(
        "INSERT INTO unwraps (number, at, act, key, authorised_by, chain) VALUES (?, ?, ?, ?, ?, ?)",
        (made.number, recorded_at_text(at), act, key, str(by), _link(last.chain, made)),
    )


def verified_head(start: LogHead, log: Sequence[Unwrap]) -> LogHead:
    """Follow the chain to its end; DamagedKeyStoreError names the first row that does not follow."""
    head = start
    for row in log:
        if (row.number, row.chain) != (head.number + 1, _link(head.chain, row)):
            raise damaged(f"row {row.number} of the log of unwraps does not follow row {head.number}")
        head = LogHead(row.number, row.chain)
    return head


def _link(previous: bytes, row: Unwrap) -> bytes:
    return sha256(
        lp(LABEL, previous, str(row.number), recorded_at_text(row.at), row.act, row.key, str(row.authorised_by))
    ).digest()
