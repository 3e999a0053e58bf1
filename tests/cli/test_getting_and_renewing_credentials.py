"""Credentials are set by their owner alone, renewed by proving the old ones, and replaced by two administrators."""

import json

import pytest

from tests.cli.entering import NAMED, NEW, activate, log_in, secret_in
from tests.cli.invoking import Cli
from tests.cli.people import PASSWORD


def test_somebody_new_gets_from_registration_to_a_session(staffed: Cli) -> None:
    registered = staffed("user", "register", "new-01", *NAMED, *staffed.by("admin-01"))
    invited = staffed("--json", "user", "invite", "new-01", *staffed.by("admin-01"))

    activated = activate(staffed, "new-01", secret_in(invited))
    entered = log_in(staffed, "new-01")

    codes = [done.exit_code for done in (registered, invited, activated, entered)]
    assert codes == [0, 0, 0, 0], activated.output + entered.output
    assert staffed.json("whoami", *staffed.by("new-01"))[0]["person"] == "new-01"


def test_the_app_is_enrolled_by_text_or_by_a_code_to_be_scanned(staffed: Cli) -> None:
    staffed("user", "register", "new-01", *NAMED, *staffed.by("admin-01"))
    secret = secret_in(staffed("--json", "user", "invite", "new-01", *staffed.by("admin-01")))

    shown = staffed("user", "activate", "new-01", "--secrets-from", "-", given=f"secret={secret}\nnew_password={NEW}\n")

    assert "otpauth://totp/" in shown.stdout
    assert "▄▄▄▄▄" in shown.stdout
    assert NEW not in shown.output
    assert secret not in shown.output


def test_a_one_time_secret_is_worth_nothing_once_it_was_used(staffed: Cli) -> None:
    staffed("user", "register", "new-01", *NAMED, *staffed.by("admin-01"))
    secret = secret_in(staffed("--json", "user", "invite", "new-01", *staffed.by("admin-01")))
    activate(staffed, "new-01", secret)

    again = staffed("user", "activate", "new-01", "--secrets-from", "-", given=f"secret={secret}\nnew_password={NEW}\n")

    assert again.exit_code == 8
    assert "login_failed" in again.stderr


def test_a_weak_password_is_refused_with_a_reason_and_without_a_sign_of_it(staffed: Cli) -> None:
    staffed("user", "register", "new-01", *NAMED, *staffed.by("admin-01"))
    secret = secret_in(staffed("--json", "user", "invite", "new-01", *staffed.by("admin-01")))
    lines = f"secret={secret}\nnew_password=Password12345\n"

    done = staffed("user", "activate", "new-01", "--secrets-from", "-", given=lines)

    assert done.exit_code == 3
    assert "weak_password" in done.stderr
    assert "12345" not in done.output


@pytest.mark.requirement("P11-28")
def test_one_administrator_alone_does_not_replace_credentials(staffed: Cli) -> None:
    done = staffed("user", "invite", "auditor-01", *staffed.by("admin-01"))

    assert done.exit_code == 4
    assert "credentials_stand" in done.stderr


@pytest.mark.requirement("P11-28", "P11-32")
def test_two_administrators_recover_an_account_and_its_owner_is_told(staffed: Cli) -> None:
    asked = ("user", "recover", "auditor-01", "--identity-checked", "in person, with a passport")
    approved = ("user", "recover", "auditor-01", "--approve")

    first = staffed(*asked, *staffed.by("admin-01"))
    alone = staffed(*approved, *staffed.by("admin-01"))
    second = staffed(*approved, *staffed.by("admin-02"))
    old_session = staffed("whoami", *staffed.by("auditor-01"))
    activate(
        staffed, "auditor-01", secret_in(staffed("--json", "user", "invite", "auditor-01", *staffed.by("admin-01")))
    )
    told = log_in(staffed, "auditor-01")

    assert [done.exit_code for done in (first, alone, second, old_session)] == [0, 4, 0, 8]
    (notice,) = (one for one in told.stdout.splitlines() if "Notice: " in one)
    assert "credentials were replaced" in notice
    assert "admin-01" in notice
    assert "admin-02" in notice


@pytest.mark.parametrize("words", [(), ("--approve", "--identity-checked", "in person")])
def test_a_recovery_is_either_asked_for_or_approved(staffed: Cli, words: tuple[str, ...]) -> None:
    assert staffed("user", "recover", "auditor-01", *words, *staffed.by("admin-01")).exit_code == 2


def test_a_changed_password_ends_the_session_and_opens_the_next(staffed: Cli) -> None:
    given = f"{staffed.people.lines('auditor-01')}new_password={NEW}\n"

    changed = staffed("user", "password", *staffed.by("auditor-01"), "--secrets-from", "-", given=given)
    after = staffed("whoami", *staffed.by("auditor-01"))
    old, new = log_in(staffed, "auditor-01", PASSWORD), log_in(staffed, "auditor-01")

    assert [done.exit_code for done in (changed, after, old, new)] == [0, 8, 8, 0], changed.output


def test_a_new_app_takes_the_place_of_the_old_one(staffed: Cli) -> None:
    words = ("--json", "user", "code-app", *staffed.by("auditor-01"), "--secrets-from", "-")
    enrolled = staffed(*words, given=staffed.people.lines("auditor-01"))
    staffed.people.keep("auditor-01", json.loads(enrolled.stdout.splitlines()[0])["otp_secret"])

    confirmed = staffed(*words, "--confirm", given=f"code={staffed.people.code('auditor-01')}\n")
    entered = log_in(staffed, "auditor-01", PASSWORD)

    assert [done.exit_code for done in (enrolled, confirmed, entered)] == [0, 0, 0], confirmed.output


def test_an_emergency_secret_opens_the_code_break_and_nothing_else(cli: Cli) -> None:
    given = cli.people.lines("investigator-01")
    made = cli("--json", "user", "emergency", *cli.by("investigator-01"), "--secrets-from", "-", given=given)
    secret = json.loads(made.stdout)["emergency_secret"]
    words = ("login", "investigator-01", "--emergency", *cli.by("investigator-01"), "--secrets-from", "-")

    entered = cli(*words, given=f"secret={secret}\n")
    refused = cli("show", "trial", *cli.by("investigator-01"))
    wrong = cli(*words, given="secret=wrong\n")

    assert (made.exit_code, entered.exit_code, refused.exit_code, wrong.exit_code) == (0, 0, 4, 8), entered.output
    assert "emergency_only" in refused.stderr
