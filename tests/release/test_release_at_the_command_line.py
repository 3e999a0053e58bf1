"""`trialproof release`: recorded first, then a file for one user alone; and the program that verifies it, alone."""

import json
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.cli.session_file import write_token
from tests.cli.invoking import Cli
from tests.compliance.stores import Desk
from tests.release.release_story import positions_of, revealed, trial_with_allocations, with_interim


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A revealed trial, with an approved interim package, and people who are logged in."""
    found = tmp_path_factory.mktemp("cli")
    with trial_with_allocations(found, "AB") as desk:
        with_interim(desk, up_to=positions_of(desk)[-1])
        revealed(desk)
        for person in ("officer1", "stat", "committee", "med"):
            log_in(desk, person, found)
    return found


def log_in(desk: Desk, person: str, folder: Path) -> None:
    token = desk.store.authenticator.issue(desk.identity(person), timedelta(minutes=15))
    write_token(folder / f"{person}.session", token)


def invoked(folder: Path, person: str, *args: str) -> tuple[int, str]:
    cli = Cli(folder)
    found = cli("release", *args, "--key-file", str(folder / "secret.key"), *cli.by(person))
    return found.exit_code, found.output


def test_a_package_is_recorded_then_written_for_one_user_and_verifies_anywhere(folder: Path, tmp_path: Path) -> None:
    out, script = tmp_path / "package.json", tmp_path / "verify.py"

    code, said = invoked(folder, "officer1", "package", "--recipient", "stat", "--out", str(out))
    written, _ = invoked(folder, "officer1", "verifier", "--out", str(script))

    assert (code, written) == (0, 0), said
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert said.index("deliver_release_package done") < said.index("2 allocations, SHA-256 ")
    found = subprocess.run(
        [sys.executable, "-I", "-S", script.name, out.name], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stderr) == (0, "")


def test_its_recipient_makes_it_again_and_nobody_else_does(folder: Path, tmp_path: Path) -> None:
    first, again = tmp_path / "first.json", tmp_path / "again.json"
    invoked(folder, "officer1", "package", "--recipient", "stat", "--out", str(first))

    code, said = invoked(folder, "stat", "read", "--out", str(again))
    other, _ = invoked(folder, "med", "read", "--out", str(tmp_path / "none.json"))

    assert code == 0, said
    assert again.read_bytes() == first.read_bytes()
    assert other != 0
    assert not (tmp_path / "none.json").exists()


def test_an_interim_package_goes_to_the_committee_and_is_read_there_again(folder: Path, tmp_path: Path) -> None:
    first, again = tmp_path / "interim.json", tmp_path / "again.json"

    handed, said = invoked(folder, "officer1", "interim", "IA1", "--out", str(first))
    read, _ = invoked(folder, "committee", "read-interim", "IA1", "--out", str(again))

    assert (handed, read) == (0, 0), said
    assert again.read_bytes() == first.read_bytes()
    assert json.loads(first.read_bytes())["kind"] == "interim"


def test_a_refused_package_leaves_no_file_and_an_existing_file_is_never_written_over(
    folder: Path, tmp_path: Path
) -> None:
    refused, existing = tmp_path / "refused.json", tmp_path / "existing.json"
    existing.write_text("mine")

    not_named, said = invoked(folder, "officer1", "package", "--recipient", "med", "--out", str(refused))
    in_place, told = invoked(folder, "officer1", "package", "--recipient", "stat", "--out", str(existing))
    nowhere, _ = invoked(folder, "officer1", "verifier", "--out", str(tmp_path / "no" / "folder.py"))

    assert not_named != 0
    assert "not_a_recipient" in said
    assert not refused.exists()
    assert (in_place != 0, "file_exists" in told, existing.read_text()) == (True, True, "mine")
    assert nowhere != 0
