"""The tables of the ledger storage, for every database.

Vault ledgers have tables of their own, so that a database grant can keep readers out of them.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

metadata: Final = MetaData()


@dataclass(frozen=True, slots=True)
class LedgerTables:
    """The entries of some ledgers, and the head of each."""

    entry: Table
    head: Table


def _ledger_tables(prefix: str) -> LedgerTables:
    return LedgerTables(_entry_table(f"{prefix}entry"), _head_table(f"{prefix}head"))


def _entry_table(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("ledger", Text, nullable=False),
        Column("position", BigInteger, nullable=False),
        Column("stream", Text, nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("type", Text, nullable=False),
        Column("recorded_at", Text, nullable=False),
        Column("leaf", LargeBinary, nullable=False),  # before the bytes: found without reading them
        Column("entry", LargeBinary, nullable=False),
        PrimaryKeyConstraint("ledger", "position"),
        UniqueConstraint("ledger", "stream", "version"),
        CheckConstraint("position >= 1 AND version >= 1", name=f"{name}_counts_from_one"),
        CheckConstraint("length(leaf) = 32", name=f"{name}_leaf_is_sha256"),
    )


def _head_table(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("ledger", Text, nullable=False),
        Column("size", BigInteger, nullable=False),
        Column("frontier", LargeBinary, nullable=False),
        Column("root", LargeBinary, nullable=False),
        Column("recorded_at", Text, nullable=False),
        PrimaryKeyConstraint("ledger"),
        CheckConstraint("size >= 1", name=f"{name}_counts_from_one"),
        CheckConstraint("length(root) = 32", name=f"{name}_root_is_sha256"),
    )


OPEN: Final = _ledger_tables("")
VAULT: Final = _ledger_tables("vault_")
ALL_LEDGER_TABLES: Final = (OPEN, VAULT)

command_outcome: Final = Table(
    "command_outcome",
    metadata,
    Column("actor", Text, nullable=False),
    Column("command_id", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("code", Text, nullable=False),
    Column("placed", Text, nullable=False),
    PrimaryKeyConstraint("actor", "command_id"),
)


def tables_of(ledger: str) -> LedgerTables:
    return VAULT if ledger.startswith("vault:") else OPEN
