"""A process that appends until it is killed: it forks for each run, and prints every acknowledgement at once.

`python writing_child.py FILE`, then on standard input one line per run: `RUN HOW`. Each run appends to a
trial ledger and its vault together. HOW is `carefully`, or `carelessly` (without flushing), or the name of
a fault of the disk.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from adapters.storage.batch import Append, NewEntry, Outcome, StreamAppend
from adapters.storage.recorder import LedgerRecorder
from adapters.storage.sqlite import SqliteDialect
from domain.errors import TrialproofError

APPENDS = 50
BODY = b'{"text":"' + b"x" * 2_000 + b'"}'


def main(path: Path) -> None:
    for line in sys.stdin:
        run, how = line.split()
        writer = os.fork()
        if writer == 0:
            RUNS[how](path, run)
            say("done")
            signal.pause()  # until it is killed: no run ends by closing the file
        os.waitpid(writer, 0)
        say("ended")


def write_carefully(path: Path, run: str) -> None:
    write(path, run, "FULL")


def write_carelessly(path: Path, run: str) -> None:
    write(path, run, "OFF")


def write(path: Path, run: str, synchronous: str) -> None:
    say("writer", os.getpid())
    recorder = opened(path, synchronous)
    for number in range(APPENDS):
        append(recorder, run, number)


def write_until_full(path: Path, run: str) -> None:
    """Fill the disk, try twice more, then go on in the room that somebody made."""
    say("writer", os.getpid())
    recorder = opened(path, "FULL")
    disk = ctypes.CDLL(None)
    disk.disk_has_room_for(ctypes.c_int64(200_000))
    written = 0
    refused = 0
    while refused < 3:
        if append(recorder, run, written):
            written += 1
        else:
            refused += 1
    disk.disk_has_room_for(ctypes.c_int64(1 << 30))
    append(recorder, run, written)


def write_while_flushes_fail(path: Path, run: str) -> None:
    """Let every third flush fail, as a dying disk does."""
    say("writer", os.getpid())
    recorder = opened(path, "FULL")
    disk = ctypes.CDLL(None)
    written = 0
    for number in range(30):
        disk.disk_fails_to_flush(int(number % 3 == 2))
        written += append(recorder, run, written)


RUNS: dict[str, Callable[[Path, str], None]] = {
    "carefully": write_carefully,
    "carelessly": write_carelessly,
    "until-full": write_until_full,
    "failing-flushes": write_while_flushes_fail,
}


def opened(path: Path, synchronous: str) -> LedgerRecorder:
    dialect = SqliteDialect(path)
    dialect.writer.connection.execute(f"PRAGMA synchronous={synchronous}")
    dialect.writer.connection.execute("PRAGMA wal_autocheckpoint=40")  # so that checkpoints are killed too
    return LedgerRecorder(dialect, lambda: datetime.now(UTC))  # noqa: TID251 (a process of its own)


def append(recorder: LedgerRecorder, run: str, number: int) -> bool:
    entries = (NewEntry("test.happened.v1", BODY),)
    batch = Append(
        tuple(StreamAppend(f"{kind}:NCT1/run/{run}", number, entries) for kind in ("trial", "vault")),
        outcome=Outcome("u12", f"{run}-{number}", bytes(32), "accepted"),
    )
    try:
        receipt = recorder.append(batch)
    except TrialproofError as error:
        say("refused", error.code)
        return False
    for placed in receipt.placed:
        say("stored", placed.ledger, placed.position, placed.stream, placed.version)
    return True


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
