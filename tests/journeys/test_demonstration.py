"""The demonstration as a newcomer runs it: twice, in processes of their own."""

import csv
import json
import re
import stat
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

REPORTS = {
    *("screening-log", "audit-trail", "signature-log", "access-log", "part11"),
    *("randomisation-log", "unblinding-log", "knowledge"),
}
UNBLINDED = {
    *("custody-log", "kit-reconciliation", "functional-unblinding"),
    *("randomisation-log", "randomisation-log-unblinded", "twin-randomisation-log"),
    *("unblinding-log", "unblinding-log-unblinded", "twin-unblinding-log"),
}
AUDITOR, LEAVER, SUCCESSOR, SPONSOR = "u30", "u22", "u21", "u02"
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
    assert {path.split("/")[1].rpartition("-")[0] for path in first} == REPORTS


@pytest.mark.requirement("P11-05")
def test_two_runs_send_the_same_lines_and_end_at_the_same_roots(runs: list[tuple[Path, str]]) -> None:
    first, second = ((folder / "commands.jsonl").read_bytes() for folder, _ in runs)
    roots = [re.findall(r"root ([0-9a-f]{64})", told) for _, told in runs]

    assert first == second
    assert roots[0] == roots[1]
    assert len(roots[0]) == 4


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
        "25 people registered, 1 left;",
        "lock-outs: 1, recoveries by two administrators: 1.",
        "160 signatures by 24 people: 159 valid, 1 superseded, 0 withdrawn, 0 broken; 1 record waits for one",
        "the next arm is guessed with chance 0.7263 at best, beside the baseline 0.6667",
        "10:5 is missed with chance 0.0000 in a stratum",
        "power: not derivable from the record",
        "operator and participant cannot be masked without a sham: masked roles assessor, statistician",
        "package.json: PASS: 39 passed, 0 failed",
        "2 of 30 randomised participants unblinded: 2 emergencies, 1 on request, 1 for safety reports",
        "no conflict of access found",
    ):
        assert sentence in told


def test_what_is_for_the_unblinded_lies_apart_and_is_the_same_each_time(runs: list[tuple[Path, str]]) -> None:
    one, other = (
        {
            str(path.relative_to(folder)): path.read_bytes()
            for path in (folder / "unblinded").rglob("*")
            if path.is_file()
        }
        for folder, _ in runs
    )

    assert one == other
    assert {name.split("/")[1].rpartition("-")[0] for name in one if name.count("/") == 2} >= UNBLINDED
    for folder, _ in runs:
        assert (folder / "unblinded").stat().st_mode & 0o077 == 0


def rows(folder: Path, report: str, table: str) -> list[dict[str, str]]:
    (path,) = (folder / "reports").glob(f"{report}-*/{report}.demonstration.{table}.csv")
    return list(csv.DictReader(path.read_text().splitlines()))


def sent_by(folder: Path, person: str) -> list[dict[str, Any]]:
    lines = (json.loads(line) for line in (folder / "commands.jsonl").read_text().splitlines())
    return [line for line in lines if line["as"] == person]


def test_everybody_acts_in_a_session_that_was_opened_with_two_components(runs: list[tuple[Path, str]]) -> None:
    folder, _ = runs[0]

    sessions = rows(folder, "access-log", "sessions")

    strengths = {row["strength"] for row in sessions}
    assert strengths == {"password totp", "emergency"}
    assert sum(row["strength"] == "emergency" for row in sessions) == 1, "when the investigator was locked out"


def test_nobody_acts_after_leaving_and_a_successor_signs_what_was_left(runs: list[tuple[Path, str]]) -> None:
    folder, _ = runs[0]
    (left,) = (sent for sent in sent_by(folder, "u01") if sent["line"]["command"] == "deactivate_person")

    assert left["line"]["payload"] == {"person": LEAVER}
    assert max(sent["at"] for sent in sent_by(folder, LEAVER)) < left["at"]
    (named,) = (sent for sent in sent_by(folder, SPONSOR) if sent["line"]["command"] == "name_successor")
    assert named["line"]["payload"]["successor"] == SUCCESSOR


@pytest.mark.requirement("P11-19")
def test_what_was_altered_is_signed_again_and_one_signature_is_still_owed(runs: list[tuple[Path, str]]) -> None:
    folder, _ = runs[0]

    signatures = rows(folder, "signature-log", "signatures")
    (superseded,) = (row for row in signatures if row["status"] == "superseded")
    again = [
        row for row in signatures if row["record_id"] == superseded["record_id"] and row["kind"] == superseded["kind"]
    ]
    assert [row["status"] for row in again] == ["superseded", "valid"]
    assert [row["kind"] for row in rows(folder, "signature-log", "needed")] == ["important deviation"]


@pytest.mark.requirement("P11-23")
def test_the_part11_report_names_what_the_demonstration_leaves_undone(runs: list[tuple[Path, str]]) -> None:
    folder, _ = runs[0]

    found = {(row["kind"], row["about"]) for row in rows(folder, "part11", "exceptions")}

    assert ("letter missing", "Fictional Site 02") in found
    assert ("signature overdue", "u03") in found


def run(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CLI, *words], input=given, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )


def test_a_newcomer_logs_in_as_the_auditor_as_often_as_wanted(runs: list[tuple[Path, str]], tmp_path: Path) -> None:
    folder, told = runs[1]
    here = ("--store", str(folder / "store"), "--session", str(tmp_path / "session"))
    assert f"demo-secrets {AUDITOR} --into {folder}" in told

    for _ in range(2):
        secrets = run("demo-secrets", AUDITOR, "--into", str(folder)).stdout
        logged_in = run("login", AUDITOR, "--secrets-from", "-", *here, given=secrets)
        assert logged_in.returncode == 0, logged_in.stderr
        assert run("show", "participant", "013", *here).returncode == 0
        assert run("logout", *here).returncode == 0

    assert run("show", "participant", "013", *here).returncode != 0, "nobody is logged in any more"


def test_the_secrets_of_the_fictional_people_are_private_all_the_same(runs: list[tuple[Path, str]]) -> None:
    folder, _ = runs[0]

    file = folder / "demo-credentials"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().startswith("# Fictional demonstration secrets")
    assert run("demo-secrets", "nobody", "--into", str(folder)).returncode != 0
    assert run("demo-secrets", AUDITOR, "--into", str(folder.parent)).returncode != 0


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
