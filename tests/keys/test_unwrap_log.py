"""No key that tells an arm leaves the store without a row that says when and by which authority, first."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from adapters.keys.file import DamagedKeyStoreError
from adapters.keys.store import KeyStore
from domain.errors import NotFoundError, StorageUnavailableError
from tests.keys.stores import AUTHORITY, opened


def taken_out(keys: KeyStore, times: int = 3) -> list[bytes]:
    made = [keys.fresh_key("allocation").id for _ in range(times)]
    for number, key_id in enumerate(made):
        keys.unwrap(key_id, authorised_by=UUID(int=number))
    return made


def tampered(path: Path, *sql: str) -> None:
    connection = sqlite3.connect(path)
    triggers = [row[0] for row in connection.execute("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")]
    for name in ("unwraps_no_update", "unwraps_no_delete", "unwraps_no_replace"):
        connection.execute(f"DROP TRIGGER {name}")
    for statement in (*sql, *triggers):
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.requirement("E6-06")
def test_the_log_names_key_authority_and_time_before_the_key_is_given(keys: KeyStore) -> None:
    key = keys.fresh_key("allocation")

    given = keys.unwrap(key.id, authorised_by=AUTHORITY)

    assert given == key.key
    (row,) = keys.log()
    assert (row.number, row.key, row.authorised_by) == (1, key.id, AUTHORITY)
    assert row.at.date() == datetime(2027, 3, 3, tzinfo=UTC).date()


def test_no_key_is_given_where_the_log_cannot_be_written(keys: KeyStore, key_file: Path) -> None:
    key = keys.fresh_key("allocation")
    with keys._file.reading() as connection:  # pyright: ignore[reportPrivateUsage]  # a limit of this connection
        connection.execute("PRAGMA busy_timeout=50")
    other = sqlite3.connect(key_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StorageUnavailableError):
        keys.unwrap(key.id, authorised_by=AUTHORITY)

    other.close()
    assert keys.log() == []


def test_a_key_that_does_not_unwrap_leaves_no_row(keys: KeyStore, key_file: Path) -> None:
    key = keys.fresh_key("allocation")
    connection = sqlite3.connect(key_file)
    with connection:
        connection.execute("UPDATE wrapped_key SET wrapped = zeroblob(48)")
    connection.close()

    with pytest.raises(DamagedKeyStoreError):
        keys.unwrap(key.id, authorised_by=AUTHORITY)

    assert keys.log() == []


def test_an_unknown_key_leaves_no_row(keys: KeyStore) -> None:
    with pytest.raises(NotFoundError):
        keys.unwrap(bytes(16), authorised_by=AUTHORITY)

    assert keys.log() == []


def test_the_log_goes_on_where_it_ended_when_the_store_is_opened_again(keys: KeyStore, key_file: Path) -> None:
    taken_out(keys)
    before = keys.verify_log()
    with opened(key_file) as again:
        taken_out(again)
        after = again.verify_log()
        assert [row.number for row in again.log()] == [1, 2, 3, 4, 5, 6]
        assert again.log()[before.number - 1].chain == before.chain

    assert (before.number, after.number) == (3, 6)


def test_an_empty_log_is_whole(keys: KeyStore) -> None:
    assert keys.verify_log().number == 0


def test_the_same_key_taken_out_under_two_authorities_is_two_rows(keys: KeyStore) -> None:
    key = keys.fresh_key("allocation")

    keys.unwrap(key.id, authorised_by=UUID(int=1))
    keys.unwrap(key.id, authorised_by=UUID(int=2))

    assert [row.authorised_by.int for row in keys.log()] == [1, 2]
    assert len({row.chain for row in keys.log()}) == 2


@pytest.mark.parametrize(
    ("sql", "first_bad"),
    [
        ("UPDATE unwraps SET at = '2027-03-03T11:00:00.000000Z' WHERE number = 2", 2),
        ("UPDATE unwraps SET authorised_by = '00000000-0000-0000-0000-0000000000ff' WHERE number = 1", 1),
        ("UPDATE unwraps SET key = zeroblob(16) WHERE number = 3", 3),
        ("UPDATE unwraps SET chain = zeroblob(32) WHERE number = 2", 2),
        ("UPDATE unwraps SET number = 9 WHERE number = 3", 9),
        ("DELETE FROM unwraps WHERE number = 1", 2),
        ("DELETE FROM unwraps WHERE number = 2", 3),
    ],
)
def test_the_first_row_that_was_altered_or_follows_a_gap_is_named(
    keys: KeyStore, key_file: Path, sql: str, first_bad: int
) -> None:
    taken_out(keys)
    tampered(key_file, sql)

    with opened(key_file) as store, pytest.raises(DamagedKeyStoreError, match=f"row {first_bad} "):
        store.verify_log()


@pytest.mark.parametrize("sql", ["UPDATE unwraps SET at = 'noon'", "UPDATE unwraps SET authorised_by = 'a sponsor'"])
def test_a_row_that_cannot_be_read_is_damage(keys: KeyStore, key_file: Path, sql: str) -> None:
    taken_out(keys)
    tampered(key_file, sql)

    with opened(key_file) as store, pytest.raises(DamagedKeyStoreError):
        store.log()


def test_a_tail_that_was_cut_off_shows_beside_a_link_kept_elsewhere(keys: KeyStore, key_file: Path) -> None:
    taken_out(keys)
    kept = keys.verify_log()
    tampered(key_file, "DELETE FROM unwraps WHERE number = 3")

    with opened(key_file) as store:
        assert store.verify_log() != kept


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE unwraps SET at = '2027-03-03T11:00:00.000000Z'",
        "DELETE FROM unwraps",
        "INSERT OR REPLACE INTO unwraps SELECT * FROM unwraps WHERE number = 1",
        "INSERT INTO unwraps SELECT 2, at, act, key, authorised_by, chain FROM unwraps WHERE number = 1",
    ],
)
def test_the_log_only_grows(keys: KeyStore, key_file: Path, sql: str) -> None:
    taken_out(keys)
    connection = sqlite3.connect(key_file)

    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(sql)

    connection.close()
    assert keys.verify_log().number == 3
