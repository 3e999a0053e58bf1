"""How fast the ledger recorder appends, beside plain sqlite3 of the same durability, in the same minutes.

Run it as `python tests/benchmarks/recorder_against_raw_sqlite.py`. The disk changes its pace from minute to
minute, so the rounds are interleaved and only the ratios count.
"""

import sqlite3
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from threading import Lock, Thread
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adapters.storage.batch import Append, NewEntry, Outcome, StreamAppend
from adapters.storage.recorder import LedgerRecorder
from adapters.storage.sqlite import SqliteDialect

ROUNDS = 15
SECONDS = 0.3
BODY = b'{"text":"' + b"x" * 1_000 + b'"}'
LEDGER = "trial:BENCH"

Write = Callable[[int, int], None]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        raw = raw_sqlite(Path(folder) / "raw.db")
        recorder = LedgerRecorder(SqliteDialect(Path(folder) / "ledger.db"), now)
        modes = {"raw sqlite3": raw, "recorder": appending(recorder), "recorder + outcome": deciding(recorder)}
        for writers in (1, 16):
            rates = interleaved(modes, writers)
            for name, measured in rates.items():
                ratios = [one / base for one, base in zip(measured, rates["raw sqlite3"], strict=True)]
                sys.stdout.write(
                    f"{writers:>2} writers  {name:<20} {median(measured):>8,.0f}/s"
                    f"  x{median(ratios):.2f} of raw ({min(ratios):.2f}-{max(ratios):.2f})\n"
                )
        recorder.close()


def interleaved(modes: dict[str, Write], writers: int) -> dict[str, list[float]]:
    rates: dict[str, list[float]] = {name: [] for name in modes}
    for round_ in range(ROUNDS):
        for name, write in modes.items():
            rates[name].append(rate(write, writers, f"{name}/{writers}/{round_}"))
    return rates


def rate(write: Write, writers: int, run: str) -> float:
    counts = [0] * writers

    def work(worker: int) -> None:
        stream = hash((run, worker)) & 0xFFFF_FFFF
        while perf_counter() < until:
            counts[worker] += 1
            write(stream, counts[worker])

    threads = [Thread(target=work, args=(worker,)) for worker in range(writers)]
    started = perf_counter()
    until = started + SECONDS
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (perf_counter() - started)


def raw_sqlite(path: Path) -> Write:
    """One row and one commit per event under a shared lock: no tree, no head, no triggers."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE entry (ledger TEXT, position INTEGER, stream TEXT, version INTEGER, type TEXT,"
        " recorded_at TEXT, entry BLOB, PRIMARY KEY (ledger, position), UNIQUE (ledger, stream, version))"
    )
    lock, last = Lock(), [0]

    def write(stream: int, version: int) -> None:
        with lock:
            last[0] += 1
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)",
                (LEDGER, last[0], f"{LEDGER}/s/{stream}", version, "t.v1", str(now()), BODY),
            )
            connection.execute("COMMIT")

    return write


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 (both sides pay for a real clock)


def appending(recorder: LedgerRecorder) -> Write:
    def write(stream: int, version: int) -> None:
        recorder.append(Append((one_entry(stream, version),)))

    return write


def deciding(recorder: LedgerRecorder) -> Write:
    """As the command path does it: with the row that makes the command idempotent."""

    def write(stream: int, version: int) -> None:
        outcome = Outcome("person-1", f"{stream}-{version}", bytes(32), "accepted")
        recorder.append(Append((one_entry(stream, version),), outcome=outcome))

    return write


def one_entry(stream: int, version: int) -> StreamAppend:
    return StreamAppend(f"{LEDGER}/s/{stream}", version - 1, (NewEntry("t.v1", BODY),))


if __name__ == "__main__":
    main()
