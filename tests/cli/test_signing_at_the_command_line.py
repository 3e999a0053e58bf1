"""What needs signing is listed and shown; it is signed with components that are asked for at that moment."""

import json
from hashlib import sha256
from typing import Any

import pytest

from domain.signature.meanings import ATTESTATIONS
from tests.cli.invoking import TRIAL, Cli, line, objects

LEDGER = f"trial:{TRIAL}"
PROPOSAL = ("--choice", "2:1 in each stratum", "--rationale", "Our assumption for demonstration.")
Rows = list[dict[str, Any]]
DELEGATION = {
    "site": "01",
    "delegate": "coordinator-01",
    "delegate_role": "site_coordinator",
    "starts": "2025-01-05",
    "tasks": ["consent"],
}


@pytest.fixture
def asked(cli: Cli) -> Cli:
    """Two approvals of one decision, neither of them signed."""
    assert cli("trial", "decide", "D2", *PROPOSAL, *cli.by("sponsor-01")).exit_code == 0
    for person in ("sponsor-02", "monitor-01"):
        assert cli("trial", "decide", "D2", "--approve", *cli.by(person)).exit_code == 0
    return cli


def waiting(cli: Cli, *more: str, person: str = "auditor-01") -> Rows:
    done = cli("--json", "sign", *more, *cli.by(person))
    assert done.exit_code == 0, done.output
    return [json.loads(text) for text in done.stdout.splitlines()]


def entry_of(cli: Cli, person: str) -> str:
    (own,) = (one for one in waiting(cli) if one["signer"] == person)
    return str(own["entry"])


def sign(cli: Cli, *words: str, person: str = "sponsor-02", given: str | None = None) -> Any:
    lines = cli.people.lines(person) if given is None else given
    return cli("sign", *words, *cli.by(person), "--secrets-from", "-", given=lines)


def test_what_needs_signing_is_listed_with_whom_and_until_when(asked: Cli) -> None:
    rows = waiting(asked)

    assert [(one["record"], one["meaning"], one["signer"]) for one in rows] == [
        ("trial", "approval", "sponsor-02"),
        ("trial", "approval", "monitor-01"),
    ]
    assert all(one["due"] for one in rows)
    assert [one["signer"] for one in waiting(asked, "--mine", person="monitor-01")] == ["monitor-01"]
    assert "To be signed" in asked("sign", *asked.by("auditor-01")).stdout
    assert [one["row"] for one in asked.json("whoami", *asked.by("monitor-01"))].count("to sign") == 1


def test_the_record_is_shown_with_its_attestation_and_nothing_is_signed(asked: Cli) -> None:
    before = asked.heads()

    shown = asked("sign", "--show", entry_of(asked, "sponsor-02"), *asked.by("sponsor-02"))
    (as_data,) = waiting(asked, "--show", entry_of(asked, "sponsor-02"), person="sponsor-02")

    assert shown.exit_code == 0, shown.output
    assert ATTESTATIONS["approval"] in shown.stdout
    assert "2:1 in each stratum" in shown.stdout
    assert "Sponsor-02 (sponsor-02)" in shown.stdout
    assert as_data["display_digest"] == sha256(as_data["text"].encode()).hexdigest()
    assert as_data["display_digest"] in shown.stdout
    assert asked.heads() == before


@pytest.mark.requirement("P11-25", "P11-18")
def test_both_components_sign_first_and_the_password_alone_later_in_the_session(asked: Cli) -> None:
    """The second approval is another question's, by the same person in the same session."""
    assert asked("trial", "decide", "D3", *PROPOSAL, *asked.by("sponsor-01")).exit_code == 0
    assert asked("trial", "decide", "D3", "--approve", *asked.by("sponsor-02")).exit_code == 0
    first, second = (str(one["entry"]) for one in waiting(asked, "--mine", person="sponsor-02"))

    without_code = sign(asked, first, given=asked.people.lines("sponsor-02", "password"))
    with_both = sign(asked, first)
    with_one = sign(asked, second, given=asked.people.lines("sponsor-02", "password"))

    assert (without_code.exit_code, with_both.exit_code, with_one.exit_code) == (3, 0, 0), with_one.output
    assert "secret_missing" in without_code.stderr
    assert ATTESTATIONS["approval"] in with_both.stdout
    assert waiting(asked, "--mine", person="sponsor-02") == []
    signed = asked.json("show", "signatures", *asked.by("auditor-01"))[1]["view"]["made"]
    assert [(one["signer"], one["components"], one["first_in_session"]) for one in signed] == [
        ("sponsor-02", ["password", "totp"], True),
        ("sponsor-02", ["password"], False),
    ]


