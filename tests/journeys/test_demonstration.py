"""The demonstration as a newcomer runs it: twice, in processes of their own."""

import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

CLI = [sys.executable, "-m", "adapters.cli.main"]
ROOT = Path(__file__).resolve().parents[2]


def demonstrate(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CLI, "demo", "--into", str(folder), *more], capture_output=True, text=True, cwd=ROOT, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, str]]:
    folders = [tmp_path_factory.mktemp("demo") / "trial" for _ in range(2)]
    told = [demonstrate(folder) for folder in folders]
    assert [one.returncode for one in told] == [0, 0], told[0].stderr
    return [(folder, one.stdout) for folder, one in zip(folders, told, strict=True)]


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in (folder / "reports").rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.requirement("P11-05")
def test_two_runs_give_the_same_reports_byte_for_byte(runs: list[tuple[Path, str]]) -> None:
    first, second = (digests(folder) for folder, _ in runs)

    assert first == second
    assert len(first) > 10


def test_every_ledger_is_verified_at_level_l0_and_the_environment_stands_in_every_line(
    runs: list[tuple[Path, str]],
) -> None:
    _, told = runs[0]

    verdicts = re.findall(
        r"(\S+): verified, (\d+) entries, root ([0-9a-f]{64}), level L0, environment demonstration", told
    )
    assert {ledger.partition(":")[0] for ledger, _, _ in verdicts} == {"trial", "vault", "access", "system"}
    assert all(line.startswith("[demonstration]") for line in told.splitlines())


def test_the_story_holds_what_it_promises(runs: list[tuple[Path, str]]) -> None:
    _, told = runs[0]

    for sentence in (
        "40 screenings of 39 persons; 7 failed, 1 left, 1 lost, 1 pending; 30 enrolled, 30 allocated.",
        "6 adverse event cases, 1 recorded after the lock",
        "eGFR as known on 2027-05-28 (Asia/Shanghai): 61",
        "eGFR as known on 2027-05-30 (Asia/Shanghai): 84",
    ):
        assert sentence in told


def test_the_files_that_it_names_are_there(runs: list[tuple[Path, str]]) -> None:
    folder, told = runs[0]

    named = [Path(path) for path in re.findall(rf"{re.escape(str(folder))}/\S+\.(?:html|csv|jsonl|json)", told)]
    assert len(named) > 10
    assert all(path.is_file() for path in named)


def test_a_folder_that_no_demonstration_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")

    told = demonstrate(tmp_path)

    assert told.returncode != 0
    assert "no demonstration made it" in told.stdout + told.stderr
    assert (tmp_path / "mine.txt").read_text() == "keep"
