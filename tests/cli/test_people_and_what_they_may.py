"""People are registered, invited, verified, trained, given roles and reviewed, by whom the rules allow."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from adapters.chance import system_clock
from adapters.wiring import open_store
from compliance.authentication import Authentication
from domain.people.person import Person
from tests.cli.entering import NAMED, activate, log_in, secret_in
from tests.cli.invoking import TRIAL, Cli, line

JWK = '{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'


def person(cli: Cli, name: str) -> Person:
    store = open_store(cli.store, cli.key_file)
    try:
        return Authentication(store.ports).person(name)
    finally:
        store.close()


@pytest.mark.requirement("P11-22")
def test_nobody_verifies_whom_they_registered_and_what_was_looked_at_is_recorded(staffed: Cli) -> None:
    staffed("user", "register", "new-01", *NAMED, *staffed.by("admin-01"))
    looked = ("--document", "passport", "--method", "video")

    own = staffed("user", "verify", "new-01", *looked, *staffed.by("admin-01"))
    other = staffed("user", "verify", "new-01", *looked, *staffed.by("admin-02"))

    assert (own.exit_code, other.exit_code) == (4, 0)
    assert person(staffed, "new-01").verified_by == "admin-02"


def grant_of(cli: Cli, name: str) -> str:
    (own,) = (one for one in cli.json("role", "list", "--person", name, *cli.by("admin-01")) if one["state"] == "open")
    return str(own["grant"])


def test_a_role_is_given_reviewed_and_taken_back(staffed: Cli) -> None:
    ends = (system_clock() + timedelta(days=100)).date().isoformat()
    words = ("data-01", "statistician", "--requested-by", "sponsor-01", "--training", "t1")
    following = (system_clock() + timedelta(days=180)).date().isoformat()

    given = staffed("role", "grant", *words, "--ends", ends, "--zone", "Asia/Shanghai", *staffed.by("admin-01"))
    listed = staffed.json("role", "list", "--person", "data-01", *staffed.by("admin-01"))
    grant = next(one["grant"] for one in listed if one["role"] == "statistician")
    looked = ("role", "review", "data-01", grant, "keep", "--next", following)
    own, kept = staffed(*looked, *staffed.by("admin-01")), staffed(*looked, *staffed.by("admin-02"))
    ended = staffed("role", "end", "data-01", grant, *staffed.by("admin-01"))

    assert [done.exit_code for done in (given, own, kept, ended)] == [0, 4, 0, 0], kept.output
    (held,) = (one for one in person(staffed, "data-01").grants if one.grant == grant)
    assert held.next_review == datetime.combine(datetime.fromisoformat(following), datetime.min.time(), tzinfo=UTC), (
        "from the beginning of that day"
    )
    assert held.ends is not None
    assert held.ends <= system_clock()


def test_until_a_day_means_until_its_end_in_the_zone_named(staffed: Cli) -> None:
    day = (system_clock() + timedelta(days=100)).date()
    words = ("data-01", "statistician", "--requested-by", "sponsor-01", "--training", "t1", "--ends", day.isoformat())

    staffed("role", "grant", *words, "--zone", "Asia/Shanghai", *staffed.by("admin-01"))

    ends = {one.ends for one in person(staffed, "data-01").grants if one.role == "statistician"}
    assert ends == {datetime(day.year, day.month, day.day, 16, tzinfo=UTC)}


@pytest.mark.parametrize("words", [("keep",), ("end", "--next", "2030-01-01"), ("perhaps",)])
def test_a_review_keeps_until_a_day_or_ends(staffed: Cli, words: tuple[str, ...]) -> None:
    assert staffed("role", "review", "data-01", "g1", *words, *staffed.by("admin-02")).exit_code == 2


def test_roles_that_wait_for_a_review_are_listed(staffed: Cli) -> None:
    following = (system_clock() + timedelta(days=180)).isoformat()
    before = {one["person"] for one in staffed.json("role", "list", "--due", *staffed.by("admin-02"))}
    words = ("data-01", grant_of(staffed, "data-01"), "keep", "--next", following)

    staffed("role", "review", *words, *staffed.by("admin-02"))

    after = {one["person"] for one in staffed.json("role", "list", "--due", *staffed.by("admin-02"))}
    assert before - after == {"data-01"}


def test_who_asks_for_a_role_does_not_give_it(staffed: Cli) -> None:
    words = ("data-01", "statistician", "--requested-by", "admin-01", "--training", "t1")

    done = staffed("role", "grant", *words, *staffed.by("admin-01"))

    assert done.exit_code == 4
    assert "same_person" in done.stderr


def test_an_inspector_is_let_in_by_one_command_that_can_be_sent_again(cli: Cli) -> None:
    ends = (system_clock() + timedelta(days=3)).date().isoformat()
    words = ("user", "inspector", "inspector-01", *NAMED, "--requested-by", "sponsor-01", "--ends", ends)

    first = cli("--json", *words, *cli.by("admin-01"))
    before = [one.role for one in person(cli, "inspector-01").grants]
    again = cli("--json", *words, *cli.by("admin-01"))
    activate(cli, "inspector-01", secret_in(again))
    log_in(cli, "inspector-01")
    after_activation = cli("--json", *words, *cli.by("admin-01"))

    assert [done.exit_code for done in (first, again, after_activation)] == [0, 0, 0], first.output
    assert [one.role for one in person(cli, "inspector-01").grants] == before == ["inspector"]
    assert secret_in(first) != secret_in(again)
    assert "one_time_secret" not in after_activation.stdout, "whoever has credentials needs no invitation"
    assert cli("show", "trial", *cli.by("inspector-01")).exit_code == 0
    screening = line("open_screening_record", {"site": "01"})
    assert cli("apply", "-", *cli.by("inspector-01"), given=screening).exit_code == 4


@pytest.mark.parametrize(("ends", "code"), [("2020-01-01", 4), ("tomorrow", 3), ("0001-01-01", 3)])
def test_a_visit_that_has_no_good_end_is_refused(cli: Cli, ends: str, code: int) -> None:
    words = ("user", "inspector", "inspector-01", *NAMED, "--requested-by", "sponsor-01", "--ends", ends)

    assert cli(*words, *cli.by("admin-01")).exit_code == code


def test_a_service_gets_an_account_a_duty_and_a_key_in_one_go(staffed: Cli) -> None:
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    public = JWK.format(x=_base64(numbers.x), y=_base64(numbers.y))
    key = staffed.folder / "service.jwk"
    key.write_text(f"{public}\n")
    stands_for = ("--duty", "originator", "--software", "An EDC", "--version", "7.1")
    words = ("user", "service", "edc-01", *NAMED, *stands_for, "--key", str(key))

    done = staffed("--json", *words, *staffed.by("admin-01"))

    assert done.exit_code == 0, done.output
    (held,) = person(staffed, "edc-01").keys
    assert held.key == sha256(public.encode()).hexdigest()
    assert json.loads(done.stdout.splitlines()[-1])["thumbprint"] == held.key
    shown = staffed.json("user", "show", "edc-01", *staffed.by("admin-01"))
    assert [one["key"] for one in shown if one["row"] == "key"] == [held.key]


def _base64(number: int) -> str:
    return urlsafe_b64encode(number.to_bytes(32)).decode().rstrip("=")


def test_a_key_that_is_no_text_is_refused_before_anything_is_sent(staffed: Cli) -> None:
    key = staffed.folder / "service.jwk"
    key.write_bytes(b"\xff\xfe")
    stands_for = ("--duty", "originator", "--software", "An EDC", "--version", "7.1")
    before = staffed.heads()

    done = staffed("user", "service", "edc-01", *NAMED, *stands_for, "--key", str(key), *staffed.by("admin-01"))

    assert done.exit_code == 3
    assert staffed.heads() == before


def test_everybody_is_listed_and_one_is_shown_without_a_secret(staffed: Cli) -> None:
    listed = {one["person"]: one for one in staffed.json("user", "list", *staffed.by("admin-01"))}
    shown = staffed("user", "show", "coordinator-01", *staffed.by("admin-01"))

    assert listed["coordinator-01"]["roles"] == [f"site_coordinator in {TRIAL} at 01"]
    assert listed["coordinator-01"]["verified_by"] == "admin-02"
    assert shown.exit_code == 0
    assert "totp" in shown.stdout
    assert staffed.people.apps()["coordinator-01"] not in shown.stdout


@pytest.mark.parametrize("words", [("user", "list"), ("user", "show", "admin-01"), ("role", "list")])
def test_who_may_not_read_about_people_is_refused(staffed: Cli, words: tuple[str, ...]) -> None:
    assert staffed(*words, *staffed.by("coordinator-01")).exit_code == 4


def test_an_account_that_is_not_there_is_not_found(staffed: Cli) -> None:
    assert staffed("user", "show", "nobody", *staffed.by("admin-01")).exit_code == 6


def test_a_policy_is_issued_by_its_document_and_acknowledged_under_signature(staffed: Cli) -> None:
    document = staffed.folder / "policy.pdf"
    document.write_bytes(b"Whoever signs answers for it.")
    issuing = ("policy", "issue", "2", "--document", str(document), "--reference", "master file 4.2")
    other = staffed.folder / "other.pdf"
    other.write_bytes(b"Something else.")
    acknowledging = ("user", "acknowledge", *staffed.by("auditor-01"), "--secrets-from", "-")

    issued = staffed(*issuing, *staffed.by("sponsor-01"))
    waiting = staffed.json("whoami", *staffed.by("auditor-01"))[0]["policy"]
    mistaken = staffed(*acknowledging, "--document", str(other))
    lines = staffed.people.lines("auditor-01")
    done = staffed(*acknowledging, "--document", str(document), given=lines)

    assert [one.exit_code for one in (issued, mistaken, done)] == [0, 3, 0], done.output
    assert "other_document" in mistaken.stderr
    assert waiting.startswith("version 2, to be acknowledged")
    assert "master file 4.2" in done.stdout
    assert "my electronic signature binds me" in done.stdout
    assert person(staffed, "auditor-01").policies == ("1", "2")


def test_trainings_and_letters_are_registered(staffed: Cli) -> None:
    expires = (system_clock() + timedelta(days=300)).date().isoformat()
    course = ("data-01", "--training", "t2", "--reference", "file 2", "--completed", "2025-02", "--expires", expires)
    letter = ("--organisation", "Any", "--reference", "letter 1", "--sent", "2025-01-10")

    trained = staffed("train", *course, "--trial", TRIAL, "--protocol-version", "1.0", *staffed.by("admin-01"))
    certified = staffed("certification", "register", *letter, *staffed.by("sponsor-01"))

    assert (trained.exit_code, certified.exit_code) == (0, 0), trained.output + certified.output
    assert [one.training for one in person(staffed, "data-01").trainings] == ["t1", "t2"]


def test_tasks_are_delegated_at_a_site_and_the_delegation_ended(cli: Cli) -> None:
    wish = ("--role", "site_coordinator", "--task", "consent", "--task", "visits", "--starts", "2025-01-05")
    given = cli("delegate", "to", "coordinator-01", "--site", "01", *wish, *cli.by("investigator-01"))
    (site,) = (one["view"] for one in cli.json("show", "site", "01", *cli.by("auditor-01")) if one["row"] == "site")
    (delegation,) = site["delegations"]

    named = (str(delegation["delegation"]), "--site", "01", "--ended", "2025-03-01")
    ended = cli("delegate", "end", *named, *cli.by("investigator-01"))

    assert (given.exit_code, ended.exit_code) == (0, 0), given.output + ended.output
    assert delegation["tasks"] == ["consent", "visits"]


HOSTILE: dict[str, Callable[[], tuple[str, ...]]] = {
    "a control character in a name": lambda: ("new-01", "--name", "Ada\u0007", "--organisation", "Any"),
    "half of a surrogate pair in a name": lambda: ("new-01", "--name", "Ada\ud800", "--organisation", "Any"),
    "an id that breaks out of a stream": lambda: ("../x", "--name", "Ada", "--organisation", "Any"),
    "a name that turns the line": lambda: ("new-01", "--name", "Ada\u202e", "--organisation", "\x1b[31m"),
}


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
def test_names_that_no_line_can_hold_leave_nothing_behind(staffed: Cli, words: Callable[[], Any]) -> None:
    before = staffed.heads()

    done = staffed("user", "register", *words(), *staffed.by("admin-01"))

    assert done.exit_code == 3, done.output
    assert staffed.heads() == before
