"""One command each: who could do something there that day, did anybody act after leaving, who took this consent."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.chance import system_clock
from tests.cli.invoking import Cli, line

TOMORROW = (system_clock() + timedelta(days=1)).date().isoformat()
DELEGATION = {
    "site": "01",
    "delegate": "coordinator-01",
    "delegate_role": "site_coordinator",
    "starts": "2025-01-05",
    "tasks": ["consent"],
}
CONSENT = {
    "participant": "001",
    "document": "main",
    "version": "1",
    "language": "zh",
    "signer": "participant",
    "informed_by": "coordinator-01",
    "copy_handed_over": True,
    "source": {"kind": "transcribed", "ref": "binder 3, page 1"},
}


def rows(cli: Cli, *words: str, person: str = "auditor-01") -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for one in cli.json("ask", *words, *cli.by(person)):
        found.setdefault(str(one.get("row", "line")), []).append(one)
    return found


def test_who_could_take_consent_at_a_site_on_a_day(cli: Cli) -> None:
    cli.apply(line("delegate_tasks", DELEGATION), person="investigator-01")

    told = rows(cli, "who-could", "record_consent", "--site", "01", "--on", TOMORROW)

    assert (told["line"][0]["task"], told["line"][0]["zone"]) == ("consent", "Asia/Shanghai")
    people = {one["person"]: one for one in told["person"]}
    assert set(people) == {"investigator-01", "successor-01", "coordinator-01"}
    delegated = people["coordinator-01"]
    assert (delegated["trained"], delegated["delegated"], delegated["delegation_signed"]) == (True, True, False)
    assert (delegated["in_order"], people["investigator-01"]["in_order"]) == (False, True)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("record_consent", "--site", "09", "--on", TOMORROW), 6),
        (("fly", "--site", "01", "--on", TOMORROW), 3),
        (("record_consent", "--site", "01", "--on", "2027-03-03T10:00:00+08:00"), 3),
        (("record_consent", "--site", "01", "--on", "someday"), 3),
    ],
)
def test_a_question_that_cannot_be_meant_is_told_as_such(cli: Cli, words: tuple[str, ...], code: int) -> None:
    assert cli("ask", "who-could", *words, *cli.by("auditor-01")).exit_code == code


def test_nothing_was_done_after_somebody_left(cli: Cli) -> None:
    cli.apply(line("record_procedure", {"participant": "001", "procedure": "visit"}), person="coordinator-01")
    open_yet = rows(cli, "left", "coordinator-01")
    cli("user", "deactivate", "coordinator-01", *cli.by("admin-01"))
    cli("show", "trial", *cli.by("coordinator-01"))

    told = rows(cli, "left", "coordinator-01")

    assert [one["line"][0]["nothing_after"] for one in (open_yet, told)] == [False, True]
    assert told["account"][0]["ended_by"]
    assert [one["what"] for one in told["act"]] == ["the last act"]
    assert told["act"][0]["entry"].startswith("trial:")
    words = cli("ask", "left", "coordinator-01", *cli.by("auditor-01")).stdout
    assert "Nothing was done under the account of coordinator-01 after it ended." in words


def test_of_somebody_who_never_was_there_is_nothing_to_be_seen(cli: Cli) -> None:
    assert cli("ask", "left", "nobody", *cli.by("auditor-01")).exit_code == 6


def test_who_took_a_consent_under_which_delegation_and_where_its_source_is(cli: Cli) -> None:
    cli.apply(line("delegate_tasks", DELEGATION), person="investigator-01")
    (taken,) = cli.apply(
        line("record_consent", CONSENT, occurred_at="2025-03-03T10:15:00+08:00[Asia/Shanghai]"),
        person="coordinator-01",
    )
    assert taken["outcome"] == "done", taken

    (told,) = rows(cli, "consent", "001")["consent"]

    assert told["taken_by"] == "coordinator-01"
    assert told["source"] == "transcribed, binder 3, page 1"
    assert told["delegation"].endswith("by Investigator-01, not signed")
    assert "binder 3, page 1" in cli("ask", "consent", "001", *cli.by("auditor-01")).stdout


def test_the_access_log_is_a_report_of_its_own(cli: Cli) -> None:
    done = cli("access", "report", "--purpose", "visit", "--out", str(cli.folder / "out"), *cli.by("auditor-01"))

    assert done.exit_code == 0, done.output
    assert list(cli.folder.glob("out/access-log-*/*.html"))


def test_a_participant_without_a_consent_has_none(cli: Cli) -> None:
    assert rows(cli, "consent", "002")["line"][0]["consents"] == 0


def test_a_site_asks_about_its_own_participants_alone(cli: Cli) -> None:
    assert cli("ask", "consent", "001", *cli.by("coordinator-01")).exit_code == 0
    assert cli("ask", "consent", "002", *cli.by("coordinator-01")).exit_code == 6


@pytest.mark.parametrize(
    "words", [("who-could", "record_consent", "--site", "01", "--on", TOMORROW), ("left", "auditor-01")]
)
def test_who_may_not_read_about_people_is_refused(cli: Cli, words: tuple[str, ...]) -> None:
    assert cli("ask", *words, *cli.by("coordinator-01")).exit_code == 4


@pytest.mark.requirement("P11-12")
def test_every_stored_decision_is_decided_again_and_none_differs(cli: Cli) -> None:
    cli.apply(line("delegate_tasks", DELEGATION), person="investigator-01")

    told = rows(cli, "decisions")

    assert told["decisions"][0]["differences"] == 0
    assert told["decisions"][0]["decided again"] > 0
    assert "difference" not in told
