"""Role x action x trial x site, default deny."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from compliance import gate
from compliance.gate import TABLE, Identity, decide, decide_reading
from domain.commands import COMMANDS
from domain.errors import Refusal
from domain.people.person import Grant, Person
from domain.people.roles import UNBLINDED_ROLES, Role

NOW = datetime(2027, 3, 1, tzinfo=UTC)
IDENTITY = Identity("u1", "asserted", None, "tests")


def grant(role: Role, *, trial: str | None = "T1", sites: tuple[str, ...] | None = None, **more: Any) -> Grant:
    given: dict[str, Any] = {"starts": NOW - timedelta(days=1), "ends": None, **more}
    return Grant(grant=f"g-{role}", role=role, trial=trial, sites=sites, **given)


def person(*grants: Grant, active: bool = True) -> Person:
    return Person(
        version=1, person="u1", printed_name="U One", organisation="O", is_service=False, active=active, grants=grants
    )


def ask(
    who: Person, action: str, *, trial: str | None = "T1", site: str | None = None, environment: Any = "demonstration"
) -> Any:
    return decide(IDENTITY, who, action, trial=trial, site=site, now=NOW, environment=environment, system_position=7)


def rule_of(who: Person, action: str, **more: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        ask(who, action, **more)
    return refusal.value.rule


def test_every_command_has_a_row_and_every_row_is_a_command_or_a_read() -> None:
    assert set(COMMANDS) <= set(TABLE)
    assert {action.partition("_")[0] for action in set(TABLE) - set(COMMANDS)} == {"read", "report"}


@pytest.mark.requirement("P11-12")
def test_over_the_whole_table_a_role_may_exactly_what_its_rows_say() -> None:
    roles: tuple[Role, ...] = get_args(Role)
    for action, allowed in TABLE.items():
        for role in roles:
            who = person(grant(role))
            if role in allowed:
                assert ask(who, action).authority.rule == f"{action}/{role}"
            else:
                assert rule_of(who, action) == "default-deny", (action, role)


def test_an_action_without_a_row_is_denied() -> None:
    assert rule_of(person(grant("administrator", trial=None)), "stop_recording") == "default-deny"


def test_a_grant_for_another_trial_or_site_counts_for_nothing() -> None:
    assert rule_of(person(grant("investigator", trial="T2", sites=("01",))), "enrol", site="01") == "default-deny"
    assert rule_of(person(grant("investigator", sites=("02",))), "enrol", site="01") == "default-deny"
    assert ask(person(grant("investigator", sites=("01",))), "enrol", site="01").actor.role == "investigator"


def test_a_grant_counts_from_its_start_until_its_end() -> None:
    assert rule_of(person(grant("sponsor_lead", starts=NOW + timedelta(seconds=1))), "close_trial") == "default-deny"
    assert rule_of(person(grant("sponsor_lead", ends=NOW)), "close_trial") == "default-deny"
    assert ask(person(grant("sponsor_lead", starts=NOW)), "close_trial").authority.grant == "g-sponsor_lead"


def test_an_ended_account_and_an_unknown_one_are_refused() -> None:
    assert rule_of(person(grant("sponsor_lead"), active=False), "close_trial") == "account-must-be-open"
    assert rule_of(Person.start(), "close_trial") == "account-must-be-open"


def test_an_asserted_identity_counts_in_demonstrations_alone() -> None:
    who = person(grant("sponsor_lead"))

    assert rule_of(who, "close_trial", environment="production") == "asserted-only-in-demonstrations"


def test_a_site_investigator_may_speak_for_the_trial_where_the_table_says_so() -> None:
    who = person(grant("investigator", sites=("01",)))

    assert ask(who, "approve_interpretation").actor.role == "investigator"
    assert rule_of(who, "read_trial") == "default-deny"


def test_blinded_staff_of_the_sponsor_never_act_as_investigator_or_desk() -> None:
    for role in ("sponsor_lead", "medical_monitor", "statistician", "data_manager", "monitor"):
        assert role not in TABLE["break_blind"]


def test_a_service_account_never_judges_approves_decides_or_receives_a_disclosure() -> None:
    allowed = {action for action, roles in TABLE.items() if "service" in roles}

    assert not {
        a for a in allowed if a.startswith(("judge", "decide", "approve", "assess", "request", "disclose", "sign"))
    }
    assert "read_disclosure" not in allowed


def test_unblinded_roles_read_no_blinded_report_rows_and_do_no_site_work() -> None:
    for role in UNBLINDED_ROLES:
        assert role not in TABLE["enrol"]
        assert role not in TABLE["report_audit_trail"]


def read(who: Person, action: str = "read_ledger") -> Any:
    return decide_reading(IDENTITY, who, action, trial="T1", now=NOW, environment="demonstration", system_position=7)


def test_a_trial_wide_reader_reads_all_and_a_site_reader_its_own_sites() -> None:
    assert read(person(grant("auditor"))).sites is None
    assert read(person(grant("investigator", sites=("01",)), grant("site_coordinator", sites=("02",)))).sites == {
        "01",
        "02",
    }
    assert read(person(grant("investigator", sites=("01",)), grant("monitor"))).sites is None


def test_a_reader_without_a_role_is_denied() -> None:
    for who in (
        person(),
        person(grant("auditor", trial="T2")),
        person(grant("investigator", sites=("01",)), active=False),
    ):
        with pytest.raises(Refusal):
            read(who)


def test_what_stands_where_an_authority_would_names_no_grant() -> None:
    assert gate.refused("some-rule", 3).grant == "none"
    assert gate.first_administrator().rule == "first-administrator"
