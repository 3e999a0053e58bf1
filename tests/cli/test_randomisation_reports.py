"""The randomisation logs and the functional-unblinding list from the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from tests.cli.invoking import TRIAL, Cli

TRIAL_LEDGER, ACCESS = f"trial:{TRIAL}", f"access:{TRIAL}"


def ask(cli: Cli, name: str, *more: str, person: str) -> Result:
    words = ("report", name, *cli.by(person), "--purpose", "Reconciliation", "--out", str(cli.folder / "out"))
    return cli("--json", *words, *more)


@pytest.mark.requirement("E6-08")
def test_a_blinded_reader_gets_every_form_of_the_blinded_log(cli: Cli) -> None:
    result = ask(cli, "randomisation-log", person="coordinator-01")

    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    assert told["report"] == "randomisation-log"
    assert told["answer"] == "0 allocations at 0 sites; no list is committed; no error is recorded around them."
    assert [source["ledger"] for source in told["sources"]] == [TRIAL_LEDGER]
    assert {Path(name).parent.name for name in told["files"]} == {f"randomisation-log-{told['report_id']}"}
    assert {Path(name).suffix for name in told["files"]} >= {".html", ".csv", ".jsonl", ".json"}


@pytest.mark.requirement("E6-05")
@pytest.mark.parametrize("name", ["randomisation-log-unblinded", "functional-unblinding"])
@pytest.mark.parametrize("person", ["auditor-01", "sponsor-01", "coordinator-01"])
def test_no_blinded_reader_gets_an_unblinded_form_and_the_refusal_is_recorded(cli: Cli, name: str, person: str) -> None:
    before = cli.heads()

    result = ask(cli, name, person=person)

    assert result.exit_code == 4, result.output
    assert cli.heads() == {**before, ACCESS: before[ACCESS] + 1}
    assert list(cli.folder.glob("out/*")) == []


def test_the_reports_are_made_at_a_position_and_on_a_day(cli: Cli) -> None:
    at = ask(cli, "randomisation-log", f"--at={TRIAL_LEDGER}=1", person="auditor-01")
    day = ask(cli, "randomisation-log", "--as-known-on", "2020-01-01", "--zone", "UTC", person="auditor-01")

    assert json.loads(at.stdout)["sources"][0]["size"] == 1
    assert "on 1 January 2020" in json.loads(day.stdout)["title"]
