"""Several processes on one key store, and processes that die in the middle."""

import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from tests.keys.stores import SECRET, made, opened

ASK = """
import os, sys
from pathlib import Path
from adapters.keys.store import KeyStore
from datetime import datetime, UTC
from uuid import UUID
store = KeyStore(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), clock=lambda: datetime.now(UTC), randomness=os.urandom)
print("ready", flush=True)
sys.stdin.readline()
"""
ONE_KEY = ASK + "print(*(store.key_for(f'participant:DEMO/{n}').key.hex() for n in range(20)), flush=True)"
UNWRAP_FOR_EVER = (
    ASK
    + """
key = store.fresh_key("allocation")
for n in range(1_000_000):
    store.unwrap(key.id, authorised_by=UUID(int=n))
    print(n, flush=True)
"""
)


def started(program: str, key_file: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(key_file), SECRET.hex()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_processes_that_ask_for_the_same_new_scopes_get_the_same_keys(key_file: Path) -> None:
    with made(key_file):
        pass
    processes = [started(ONE_KEY, key_file) for _ in range(2)]

    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate()[0] for process in processes]

    assert told[0] == told[1]
    assert len(set(told[0].split())) == 20


@pytest.mark.faults
def test_every_key_that_was_given_before_a_kill_stands_in_the_log(key_file: Path) -> None:
    with made(key_file):
        pass
    process = started(UNWRAP_FOR_EVER, key_file)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    given = [process.stdout.readline() for _ in range(25)]

    process.send_signal(signal.SIGKILL)
    given += process.communicate()[0].splitlines()

    with opened(key_file) as store:
        logged = [row.authorised_by for row in store.log()]
        assert store.verify_log().number == len(logged)
    assert logged[: len(given)] == [UUID(int=n) for n in range(len(given))]
    assert len(logged) <= len(given) + 1
