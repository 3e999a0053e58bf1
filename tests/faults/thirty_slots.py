"""A store whose lists have thirty slots, and a nursery: one process that imports everything and then splits in many.

Run as a process: folder, what the clock shows, session, and the lines to send, one child for each. All children open
the store and wait; then all send at once, and of a third, one after the other, the process is killed meanwhile.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.keys.secret import read_secret
from adapters.keys.store import KeyStore
from adapters.wiring import KEY_STORE_FILE, Sources, Store, assemble
from compliance.envelope import read_envelope
from compliance.gate import Identity
from compliance.randomiser import RandV1
from domain.allocation.facts import ListSealed
from domain.errors import Refusal

SLOTS = 30


class Thirty(RandV1):
    """Lists that are cut off after thirty slots."""

    def slots(self, sealed: ListSealed, trial: str) -> tuple[str, ...]:
        return super().slots(sealed, trial)[:SLOTS]


@contextmanager
def store_of_thirty(folder: Path, clock: Callable[[], datetime]) -> Generator[Store]:
    """The store in a folder that `open_desk` made."""
    sources = Sources(clock, os.urandom)
    path, secret = folder / "store" / "keys" / KEY_STORE_FILE, read_secret(folder / "secret.key")
    keys = KeyStore(path, secret, clock=clock, randomness=os.urandom)
    store = assemble(folder / "store", keys, sources, randomiser=Thirty())
    try:
        yield store
    finally:
        store.close()


def send(store: Store, line: str, session: str) -> str:
    """Send one line as the coordinator; what came of it in a word."""
    identity = Identity("coo01", "password_totp", session, "tests")
    try:
        done = store.conduct.carry_out(read_envelope(line.encode()), identity, trial="T1")
    except Refusal as refusal:
        return f"refused: {refusal}"
    return "again" if done.repeated else "allocated"


def main() -> None:
    folder, shows, session = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), sys.argv[3]
    lines: list[str] = json.loads(sys.stdin.read())
    ready, start, results = os.pipe(), os.pipe(), os.pipe()
    children = [_child(folder, shows, session, line, ready, start, results) for line in lines]
    os.close(start[0])
    os.close(results[1])
    for _ in children:
        os.read(ready[0], 1)
    chance = random.Random(30)
    doomed = chance.sample(children, len(children) // 3)
    os.close(start[1])  # all of them begin
    for child in doomed:
        time.sleep(chance.uniform(0, 0.02))
        os.kill(child, signal.SIGKILL)
    with os.fdopen(results[0]) as told:
        heard: list[Any] = [json.loads(row) for row in told]
    ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    sys.stdout.write(json.dumps({"heard": heard, "ends": ends}))


def _child(
    folder: Path,
    shows: datetime,
    session: str,
    line: str,
    ready: tuple[int, int],
    start: tuple[int, int],
    results: tuple[int, int],
) -> int:
    child = os.fork()
    if child:
        return child
    os.close(start[1])
    with store_of_thirty(folder, lambda: shows) as store:
        os.write(ready[1], b".")
        os.read(start[0], 1)
        told = send(store, line, session)
        os.write(results[1], f"{json.dumps([line, told])}\n".encode())
    os._exit(0)


if __name__ == "__main__":
    main()
