"""What one command costs in CPU time: `record_fact` in a running trial, from its bytes to its durable entry.

Run it as `python tests/benchmarks/command_path.py`. The rate is that of the best round, since neighbours on the same
machine only ever add; beside it the same for the strict reading of the line alone, and for a bare commit of the same
durability. The shares come from a profiled round, which overstates what makes many small calls.
"""

import cProfile
import json
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import process_time
from types import CodeType
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adapters.chance import SetClock
from adapters.storage.sqlite.files import connect
from adapters.wiring import Sources
from compliance.envelope import read_envelope
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import START, Desk, open_desk

ROOT = Path(__file__).resolve().parents[2]
PARTICIPANTS = 40
COMMANDS = 200
ROUNDS = 12
SHOWN = 20
DRIVERS = ("sqlite3", "pydantic_core", "orjson", "msgspec", "_hashlib", "hmac", "posix")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, open_desk(Path(folder), Sources(SetClock(START))) as desk:
        open_trial(desk, cap=PARTICIPANTS)
        numbers = [enrolled(desk) for _ in range(PARTICIPANTS)]
        bare = committing(Path(folder) / "bare.sqlite")
        rounds = [one_round(desk, numbers, bare) for _ in range(ROUNDS)]
        show("whole path", [whole for whole, _, _ in rounds])
        show("reading the line", [parsed for _, parsed, _ in rounds])
        show("a bare commit", [committed for _, _, committed in rounds])
        shares(desk, lines(numbers))


def show(what: str, measured: Sequence[float]) -> None:
    sys.stdout.write(f"{what:<18} {min(measured):>7,.0f} us CPU (median {median(measured):,.0f})\n")


def one_round(desk: Desk, numbers: Sequence[str], bare: Callable[[bytes], None]) -> tuple[float, float, float]:
    """The same number of each, one after the other, so that all meet the same neighbours."""
    sent = lines(numbers)
    return (
        spent(sent, lambda line: carry_out(desk, line)),
        spent(sent, lambda line: _ignored(read_envelope(line))),
        spent(sent, bare),
    )


def spent(sent: Sequence[bytes], act: Callable[[bytes], None]) -> float:
    """Microseconds of CPU time for each line, kernel included."""
    started = process_time()
    for line in sent:
        act(line)
    return (process_time() - started) / len(sent) * 1_000_000


def lines(numbers: Sequence[str]) -> list[bytes]:
    value = {"type": "measured", "quantity": {"value": "1.10", "unit": "mg/dL"}}
    return [
        json.dumps(
            {
                "command": "record_fact",
                "command_id": str(uuid4()),
                "occurred_at": "2027-03-01T09:00:00+08:00[Asia/Shanghai]",
                "payload": {"participant": numbers[n % len(numbers)], "fact": "creatinine", "value": value},
            }
        ).encode()
        for n in range(COMMANDS)
    ]


def carry_out(desk: Desk, line: bytes) -> None:
    desk.store.conduct.carry_out(read_envelope(line), desk.identity("coo01"), trial="T1")


def committing(path: Path) -> Callable[[bytes], None]:
    """One row and one commit on a connection like the ledger's own, without a ledger around it."""
    sqlite3.connect(path).close()
    connection = connect(path)
    connection.execute("CREATE TABLE entry (position INTEGER PRIMARY KEY, entry BLOB)")

    def commit(line: bytes) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO entry (entry) VALUES (?)", (line * 4,))
        connection.execute("COMMIT")

    return commit


def _ignored(_: object) -> None:
    return None


def shares(desk: Desk, sent: Sequence[bytes]) -> None:
    """Where a profiled round spends its time, by file of ours and by library."""
    profile = cProfile.Profile()
    profile.enable()
    for line in sent:
        carry_out(desk, line)
    profile.disable()
    by_place: Counter[str] = Counter()
    for called in profile.getstats():
        by_place[place(called.code)] += round(called.inlinetime * 1_000_000)
    for name, own in by_place.most_common(SHOWN):
        sys.stdout.write(f"  {own / by_place.total():>6.1%}  {name}\n")


def place(code: str | CodeType) -> str:
    """Our own file, a library, or the C code that a built-in function belongs to."""
    if isinstance(code, str):
        return next((name for name in DRIVERS if name in code), "Python itself")
    path = Path(code.co_filename)
    if "site-packages" in path.parts:
        return path.parts[path.parts.index("site-packages") + 1]
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else "Python itself"


if __name__ == "__main__":
    main()
