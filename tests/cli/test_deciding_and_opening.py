"""Design questions are proposed by one, approved by two others, and screening opens only when all are."""

import json
from uuid import UUID, uuid4

import pytest

from domain.errors import InDoubtError
from tests.cli.invoking import Cli

PROPOSAL = ("--choice", "2:1 in each stratum", "--rationale", "Our assumption for demonstration.")


def propose(cli: Cli, *more: str, question: str = "D2") -> int:
    return cli("trial", "decide", question, *PROPOSAL, *cli.by("sponsor-01"), *more).exit_code


def question(cli: Cli, code: str = "D2") -> str:
    rows = cli.json("trial", "show", *cli.by("auditor-01"))
    return str(next(one["state"] for one in rows if one["row"] == "question" and one["code"] == code))


def setting(cli: Cli, name: str) -> str:
    (row,) = (one for one in cli.json("trial", "show", *cli.by("auditor-01")) if one["row"] == "trial")
    return str(row[name])


def test_a_question_is_decided_by_a_proposal_and_two_other_people(cli: Cli) -> None:
    propose(cli, "--option", "O2", "--settings", '{"ratio": [2, 1]}')
    proposed, ratio_before = question(cli), setting(cli, "ratio")
    for person in ("sponsor-02", "monitor-01"):
        assert cli("trial", "decide", "D2", "--approve", *cli.by(person)).exit_code == 0

    assert proposed.startswith("proposed: 2:1 in each stratum")
    assert ratio_before == "not recorded"
    assert question(cli).startswith("DECIDED: 2:1 in each stratum")
    assert "recorded, not signed" in question(cli)
    assert setting(cli, "ratio") == "2, 1"


def test_the_proposer_cannot_approve_and_the_refusal_is_recorded(cli: Cli) -> None:
    propose(cli)
    before = cli.heads()

    done = cli("trial", "decide", "D2", "--approve", *cli.by("sponsor-01"))

    assert done.exit_code == 4
    assert "same_person" in done.stderr
    assert cli.heads() == {**before, "access:NCT03458156": before["access:NCT03458156"] + 1}


def test_screening_does_not_open_while_something_is_undecided(cli: Cli) -> None:
    done = cli("--json", "trial", "open", *cli.by("sponsor-01"))

    assert done.exit_code == 4
    told = json.loads(done.stderr)
    assert (told["error"], told["rule"]) == ("decisions_missing", "screening-opens-when-all-is-decided")
    assert "D1, D2" in told["message"]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--choice", "a"),
        ("--rationale", "b"),
        ("--approve", "--choice", "a"),
        ("--approve", "--settings", "{}"),
    ],
)
def test_half_a_proposal_and_a_mixed_one_are_faults_of_the_command_line(cli: Cli, words: tuple[str, ...]) -> None:
    before = cli.heads()

    assert cli("trial", "decide", "D2", *words, *cli.by("sponsor-01")).exit_code == 2
    assert cli.heads() == before


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("{", "not_json"),
        ('{"ratio": [0]}', "greater_than_equal"),
        ('{"ratio": [1.5]}', "float"),
        ('{"ratio": [1], "ratio": [2]}', "duplicate_key"),
        ('{"weights": [1]}', "unknown_field"),
        ('{"zone": "Mars/Olympus"}', "unknown_zone"),
    ],
)
def test_settings_are_read_as_strictly_as_a_line(cli: Cli, settings: str, code: str) -> None:
    before = cli.heads()

    done = cli("--json", "trial", "decide", "D2", *PROPOSAL, "--settings", settings, *cli.by("sponsor-01"))

    assert done.exit_code == 3
    assert json.loads(done.stderr)["error"] == code
    assert cli.heads() == before


def test_a_command_sent_again_under_its_id_is_carried_out_once(cli: Cli) -> None:
    under = ("--command-id", str(uuid4()))
    propose(cli, *under)
    before = cli.heads()

    (told,) = cli.json("trial", "decide", "D2", *PROPOSAL, *cli.by("sponsor-01"), *under)

    assert told["repeated"]
    assert cli.heads() == before


def test_the_id_of_a_command_in_doubt_is_told_so_that_its_outcome_can_be_asked(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> None:
        raise InDoubtError("The answer was lost.", next_step="Send the same command again, with the same id.")

    with monkeypatch.context() as patched:
        patched.setattr("adapters.cli.sending.send", lost)
        done = cli("trial", "decide", "D2", *PROPOSAL, *cli.by("sponsor-01"))
    told = done.stderr.split()[-2:]

    assert done.exit_code == 5
    assert told[0] == "--command-id"
    assert propose(cli, *told) == 0


def test_an_approval_says_until_when_it_is_to_be_signed(cli: Cli) -> None:
    propose(cli)

    done = cli("trial", "decide", "D2", "--approve", *cli.by("sponsor-02"))

    assert "trial is to be signed (approval) by sponsor-02 until" in done.stdout


def test_a_command_has_an_id_of_its_own_that_is_printed(cli: Cli) -> None:
    (told,) = cli.json("trial", "decide", "D2", *PROPOSAL, *cli.by("sponsor-01"))

    assert UUID(told["command_id"]).version == 4
    assert told["entries"] == [f"trial:NCT03458156@{cli.heads()['trial:NCT03458156']}"]
