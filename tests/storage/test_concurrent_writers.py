"""Many writers at once: no gap, nothing lost, nothing missed by those who follow."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread

import pytest

from adapters.storage.batch import Append, StoredEntry
from adapters.storage.recorder import LedgerRecorder
from domain.errors import ConflictError
from tests.storage.ledgers import TRIAL, VAULT, assert_whole, everything, one, opened, to

ROOT = Path(__file__).resolve().parents[2]
WRITERS = 16
EACH = 25


def test_sixteen_writers_leave_no_gap_and_a_follower_misses_nothing(recorder: LedgerRecorder) -> None:
    followed: list[StoredEntry] = []
    stop = Event()

    def follow() -> None:
        for stored in recorder.tail(TRIAL, 0, poll_seconds=0.001, stop=stop):
            followed.append(stored)
            if len(followed) == WRITERS * EACH:
                stop.set()

    def write(writer: int) -> list[int]:
        receipts = [
            recorder.append(one(f"{TRIAL}/s/{writer}", f"fact {number}", after=number)) for number in range(EACH)
        ]
        return [receipt.placed[0].position for receipt in receipts]

    follower = Thread(target=follow)
    follower.start()
    with ThreadPoolExecutor(WRITERS) as pool:
        acknowledged = list(pool.map(write, range(WRITERS)))
    follower.join(timeout=20)
    stop.set()

    assert all(positions == sorted(positions) for positions in acknowledged)
    everywhere = sorted(position for positions in acknowledged for position in positions)
    assert everywhere == list(range(1, WRITERS * EACH + 1))
    assert followed == everything(recorder, TRIAL)
    assert_whole(recorder)


def test_of_writers_that_race_for_a_version_one_wins_and_no_bystander_loses(recorder: LedgerRecorder) -> None:
    def race(writer: int) -> list[bool]:
        won: list[bool] = []
        for number in range(EACH):
            recorder.append(one(f"{TRIAL}/own/{writer}", after=number))
            try:
                recorder.append(Append((to(f"{TRIAL}/shared/{number}"), to(f"{VAULT}/shared/{number}"))))
                won.append(True)
            except ConflictError:
                won.append(False)
        return won

    with ThreadPoolExecutor(8) as pool:
        raced = list(pool.map(race, range(8)))

    winners = [sum(won) for won in zip(*raced, strict=True)]
    assert winners == [1] * EACH
    assert len(everything(recorder, TRIAL)) == 8 * EACH + EACH
    assert len(everything(recorder, VAULT)) == EACH
    assert_whole(recorder)


def test_a_follower_stops_when_told_and_starts_where_asked(recorder: LedgerRecorder) -> None:
    recorder.append(one(f"{TRIAL}/s/1", *"abcd"))
    stop = Event()
    following = recorder.tail(TRIAL, 2, poll_seconds=60, stop=stop)

    assert [next(following).position, next(following).position] == [3, 4]
    Thread(target=stop.set).start()

    assert list(following) == []


APPENDING = """
import sys
import time
from pathlib import Path
from tests.storage.ledgers import TRIAL, VAULT, Append, opened, to
path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with opened(path) as recorder:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(count):
        recorder.append(Append((to(f"{TRIAL}/{name}", after=number), to(f"{VAULT}/{name}", after=number))))
        time.sleep(0.002)  # SQLite's lock is not fair: without a pause one process would run through
"""


def test_two_processes_write_one_file_without_a_gap(ledger_file: Path) -> None:
    each = 60
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", APPENDING, str(ledger_file), name, str(each)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for name in ("first", "second")
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.close()
        assert process.stdout is not None
        process.stdout.close()
    assert [process.wait(timeout=60) for process in processes] == [0, 0]

    with opened(ledger_file) as recorder:
        assert len(everything(recorder, TRIAL)) == len(everything(recorder, VAULT)) == 2 * each
        streams = [stored.stream for stored in everything(recorder, TRIAL)]
        turns = sum(one != next_ for one, next_ in pairwise(streams))
        assert turns > 1, "the two did not write at the same time"
        assert_whole(recorder)


@pytest.mark.parametrize("at_once", [4])
def test_processes_that_make_the_same_new_file_at_once_share_it(ledger_file: Path, at_once: int) -> None:
    with ThreadPoolExecutor(at_once) as pool:

        def open_and_write(number: int) -> None:
            with opened(ledger_file) as recorder:
                recorder.append(one(f"{TRIAL}/s/{number}"))

        list(pool.map(open_and_write, range(at_once)))

    with opened(ledger_file) as recorder:
        assert len(everything(recorder, TRIAL)) == at_once
        assert_whole(recorder)
    assert [found.name for found in ledger_file.parent.iterdir()] == [ledger_file.name]