@pytest.mark.requirement("P11-24")
@pytest.mark.parametrize("lines", ["password=wrong wrong wrong\ncode={code}\n", "password={password}\ncode=000000\n"])
def test_what_proves_nothing_signs_nothing(asked: Cli, lines: str) -> None:
    entry = entry_of(asked, "sponsor-02")
    before = asked.heads()[LEDGER]
    given = lines.format(code=asked.people.code("sponsor-02"), password="otter lamp granite seventeen")

    done = sign(asked, entry, given=given)

    assert done.exit_code == 8
    assert "login_failed" in done.stderr
    assert asked.heads()[LEDGER] == before


@pytest.mark.requirement("P11-26")
def test_another_session_begins_with_both_components_again(asked: Cli) -> None:
    assert asked("trial", "decide", "D3", *PROPOSAL, *asked.by("sponsor-01")).exit_code == 0
    assert asked("trial", "decide", "D3", "--approve", *asked.by("sponsor-02")).exit_code == 0
    first, second = (str(one["entry"]) for one in waiting(asked, "--mine", person="sponsor-02"))
    assert sign(asked, first).exit_code == 0
    assert asked("logout", *asked.by("sponsor-02")).exit_code == 0
    lines = asked.people.lines("sponsor-02")
    assert asked("login", "sponsor-02", *asked.by("sponsor-02"), "--secrets-from", "-", given=lines).exit_code == 0

    one = sign(asked, second, given=asked.people.lines("sponsor-02", "password"))
    both = sign(asked, second)

    assert (one.exit_code, both.exit_code) == (3, 0)


def test_nobody_signs_for_another(asked: Cli) -> None:
    done = sign(asked, entry_of(asked, "monitor-01"))

    assert done.exit_code == 4
    assert "not_yours_to_sign" in done.stderr


def test_a_signed_decision_says_so_where_the_trial_is_shown(asked: Cli) -> None:
    assert sign(asked, entry_of(asked, "sponsor-02")).exit_code == 0

    (row,) = (one for one in asked.json("trial", "show", *asked.by("auditor-01")) if one.get("code") == "D2")

    assert "sponsor-02 (signed), monitor-01 (recorded, not signed)" in row["state"]


def test_a_signature_is_taken_back_with_a_reason_and_asked_for_again(asked: Cli) -> None:
    entry = entry_of(asked, "sponsor-02")
    assert sign(asked, entry).exit_code == 0
    made = asked.json("show", "signatures", *asked.by("auditor-01"))[1]["view"]["made"][0]["signature"]

    back = asked("sign", "withdraw", "trial", made, "--reason", "Given by mistake.", *asked.by("sponsor-02"))

    assert back.exit_code == 0, back.output
    assert entry_of(asked, "sponsor-02") == entry


def test_a_successor_is_named_and_signs_as_such(cli: Cli) -> None:
    cli.apply(line("delegate_tasks", DELEGATION), person="investigator-01")
    cli("user", "deactivate", "investigator-01", *cli.by("admin-01"))
    why = ("--reason", "The investigator has left the site.")
    who = ("--of", "investigator-01", "--successor", "successor-01")

    named = cli("sign", "successor", "site/01", *who, *why, *cli.by("sponsor-01"))
    (listed,) = waiting(cli, "--mine", person="successor-01")
    done = sign(cli, entry_of(cli, "investigator-01"), person="successor-01")

    assert (named.exit_code, done.exit_code) == (0, 0), named.output + done.output
    made = cli.json("show", "signatures", *cli.by("auditor-01"))[1]["view"]["made"]
    assert [(one["signer"], one["successor_of"]) for one in made] == [("successor-01", "investigator-01")]
    assert listed["successors"] == ["successor-01"]


def test_a_review_is_signed_over_the_whole_record(cli: Cli) -> None:
    shown = cli("sign", "--review", "site/01", "--show", *cli.by("auditor-01"))
    before = cli.heads()[LEDGER]

    done = sign(cli, "--review", "site/01", person="monitor-01")

    assert done.exit_code == 0, done.output
    assert ATTESTATIONS["review"] in shown.stdout
    assert cli.heads()[LEDGER] == before + 1


