"""Role x action x trial x site x class, default deny: what each rule of the gate lets through and what it stops."""

from collections.abc import Callable
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from compliance import gate
from compliance.gate import holdings
from compliance.gate_table import ANY_TRIAL, EMERGENCY, EMERGENCY_ROLES, OWN, TABLE, TRIAL_VOICE, clears
from domain.commands import COMMANDS
from domain.errors import Refusal
from domain.people.person import Person
from domain.people.roles import READ_ONLY, UNBLINDED_ROLES, WITHOUT_TRIAL_DATA, Role
from domain.record import Strength
from domain.session.session import Session
from tests.compliance.gate_people import (
    EXPIRED,
    KEY,
    NOW,
    SECOND,
    ask,
    ask_own,
    ask_to_read,
    grant,
    identity,
    person,
    session,
)

ROLES: tuple[Role, ...] = get_args(Role)


def rule_of(asked: Callable[..., Any], *args: Any, **more: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        asked(*args, **more)
    assert refusal.value.next_step.endswith(".")
    return refusal.value.rule


def account(role: Role, **more: Any) -> Person:
    """Who holds that one role in that trial: a service by its key, everybody else a person."""
    service = role == "service"
    held = grant(role, **({"trial": None} if role in WITHOUT_TRIAL_DATA else {}), **more)
    return person(held, is_service=service, duty="originator" if service else None)


def holders(action: str) -> frozenset[Role]:
    return frozenset(TABLE[action].roles)


def test_every_command_has_a_row_and_every_row_is_a_command_or_a_read() -> None:
    assert set(COMMANDS) <= set(TABLE) | OWN
    assert {action.partition("_")[0] for action in set(TABLE) - set(COMMANDS)} <= {"read", "report", *COMING}
    assert set(COMMANDS) & OWN == OWN


COMING = frozenset[str]()


def test_every_set_of_special_actions_names_rows_of_the_table() -> None:
    assert set(TABLE) >= TRIAL_VOICE | ANY_TRIAL | EMERGENCY
    assert not set(TABLE) & OWN
    assert {TABLE[action].touches for action in ANY_TRIAL} == {"SYSTEM"}


@pytest.mark.requirement("P11-12")
def test_over_the_whole_table_a_role_may_exactly_what_its_rows_say() -> None:
    for action, row in TABLE.items():
        for role in ROLES:
            where: dict[str, Any] = {"clearance": "unblinded"} if row.touches == "VAULT" else {}
            where |= {"clearance": "safety"} if row.touches == "SAFETY" else {}
            where |= {"trial": None} if row.touches == "SYSTEM" and role not in WITHOUT_TRIAL_DATA else {}
            if role in row.roles:
                assert ask(account(role, **where), action).authority.rule == f"{action}/{role}"
            else:
                assert rule_of(ask, account(role, **where), action) == "default-deny", (action, role)


def test_an_action_without_a_row_is_denied() -> None:
    assert rule_of(ask, account("administrator"), "stop_recording") == "default-deny"
    assert rule_of(ask_to_read, person(grant("investigator", sites=("01",))), "stop_recording") == "default-deny"


def test_a_grant_for_another_trial_or_site_counts_for_nothing() -> None:
    assert rule_of(ask, person(grant("investigator", trial="T2", sites=("01",))), "enrol", site="01") == "default-deny"
    assert rule_of(ask, person(grant("investigator", sites=("02",))), "enrol", site="01") == "default-deny"
    assert ask(person(grant("investigator", sites=("01",))), "enrol", site="01").actor.role == "investigator"


def test_what_is_about_a_trial_is_allowed_in_no_trial_but_one_that_is_named() -> None:
    assert rule_of(ask, person(grant("sponsor_lead", trial=None)), "close_trial", trial=None) == "default-deny"
    assert ask(person(grant("sponsor_lead", trial=None)), "close_trial", trial="T1").actor.role == "sponsor_lead"


@pytest.mark.requirement("EMA-14")
def test_what_is_about_no_trial_takes_a_role_for_all_trials_but_where_a_trials_own_people_may() -> None:
    for action in ("grant_role", "deactivate_person", "review_grant", "issue_policy", "read_system_ledger"):
        role = TABLE[action].roles[-1]
        assert rule_of(ask, person(grant(role, trial="T1")), action, trial=None) == "default-deny"
        assert ask(person(grant(role, trial=None)), action, trial=None).actor.role == role
    assert ask(person(grant("investigator", sites=("01",))), "record_training", trial=None).actor.role == "investigator"
    assert rule_of(ask, person(grant("sponsor_lead")), "review_grant", trial="T2") == "default-deny"


@pytest.mark.requirement("E6-29")
def test_a_grant_counts_from_its_start_until_the_second_of_its_end() -> None:
    assert rule_of(ask, person(grant("sponsor_lead", starts=NOW + SECOND)), "close_trial") == "default-deny"
    assert rule_of(ask, person(grant("sponsor_lead", ends=NOW)), "close_trial") == "default-deny"
    assert rule_of(ask, person(grant("sponsor_lead", ends=NOW - SECOND)), "close_trial") == "default-deny"
    assert ask(person(grant("sponsor_lead", ends=NOW + SECOND)), "close_trial").actor.role == "sponsor_lead"
    assert ask(person(grant("sponsor_lead", starts=NOW)), "close_trial").authority.grant == "g-sponsor_lead"


def test_an_ended_account_and_an_unknown_one_are_refused() -> None:
    assert rule_of(ask, person(grant("sponsor_lead"), active=False), "close_trial") == "account-must-be-open"
    assert rule_of(ask, Person.start(), "close_trial") == "account-must-be-open"


@pytest.mark.requirement("P11-07")
@pytest.mark.parametrize(
    ("by", "through"),
    [
        (identity(), session(of="u2")),
        (identity(), session(ended=True)),
        (identity(), session(ends=NOW)),
        (identity("passkey"), session("password_totp")),
        (identity("asserted"), session("asserted")),
        (identity(session="s2"), session()),
        (identity()._replace(person="u2"), session(of="u2")),
        (identity("machine"), session("machine")),
    ],
    ids=["another's", "ended", "over", "weaker", "asserted", "forged", "another person", "by a key"],
)
def test_nothing_is_allowed_without_a_persons_own_open_session(by: Any, through: Any) -> None:
    who = person(grant("sponsor_lead"))

    assert rule_of(ask, who, "close_trial", by=by, through=through) == "acts-need-an-open-session"
    assert ask(who, "close_trial").actor.role == "sponsor_lead"


@pytest.mark.requirement("P11-07")
def test_there_is_no_session_that_was_never_started() -> None:
    none = Session.start()

    assert rule_of(ask, person(grant("sponsor_lead")), "close_trial", through=none) == "acts-need-an-open-session"


def test_a_site_investigator_may_speak_for_the_trial_where_the_table_says_so() -> None:
    who = person(grant("investigator", sites=("01",)))

    assert ask(who, "approve_interpretation").actor.role == "investigator"
    assert rule_of(ask, who, "read_trial") == "default-deny"
    assert rule_of(ask, who, "sign_record", site="02") == "default-deny"


# training


@pytest.mark.requirement("P11-14")
def test_a_role_whose_training_has_run_out_sleeps_until_it_is_repeated() -> None:
    who = person(grant("site_coordinator", sites=("01",)), trainings=(EXPIRED,))

    assert rule_of(ask, who, "enrol", site="01") == "roles-need-current-training"
    assert rule_of(ask, person(grant("site_coordinator", sites=("01",)), trainings=()), "enrol", site="01") == (
        "roles-need-current-training"
    )
    assert ask(person(grant("site_coordinator", sites=("01",))), "enrol", site="01").actor.role == "site_coordinator"
    assert (
        ask(person(grant("administrator", trial=None, training=None), trainings=()), "grant_role").actor.person == "u1"
    )


def test_of_two_roles_the_one_on_current_training_acts() -> None:
    lapsed = grant("investigator", sites=("01",), training="t0")
    who = person(lapsed, grant("site_coordinator", sites=("01",)))

    assert ask(who, "enrol", site="01").actor.role == "site_coordinator"
    assert [held.trained for held in holdings(who, "enrol", trial="T1", site="01", now=NOW)] == [True, False]


# emergencies


@pytest.mark.requirement("E6-06")
@pytest.mark.parametrize("role", sorted(EMERGENCY_ROLES))
def test_overdue_training_never_refuses_who_may_break_the_code(role: Role) -> None:
    sites = None if role == "code_break_desk" else ("01",)
    who = person(grant(role, sites=sites), trainings=(EXPIRED,))

    for action in EMERGENCY & {action for action in TABLE if role in TABLE[action].roles}:
        assert ask(who, action, site="01").authority.rule == f"{action}/{role}"
    assert rule_of(ask, who, "report_accidental_unblinding", site="01") == "roles-need-current-training"


def test_overdue_training_refuses_a_look_to_those_who_may_not_break_the_code() -> None:
    who = person(grant("medical_monitor"), trainings=(EXPIRED,))

    assert rule_of(ask_to_read, who, "read_disclosure") == "roles-need-current-training"


@pytest.mark.parametrize("action", sorted({*TABLE, *OWN}))
def test_an_emergency_session_opens_the_code_break_and_nothing_else(action: str) -> None:
    who = person(grant("investigator", trial=None, sites=("01",)))
    through: dict[str, Any] = {"by": identity("emergency"), "through": session("emergency")}

    if action in EMERGENCY:
        assert ask(who, action, site="01", **through).actor.role == "investigator"
    else:
        assert rule_of(ask, who, action, site="01", **through) == "emergency-credential-breaks-the-code-only"


def test_an_emergency_session_serves_only_those_who_may_break_the_code() -> None:
    who = person(grant("medical_monitor"), grant("safety_physician", sites=("02",)))

    assert rule_of(ask_to_read, who, "read_disclosure", strength="emergency") == "default-deny"
    assert ask_to_read(who, "read_disclosure").sites is None


def test_blinded_staff_of_the_sponsor_never_act_as_investigator_or_desk() -> None:
    assert holders("break_blind") == {"investigator", "sub_investigator", "code_break_desk"}


# service accounts, administrators, readers


def test_a_service_account_transmits_facts_and_does_nothing_else() -> None:
    allowed = {action for action in TABLE if "service" in holders(action)}

    assert {action.partition("_")[0] for action in allowed} <= {
        "open", "record", "withdraw", "end", "change", "report", "follow", "propose"
    }  # fmt: skip
    assert not allowed & {"withdraw_signature", "withdraw_unblinding", "open_screening", "record_deviation"}
    assert "read_disclosure" not in allowed


@pytest.mark.requirement("P11-13")
def test_a_service_account_acts_as_nothing_but_the_originator_that_it_was_described_as() -> None:
    held = grant("service", training=None)

    assert ask(person(held, is_service=True, duty="originator"), "record_fact").actor.role == "service"
    assert rule_of(ask, person(held, is_service=True, duty="subscriber"), "record_fact") == "default-deny"
    assert rule_of(ask, person(held, is_service=True), "record_fact") == "default-deny"
    assert rule_of(ask, person(held), "record_fact") == "default-deny"
    assert rule_of(ask, person(grant("investigator"), is_service=True, duty="originator"), "enrol") == "default-deny"


def test_a_service_account_comes_by_its_key_and_signs_no_policy() -> None:
    service = person(grant("service", training=None), is_service=True, duty="originator")
    revoked = replace(service, keys=(replace(KEY, revoked=True),))

    assert rule_of(ask, revoked, "record_fact") == "a-revoked-key-opens-nothing"
    by_password: dict[str, Any] = {"by": identity(), "through": session()}
    assert rule_of(ask, service, "record_fact", **by_password) == "acts-need-an-open-session"
    assert rule_of(ask_own, service, "acknowledge_policy", strength="machine") == "own-account-only"


@pytest.mark.requirement("MHRA-04", "EMA-14")
@pytest.mark.parametrize("role", sorted(WITHOUT_TRIAL_DATA))
def test_who_keeps_the_system_touches_no_trial_data(role: Role) -> None:
    touched = {TABLE[action].touches for action in TABLE if role in holders(action)}

    assert touched <= {"SYSTEM"}
    assert {grant(role).clearance} == {"none"}
    for touches in ("TRIAL", "SAFETY", "ACCESS", "VAULT"):
        assert not clears(grant(role, sites=("01",)), touches)


@pytest.mark.requirement("P11-02")
@pytest.mark.parametrize("role", sorted(READ_ONLY))
def test_inspectors_and_auditors_only_read_but_may_say_that_they_learned_an_arm(role: Role) -> None:
    allowed = {action for action in TABLE if role in holders(action)}

    assert {action.partition("_")[0] for action in allowed - {"report_accidental_unblinding"}} == {"read", "report"}
    assert allowed & set(COMMANDS) == {"report_accidental_unblinding"}


def test_unblinded_roles_read_no_blinded_report_rows_and_do_no_site_work() -> None:
    for role in UNBLINDED_ROLES:
        assert role not in holders("enrol")
        assert role not in holders("report_audit_trail")


def test_what_may_tell_an_arm_takes_an_unblinded_clearance_beside_the_role() -> None:
    assert rule_of(ask, person(grant("inspector")), "read_vault_ledger") == "default-deny"
    assert ask(person(grant("inspector", clearance="unblinded")), "read_vault_ledger").actor.role == "inspector"


def test_unreviewed_safety_texts_take_a_safety_clearance_or_the_own_site() -> None:
    assert ask(person(grant("safety_physician")), "read_safety_text").actor.role == "safety_physician"
    assert rule_of(ask, person(grant("safety_physician", clearance="blinded")), "read_safety_text") == "default-deny"
    assert rule_of(ask, person(grant("investigator")), "read_safety_text", site="01") == "default-deny"
    assert ask(person(grant("investigator", sites=("01",))), "read_safety_text", site="01").actor.person == "u1"


# one's own account


def test_everybody_may_do_about_oneself_what_is_for_the_owner_alone_and_nobody_about_another() -> None:
    allowed = ask_own(person(), "acknowledge_policy")

    assert (allowed.actor.role, allowed.authority.grant, allowed.authority.rule) == (
        "own",
        "own",
        "acknowledge_policy/own",
    )
    assert rule_of(ask_own, person(), "acknowledge_policy", about="u2") == "own-account-only"
    assert rule_of(ask_own, person(grant("administrator")), "grant_role") == "own-account-only"
    assert rule_of(ask_own, person(active=False), "acknowledge_policy") == "account-must-be-open"
    emergency: Strength = "emergency"
    assert rule_of(ask_own, person(), "acknowledge_policy", strength=emergency) == (
        "emergency-credential-breaks-the-code-only"
    )


# reading


def test_a_trial_wide_reader_reads_all_and_a_site_reader_its_own_sites() -> None:
    both = person(grant("investigator", sites=("01",)), grant("site_coordinator", sites=("02",)))

    assert ask_to_read(person(grant("auditor"))).sites is None
    assert ask_to_read(both).sites == frozenset({"01", "02"})
    assert ask_to_read(person(grant("investigator", sites=("01",)), grant("monitor"))).sites is None


@pytest.mark.requirement("P11-07")
def test_a_role_that_does_not_count_adds_no_site_to_what_is_read() -> None:
    lapsed = grant("site_coordinator", sites=("02",), training="t0")
    ended = grant("sub_investigator", sites=("03",), ends=NOW)
    elsewhere = grant("sub_investigator", sites=("04",), trial="T2")
    who = person(grant("investigator", sites=("01",)), lapsed, ended, elsewhere)

    assert ask_to_read(who).sites == frozenset({"01"})
    assert ask_to_read(
        person(grant("auditor", training="t0"), grant("investigator", sites=("01",)))
    ).sites == frozenset({"01"})


def test_what_cannot_be_read_in_part_is_read_by_trial_wide_roles_alone() -> None:
    assert rule_of(ask_to_read, person(grant("investigator", sites=("01",))), whole=True) == "default-deny"
    assert ask_to_read(person(grant("monitor")), whole=True).sites is None


def test_a_reader_without_a_role_is_denied() -> None:
    here = grant("investigator", sites=("01",))

    assert rule_of(ask_to_read, person()) == "default-deny"
    assert rule_of(ask_to_read, person(grant("auditor", trial="T2"))) == "default-deny"
    assert rule_of(ask_to_read, person(here, active=False)) == "account-must-be-open"
    assert rule_of(ask_to_read, person(here, trainings=())) == "roles-need-current-training"


# what is stored


def test_what_stands_where_an_authority_would_names_no_grant() -> None:
    for made in (gate.refused("some-rule", 3), gate.of_the_product("some-rule", 3)):
        assert (made.grant, made.rule, made.system_position) == ("none", "some-rule", 3)


def test_a_refusal_names_no_session_that_was_never_the_persons() -> None:
    assert gate.as_refused(identity(), session()).session == "s1"
    assert gate.as_refused(identity(), session(ended=True)).session == "s1"
    assert gate.as_refused(identity(), session(of="u2")).session == "none"
    assert gate.as_refused(identity(), Session.start()).session == "none"
