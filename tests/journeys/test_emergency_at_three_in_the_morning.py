"""One command at the command line breaks the code: with the disk really full, the ledger read-only, killed halfway."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from adapters.wiring import LEDGER_FILE
from tests.journeys.breaking import emergency

ROOT = Path(__file__).resolve().parents[2]
SIZE = 24 << 20


class Place(NamedTuple):
    """A store in a folder, closed; who may break which code, and what the list gave."""

    folder: Path
    number: str
    secret: str
    arm: str

    @property
    def ledger(self) -> Path:
        return self.folder / "store" / LEDGER_FILE


class Told(NamedTuple):
    """What the command line said: its rows, its errors, its log."""

    code: int
    rows: list[dict[str, Any]]
    errors: str

    def row(self, **wanted: Any) -> dict[str, Any]:
        return next(row for row in self.rows if wanted.items() <= row.items())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    with emergency(tmp_path) as trial:
        return Place(tmp_path, trial.number, trial.secrets["inv01"], trial.true_arm())


@pytest.fixture
def disk(place: Place, tmp_path: Path) -> Generator[Place]:
    """The store on a disk of its own, of a few megabytes."""
    mounted = tmp_path / "disk"
    mounted.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(mounted)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        copied(place, mounted)
        yield place._replace(folder=mounted)
    finally:
        subprocess.run(["umount", "-l", str(mounted)], check=True)


def copied(place: Place, folder: Path) -> None:
    shutil.copytree(place.folder / "store", folder / "store")
    shutil.copy(place.folder / "secret.key", folder / "secret.key")


def fill(folder: Path) -> Path:
    """Take the last byte of room."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass
    assert os.statvfs(folder).f_bavail == 0
    return filler