@pytest.mark.parametrize("words", [("17", "--review", "trial"), ("--show",), ("0",), ("seventeen",)])
def test_what_is_to_be_signed_is_named_once(cli: Cli, words: tuple[str, ...]) -> None:
    assert cli("sign", *words, *cli.by("sponsor-02")).exit_code == 2


@pytest.mark.parametrize("words", [("1",), ("9999",), ("--review", "participant/999"), ("--review", "../system")])
def test_what_is_not_to_be_signed_is_not_found(cli: Cli, words: tuple[str, ...]) -> None:
    assert sign(cli, *words).exit_code == 6


def test_a_site_sees_what_its_own_people_have_to_sign(cli: Cli) -> None:
    delegation = ("--role", "site_coordinator", "--task", "consent", "--starts", "2025-01-05")
    done = cli("delegate", "to", "coordinator-01", "--site", "01", *delegation, *cli.by("investigator-01"))
    assert done.exit_code == 0, done.output

    assert [one["record"] for one in waiting(cli, person="coordinator-01")] == ["site/01"]
    assert waiting(cli, person="coordinator-02") == []


def test_a_line_that_asks_for_a_signature_says_so_and_leaves_it_owed(cli: Cli) -> None:
    (told,) = cli.apply(line("delegate_tasks", DELEGATION), person="investigator-01")
    words = cli("apply", "-", *cli.by("investigator-01"), given=line("delegate_tasks", DELEGATION)).stdout

    assert told["outcome"] == "done"
    assert [(one["meaning"], one["signer"]) for one in told["to_sign"]] == [("responsibility", "investigator-01")]
    assert "site/01 is to be signed (responsibility) by investigator-01 until" in words


def test_a_run_that_signs_asks_for_both_components_once_and_then_for_the_password(cli: Cli) -> None:
    commands = cli.folder / "commands.jsonl"
    other = {**DELEGATION, "tasks": ["enrolment"]}
    commands.write_text(f"{line('delegate_tasks', DELEGATION)}\n{line('delegate_tasks', other)}\n")
    secrets = cli.people.lines("investigator-01", "password", "code", "password")
    words = ("--json", "apply", str(commands), "--sign", *cli.by("investigator-01"), "--secrets-from", "-")

    done = cli(*words, given=secrets)
    again = cli(*words, given="")

    assert done.exit_code == 0, done.output
    assert [one["command"] for one in objects(done) if one.get("outcome") == "done"] == [
        "delegate_tasks",
        "sign_record",
        "delegate_tasks",
        "sign_record",
    ]
    assert waiting(cli, person="investigator-01") == []
    assert again.exit_code == 0, "what is signed is not asked for again"


def test_a_run_that_was_left_unsigned_is_signed_when_it_is_sent_again(cli: Cli) -> None:
    sent = line("delegate_tasks", DELEGATION)
    cli.apply(sent, person="investigator-01")
    lines = cli.folder / "lines"
    lines.write_text(cli.people.lines("investigator-01"))
    lines.chmod(0o600)

    done = cli("apply", "-", "--sign", "--secrets-from", str(lines), *cli.by("investigator-01"), given=sent)

    assert done.exit_code == 0, done.output
    assert waiting(cli, person="investigator-01") == []


def test_a_run_stops_where_a_signature_fails_and_what_was_done_stays(cli: Cli) -> None:
    sent = [line("delegate_tasks", DELEGATION), line("delegate_tasks", {**DELEGATION, "tasks": ["visits"]})]
    lines = cli.folder / "lines"
    lines.write_text("password=wrong wrong wrong\ncode=000000\n")
    lines.chmod(0o600)
    words = ("--json", "apply", "-", "--sign", "--secrets-from", str(lines), *cli.by("investigator-01"))

    done = cli(*words, given="\n".join(sent))

    assert done.exit_code == 8
    told = [one for one in objects(done) if "line" in one]
    assert [(one["line"], one["command"], one["outcome"]) for one in told] == [
        (1, "delegate_tasks", "done"),
        (1, "sign_record", "login_failed"),
    ]
    assert [one["record"] for one in waiting(cli, person="investigator-01")] == ["site/01"]
