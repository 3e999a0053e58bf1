"""A session is opened with what only its owner has, kept in a file of its owner alone, and over when it is over."""

import json
import stat
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import Result

from adapters.chance import system_clock
from adapters.wiring import Sources, create_store, open_store
from compliance.authentication import Authentication
from compliance.setup import set_up
from domain.errors import LoginError
from domain.session.facts import AuthenticationFailed, SignalRaised
from tests.cli.invoking import Cli, line
from tests.cli.people import PASSWORD, Office

PERSON = "auditor-01"


def log_in(cli: Cli, person: str = PERSON, *more: str, given: str | None = None) -> Result:
    lines = cli.people.lines(person) if given is None else given
    return cli("login", person, *cli.by("new"), "--secrets-from", "-", *more, given=lines)


def facts(cli: Cli, kind: type[Any]) -> list[Any]:
    store = open_store(cli.store, cli.key_file)
    try:
        return [e.fact for e in store.ledger.page("system", after=0, limit=10_000) if isinstance(e.fact, kind)]
    finally:
        store.close()


def test_password_and_code_open_a_session_in_a_file_of_its_owner_alone(cli: Cli) -> None:
    done = log_in(cli)

    assert done.exit_code == 0, done.output
    assert f"{PERSON} is logged in until" in done.stdout
    kept = cli.people.session("new")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert cli("show", "trial", *cli.by("new")).exit_code == 0


@pytest.mark.requirement("FDA-07")
@pytest.mark.parametrize(
    ("person", "lines"),
    [
        (PERSON, "password=wrong horse battery\ncode={code}\n"),
        (PERSON, f"password={PASSWORD}\ncode=000000\n"),
        (PERSON, f"password={PASSWORD}\ncode=not a code\n"),
        ("nobody", f"password={PASSWORD}\ncode={{code}}\n"),
        ("../system", f"password={PASSWORD}\ncode={{code}}\n"),
        ("coordinator-01", f"password={PASSWORD}\ncode={{code}}\n"),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same_and_no_session_is_kept(cli: Cli, person: str, lines: str) -> None:
    given = lines.format(code=cli.people.code(PERSON))

    done = log_in(cli, person, given=given)

    assert (done.exit_code, done.stdout) == (8, "")
    assert done.stderr.splitlines() == [
        "[demonstration] login_failed: That did not prove who you are.",
        f"[demonstration] Next: {LoginError().next_step}",
    ]
    assert not cli.people.session("new").exists()


def test_a_failed_attempt_is_recorded_without_what_was_typed(cli: Cli) -> None:
    log_in(cli, given="password=telltale-password\ncode=123456\n")

    (failed,) = facts(cli, AuthenticationFailed)
    assert [(one.person, one.count) for one in failed.persons] == [(PERSON, 1)]
    assert b"telltale" not in b"".join(path.read_bytes() for path in cli.folder.rglob("*") if path.is_file())


def test_who_is_logged_in_already_logs_out_first(cli: Cli) -> None:
    again = cli("login", PERSON, *cli.by(PERSON), "--secrets-from", "-", given=cli.people.lines(PERSON))

    assert again.exit_code == 3
    assert "session_open" in again.stderr
    assert cli("show", "trial", *cli.by(PERSON)).exit_code == 0, "the one that was open still is"


@pytest.mark.requirement("P11-32")
def test_after_logging_out_the_token_opens_nothing_wherever_it_was_copied_to(cli: Cli) -> None:
    copy = cli.people.session("copy")
    copy.write_bytes(cli.people.session(PERSON).read_bytes())
    copy.chmod(0o600)

    done = cli("logout", *cli.by(PERSON))

    assert done.exit_code == 0
    assert not cli.people.session(PERSON).exists()
    assert [cli("show", "trial", *cli.by(who)).exit_code for who in (PERSON, "copy")] == [8, 8]


def test_logging_out_twice_is_no_fault(cli: Cli) -> None:
    first, second = cli("--json", "logout", *cli.by(PERSON)), cli("--json", "logout", *cli.by(PERSON))

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert [json.loads(done.stdout)["was_logged_in"] for done in (first, second)] == [True, False]


def test_two_sign_ins_at_once_both_work_and_a_signal_says_so(cli: Cli) -> None:
    log_in(cli)

    assert cli("show", "trial", *cli.by("new")).exit_code == 0
    assert cli("show", "trial", *cli.by(PERSON)).exit_code == 0
    signals = facts(cli, SignalRaised)
    assert (PERSON, "concurrent_session") in {(one.person, one.signal) for one in signals}


def test_an_account_that_ends_takes_its_open_sessions_with_it_at_once(cli: Cli) -> None:
    ended = cli("user", "deactivate", PERSON, *cli.by("admin-01"))

    refused = cli("show", "trial", *cli.by(PERSON))
    again = log_in(cli)

    assert ended.exit_code == 0, ended.output
    assert (refused.exit_code, again.exit_code) == (8, 8)
    assert "session_ended" in refused.stderr


def test_a_session_of_another_store_opens_nothing_here(cli: Cli) -> None:
    other = Cli(cli.folder / "other")
    other.folder.mkdir()
    store = create_store(other.store, other.key_file, Sources(seeded=True))
    set_up(store.ports, person="admin-01", environment="demonstration", printed_name="Other", organisation="Other")
    Office(store, other.people).enter("admin-01", store.authenticator.invite("admin-01", by=None))
    store.close()
    before = cli.heads()

    there = other("user", "list", *other.by("admin-01"))
    here = cli("user", "list", *other.by("admin-01"))

    assert (there.exit_code, here.exit_code) == (0, 8)
    assert "[demonstration] session_ended: The session is over, or was never opened." in here.stderr
    assert cli.heads() == before


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606, 0o660])
def test_a_session_file_that_others_can_reach_is_not_used_but_can_be_ended(cli: Cli, mode: int) -> None:
    path = cli.people.session(PERSON)
    private = path.read_bytes()
    path.chmod(mode)

    refused = cli("show", "trial", *cli.by(PERSON))
    ended = cli("logout", *cli.by(PERSON))
    path.write_bytes(private)
    path.chmod(0o600)

    assert refused.exit_code == 3
    assert "session_file_open_to_others" in refused.stderr
    assert ended.exit_code == 0
    assert cli("show", "trial", *cli.by(PERSON)).exit_code == 8, "whoever saw it cannot go on with it"


