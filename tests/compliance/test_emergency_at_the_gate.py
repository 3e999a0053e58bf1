"""The gate in an emergency: pointed to the desk where it refuses, and decided without a session where none can be."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from compliance import gate
from compliance.gate import Identity
from domain.errors import Refusal
from domain.people.person import Grant, Person, Training
from domain.people.roles import Role
from domain.session.session import Session

NOW = datetime(2027, 3, 1, tzinfo=UTC)
WHO = Identity("inv", "emergency", gate.NO_SESSION, "tests")


def person(role: Role = "investigator", *, active: bool = True, trained: bool = True) -> Person:
    grant = Grant(
        grant="g1",
        role=role,
        trial="T1",
        sites=("01",) if role in {"investigator", "sub_investigator"} else None,
        starts=NOW - timedelta(days=9),
        ends=None,
        clearance="blinded",
        approved_by="lead",
        training="t1",
        next_review=None,
    )
    expires = NOW + timedelta(days=1) if trained else NOW - timedelta(days=1)
    training = Training(training="t1", trial="T1", protocol_version=None, expires=expires)
    start = Person.start()
    return msgspec.structs.replace(
        start,
        version=1,
        person="inv",
        printed_name="An investigator",
        active=active,
        grants=(grant,),
        trainings=(training,),
    )


def decided(who: Person, *, site: str = "01", trial: str = "T1") -> gate.Allowed:
    return gate.decide_code_break(who, "break_blind", trial=trial, site=site, now=NOW, system_position=7)


@pytest.mark.parametrize("role", ["investigator", "sub_investigator", "code_break_desk"])
def test_without_a_session_the_grant_decides(role: Role) -> None:
    allowed = decided(person(role))

    assert (allowed.actor.role, allowed.authority.grant) == (role, "g1")
    assert (allowed.authority.rule, allowed.authority.system_position) == (f"break_blind/{role}", 7)


def test_overdue_training_refuses_nobody() -> None:
    assert decided(person(trained=False)).authority.grant == "g1"


@pytest.mark.parametrize(
    ("who", "where"),
    [
        (person(active=False), {}),
        (person(), {"site": "02"}),
        (person(), {"trial": "T2"}),
        (person("medical_monitor"), {}),
        (person("sponsor_lead"), {}),
        (Person.start(), {}),
    ],
)
def test_ended_accounts_other_sites_and_sponsor_staff_are_pointed_to_the_desk(
    who: Person, where: dict[str, str]
) -> None:
    with pytest.raises(Refusal) as refused:
        decided(who, **where)

    assert "code-break desk" in refused.value.next_step


def test_a_session_that_is_over_is_no_reason_to_wait() -> None:
    with pytest.raises(Refusal) as refused:
        gate.decide(
            WHO._replace(session="s1"),
            person(),
            Session.start(),
            "break_blind",
            trial="T1",
            site="01",
            now=NOW,
            system_position=7,
        )

    assert refused.value.code == "session_ended"
    assert "code-break desk" in refused.value.next_step


def test_of_other_actions_the_gate_names_no_desk() -> None:
    with pytest.raises(Refusal) as refused:
        gate.decide(WHO, person(), Session.start(), "record_visit", trial="T1", site="01", now=NOW, system_position=7)

    assert refused.value.next_step == "Log in again."
