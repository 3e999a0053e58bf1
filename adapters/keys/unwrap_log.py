"""The key store's own log: every key of an allocation that was taken out, by which authority, in one chain.

It is written before the key is given, and is reconciled with the disclosures of the ledgers. The chain
shows every change and gap to whoever holds a later link; a tail cut off shows only beside such a link.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from adapters.keys.file import damaged
from compliance.proofs.entry import read_recorded_at, recorded_at_text
from domain.randomisation import lp

LABEL: Final = "trialproof.unwraps.v1"


class Unwrap(NamedTuple):
    """One key that was taken out; `chain` covers this row and all before it."""

    number: int
    at: datetime
    key: bytes
    authorised_by: UUID
    chain: bytes


class LogHead(NamedTuple):
    """How far the log goes, to be kept elsewhere."""

    number: int
    chain: bytes


def start_of_log(salt: bytes) -> LogHead:
    """The link before the first row, different in every store."""
    return LogHead(0, sha256(lp(LABEL, salt)).digest())


def read_log(connection: sqlite3.Connection) -> list[Unwrap]:
    """Read all rows, by number."""
    rows = connection.execute("SELECT number, at, key, authorised_by, chain FROM unwraps ORDER BY number").fetchall()
    try:
        return [Unwrap(number, read_recorded_at(at), key, UUID(by), chain) for number, at, key, by, chain in rows]
    except ValueError as error:
        raise damaged(f"a row of the log of unwraps has another form: {error}") from error


def append_unwrap(connection: sqlite3.Connection, start: LogHead, at: datetime, key: bytes, by: UUID) -> None:
    """Write the next row, in the transaction that is open."""
    row = connection.execute("SELECT number, chain FROM unwraps ORDER BY number DESC LIMIT 1").fetchone()
    last = start if row is None else LogHead(*row)
    number = last.number + 1
    link = _link(last.chain, number, at, key, by)
    connection.execute("INSERT INTO unwraps VALUES (?, ?, ?, ?, ?)", (number, recorded_at_text(at), key, str(by), link))


def verified_head(start: LogHead, log: Sequence[Unwrap]) -> LogHead:
    """Follow the chain to its end; DamagedKeyStoreError names the first row that does not follow."""
    head = start
    for row in log:
        number = head.number + 1
        if (row.number, row.chain) != (number, _link(head.chain, number, row.at, row.key, row.authorised_by)):
            raise damaged(f"row {row.number} of the log of unwraps does not follow row {head.number}")
        head = LogHead(number, row.chain)
    return head


def _link(previous: bytes, number: int, at: datetime, key: bytes, by: UUID) -> bytes:
    return sha256(lp(LABEL, previous, str(number), recorded_at_text(at), key, str(by))).digest()
