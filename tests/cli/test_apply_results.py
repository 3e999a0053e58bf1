"""`apply` prints a result for each line, stops at the first that is not carried out, and repeats nothing."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.cli.invoking import SEED, TRIAL, Cli, granted, line, objects, registered, trained

ACCESS = f"access:{TRIAL}"


def fact(name: str = "age_at_consent") -> str:
    value = {"type": "measured", "quantity": {"value": "34", "unit": "a"}}
    return line("record_fact", {"participant": "001", "fact": name, "value": value})


def foreign() -> str:
    """A fact of site 02, which site 01 may not record."""
    return line("record_procedure", {"participant": "002", "procedure": "telltale-procedure"})


def test_each_line_has_its_number_command_outcome_and_entries(cli: Cli) -> None:
    at = cli.heads()[f"trial:{TRIAL}"]

    told = cli.apply("", fact(), "", fact("weight"), person="coordinator-01")

    assert [(one["line"], one["command"], one["outcome"]) for one in told] == [
        (2, "record_fact", "done"),
        (4, "record_fact", "done"),
    ]
    assert [one["entries"][0] for one in told] == [
        f"trial:{TRIAL}@{at + 1}",
        f"trial:{TRIAL}@{at + len(told[0]['entries']) + 1}",
    ]


def test_people_read_the_same_in_words(cli: Cli) -> None:
    at = cli.heads()[f"trial:{TRIAL}"]

    done = cli("apply", "-", *cli.by("coordinator-01"), given=fact())

    first, last = done.stdout.splitlines()
    assert first.startswith(f"[demonstration] 1 record_fact done: trial:{TRIAL}@{at + 1}")
    assert last == "[demonstration] 1 carried out, 0 not."


def test_it_stops_at_the_first_refusal(cli: Cli) -> None:
    told = cli.apply(fact(), foreign(), fact("weight"), person="coordinator-01")

    assert [one["outcome"] for one in told] == ["done", "not_allowed"]


@pytest.mark.requirement("P11-12")
def test_a_refusal_leaves_one_event_without_what_was_sent(cli: Cli) -> None:
    before = cli.heads()

    (told,) = cli.apply(foreign(), person="coordinator-01")

    assert told["outcome"] == "not_allowed"
    assert told["rule"] == "default-deny"
    assert cli.heads() == {**before, ACCESS: before[ACCESS] + 1}
    assert b"telltale" not in (cli.store / "ledger.sqlite").read_bytes()


def test_a_refusal_sent_again_is_the_same_refusal_and_is_recorded_once(cli: Cli) -> None:
    sent = foreign()
    cli.apply(sent, person="coordinator-01")
    before = cli.heads()

    (again,) = cli.apply(sent, person="coordinator-01")

    assert (again["outcome"], again["rule"]) == ("not_allowed", "default-deny")
    assert cli.heads() == before


def test_keep_going_carries_out_what_can_be(cli: Cli) -> None:
    result = cli("--json", "apply", "-", *cli.by("coordinator-01"), "--keep-going", given=f"{foreign()}\n{{\n{fact()}")

    told = objects(result)
    assert [one["outcome"] for one in told[:-1]] == ["not_allowed", "not_json", "done"]
    assert (told[-1]["carried_out"], told[-1]["not_carried_out"]) == (1, 2)
    assert result.exit_code == 4, "the code is that of the first"


def test_sending_the_file_again_repeats_nothing(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text(f"{fact()}\n{fact('weight')}\n")
    first = cli.json("apply", str(file), *cli.by("coordinator-01"))
    before = cli.heads()

    second = cli.json("apply", str(file), *cli.by("coordinator-01"))

    assert cli.heads() == before
    assert [one["entries"] for one in second[:-1]] == [one["entries"] for one in first[:-1]]
    assert [one["repeated"] for one in second[:-1]] == [True, True]


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_any_line_end_will_do(cli: Cli, end: str) -> None:
    done = cli("apply", "-", *cli.by("coordinator-01"), given=fact() + end)

    assert done.exit_code == 0


def test_the_line_after_one_that_is_too_long_is_read_as_itself(cli: Cli) -> None:
    told = cli.apply("x" * 600_000, fact(), person="coordinator-01", more=("--keep-going",))

    assert [(one["line"], one["outcome"]) for one in told] == [(1, "too_large"), (2, "done")]


def test_what_concerns_people_belongs_to_no_trial(cli: Cli) -> None:
    before = cli.heads()

    (refused,) = cli.apply(registered("admin-01"), person="admin-01")

    assert refused["outcome"] == "id_in_use"
    assert cli.heads() == {**before, "system": before["system"] + 1}


def second_trial(cli: Cli) -> None:
    assert cli("trial", "import", str(SEED), *cli.by("sponsor-01"), "--trial", "OTHER").exit_code == 0


def test_with_two_trials_the_trial_must_be_named(cli: Cli) -> None:
    second_trial(cli)
    before = cli.heads()

    (unnamed,) = cli.apply(fact(), person="coordinator-01")
    (named,) = cli.apply(fact(), person="coordinator-01", more=("--trial", TRIAL))

    assert (unnamed["outcome"], named["outcome"]) == ("which_trial", "done")
    assert cli.heads()["trial:OTHER"] == before["trial:OTHER"]


def test_a_trial_that_is_not_there_is_not_found_and_nothing_is_written(cli: Cli) -> None:
    before = cli.heads()

    result = cli("apply", "-", *cli.by("coordinator-01"), "--trial", "TYPO", given=fact())

    assert result.exit_code == 6
    assert cli.heads() == before


def test_a_new_trial_needs_an_id(cli: Cli) -> None:
    sha = "ab" * 32
    lacking = (
        "allocation enrolment enrolment_type healthy_volunteers masking maximum_age minimum_age model official_title"
        " organisation_study_id overall_status phases primary_purpose sex sponsor who_masked"
    )
    empty: dict[str, Any] = {"arms": [], "conditions": [], "dates": [], "interventions": [], "locations": 0}
    design = {**dict.fromkeys(lacking.split()), **empty, "criteria_sha256": sha, "study_type": "INTERVENTIONAL"}
    payload: dict[str, Any] = {
        "design": design,
        "provenance": "By hand.",
        "questions": [],
        "registry_id": "NCT1",
        "source_date": None,
        "source_sha256": sha,
        "title": "By hand",
    }
    before = cli.heads()

    (unnamed,) = cli.apply(line("register_trial", payload), person="sponsor-01")
    unwritten = cli.heads() == before
    (named,) = cli.apply(line("register_trial", payload), person="sponsor-01", more=("--trial", "BY-HAND"))

    assert (unnamed["outcome"], unwritten) == ("which_trial", True)
    assert named["outcome"] == "done"
    assert "trial:BY-HAND" in cli.heads()


def test_the_position_in_the_vault_is_not_printed(cli: Cli) -> None:
    second_trial(cli)

    told = cli.json("trial", "import", str(SEED), *cli.by("sponsor-01"), "--trial", "OTHER")

    (registered_as,) = (one["entries"] for one in told if one.get("command") == "register_trial")
    assert "vault:OTHER" in registered_as
    assert not [entry for entry in registered_as if entry.startswith("vault:") and "@" in entry]


def test_without_a_session_nothing_is_read_and_nothing_written(cli: Cli) -> None:
    before = cli.heads()

    done = cli("apply", "-", given="{")

    assert (done.exit_code, done.stdout) == (8, "")
    assert "[demonstration] not_logged_in: Nobody is logged in here." in done.stderr
    assert cli.heads() == before


def test_the_list_names_every_command_and_needs_no_store(empty: Cli) -> None:
    told = empty.json("apply", "--list")

    listed = {one["command"]: one for one in told}
    assert {"register_person", "record_consent", "allocate", "break_blind", "correct_record"} <= listed.keys()
    assert listed["pause_trial"]["reason_needed"]
    assert not empty.store.exists()


def test_no_file_is_a_fault_of_the_command_line(cli: Cli) -> None:
    assert cli("apply", *cli.by("coordinator-01")).exit_code == 2


def test_commands_and_secrets_cannot_come_through_one_pipe(cli: Cli) -> None:
    assert cli("apply", "-", "--sign", "--secrets-from", "-", *cli.by("coordinator-01")).exit_code == 2


def test_nobody_is_named_by_an_option_any_more(cli: Cli) -> None:
    assert cli("apply", "-", "--as", "coordinator-01", *cli.by("auditor-01"), given=fact()).exit_code == 2


def test_a_file_of_nothing_is_carried_out(cli: Cli) -> None:
    assert cli("apply", "-", *cli.by("coordinator-01")).stdout == "[demonstration] 0 carried out, 0 not.\n"


@pytest.mark.parametrize("as_json", [True, False])
def test_a_process_of_its_own_does_the_same(cli: Cli, as_json: bool) -> None:
    done = cli.process("apply", "-", *cli.by("coordinator-01"), *(["--json"] if as_json else []), given=fact().encode())

    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert b"record_fact" in done.stdout
    assert not as_json or all(json.loads(row)["environment"] == "demonstration" for row in done.stdout.splitlines())


def test_a_grant_given_in_one_run_counts_in_the_next_line(cli: Cli) -> None:
    told = cli.apply(
        registered("new-01"), trained("new-01"), granted("new-01", "monitor", by="sponsor-01"), person="admin-01"
    )

    assert [one["outcome"] for one in told] == ["done", "done", "done"]


def test_a_command_id_of_another_person_is_not_a_repetition(cli: Cli) -> None:
    sent = line("record_fact", json.loads(fact())["payload"], command_id=uuid4())

    by_one = cli.apply(sent, person="coordinator-01")
    by_another = cli.apply(sent, person="investigator-01")

    assert (by_one[0]["repeated"], by_another[0]["repeated"]) == (False, False)
