"""The access log: users, grants, delegations, log-ins, attempts, credentials, privileged acts, and its first screen."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from compliance.reports.access_log import access_log
from compliance.reports.model import Body
from domain import streams
from domain.access.facts import CommandRefused, RecordRead, ReportRequested
from domain.credentials import facts as credentials
from domain.people import facts as people
from domain.session import facts as session
from domain.site.facts import DelegationEnded
from domain.times import zone
from domain.unblinding.facts import AccidentReported, ArmDisclosed
from domain.values import PartialDate
from tests.projections import facts as told
from tests.projections.entries import START, TRIAL, ZONE, Book, event, sealed
from tests.reports.materials import cells, material, rows, true_on
from tests.reports.people_story import (
    BOTH,
    administrator,
    by,
    delegated,
    ended,
    granted,
    hired,
    logged_in,
    opened_trial,
    registered,
    signed,
    staffed,
    trained,
    verified,
    withdrawn,
)

ACCESS = streams.access_ledger(TRIAL)


def log(trial: Book, system: Book, *others: Book, **changes: Any) -> Body:
    return access_log(material(trial.entries, system.entries, *(other.entries for other in others), **changes))


def of(body: Body, table: str, key: str, value: str) -> dict[str, str | None]:
    (found,) = [one for one in cells(body, table) if one[key] == value]
    return found


def deactivate(book: Book, person: str) -> None:
    book.write(streams.person(person), people.PersonDeactivated(person=person), **administrator("deactivate_person"))


def attention(body: Body) -> list[tuple[str, str]]:
    return [(item.severity, item.sentence) for item in body.attention]


@pytest.mark.requirement("FDA-06", "E6-16")
def test_every_account_stands_with_its_identity_roles_and_who_made_it() -> None:
    system = staffed()
    registered(system, "lab", service=True)
    described = people.ServiceDescribed(duty="originator", person="lab", software="lab system", version="1")
    system.write(streams.person("lab"), described, **administrator("describe_service"))
    acknowledged = people.PolicyAcknowledged(person="coo", version="1")
    system.write(streams.person("coo"), acknowledged, **by("coo", "own"))

    body = log(opened_trial(), system)

    assert [one["user"] for one in cells(body, "users")] == ["admin", "coo", "inv", "lab", "lead", "other"]
    coo = of(body, "users", "user", "coo")
    assert (coo["printed_name"], coo["kind"], coo["status"], coo["roles"]) == (
        "Name of coo",
        "person",
        "open",
        "site coordinator",
    )
    assert coo["verified"] == "in person, passport, by other"
    assert (coo["policy"], coo["training"], coo["created_by"]) == ("1", "t1 (system)", "Name of admin (administrator)")
    assert (coo["entry"] or "").startswith("system ")
    lab = of(body, "users", "user", "lab")
    assert (lab["kind"], lab["duty"], lab["verified"], lab["roles"]) == ("service", "originator", None, "none")


def test_training_is_told_with_what_it_is_for_and_until_when() -> None:
    system = staffed()
    trained(system, "coo", "t2", START + timedelta(days=30), protocol_version="2.0")

    assert (
        of(log(opened_trial(), system), "users", "user", "coo")["training"]
        == "t1 (system) and t2 (2.0, until 2027-03-31)"
    )


def test_an_ended_account_and_one_whose_registration_is_missing_say_so() -> None:
    system = staffed()
    deactivate(system, "coo")
    verified(system, "ghost")

    body = log(opened_trial(), system)

    coo, ghost = of(body, "users", "user", "coo"), of(body, "users", "user", "ghost")
    assert (coo["status"], coo["ended_by"]) == ("ended", "Name of admin (administrator)")
    assert (ghost["status"], ghost["created"], ghost["entry"]) == ("not registered", None, None)


@pytest.mark.requirement("FDA-06", "A11-04")
def test_every_role_stands_with_scope_times_parties_and_how_it_stands() -> None:
    system = staffed()
    hired(system, "mon", "monitor")
    ended(system, "mon", "monitor")
    registered(system, "next")
    granted(system, "next", "statistician", starts=START + timedelta(days=3000))

    body = log(opened_trial(), system)

    coo = of(body, "grants", "user", "coo")
    assert (coo["role"], coo["trial"], coo["sites"], coo["clearance"]) == ("site coordinator", TRIAL, "01", "blinded")
    assert (coo["approved_by"], coo["requested_by"], coo["training"], coo["ends"]) == (
        "admin",
        "asker",
        "t1",
        "without end",
    )
    assert (coo["standing"], coo["reviewed"], coo["reason"]) == ("open", None, None)
    mon = of(body, "grants", "user", "mon")
    assert (mon["standing"], mon["ended_by"]) == ("ended", "Name of admin (administrator)")
    assert of(body, "grants", "user", "next")["standing"] == "not begun"
    assert of(body, "grants", "user", "admin")["trial"] == "all"


@pytest.mark.requirement("E6-29")
def test_orphaned_untrained_and_unreviewed_roles_are_told_apart_and_need_attention() -> None:
    system = staffed()
    hired(system, "gone", "monitor")
    deactivate(system, "gone")
    hired(system, "late", "data_manager", starts=START - timedelta(days=181))
    registered(system, "raw")
    granted(system, "raw", "statistician", training="t9")

    body = log(opened_trial(), system)

    standings = {one["user"]: one["standing"] for one in cells(body, "grants")}
    assert (standings["gone"], standings["late"], standings["raw"]) == ("orphaned", "review overdue", "training over")
    assert ("serious", "1 role still open on an account that has ended.") in attention(body)
    assert ("important", "1 role whose training is not current.") in attention(body)
    assert ("important", "1 role not reviewed in time.") in attention(body)
    assert ("important", "3 open accounts of a person whose identity nobody has verified.") in attention(body)


def test_a_review_moves_the_next_one() -> None:
    system = staffed()
    hired(system, "late", "data_manager", starts=START - timedelta(days=181))
    reviewed = people.GrantReviewed(
        grant="g-late-data_manager", next_review=START + timedelta(days=90), outcome="keep", person="late"
    )
    at = system.write(streams.person("late"), reviewed, **by("lead", rule="review_grant/sponsor_lead"))

    row = of(log(opened_trial(), system), "grants", "user", "late")

    assert row["standing"] == "open"
    assert (row["review_due"] or "").startswith("2027-05-30")
    assert row["reviewed"] == at.frame.recorded_at.astimezone(zone(ZONE)).isoformat(timespec="seconds")


def test_the_reason_of_a_role_stands_with_its_code_and_words() -> None:
    system = staffed()
    why = {"reason_code": "joined", "reason_text": sealed()}
    granted(system, "coo", "monitor", sender=administrator("grant_role") | why, grant="g9")

    body = log(opened_trial(), system)

    assert of(body, "grants", "grant", "g9")["reason"] == "joined: words of a sealed text"


@pytest.mark.requirement("E6-30")
def test_the_delegation_log_shows_tasks_days_and_the_state_of_the_investigators_signature() -> None:
    trial, system = opened_trial(), staffed()
    first = next(e for e in trial.entries if e.frame.stream == streams.site(TRIAL, "01") and e.frame.version == 2)
    signed(trial, first, "inv")
    second = delegated(trial, "inv", ends="2027-12-31")
    taken_back = signed(trial, second, "inv")
    withdrawn(trial, taken_back)
    delegated(trial, "sub")
    trial.write(
        streams.site(TRIAL, "01"),
        DelegationEnded(delegation="d-sub", ended=PartialDate("2027-06-30")),
        **by("inv", "investigator"),
    )

    body = log(trial, system)

    assert [(one["person"], one["starts"], one["ends"], one["signed"]) for one in cells(body, "delegations")] == [
        ("coo", "2027-01-01", "without end", "signed"),
        ("inv", "2027-01-01", "2027-12-31", "needs re-signing"),
        ("sub", "2027-01-01", "2027-06-30", "owed"),
    ]
    coo = of(body, "delegations", "person", "coo")
    assert coo["tasks"] == "consent and adverse events"
    assert (coo["signatures"] or "").startswith("signed by Name of inv on 2027-03-01 02:0")
    assert (of(body, "delegations", "person", "inv")["signatures"] or "").endswith("as responsibility: withdrawn")
    assert of(body, "delegations", "person", "sub")["printed_name"] is None
    assert ("important", "2 delegations not signed, or not any more.") in attention(body)


@pytest.mark.requirement("FDA-07")
def test_sessions_tell_how_they_began_and_ended() -> None:
    system = staffed()
    logged_in(system, "coo", "s-1")
    opened = session.SigningOpened(components=BOTH, person="coo", session="s-1")
    system.write(streams.session("s-1"), opened, **by("coo"))
    over = session.SessionEnded(person="coo", session="s-1", why="credentials_changed")
    system.write(streams.session("s-1"), over, **by("coo"))
    logged_in(system, "coo", "s-2")
    logged_in(system, "coo", "s-3", ends=START)
    stray = session.SessionEnded(person="coo", session="s-9", why="idle")
    system.write(streams.session("s-9"), stray, **by("coo"))

    body = log(opened_trial(), system)

    found = {one["session"]: one for one in cells(body, "sessions")}
    assert {number: one["why"] for number, one in found.items()} == {
        "s-1": "credentials changed",
        "s-2": "open",
        "s-3": "over",
    }
    assert (found["s-1"]["strength"], found["s-1"]["components"], found["s-1"]["device"]) == (
        "password totp",
        "password and totp",
        "a laptop",
    )
    assert (found["s-1"]["signing"] is None, found["s-2"]["signing"] is None) == (False, True)


@pytest.mark.requirement("P11-27", "P11-33", "FDA-07")
def test_failed_attempts_lockouts_and_signals_are_told_one_by_one_ids_of_nobody_together() -> None:
    system = staffed()
    failed = session.AuthenticationFailed(
        count=5,
        persons=(session.FailedFor(count=3, person="coo"),),
        purpose="login",
        since=START,
        source="a host",
    )
    all_known = msgspec.structs.replace(failed, count=3)
    locked = session.AuthenticationLocked(failures=5, person="coo", until=START)
    raised = session.SignalRaised(detail="another device", person="coo", session=None, signal="concurrent_session")
    for number, fact in enumerate((failed, all_known, locked, raised)):
        system.write(streams.authentication(str(number)), fact, **by("trialproof", "none"))

    body = log(opened_trial(), system)

    assert [(one["user"], one["kind"], one["times"], one["what"], one["where"]) for one in cells(body, "attempts")] == [
        ("coo", "failed", "3", "login", "a host"),
        ("nobody known", "failed", "2", "login", "a host"),
        ("coo", "failed", "3", "login", "a host"),
        ("coo", "locked", "5", "after 5 failures", None),
        ("coo", "signal", "1", "a second session at the same time", "another device"),
    ]
    assert ("important", "1 lock-out after failed attempts.") in attention(body)
    assert ("important", "1 signal of unusual use.") in attention(body)
    assert body.figures[3].value == "8"


@pytest.mark.requirement("P11-32")
def test_credentials_are_told_set_revoked_and_recovered() -> None:
    system = staffed()
    stream = streams.credentials("coo")
    given: dict[str, Any] = {"credential": "c1", "kind": "password", "person": "coo"}
    facts = (
        credentials.CredentialSet(expires=START, **given),
        credentials.CredentialRevoked(why="lost", **given),
        credentials.RecoveryRequested(identity_checked="known of old", person="coo"),
        credentials.RecoveryApproved(person="coo", requested_by="admin"),
        credentials.RecoveryNoticed(person="coo", session="s-1"),
    )
    for fact in facts:
        system.write(stream, fact, **by("other", "administrator"))

    told_ = [
        (one["what"], one["kind"], one["expires"] is None) for one in cells(log(opened_trial(), system), "credentials")
    ]

    assert told_ == [
        ("set", "password", False),
        ("revoked: lost", "password", True),
        ("recovery asked for by one administrator", "all", True),
        ("recovery approved by a second administrator", "all", True),
        ("owner was told of the recovery", "all", True),
    ]


@pytest.mark.requirement("MHRA-04", "EMA-07", "E6-18")
def test_privileged_acts_break_glass_and_unblinding_accesses_stand_in_one_order() -> None:
    trial, system, access = opened_trial(), staffed(), Book()
    logged_in(system, "inv", "s-e", strength="emergency")
    trial.write(told.request("U1"), told.invoked(recipient="Doctor X"), **by("inv", "investigator"))
    trial.write(told.request("U1"), ArmDisclosed(recipient="Doctor X", vault_entry=event(1)), **by("inv"))
    accident = AccidentReported(account=sealed(), learned_by=("A", "B"), participant="001", request="U2")
    trial.write(told.request("U2"), accident, **by("coo"))
    silent = msgspec.structs.replace(accident, learned_by=(), request="U3")
    trial.write(told.request("U3"), silent, **by("coo"))
    sealing = "seal_lists/randomisation_statistician"
    trial.write(streams.randomisation(TRIAL), told.error("wrong_stratum"), **by("maker", rule=sealing))
    asked: dict[str, Any] = {"parameters": (), "purpose": "p", "report": "r", "scope": "s", "sources": ()}
    for fact in (
        RecordRead(scope="U1", what="disclosure"),
        RecordRead(scope="entry 4", what="narrative"),
        ReportRequested(blinding="UNBLINDED", **asked),
        ReportRequested(blinding="NEUTRAL", **asked),
        CommandRefused(code="not_allowed", command="x", rule="default-deny"),
    ):
        access.write(
            streams.reading(TRIAL, str(len(access.entries))), fact, **by("lead", rule="read_trial/sponsor_lead")
        )

    body = log(trial, system, access)

    assert {one["kind"] for one in cells(body, "privileged")} == {"people and roles", "break-glass"}
    assert [one["what"] for one in cells(body, "privileged") if one["kind"] == "break-glass"] == [
        "session started",
        "unblinding invoked",
    ]
    assert cells(body, "privileged")[0]["about"] == "admin"
    assert sorted(
        (one["kind"] or "", one["about"] or "", one["recipient"] or "") for one in cells(body, "unblinded")
    ) == [
        ("accident", "U2", "A, B"),
        ("accident", "U3", ""),
        ("disclosure", "U1", "Doctor X"),
        ("emergency", "U1", "Doctor X"),
        ("looked again", "U1", "lead"),
        ("safety text", "entry 4", "lead"),
        ("unblinded report", "s", "lead"),
        ("vault act", "", ""),
    ]
    recorded = [one["recorded"] or "" for one in cells(body, "unblinded")]
    assert recorded == sorted(recorded)
    assert ("serious", "2 uses of break-glass.") in attention(body)
    assert ("to note", "8 accesses to what may tell an allocation.") in attention(body)


def test_the_first_screen_counts_and_says_whether_there_are_conflicts() -> None:
    trial, system = opened_trial(), staffed()

    clean = log(trial, system)
    granted(system, "lead", "site_coordinator", ("01",))
    mixed = log(trial, system)

    assert clean.answer == "5 accounts hold 5 open roles; 0 log-ins, 0 failed; no conflict of access found."
    assert [(one.label, one.value) for one in clean.figures][:2] == [("Open accounts", "5"), ("Open roles", "5")]
    assert "1 conflict of access found" in mixed.answer
    assert mixed.attention[0].sentence == "1 conflict of access."
    assert [row.cells[0] for row in rows(mixed, "conflicts")] == ["duties"]


def test_one_account_with_one_role_reads_as_one() -> None:
    system = Book()
    hired(system, "lead", "sponsor_lead")

    assert log(Book(), system).answer.startswith("1 account holds 1 open role;")


def test_a_reader_who_may_not_know_the_system_ledger_gets_no_position_of_it() -> None:
    trial, system = opened_trial(), staffed()
    own = material(trial.entries, system.entries)
    sources = tuple(source for source in own.sources if source.ledger != "system")

    body = log(trial, system, sites=frozenset({"01"}), sources=sources)

    assert {one["entry"] for one in cells(body, "users")} == {"system ledger"}
    assert {one["entry"] for one in cells(body, "delegations")} == {"trial 3"}
    assert "site 01 only" in body.title


def test_only_the_readers_sites_stand_in_the_delegation_log() -> None:
    trial, system = opened_trial(), staffed()
    trial.write(streams.site(TRIAL, "02"), told.registered_site(), **by("lead"))
    delegated(trial, "coo", site="02")

    assert [one["site"] for one in cells(log(trial, system), "delegations")] == ["01", "02"]
    assert [one["site"] for one in cells(log(trial, system, sites=frozenset({"02"})), "delegations")] == ["02"]


def test_as_true_on_a_day_due_dates_are_judged_on_that_day() -> None:
    trial, system = opened_trial(), staffed()

    body = log(trial, system, **true_on(START + timedelta(days=400)))

    assert {one["standing"] for one in cells(body, "grants")} == {"review overdue"}


def test_empty_ledgers_give_an_empty_log() -> None:
    body = log(Book(), Book())

    assert body.answer == "0 accounts hold 0 open roles; 0 log-ins, 0 failed; no conflict of access found."
    assert body.attention == ()
