"""A file that is not the ledger it was: said clearly, never repaired, never overwritten."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from adapters.storage.sqlite import SqliteDialect
from adapters.storage.sqlite.files import create
from domain.errors import DamagedLedgerError, StorageUnavailableError
from tests.storage.ledgers import TRIAL, one, opened, recording

pytestmark = pytest.mark.faults

PAGE = 4096


def overwritten(path: Path) -> None:
    """Spoil every page but the first."""
    data = bytearray(path.read_bytes())
    for at in range(PAGE, len(data), PAGE):
        data[at : at + 64] = b"\xa5" * 64
    path.write_bytes(data)


def spoilt_in_the_middle(path: Path) -> None:
    data = bytearray(path.read_bytes())
    middle = len(data) // PAGE // 2 * PAGE
    data[middle : middle + PAGE] = b"\xa5" * PAGE
    path.write_bytes(data)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def another_kind_of_file(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7 a consent form\n" * 400)


def another_database(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE entry (ledger TEXT)")


def a_newer_schema(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version=2")


def without_a_trigger(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER entry_no_delete")


def altered_row(statement: str) -> Callable[[Path], None]:
    """Do what an owner of the file can do: put the triggers aside, alter, put them back."""

    def alter(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute(statement)
            for _, sql in triggers:
                connection.execute(sql)
            connection.commit()

    return alter


@pytest.fixture
def filled(ledger_file: Path) -> Path:
    with opened(ledger_file) as recorder:
        for number in range(40):
            recorder.append(one(f"{TRIAL}/s/1", "x" * 1_000, after=number))
    return ledger_file


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (overwritten, "malformed"),
        (spoilt_in_the_middle, "cannot be read as a ledger"),
        (cut_short, "cannot be read as a ledger"),
        (emptied, "not a Trialproof ledger"),
        (another_kind_of_file, "not a database"),
        (another_database, "not a Trialproof ledger"),
        (a_newer_schema, "has schema 2; this version reads schema 1"),
        (without_a_trigger, "lacks entry_no_delete"),
        (altered_row("DELETE FROM entry WHERE position = 40"), "counts entries that are not there"),
        (altered_row("UPDATE entry SET entry = x'00' WHERE position = 40"), "not the one that was hashed"),
        (altered_row("UPDATE head SET root = zeroblob(32) WHERE ledger = 'trial:NCT1'"), "own frontier"),
        (altered_row("UPDATE head SET frontier = x'00'"), "stored head of .* cannot be read"),
        (altered_row("UPDATE head SET recorded_at = 'noon'"), "stored head of .* cannot be read"),
    ],
)
def test_a_damaged_file_is_told_and_left_as_it_is(filled: Path, damage: Callable[[Path], None], said: str) -> None:
    damage(filled)
    before = filled.read_bytes()

    for _ in range(2):
        with pytest.raises(DamagedLedgerError, match=said), opened(filled):
            pass

    assert filled.read_bytes() == before


def test_a_file_that_lost_its_entries_but_kept_its_log_is_not_begun_anew(filled: Path) -> None:
    log = Path(f"{filled}-wal")
    log.write_bytes(b"what was written last")
    filled.unlink()

    with pytest.raises(DamagedLedgerError, match="write-ahead log is there"):
        SqliteDialect(filled)

    assert not filled.exists()
    assert log.read_bytes() == b"what was written last"


def test_a_head_put_back_behind_the_entries_takes_no_further_entry(filled: Path) -> None:
    with opened(filled) as recorder:
        before = recorder.stored_head(TRIAL)
        assert before is not None
        recorder.append(one(f"{TRIAL}/s/2", "the newest"))
    frontier, root = before.frontier.hex(), before.root.hex()
    altered_row(
        f"UPDATE head SET size = 40, frontier = x'{frontier}', root = x'{root}',"
        f" recorded_at = '{before.recorded_at}' WHERE ledger = '{TRIAL}'"
    )(filled)

    with opened(filled) as recorder, pytest.raises(DamagedLedgerError, match="cannot be replaced"):
        recorder.append(one(f"{TRIAL}/s/3"))


@pytest.mark.parametrize(
    ("size", "said"), [(43, "stored head of .* cannot be read"), (49, "contradict each other: .* has no gaps")]
)
def test_a_head_pushed_ahead_of_the_entries_takes_no_further_entry(filled: Path, size: int, said: str) -> None:
    with opened(filled) as recorder:
        recorder.append(one(f"{TRIAL}/s/1", "the head is held in memory from here on", after=40))
        with closing(sqlite3.connect(filled)) as stranger:
            stranger.execute(f"UPDATE head SET size = {size} WHERE ledger = '{TRIAL}'")
            stranger.commit()

        for _ in range(2):
            with pytest.raises(DamagedLedgerError, match=said):
                recorder.append(one(f"{TRIAL}/s/3"))

        assert len(recorder.page(TRIAL)) == 41


def test_a_ledger_that_another_process_made_first_is_the_one_that_counts(filled: Path) -> None:
    before = filled.read_bytes()

    create(filled)

    assert filled.read_bytes() == before
    assert [found.name for found in filled.parent.iterdir()] == [filled.name]


def test_damage_met_while_reading_is_told(filled: Path) -> None:
    with opened(filled) as recorder:
        altered_row("UPDATE command_outcome SET placed = '[1]'")(filled)
        altered_row("INSERT INTO command_outcome VALUES ('u1', 'c-1', x'00', 'accepted', '[[1]]')")(filled)

        with pytest.raises(DamagedLedgerError, match="command c-1 cannot be read"):
            recorder.outcome("u1", "c-1")


def test_a_folder_that_does_not_exist_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailableError):
        SqliteDialect(tmp_path / "nowhere" / "ledger.db")

    assert not (tmp_path / "nowhere").exists()


def test_a_ledger_locked_by_another_process_is_unavailable_and_nothing_is_acknowledged(filled: Path) -> None:
    dialect = SqliteDialect(filled)
    dialect.writer.connection.execute("PRAGMA busy_timeout=50")
    with closing(recording(dialect)) as recorder, closing(sqlite3.connect(filled)) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StorageUnavailableError, match="locked"):
            recorder.append(one(f"{TRIAL}/s/2"))

        other.execute("ROLLBACK")
        assert recorder.append(one(f"{TRIAL}/s/2")).placed[0].position == 41
