"""The unblinding log in both forms, their comparison, and who knows an arm, from the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from adapters.wiring import open_store
from compliance.reports.catalogue import TWINS
from compliance.reports.model import Body
from compliance.reports.twin import TwinsDifferError
from tests.cli.invoking import TRIAL, Cli, line
from tests.cli.people import Office

ACCESS = f"access:{TRIAL}"
ACCIDENT = {"account": "An envelope lay open on a desk.", "learned_by": ["coordinator-01"], "participant": "001"}


def ask(cli: Cli, *words: str, person: str) -> Result:
    return cli("--json", "report", *words, *cli.by(person), "--purpose", "Closing", "--out", str(cli.folder / "out"))


def told(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(text) for text in result.stdout.splitlines()]


def rows(report: dict[str, Any], table: str) -> list[dict[str, Any]]:
    (file,) = (Path(name) for name in report["files"] if name.endswith(".jsonl"))
    lines = [json.loads(text) for text in file.read_text().splitlines()]
    return [one["cells"] for one in lines if one.get("table") == table]


@pytest.fixture
def happened(cli: Cli) -> Cli:
    """An accident, and a visit that was recorded by who may know since then."""
    visit = line("record_visit", {"participant": "001", "visit": "V1", "done": True})
    found = cli.apply(line("report_accidental_unblinding", ACCIDENT), visit, person="coordinator-01")
    assert [one["outcome"] for one in found] == ["done", "done"], found
    return cli


@pytest.fixture
def unblinder(happened: Cli) -> Cli:
    """Beside the others somebody who may learn arms."""
    store = open_store(happened.store, happened.key_file)
    try:
        office = Office(store, happened.people)
        office.identities = {person: office.log_in(person).identity for person in ("admin-01", "admin-02", "lead-01")}
        office.hire("unblinder-01", "safety_unblinder", None)
    finally:
        store.close()
    return happened


@pytest.mark.requirement("E6-08")
def test_the_unblinding_log_and_the_knowledge_report_are_printed_for_blinded_readers(happened: Cli) -> None:
    (log,) = told(ask(happened, "unblinding-log", person="auditor-01"))
    (knowledge,) = told(ask(happened, "knowledge", person="auditor-01"))

    assert [(row["type"], row["participant"], row["state"]) for row in rows(log, "unblindings")] == [
        ("accident", "001", "reported")
    ]
    assert [(row["user"], row["certain"]) for row in rows(knowledge, "known")] == [("coordinator-01", "may know")]
    assert [(row["kind"], row["order"]) for row in rows(knowledge, "flags")] == [("visit outcome", "after")]
    assert "investigator-01" in rows(knowledge, "flags")[0]["others"]


@pytest.mark.parametrize("words", [("unblinding-log-unblinded",), ("twin", "unblinding-log")])
def test_the_unblinded_form_and_the_twins_are_refused_to_blinded_readers(happened: Cli, words: tuple[str, ...]) -> None:
    assert ask(happened, *words, person="auditor-01").exit_code == 4
    assert not list((happened.folder / "out").glob("*"))


@pytest.mark.requirement("E6-08")
def test_one_run_hands_over_both_forms_and_their_comparison(unblinder: Cli) -> None:
    before = unblinder.heads()[ACCESS]

    found = told(ask(unblinder, "twin", "unblinding-log", person="unblinder-01"))

    assert [one["report"] for one in found] == ["unblinding-log", "unblinding-log-unblinded", "twin-unblinding-log"]
    assert unblinder.heads()[ACCESS] == before + 9
    assert len({Path(file).parent for one in found for file in one["files"]}) == 3
    (alone,) = told(ask(unblinder, "unblinding-log", person="monitor-01"))
    assert alone["body_sha256"] == found[0]["body_sha256"]


@pytest.mark.requirement("E6-08")
def test_where_the_forms_differ_nobody_gets_anything(unblinder: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaks(_: object) -> Body:
        raise TwinsDifferError("column site in row 1 of table unblindings")

    def builder(_: object) -> Callable[[object], Body]:
        return leaks

    twins = TWINS["unblinding-log"]
    leaking = twins._replace(compared=twins.compared._replace(builder=builder))
    monkeypatch.setattr("adapters.cli.report.TWINS", {"unblinding-log": leaking})
    before = unblinder.heads()[ACCESS]

    done = ask(unblinder, "twin", "unblinding-log", person="unblinder-01")

    assert (done.exit_code, json.loads(done.stderr)["error"]) == (1, "twins_differ")
    assert unblinder.heads()[ACCESS] == before
    assert not list((unblinder.folder / "out").glob("*"))


def test_twins_of_another_report_are_for_its_own_readers(unblinder: Cli) -> None:
    assert ask(unblinder, "twin", "randomisation-log", person="unblinder-01").exit_code == 4


def test_a_report_without_two_forms_has_no_twins(happened: Cli) -> None:
    done = ask(happened, "twin", "audit-trail", person="auditor-01")

    assert done.exit_code == 2
    assert "randomisation-log, unblinding-log" in done.stderr


def test_the_participants_page_says_who_may_know_and_what_they_judged(happened: Cli) -> None:
    own = happened("show", "participant", "001", *happened.by("coordinator-01"))
    other = happened("show", "participant", "002", *happened.by("coordinator-02"))

    assert own.exit_code == 0, own.output
    assert "who knows the arm" in own.stdout
    assert "judged by who knew" in own.stdout
    assert "visit_outcome" in own.stdout
    assert "who knows the arm" not in other.stdout


def test_the_whole_knowledge_can_be_shown(happened: Cli) -> None:
    shown = happened("show", "knowledge", *happened.by("auditor-01"))

    assert shown.exit_code == 0, shown.output
    assert "coordinator-01" in shown.stdout