def said(place: Place, *words: str, given: str = "", under: tuple[str, ...] = (), log: Path | None = None) -> Told:
    """Run the command line in a process of its own."""
    done = subprocess.run(
        [
            *(*under, sys.executable, "-m", "adapters.cli.main", *words, "--json"),
            *("--store", str(place.folder / "store"), "--key-file", str(place.folder / "secret.key")),
            *("--session", str(place.folder / "nobody.session")),
            *(("--log", str(log)) if log else ()),
        ],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=120,
        env={"PATH": os.environ["PATH"], "HOME": str(place.folder), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    return Told(done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr)


def breaks(place: Place, **how: Any) -> Told:
    words = ("emergency", "break-blind", place.number, "--reason", "suspected_reaction", "--as", "inv01")
    return said(place, *words, "--secrets-from", "-", given=f"secret={place.secret}\n", **how)


def test_one_command_shows_one_arm_and_says_what_is_still_due(place: Place, tmp_path: Path) -> None:
    log = tmp_path / "log"

    told = breaks(place, log=log)

    assert told.code == 0, told.errors
    shown = told.row(row="disclosure")
    assert (shown["participant"], shown["arm"], shown["recorded_by"]) == (place.number, place.arm, "the ledger")
    assert told.row(still_due="narrative")["request"] == shown["request"]
    assert shown["label"] not in log.read_text()
    assert place.secret not in log.read_text() + told.errors
    assert '"came_to": "recorded"' in log.read_text()


def test_a_full_disk_stops_nobody_and_the_ledger_follows_once_there_is_room(disk: Place) -> None:
    filler = fill(disk.folder)

    told = breaks(disk)

    assert told.code == 0, told.errors
    shown = told.row(row="disclosure")
    assert (shown["arm"], shown["recorded_by"], shown["number"]) == (disk.arm, "the key store", 1)
    assert shown["ledger"] in {"storage_full", "storage_unavailable"}
    assert told.row(still_due="late_entry")

    still_full = said(disk, "vault", "enter-late")
    assert still_full.code == 7
    filler.unlink()
    assert said(disk, "vault", "enter-late").row(entered=1)["unreconciled"] == 0
    assert said(disk, "vault", "enter-late").row(entered=0)["unreconciled"] == 0
    assert said(disk, "ledger", "verify").code == 0


def test_a_ledger_that_may_not_be_written_is_no_reason_to_wait(place: Place) -> None:
    setpriv = shutil.which("setpriv")
    if os.geteuid() == 0 and setpriv is None:
        pytest.skip("needs setpriv, so that the permissions of a file hold for root as well")
    held = (setpriv, "--bounding-set=-dac_override") if os.geteuid() == 0 and setpriv else ()
    place.ledger.chmod(0o444)

    told = breaks(place, under=held)

    assert told.code == 0, told.errors
    assert told.row(row="disclosure")["ledger"] == "storage_unavailable"
    assert told.row(row="disclosure")["arm"] == place.arm
    place.ledger.chmod(0o600)
    assert said(place, "vault", "enter-late").row(entered=1)["unreconciled"] == 0


def test_killed_between_record_and_display_the_record_is_there_and_is_entered(place: Place) -> None:
    child = f"""
import os, signal, sqlite3, sys
sys.path.insert(0, {str(ROOT)!r})
from adapters.cli import emergency
from adapters.cli.main import app
from adapters.keys import recorded
def kill(self, *given, **more):
    os.kill(os.getpid(), signal.SIGKILL)
recorded.RecordedBreaks.opens = kill
held = sqlite3.connect({str(place.ledger)!r}, isolation_level=None)
held.execute("BEGIN IMMEDIATE")
app(sys.argv[1:])
"""
    words = ["emergency", "break-blind", place.number, "--reason", "suspected_reaction", "--as", "inv01"]
    done = subprocess.run(
        [
            *(sys.executable, "-c", child, *words, "--secrets-from", "-"),
            *("--store", str(place.folder / "store"), "--key-file", str(place.folder / "secret.key")),
        ],
        input=f"secret={place.secret}\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == -signal.SIGKILL, done.stderr
    assert "arm" not in done.stdout
    entered = said(place, "vault", "enter-late")
    assert entered.row(state="entered")["number"] == 1
    assert entered.row(entered=1)["unreconciled"] == 0


def test_a_wrong_secret_shows_nothing_and_points_to_the_desk_also_on_a_full_disk(disk: Place) -> None:
    fill(disk.folder)

    told = breaks(disk._replace(secret="wrong"))

    assert (told.code, told.rows) == (8, [])
    assert "code-break desk" in told.errors


def test_the_desk_is_told_for_the_physician_it_has_called_back(tmp_path: Path) -> None:
    with emergency(tmp_path) as trial:
        trial.desk.hire("desk01", "code_break_desk")
        trial.prepares("desk01")
        place = Place(tmp_path, trial.number, trial.secrets["desk01"], trial.true_arm())

    words = ("emergency", "break-blind", place.number, "--reason", "called_back", "--as", "desk01")
    physician = ("--physician", "Dr. ward 3, city hospital", "--secrets-from", "-")
    told = said(place, *words, *physician, given=f"secret={place.secret}\n")

    assert told.code == 0, told.errors
    assert told.row(row="disclosure")["recipient"] == "Dr. ward 3, city hospital"
    assert told.row(row="disclosure")["arm"] == place.arm


def test_a_drill_goes_both_ways_with_the_emergency_secret_and_shows_nobody_s_arm(place: Place) -> None:
    login = said(place, "login", "inv01", "--emergency", "--secrets-from", "-", given=f"secret={place.secret}\n")
    assert login.code == 0, login.errors

    told = said(place, "vault", "drill")

    assert told.code == 0, told.errors
    ways = [row for row in told.rows if row.get("drill")]
    assert [(row["through_fallback"], row["opened"]) for row in ways] == [(False, True), (True, True)]
    assert told.row(due=False)
    assert not any("arm" in row or "label" in row for row in told.rows)
    assert said(place, "vault", "enter-late").row(entered=0)["unreconciled"] == 0