@pytest.mark.parametrize("held", [b"", b"\n", b"tps_\xff\xfe", b"two words\n", b"x" * 2000, b"a" * 40 + b"\nmore"])
def test_a_file_that_holds_no_session_is_told_as_such(cli: Cli, held: bytes) -> None:
    path = cli.people.session("broken")
    path.write_bytes(held)
    path.chmod(0o600)

    refused = cli("show", "trial", *cli.by("broken"))
    gone = cli("logout", *cli.by("broken"))

    assert (refused.exit_code, gone.exit_code) == (3, 0)
    assert "bad_session_file" in refused.stderr
    assert not path.exists()


def test_a_link_is_no_session_file(cli: Cli) -> None:
    cli.people.session("link").symlink_to(cli.people.session(PERSON))

    assert cli("show", "trial", *cli.by("link")).exit_code == 7


def test_a_session_inside_the_store_is_refused(cli: Cli) -> None:
    done = cli("login", PERSON, "--session", str(cli.store / "session"), "--secrets-from", "-")

    assert done.exit_code == 3
    assert "session_file_in_store" in done.stderr


def test_each_user_and_store_has_a_session_file_of_its_own(cli: Cli) -> None:
    state = cli.folder / "state"
    lines = cli.people.lines(PERSON)

    done = cli.process("login", PERSON, "--secrets-from", "-", given=lines.encode(), XDG_STATE_HOME=str(state))
    seen = cli.process("whoami", "--json", XDG_STATE_HOME=str(state))
    at_home = cli.process("whoami", XDG_STATE_HOME="not/absolute", HOME=str(cli.folder))

    assert done.returncode == 0, done.stderr
    (kept,) = (state / "trialproof").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert json.loads(seen.stdout.splitlines()[0])["person"] == PERSON
    assert at_home.returncode == 8
    assert not (cli.folder / ".local").exists(), "looking makes no folder"


def test_the_environment_names_the_session_file_and_never_the_token(cli: Cli) -> None:
    done = cli.process("whoami", "--json", TRIALPROOF_SESSION=str(cli.people.session(PERSON)))

    assert json.loads(done.stdout.splitlines()[0])["person"] == PERSON


def test_a_session_that_was_not_used_for_a_while_is_over(cli: Cli) -> None:
    late = Sources(clock=lambda: system_clock() + timedelta(minutes=20), seeded=True)
    store = open_store(cli.store, cli.key_file, late)
    token = cli.people.session(PERSON).read_text().strip()
    try:
        with pytest.raises(Exception, match="over"):
            store.authenticator.identity(token, originator="tests")
    finally:
        store.close()

    assert cli("show", "trial", *cli.by(PERSON)).exit_code == 8


def test_who_is_logged_in_sees_roles_session_and_credentials(cli: Cli) -> None:
    told = cli.json("whoami", *cli.by("coordinator-01"))

    by_row = {one["row"]: one for one in told}
    assert by_row["session"]["person"] == "coordinator-01"
    assert by_row["session"]["strength"] == "password_totp"
    assert (by_row["grant"]["role"], by_row["grant"]["sites"]) == ("site_coordinator", ["01"])
    assert {one["kind"] for one in told if one["row"] == "credential"} == {"password", "totp"}


def test_the_session_stands_in_what_is_recorded_under_it(cli: Cli) -> None:
    cli.apply(line("record_procedure", {"participant": "001", "procedure": "visit"}), person="coordinator-01")

    store = open_store(cli.store, cli.key_file)
    (last, *_) = reversed(store.ledger.stream("trial:NCT03458156/participant/001"))
    session = Authentication(store.ports).session(str(last.body.session))
    store.close()

    assert (last.body.strength, last.body.originator) == ("password_totp", "trialproof-cli")
    assert session.person == last.body.actor == "coordinator-01"
