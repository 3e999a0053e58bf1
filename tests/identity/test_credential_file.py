"""The file of secrets: for its owner alone, durable, whole or not at all, and worth nothing without the ledger."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from adapters.identity.file import CredentialFile, DamagedCredentialsError
from domain.errors import LoginError, SessionEndedError, StorageFullError, StorageUnavailableError
from domain.session.facts import AuthenticationLocked
from tests.identity.house import House, reopened

NAME = "credentials.sqlite"
FAIL_FOR_EVER = """
import sys
from datetime import datetime
from pathlib import Path
from adapters.chance import SetClock
from adapters.wiring import Sources, open_store
from domain.errors import LoginError
folder, now = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
store = open_store(folder, folder.parent / "secret.key", Sources(SetClock(now), seeded=True))
for number in range(1_000_000):
    try:
        store.authenticator.log_in("ana", "wrong", "000000", source=f"s{number % 7}", device="d", originator="o")
    except LoginError:
        print(number, flush=True)
"""


@pytest.mark.requirement("EMA-15")
def test_only_its_owner_reads_it(house: House) -> None:
    house.log_in("ana")

    folder = house.folder / "identity"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in folder.iterdir()} == {NAME, f"{NAME}-wal", f"{NAME}-shm"}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_every_commit_is_durable(tmp_path: Path) -> None:
    file = CredentialFile(tmp_path / "identity" / NAME)

    assert file.rows("PRAGMA journal_mode") == [("wal",)]
    assert file.rows("PRAGMA synchronous") == [(2,)]
    file.close()


def test_what_fails_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    file = CredentialFile(tmp_path / "identity" / NAME)

    def half() -> None:
        with file.writing() as connection:
            connection.execute("INSERT INTO device VALUES ('ana', 'phone')")
            raise KeyError

    with pytest.raises(KeyError):
        half()

    assert file.rows("SELECT * FROM device") == []
    file.close()


@pytest.mark.requirement("P11-28", "EMA-15")
def test_credentials_copied_into_the_file_count_for_nothing_without_the_ledger(house: House) -> None:
    house.owner("ben")
    thief = house.owners["ben"]
    with closing(sqlite3.connect(house.folder / "identity" / NAME, isolation_level=None)) as connection:
        connection.execute(
            "INSERT INTO password SELECT 'forged', 'ana', set_at, digest FROM password WHERE person = 'ben'"
        )
        connection.execute(
            "INSERT INTO code_app SELECT 'forged', 'ana', ciphertext, commitment, key, nonce, -1 FROM code_app"
            " WHERE person = 'ben'"
        )

    with pytest.raises(LoginError):
        house.log_in("ana", password=thief.password, code=thief.code(house.now))
    assert house.log_in("ana")


@pytest.mark.requirement("P11-28", "EMA-15")
def test_a_digest_put_in_place_of_anothers_opens_nothing(house: House) -> None:
    house.owner("ben")
    thief = house.owners["ben"]
    with closing(sqlite3.connect(house.folder / "identity" / NAME, isolation_level=None)) as connection:
        connection.execute(
            "UPDATE password SET digest = (SELECT digest FROM password WHERE person = 'ben') WHERE person = 'ana'"
        )

    with pytest.raises(LoginError):
        house.log_in("ana", password=thief.password)


def test_a_session_written_into_the_file_opens_nothing_that_the_ledger_does_not_know(house: House) -> None:
    token = house.log_in("ana").token
    with closing(sqlite3.connect(house.folder / "identity" / NAME, isolation_level=None)) as connection:
        connection.execute("UPDATE session SET id = 'forged', person = 'admin', rests_on = ''")

    with pytest.raises(SessionEndedError):
        house.identity(token)


def test_a_store_whose_file_was_lost_lets_nobody_in_and_invites_nobody_anew(house: House) -> None:
    house.desk.store.authenticator.close()
    shutil.rmtree(house.folder / "identity")

    with reopened(house) as other:
        with pytest.raises(LoginError):
            other.log_in("ana")
        assert other.stored("SELECT count(*) FROM password") == [(0,)]


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 500])
def test_another_file_in_its_place_is_said_to_be_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "identity" / NAME
    path.parent.mkdir()
    path.write_bytes(content)

    with pytest.raises(DamagedCredentialsError) as damaged:
        CredentialFile(path)

    assert damaged.value.code == "damaged_credentials"


def test_a_file_with_a_broken_page_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "identity" / NAME
    CredentialFile(path).close()
    whole = bytearray(path.read_bytes())
    whole[4096 * 2 : 4096 * 3] = b"\xff" * 4096
    path.write_bytes(whole)

    with pytest.raises(DamagedCredentialsError):
        CredentialFile(path)


def test_a_write_ahead_log_without_its_file_is_not_taken_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "identity" / NAME
    path.parent.mkdir()
    Path(f"{path}-wal").write_bytes(b"x")

    with pytest.raises(DamagedCredentialsError):
        CredentialFile(path)


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "identity").write_text("a file stands here")

    with pytest.raises(StorageUnavailableError):
        CredentialFile(tmp_path / "identity" / NAME)


def test_a_full_disk_is_said_in_words_and_changes_nothing(tmp_path: Path) -> None:
    file = CredentialFile(tmp_path / "identity" / NAME)
    file.rows(f"PRAGMA max_page_count={file.rows('PRAGMA page_count')[0][0]}")

    def fills() -> None:
        with file.writing() as connection:
            for number in range(10_000):
                connection.execute("INSERT INTO device VALUES ('ana', ?)", (f"device {number}",))

    with pytest.raises(StorageFullError):
        fills()

    assert file.rows("SELECT * FROM device") == []
    file.close()


@pytest.mark.faults
def test_failures_counted_before_a_kill_count_after_it(house: House) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", FAIL_FOR_EVER, str(house.folder), house.now.isoformat()],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) == 40:
            process.send_signal(signal.SIGKILL)
            break
    process.communicate()

    with pytest.raises(LoginError):
        house.log_in("ana")
    house.door.catch_up()

    assert len(house.facts(AuthenticationLocked)) == 1
