"""What is recorded stays: no statement of any connection changes, removes or replaces it unseen."""

import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from adapters.storage.batch import Append
from adapters.storage.sqlite import SqliteDialect
from adapters.storage.tables import command_outcome
from domain.errors import StorageUnavailableError
from tests.storage.ledgers import TRIAL, VAULT, assert_whole, one, opened, outcome, to

LEAF = "zeroblob(32)"
AN_ENTRY = "(ledger, position, stream, version, type, recorded_at, leaf, entry)"


@pytest.fixture
def stranger(ledger_file: Path) -> Generator[sqlite3.Connection]:
    """A plain connection that sets no pragma at all, over a ledger with two entries of each kind."""
    with opened(ledger_file) as recorder:
        recorder.append(Append((to(f"{TRIAL}/s/1", "a", "b"), to(f"{VAULT}/l/1", "c", "d")), outcome=outcome()))
    with closing(sqlite3.connect(ledger_file, isolation_level=None)) as connection:
        yield connection


@pytest.mark.requirement("P11-09")
@pytest.mark.parametrize("table", ["entry", "vault_entry", "head", "vault_head", "command_outcome"])
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM {table}",
        "DELETE FROM {table} WHERE rowid = 1",
        "INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1",
        "REPLACE INTO {table} SELECT * FROM {table} LIMIT 1",
        "INSERT OR IGNORE INTO {table} SELECT * FROM {table} LIMIT 1",
        "INSERT INTO {table} SELECT * FROM {table} WHERE true LIMIT 1 ON CONFLICT DO NOTHING",
        "UPDATE OR REPLACE {table} SET rowid = rowid + 1",
    ],
)
def test_no_row_is_removed_or_replaced(stranger: sqlite3.Connection, table: str, statement: str) -> None:
    before = stranger.execute(f"SELECT rowid, * FROM {table}").fetchall()
    assert before

    with pytest.raises(sqlite3.IntegrityError, match="what is recorded cannot be"):
        stranger.execute(statement.format(table=table))

    assert stranger.execute(f"SELECT rowid, * FROM {table}").fetchall() == before


@pytest.mark.requirement("P11-09")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET entry = x'00'",
        "UPDATE OR REPLACE vault_entry SET position = 1 WHERE position = 2",
        "UPDATE OR IGNORE entry SET recorded_at = '2020-01-01T00:00:00.000000Z'",
        "UPDATE command_outcome SET code = 'refused'",
        "UPDATE head SET size = size",
        "UPDATE head SET size = size - 1",
        "UPDATE head SET ledger = 'trial:other', size = size + 1",
        "UPDATE vault_head SET size = size + 1, recorded_at = '2020-01-01T00:00:00.000000Z'",
    ],
)
def test_no_row_is_changed_and_heads_only_grow(stranger: sqlite3.Connection, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="what is recorded cannot be changed"):
        stranger.execute(statement)


@pytest.mark.requirement("P11-09")
@pytest.mark.parametrize(
    "row",
    [
        pytest.param(f"('{TRIAL}', 1, '{TRIAL}/s/9', 1, 't', 'now', {LEAF}, x'00')", id="same position"),
        pytest.param(f"('{TRIAL}', 3, '{TRIAL}/s/1', 2, 't', 'now', {LEAF}, x'00')", id="same version"),
    ],
)
@pytest.mark.parametrize("verb", ["INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT OR FAIL"])
def test_an_entry_is_not_replaced_by_another_of_its_keys(stranger: sqlite3.Connection, verb: str, row: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="cannot be replaced: entry"):
        stranger.execute(f"{verb} INTO entry {AN_ENTRY} VALUES {row}")


@pytest.mark.requirement("P11-09")
def test_an_entry_is_not_replaced_by_its_rowid(stranger: sqlite3.Connection) -> None:
    values = f"(1, '{TRIAL}', 3, '{TRIAL}/s/9', 1, 't', 'now', {LEAF}, x'00')"

    with pytest.raises(sqlite3.IntegrityError, match="cannot be replaced: entry"):
        stranger.execute(f"INSERT OR REPLACE INTO entry (rowid, {AN_ENTRY[1:]} VALUES {values}")


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(f"('{TRIAL}', 4, '{TRIAL}/s/9', 1, 't', 'now', {LEAF}, x'00')", id="position"),
        pytest.param(f"('{TRIAL}', 3, '{TRIAL}/s/9', 2, 't', 'now', {LEAF}, x'00')", id="version"),
    ],
)
@pytest.mark.parametrize("verb", ["INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE"])
def test_an_entry_that_leaves_a_gap_is_not_taken(stranger: sqlite3.Connection, verb: str, row: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="has no gaps: entry"):
        stranger.execute(f"{verb} INTO entry {AN_ENTRY} VALUES {row}")


def test_an_upsert_is_no_way_around(stranger: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="cannot be replaced: entry"):
        stranger.execute(
            "INSERT INTO entry SELECT * FROM entry WHERE true"
            " ON CONFLICT (ledger, position) DO UPDATE SET entry = x'00'"
        )


def test_the_recorder_goes_on_after_every_attempt(stranger: sqlite3.Connection, ledger_file: Path) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        stranger.execute("DELETE FROM entry")

    with opened(ledger_file) as recorder:
        recorder.append(one(f"{TRIAL}/s/1", "c", after=2))
        assert_whole(recorder)


def test_readers_cannot_write(ledger_file: Path) -> None:
    row = {"actor": "a", "command_id": "b", "digest": b"", "code": "c", "placed": "[]"}
    with closing(SqliteDialect(ledger_file)) as dialect:
        assert dialect.rows(select(command_outcome), {}) == []

        with pytest.raises(StorageUnavailableError, match="readonly"):
            dialect.rows(insert(command_outcome), row)
