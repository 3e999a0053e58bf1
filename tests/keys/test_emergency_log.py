"""The key store's own log of code-breaks: on the disk before anything is shown, chained, and stopped by nothing."""

import errno
import fcntl
import os
import resource
import subprocess
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.chance import system_clock
from adapters.keys import emergency_file
from adapters.keys.emergency_file import SIZE, SLOT, SLOTS
from adapters.keys.emergency_log import LONGEST, EmergencyLog, EmergencyLogFullError, Row
from adapters.keys.file import DamagedKeyStoreError
from adapters.keys.store import KeyStore
from domain.errors import StorageUnavailableError

SECRET = bytes(range(32))


@pytest.fixture
def keys(tmp_path: Path) -> Generator[KeyStore]:
    store = KeyStore.create(tmp_path / "keys.sqlite", SECRET, clock=system_clock, randomness=os.urandom)
    yield store
    store.close()


def file_in(folder: Path, number: int = 1) -> Path:
    return folder / f"emergency-{number:04d}.log"


@pytest.fixture
def log(tmp_path: Path, keys: KeyStore) -> EmergencyLog:
    made = EmergencyLog(tmp_path, keys)
    made.prepare()
    return made


def overwritten(path: Path, at: int, new: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(new)


def test_records_come_back_in_order_each_with_the_chain_up_to_it(log: EmergencyLog) -> None:
    rows = [log.record(plain) for plain in (b"first", b"second", b"")]

    assert [row.number for row in rows] == [1, 2, 3]
    assert list(log.rows()) == rows
    assert len({row.chain for row in rows}) == 3
    assert log.verify().head.chain == rows[-1].chain


def test_its_blocks_are_written_when_it_is_made_and_its_length_never_changes(tmp_path: Path, log: EmergencyLog) -> None:
    path = file_in(tmp_path)
    made = path.stat()

    log.record(b"x" * LONGEST)

    assert made.st_size == path.stat().st_size == SIZE
    assert made.st_blocks * 512 >= SIZE
    assert path.stat().st_blocks == made.st_blocks


def test_every_record_has_one_length_and_its_words_stand_nowhere(tmp_path: Path, log: EmergencyLog) -> None:
    log.record(b"a short one")
    log.record(b"a long one " * 300)

    stored = file_in(tmp_path).read_bytes()
    assert b"short one" not in stored
    assert b"long one" not in stored
    assert log.scan().next == 3


def test_a_process_that_may_make_no_file_longer_still_records(tmp_path: Path, log: EmergencyLog) -> None:
    child = f"""
import os, resource, signal, sys
from pathlib import Path
from adapters.chance import system_clock
from adapters.keys.emergency_log import EmergencyLog
from adapters.keys.store import KeyStore
folder = Path(sys.argv[1])
keys = KeyStore(folder / "keys.sqlite", bytes(range(32)), clock=system_clock, randomness=os.urandom)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({SIZE}, {SIZE}))
log = EmergencyLog(folder, keys)
try:
    (folder / "other").write_bytes(bytes({SIZE} + 1))
except OSError:
    print(log.record(b"recorded").number)
"""
    done = subprocess.run(
        [sys.executable, "-c", child, str(tmp_path)], capture_output=True, text=True, check=False, timeout=60
    )

    assert (done.stdout.strip(), done.stderr) == ("1", "")
    assert [row.plain for row in log.rows()] == [b"recorded"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != SIZE


def test_a_slot_that_was_not_written_to_its_end_holds_no_record_and_stops_nobody(
    tmp_path: Path, log: EmergencyLog
) -> None:
    first = log.record(b"first")
    overwritten(file_in(tmp_path), SLOT, os.urandom(SLOT // 2))

    second = log.record(b"after the crash")

    assert (first.number, second.number) == (1, 3)
    found = log.verify()
    assert ([row.plain for row in found.rows], found.torn) == ([b"first", b"after the crash"], (2,))


@pytest.mark.parametrize("at", [0, 20, SLOT - 1])
def test_one_changed_byte_breaks_every_later_record(tmp_path: Path, log: EmergencyLog, at: int) -> None:
    for plain in (b"first", b"second", b"third"):
        log.record(plain)
    stored = file_in(tmp_path).read_bytes()
    overwritten(file_in(tmp_path), at, bytes([stored[at] ^ 1]))

    with pytest.raises(DamagedKeyStoreError, match="does not follow"):
        log.verify()


def test_two_records_cannot_be_exchanged_or_left_out(tmp_path: Path, log: EmergencyLog) -> None:
    for plain in (b"first", b"second", b"third"):
        log.record(plain)
    stored = file_in(tmp_path).read_bytes()
    overwritten(file_in(tmp_path), 0, stored[SLOT : 2 * SLOT] + stored[:SLOT])

    with pytest.raises(DamagedKeyStoreError):
        log.verify()


def test_records_of_another_key_store_are_none(tmp_path: Path, log: EmergencyLog) -> None:
    log.record(b"ours")
    (tmp_path / "other").mkdir()
    other = KeyStore.create(tmp_path / "other" / "keys.sqlite", SECRET, clock=system_clock, randomness=os.urandom)
    theirs = EmergencyLog(tmp_path / "other", other)
    theirs.prepare()
    file_in(tmp_path / "other").write_bytes(file_in(tmp_path).read_bytes())

    assert theirs.rows() == ()
    other.close()


def test_threads_and_objects_that_record_at_once_lose_nothing(
    tmp_path: Path, keys: KeyStore, log: EmergencyLog
) -> None:
    logs = [log, EmergencyLog(tmp_path, keys)]

    def record(number: int) -> Row:
        return logs[number % 2].record(str(number).encode())

    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(record, range(24)))

    assert sorted(row.number for row in rows) == list(range(1, 25))
    assert {row.plain for row in log.verify().rows} == {str(n).encode() for n in range(24)}


def test_a_killed_process_leaves_its_record_and_no_lock(tmp_path: Path, log: EmergencyLog) -> None:
    child = """
import os, signal, sys
from pathlib import Path
from adapters.chance import system_clock
from adapters.keys.emergency_log import EmergencyLog
from adapters.keys.store import KeyStore
folder = Path(sys.argv[1])
keys = KeyStore(folder / "keys.sqlite", bytes(range(32)), clock=system_clock, randomness=os.urandom)
log = EmergencyLog(folder, keys)
log.record(b"before the kill")
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", child, str(tmp_path)], check=False, timeout=60)

    assert [row.plain for row in log.rows()] == [b"before the kill"]
    assert log.record(b"after").number == 2


def test_who_holds_the_file_for_too_long_is_not_waited_for(
    tmp_path: Path, log: EmergencyLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emergency_file, "PATIENCE", 0.05)
    with file_in(tmp_path).open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        with pytest.raises(StorageUnavailableError, match="another process"):
            log.record(b"waits")


def test_a_disk_that_does_not_take_the_record_discloses_nothing(
    log: EmergencyLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error", str(handle))

    monkeypatch.setattr(os, "fsync", fails)

    with pytest.raises(StorageUnavailableError, match="Input/output error") as told:
        log.record(b"lost")
    assert "code-break desk" in told.value.next_step


def test_without_a_slot_it_says_so_and_in_good_times_the_next_file_follows(
    tmp_path: Path, log: EmergencyLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.keys.emergency_log.SLOTS", 2)
    for plain in (b"first", b"second"):
        log.record(plain)

    with pytest.raises(EmergencyLogFullError) as told:
        log.record(b"third")
    log.prepare()
    third = log.record(b"third")

    assert "code-break desk" in told.value.next_step
    assert third.number == 3
    assert file_in(tmp_path, 2).exists()
    assert [row.plain for row in log.verify().rows] == [b"first", b"second", b"third"]


def test_a_store_that_was_never_prepared_discloses_nothing(tmp_path: Path, keys: KeyStore) -> None:
    with pytest.raises(EmergencyLogFullError):
        EmergencyLog(tmp_path, keys).record(b"nowhere to stand")


def test_it_is_made_once_and_has_room_for_a_while(tmp_path: Path, log: EmergencyLog) -> None:
    log.record(b"first")
    before = file_in(tmp_path).read_bytes()

    log.prepare()

    assert file_in(tmp_path).read_bytes() == before
    assert not file_in(tmp_path, 2).exists()
    assert log.free() == SLOTS - 1
