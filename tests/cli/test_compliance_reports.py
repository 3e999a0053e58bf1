"""Reports on compliance from the command line: Part 11, signatures, access, and a report opened again."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from tests.cli.invoking import TRIAL, Cli
from tests.requirements_matrix import REGISTER, RequirementMatrix, as_json

ACCESS, SYSTEM = f"access:{TRIAL}", "system"


def ask(cli: Cli, name: str, *more: str, person: str = "sponsor-01") -> Result:
    words = ("report", name, *cli.by(person), "--purpose", "Readiness", "--out", str(cli.folder / "out"))
    return cli("--json", *words, *more)


def report(cli: Cli, name: str, *more: str, person: str = "sponsor-01") -> dict[str, Any]:
    result = ask(cli, name, *more, person=person)
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def rows(told: dict[str, Any], table: str) -> list[dict[str, Any]]:
    (file,) = (Path(name) for name in told["files"] if name.endswith(".jsonl"))
    lines = [json.loads(text) for text in file.read_text().splitlines()]
    return [line["cells"] for line in lines if line.get("table") == table]


def evidence(cli: Cli) -> Path:
    """What a run of the tests writes, with one requirement evidenced."""
    plugin = RequirementMatrix(REGISTER, cli.folder)
    plugin.tests["P11-11"].add("a test")
    plugin.results["a test"] = "passed"
    path = cli.folder / "requirements.json"
    path.write_text(as_json(plugin.head([], 0), [plugin.row(each) for each in plugin.register]))
    return path


@pytest.mark.requirement("P11-03")
def test_a_sponsor_gets_the_part_11_report_with_what_was_found_evidence_and_documents(cli: Cli) -> None:
    named = cli.folder / "procedures.csv"
    named.write_text("clause,document,version,owner\n11.300(e),SOP-17,3,Head of IT\n")

    told = report(cli, "part11", "--evidence", str(evidence(cli)), "--procedures", str(named))

    clauses = {cells["clause"]: cells for cells in rows(told, "clauses")}
    assert clauses["11.10(f)"]["status"] == "control implemented and evidenced"
    assert clauses["11.10(e)"]["status"] == "implemented, no evidence given"
    assert (clauses["11.300(e)"]["status"], clauses["11.300(e)"]["owner"]) == ("met with procedure", "Head of IT")
    checks = {cells["check"]: cells["state"] for cells in rows(told, "checks")}
    assert checks["Triggers that refuse change and removal"] == "as it should be"
    assert checks["Verification of every entry of every ledger"] == "as it should be"
    assert checks["Clock and randomness"] == "as it should be"


def test_without_a_file_no_evidence_was_given(cli: Cli) -> None:
    told = report(cli, "part11")

    assert "0 implemented and evidenced" in told["answer"]
    assert {cells["result"] for cells in rows(told, "requirements")} == {"not given"}


def test_the_look_at_the_deployment_is_recorded_once_and_read_again_by_its_position(cli: Cli) -> None:
    before = cli.heads()

    first = report(cli, "part11")
    at = [f"--at={source['ledger']}={source['size']}" for source in first["sources"]]
    again = report(cli, "part11", *at)

    assert again["body_sha256"] == first["body_sha256"]
    assert cli.heads() == {**before, ACCESS: before[ACCESS] + 6, SYSTEM: before[SYSTEM] + 1}


@pytest.mark.parametrize("person", ["coordinator-01", "monitor-01", "admin-01"])
def test_who_may_not_have_it_gets_none_and_nothing_is_looked_at(cli: Cli, person: str) -> None:
    before = cli.heads()

    assert ask(cli, "part11", person=person).exit_code == 4
    assert cli.heads()[SYSTEM] == before[SYSTEM]


@pytest.mark.parametrize("option", ["--evidence", "--procedures"])
def test_a_file_that_cannot_be_read_leaves_no_event_and_no_report(cli: Cli, option: str) -> None:
    (cli.folder / "bad").write_text("neither")
    before = cli.heads()

    result = ask(cli, "part11", option, str(cli.folder / "bad"))

    assert (result.exit_code, json.loads(result.stderr)["error"]) == (3, "unreadable_file")
    assert cli.heads() == before


@pytest.mark.requirement("FDA-06")
def test_the_access_log_of_a_site_holds_its_own_people(cli: Cli) -> None:
    everybody = {cells["user"] for cells in rows(report(cli, "access-log"), "users")}
    own = {cells["user"] for cells in rows(report(cli, "access-log", person="investigator-01"), "users")}

    assert own == {"investigator-01", "successor-01", "coordinator-01"}
    assert own < everybody


def test_the_signature_log_shows_who_acknowledged_the_policy(cli: Cli) -> None:
    told = report(cli, "signature-log", person="auditor-01")

    found = {cells["signer"]: cells for cells in rows(told, "signatures") if cells["kind"] == "policy"}
    assert found["investigator-01"]["status"] == "valid"
    assert found["investigator-01"]["meaning"] == "acknowledgement"


@pytest.mark.requirement("MHRA-02")
def test_a_report_is_opened_again_by_its_id_with_the_same_bytes(cli: Cli) -> None:
    first = report(cli, "audit-trail", "--site", "01", "--zone", "UTC")
    words = ("report", "open", first["report_id"], *cli.by("sponsor-01"), "--out", str(cli.folder / "out"))

    again: dict[str, Any] = json.loads(cli("--json", *words).stdout)
    third = cli(*words)

    assert (again["same"], again["body_sha256"], again["title"]) == (True, first["body_sha256"], first["title"])
    folders = {Path(name).parent.name for name in again["files"]}
    assert folders == {f"audit-trail-{first['report_id']}-again-1"}
    assert "the body came out with the same bytes as then" in third.stdout
    assert (cli.folder / "out" / f"audit-trail-{first['report_id']}-again-2").is_dir()


def test_nobody_opens_the_report_of_another(cli: Cli) -> None:
    first = report(cli, "access-log")

    result = cli("report", "open", first["report_id"], *cli.by("auditor-01"), "--out", str(cli.folder / "out"))

    assert result.exit_code == 6
