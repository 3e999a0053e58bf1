"""A token is taken once, by whichever process; the table stays small, and what it forgot is too old to count."""

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.tokens.taken import TakenTokens
from domain.errors import DamagedLedgerError, StorageUnavailableError

NOW = 1_800_000_000


def rows(file: Path) -> int:
    connection = sqlite3.connect(file)
    try:
        (count,) = connection.execute("SELECT count(*) FROM taken").fetchone()
    finally:
        connection.close()
    return int(count)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "identity" / "tokens.sqlite"


def test_a_token_is_taken_once(file: Path) -> None:
    taken = TakenTokens(file)

    assert taken.take("edc", "1", expires=NOW + 300, now=NOW)
    assert not taken.take("edc", "1", expires=NOW + 300, now=NOW + 299)
    assert not taken.take("edc", "1", expires=NOW + 9, now=NOW)

    taken.close()


def test_tokens_of_others_are_other_tokens(file: Path) -> None:
    taken = TakenTokens(file)

    pairs = [("edc", "1"), ("edc", "2"), ("lab", "1"), ("ed", "c1"), ("edc1", "")]
    assert all(taken.take(whose, token, expires=NOW + 300, now=NOW) for whose, token in pairs)

    taken.close()


def test_what_was_taken_stays_taken_in_another_process(file: Path) -> None:
    one, two = TakenTokens(file), TakenTokens(file)
    assert one.take("edc", "1", expires=NOW + 300, now=NOW)

    assert not two.take("edc", "1", expires=NOW + 300, now=NOW)

    one.close()
    two.close()


def test_of_many_at_once_one_takes_it(file: Path) -> None:
    tables = [TakenTokens(file) for _ in range(4)]

    def takes(at: int) -> bool:
        return tables[at % 4].take("edc", "1", expires=NOW + 300, now=NOW)

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(takes, range(32)))

    assert outcomes.count(True) == 1
    for table in tables:
        table.close()


def test_the_table_forgets_what_is_too_old_to_be_sent_again(file: Path) -> None:
    taken = TakenTokens(file)
    for at in range(100):
        taken.take("edc", str(at), expires=NOW + at, now=NOW - 1)
    assert rows(file) == 100

    assert taken.take("edc", "last", expires=NOW + 500, now=NOW + 200)

    assert rows(file) == 1
    taken.close()


def test_a_clock_that_steps_back_brings_no_forgotten_token_to_life(file: Path) -> None:
    taken = TakenTokens(file)
    assert taken.take("edc", "1", expires=NOW + 300, now=NOW)
    assert taken.take("edc", "2", expires=NOW + 700, now=NOW + 400)
    assert rows(file) == 1

    assert not taken.take("edc", "1", expires=NOW + 300, now=NOW)
    assert not TakenTokens(file).take("edc", "1", expires=NOW + 300, now=NOW)
    assert not taken.take("edc", "2", expires=NOW + 700, now=NOW)
    assert taken.take("edc", "3", expires=NOW + 301, now=NOW)

    taken.close()


def test_a_clock_that_was_far_ahead_for_a_while_shuts_nobody_out(file: Path) -> None:
    taken = TakenTokens(file)
    taken.take("edc", "1", expires=NOW + 300, now=NOW)
    taken.take("edc", "ahead", expires=NOW + 10**9 + 300, now=NOW + 10**9)

    assert taken.take("edc", "2", expires=NOW + 400, now=NOW + 100)

    taken.close()


def test_the_file_is_its_owners_alone(file: Path) -> None:
    TakenTokens(file).close()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_file_that_cannot_be_read_lets_nobody_in(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"not a database at all" * 100)
    with pytest.raises(DamagedLedgerError):
        TakenTokens(file)

    taken = TakenTokens(file.with_name("other.sqlite"))
    taken.close()

    with pytest.raises(StorageUnavailableError):
        taken.take("edc", "1", expires=NOW + 300, now=NOW)
