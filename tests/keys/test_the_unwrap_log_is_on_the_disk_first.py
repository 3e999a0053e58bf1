"""A key is given only once its row in the log would survive the loss of power."""

import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from adapters.keys.store import KeyStore
from tests.faults.forgetful_disk import ForgetfulDisk, build
from tests.keys.stores import SECRET, made, opened

GIVE_FOR_EVER = """
import os, sys
from datetime import datetime, UTC
from pathlib import Path
from uuid import UUID
from adapters.keys.store import KeyStore
store = KeyStore(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), clock=lambda: datetime.now(UTC), randomness=os.urandom)
key = store.fresh_key("allocation")
for n in range(1_000_000):
    store.unwrap(key.id, authorised_by=UUID(int=n))
    print(n, flush=True)
"""


def test_the_log_is_written_with_full_synchronisation_in_a_write_ahead_log(keys: KeyStore) -> None:
    with keys._file.reading() as connection:  # pyright: ignore[reportPrivateUsage]  # settings of this connection
        found = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "secure_delete")
        ]

    assert found == ["wal", 2, 1]


@pytest.mark.faults
@pytest.mark.requirement("E6-06")
def test_no_row_of_a_key_that_was_given_is_lost_with_the_power(key_file: Path, tmp_path: Path) -> None:
    with made(key_file):
        pass
    disk = ForgetfulDisk(build(tmp_path), key_file)
    process = subprocess.Popen(
        [sys.executable, "-c", GIVE_FOR_EVER, str(key_file), SECRET.hex()],
        stdout=subprocess.PIPE,
        text=True,
        env=disk.environment,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert process.stdout is not None
    given = [process.stdout.readline() for _ in range(25)]

    process.send_signal(signal.SIGKILL)
    given += process.communicate()[0].splitlines()
    disk.forget_what_was_not_flushed()

    with opened(key_file) as store:
        logged = [row.authorised_by for row in store.log()]
        assert store.verify_log().number == len(logged)
    assert len(given) >= 25
    assert logged[: len(given)] == [UUID(int=n) for n in range(len(given))]
