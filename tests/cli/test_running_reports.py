"""A report is made for a reader and a purpose; its run is recorded, its files carry its id."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from tests.cli.invoking import TRIAL, Cli, line

ACCESS = f"access:{TRIAL}"


def report(cli: Cli, *more: str, person: str = "auditor-01", purpose: str = "Inspection readiness") -> dict[str, Any]:
    result = ask(cli, *more, person=person, purpose=purpose)
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def ask(cli: Cli, *more: str, person: str = "auditor-01", purpose: str = "Inspection readiness") -> Result:
    words = ("report", "audit-trail", *cli.by(person), "--purpose", purpose, "--out", str(cli.folder / "out"))
    return cli("--json", *words, *more)


def rows(told: dict[str, Any]) -> list[dict[str, Any]]:
    (file,) = (Path(name) for name in told["files"] if name.endswith(".jsonl"))
    return [json.loads(text) for text in file.read_text().splitlines()]


@pytest.mark.requirement("P11-05")
def test_every_form_of_a_report_lies_in_a_folder_of_its_run(cli: Cli) -> None:
    told = report(cli)

    files = [Path(name) for name in told["files"]]
    assert {file.parent.name for file in files} == {f"audit-trail-{told['report_id']}"}
    assert {file.suffix for file in files} >= {".html", ".csv", ".jsonl", ".json"}
    assert all("demonstration" in file.name and file.stat().st_size for file in files)
    (manifest,) = (json.loads(file.read_text()) for file in files if file.name.endswith("manifest.json"))
    assert manifest["body_sha256"] == told["body_sha256"]
    for listed in manifest["files"]:
        (file,) = (file for file in files if file.name == listed["name"])
        assert sha256(file.read_bytes()).hexdigest() == listed["sha256"]


def test_a_run_is_three_events_in_the_access_ledger(cli: Cli) -> None:
    before = cli.heads()

    report(cli)

    assert cli.heads() == {**before, ACCESS: before[ACCESS] + 3}


def test_the_same_question_at_the_same_positions_gives_the_same_body(cli: Cli) -> None:
    first, second = report(cli, person="coordinator-01"), report(cli, person="coordinator-01")

    assert first["body_sha256"] == second["body_sha256"]
    assert first["report_id"] != second["report_id"]


def entries(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [row["cells"] for row in rows(told) if row.get("table") == "entries"]


def test_a_site_reader_gets_its_own_site_only(cli: Cli) -> None:
    told = report(cli, person="coordinator-01")

    records = {(cells["record_type"], cells["record_id"]) for cells in entries(told)}
    assert {("participant", "001"), ("site", "01")} <= records
    assert not {("participant", "002"), ("site", "02")} & records
    assert [source["ledger"] for source in told["sources"]] == [f"trial:{TRIAL}"]


def test_the_screening_log_shows_everybody_to_who_may_see_all(cli: Cli) -> None:
    words = ("--purpose", "Look", "--out", str(cli.folder / "out"))

    everybody = json.loads(cli("--json", "report", "screening-log", *cli.by("auditor-01"), *words).stdout)
    own = json.loads(cli("--json", "report", "screening-log", *cli.by("coordinator-02"), *words).stdout)

    assert everybody["report"] == "screening-log"
    assert len({everybody["report_id"], own["report_id"]}) == 2
    assert [screenings(everybody), screenings(own)] == [2, 1]


def screenings(told: dict[str, Any]) -> int:
    return sum(row.get("table") == "screenings" for row in rows(told))


def test_filters_are_kept_and_said(cli: Cli) -> None:
    payload = {"participant": "001", "procedure": "visit"}
    late = line("record_procedure", payload, occurred_at="2025-03-03T10:15:00+08:00[Asia/Shanghai]")
    cli.apply(late, line("record_procedure", payload), person="coordinator-01")

    told = report(cli, "--participant", "001", "--late", "--from", "2025-01-01", "--zone", "Asia/Shanghai")

    assert "participant 001" in told["title"]
    assert "Asia/Shanghai" in told["title"]
    found = entries(told)
    assert {(cells["participant"], cells["timing"]) for cells in found} == {("001", "late")}
    assert "procedure: visit" in [cells["new_value"] for cells in found]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--from", "2025-13-01"), "bad_date"),
        (("--from", "2025-03-03T10:00:00"), "naive_time"),
        (("--from", "2025-03-04", "--to", "2025-03-03"), "empty_period"),
        (("--event-type", "no.such"), "unknown_event_type"),
        (("--late-hours", "0"), "bad_limit"),
        (("--purpose", "  "), "bad_words"),
        (("--purpose", "x" * 257), "bad_words"),
    ],
)
def test_a_question_that_cannot_be_read_leaves_no_event_and_no_file(cli: Cli, more: tuple[str, ...], code: str) -> None:
    before = cli.heads()

    result = ask(cli, *more)

    assert result.exit_code == 3, result.output
    assert json.loads(result.stderr)["error"] == code
    assert cli.heads() == before
    assert list(cli.folder.glob("out/*")) == []


def test_who_may_not_is_refused_and_the_refusal_is_recorded(cli: Cli) -> None:
    before = cli.heads()

    result = ask(cli, person="admin-01")

    assert result.exit_code == 4
    assert cli.heads() == {**before, ACCESS: before[ACCESS] + 1}


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_recorded(cli: Cli) -> None:
    before = cli.heads()
    (cli.folder / "out").write_text("a file")

    result = ask(cli)

    assert result.exit_code == 7
    assert cli.heads() == before


def test_people_read_the_answer_and_where_the_files_are(cli: Cli) -> None:
    words = ("report", "audit-trail", *cli.by("auditor-01"), "--purpose", "Look", "--out", str(cli.folder / "out"))

    told = cli(*words).stdout.splitlines()

    assert all(one.startswith("[demonstration] ") for one in told)
    assert [Path(one.removeprefix("[demonstration] ")).exists() for one in told[2:]] == [True] * 7
