"""Each conflict of access, seeded into ledgers that have it: it is found; a clean pair of ledgers has none."""

from typing import Any

import pytest

from compliance.reports.access_conflicts import CONFLICTS, Conflict, conflicts
from compliance.reports.access_known import access_known
from domain import streams
from domain.access.facts import CommandRefused
from domain.credentials.facts import RecoveryApproved
from domain.people.roles import Role
from domain.site.facts import DelegationEnded
from domain.times import Occurred
from domain.unblinding.facts import UnblindingApproved
from domain.values import PartialDate
from tests.projections import facts as told
from tests.projections.entries import TRIAL, Book, at
from tests.reports.materials import material
from tests.reports.people_story import (
    by,
    delegated,
    ended,
    granted,
    hired,
    opened_trial,
    registered,
    staffed,
    verified,
)

COMMITTED = told.committed()


def found(trial: Book, system: Book) -> tuple[Conflict, ...]:
    return conflicts(access_known(material(trial.entries, system.entries)))


def kinds(trial: Book, system: Book) -> list[tuple[str, str, str | None]]:
    return [(one.kind, one.person, one.site) for one in found(trial, system)]


def screened(book: Book, number: str = "001", site: str = "01") -> None:
    book.write(told.person(number), told.screened(number, site), **by("coo", "site_coordinator"))


def test_clean_ledgers_have_no_conflict() -> None:
    trial, system = opened_trial(), staffed()
    screened(trial)
    trial.write(told.person("001"), told.consent(), at("2027-03-01"), **by("inv", "investigator"))

    assert kinds(trial, system) == []


@pytest.mark.requirement("E6-05", "EMA-14")
@pytest.mark.parametrize("then", ["together", "one after the other"])
def test_a_person_with_a_blinded_role_and_an_unblinded_one_is_a_conflict_also_over_time(then: str) -> None:
    system = staffed()
    hired(system, "two", "monitor")
    if then == "one after the other":
        ended(system, "two", "monitor")
    last = granted(system, "two", "unblinded_monitor")

    (conflict,) = found(opened_trial(), system)

    assert (conflict.kind, conflict.person, conflict.entry) == ("vault access", "two", last)
    assert conflict.words == "holds or held monitor and unblinded monitor"


def test_an_inspector_may_come_blinded_and_later_unblinded_but_with_no_other_role() -> None:
    system = staffed()
    registered(system, "fda")
    granted(system, "fda", "inspector")
    granted(system, "fda", "inspector", clearance="unblinded", grant="g-2")

    assert kinds(opened_trial(), system) == []


def test_a_blinded_person_who_acted_on_what_tells_an_allocation_is_a_conflict() -> None:
    trial, system = opened_trial(), staffed()
    hired(system, "maker", "randomisation_statistician")
    sealing = "seal_lists/randomisation_statistician"
    trial.write(streams.randomisation(TRIAL), COMMITTED, **by("maker", "randomisation_statistician", sealing))
    used = trial.write(streams.randomisation(TRIAL), COMMITTED, **by("lead", rule=sealing))

    (conflict,) = found(trial, system)

    assert (conflict.kind, conflict.person, conflict.entry) == ("vault access", "lead", used)


@pytest.mark.requirement("EMA-14")
@pytest.mark.parametrize("given", [{"requested_by": "admin"}, {"approved_by": "mon"}])
def test_whoever_approved_a_role_asked_for_by_or_given_to_themselves_is_a_conflict(given: dict[str, Any]) -> None:
    system = staffed()
    hired(system, "mon", "monitor", **given)

    (conflict,) = found(opened_trial(), system)

    assert (conflict.kind, conflict.person) == ("own request", given.get("approved_by", "admin"))


def test_only_the_product_itself_may_name_the_product_as_requester_and_approver() -> None:
    system = staffed()
    granted(system, "other", "administrator", grant="g2", approved_by="trialproof", requested_by="trialproof")

    assert kinds(opened_trial(), system) == [("own request", "trialproof", None)]


def test_a_recovery_by_one_person_alone_is_a_conflict() -> None:
    system = staffed()
    for approver, asker in (("other", "admin"), ("admin", "admin"), ("coo", "admin")):
        fact = RecoveryApproved(person="coo", requested_by=asker)
        system.write(streams.credentials("coo"), fact, **by(approver, "administrator"))

    assert kinds(opened_trial(), system) == [("own request", "admin", None), ("own request", "coo", None)]


def test_who_approves_an_unblinding_of_their_own_is_a_conflict() -> None:
    trial = opened_trial()
    for request in ("U1", "U2"):
        trial.write(told.request(request), told.asked(request=request), **by("inv", "investigator"))
    trial.write(told.request("U1"), UnblindingApproved(), **by("lead"))
    trial.write(told.request("U2"), UnblindingApproved(), **by("inv", "investigator"))

    (conflict,) = found(trial, staffed())

    assert (conflict.kind, conflict.person) == ("own request", "inv")
    assert conflict.words == "approved the unblinding U2 of one's own"


@pytest.mark.requirement("MHRA-04", "EMA-14")
def test_an_administrator_with_another_role_at_the_same_time_is_a_conflict() -> None:
    system = staffed()
    verified(system, "other", "lead")
    granted(system, "other", "site_coordinator", ("01",))

    assert ("administrator", "other", None) in kinds(opened_trial(), system)


def test_an_administrator_whose_role_had_ended_before_the_other_began_is_none() -> None:
    system = staffed()
    ended(system, "other", "administrator")
    granted(system, "other", "site_coordinator", ("01",))
    granted(system, "other", "monitor", trial="OTHER")

    assert kinds(opened_trial(), system) == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("sponsor_lead", "site_coordinator", ["duties"]),
        ("key_custodian", "database_owner", ["duties"]),
        ("monitor", "auditor", []),
    ],
)
def test_duties_that_are_kept_apart_are_a_conflict(one: Role, other: Role, expected: list[str]) -> None:
    system = staffed()
    hired(system, "two", one)
    granted(system, "two", other)

    assert [kind for kind, person, _ in kinds(opened_trial(), system) if person == "two"] == expected


def test_duties_that_meet_in_no_trial_are_none() -> None:
    system = staffed()
    hired(system, "two", "sponsor_lead")
    granted(system, "two", "site_coordinator", ("01",), trial="OTHER")

    assert kinds(opened_trial(), system) == []


@pytest.mark.requirement("E6-29")
def test_a_role_still_open_after_the_last_delegation_at_the_site_ended_is_a_conflict() -> None:
    trial, system = opened_trial(), staffed()
    trial.write(streams.site(TRIAL, "02"), told.registered_site(), **by("lead"))
    delegated(trial, "inv", ends="2027-12-31")
    trial.write(
        streams.site(TRIAL, "01"),
        DelegationEnded(delegation="d-coo", ended=PartialDate("2027-02-01")),
        **by("inv", "investigator"),
    )

    (conflict,) = found(trial, system)

    assert (conflict.kind, conflict.person, conflict.site) == ("delegation over", "coo", "01")
    ended(system, "coo", "site_coordinator")
    assert kinds(trial, system) == []


@pytest.mark.parametrize("zone", ["nowhere", "America/New_York"])
def test_a_site_whose_zone_is_none_is_judged_by_the_day_in_utc(zone: str) -> None:
    trial, system = Book(), staffed()
    trial.write(streams.site(TRIAL, "01"), told.registered_site(zone), **by("lead"))
    delegated(trial, "coo", ends="2027-02-01")

    assert ("delegation over", "coo", "01") in kinds(trial, system)


def test_a_role_for_all_sites_is_held_against_nobody_whose_delegation_is_over() -> None:
    trial, system = Book(), staffed()
    trial.write(streams.site(TRIAL, "01"), told.registered_site(), **by("lead"))
    delegated(trial, "lead", ends="2027-02-01")

    assert kinds(trial, system) == []


@pytest.mark.requirement("E6-29")
def test_an_act_outside_every_delegation_is_a_conflict_and_a_vague_day_is_not() -> None:
    trial, system = opened_trial(), staffed()
    screened(trial)
    for day in ("2026-12-31", "2027-01-01"):
        trial.write(told.person("001"), told.known("well"), at(day), **by("coo", "site_coordinator"))
    vague = Occurred("2026-12[Asia/Shanghai]")
    early = Occurred("2027[Asia/Shanghai]")
    for when in (vague, early):
        trial.write(told.person("001"), told.known("well"), when, **by("coo", "site_coordinator"))

    conflicts_ = found(trial, system)

    assert [(one.kind, one.person, one.site) for one in conflicts_] == [("outside delegation", "coo", "01")] * 2
    assert conflicts_[0].words == "participant fact recorded, outside every delegation"
    assert conflicts_[0].entry.body.occurred_at == at("2026-12-31")
    assert conflicts_[1].entry.body.occurred_at == vague


def test_acts_of_others_of_rules_and_on_other_records_need_no_delegation() -> None:
    trial, system = opened_trial(), staffed()
    screened(trial)
    nobody = by("coo", "site_coordinator") | {"performer": by("x")["performer"]}
    unknown = by("coo", "site_coordinator")
    unknown["performer"] = type(unknown["performer"])(person=None, role=None)
    for who in (nobody, unknown, by("inv", "investigator"), by("coo", "site_coordinator", source_kind="derived")):
        trial.write(told.person("001"), told.known("well"), at("2026-01-01"), **who)
    trial.write(streams.site(TRIAL, "01"), told.registered_site(), at("2026-01-01"), **by("coo", "site_coordinator"))
    trial.write(told.person("009"), told.known("well"), at("2026-01-01"), **by("coo", "site_coordinator"))

    assert kinds(trial, system) == []


def test_a_refusal_names_no_rule_of_the_table_and_is_no_conflict() -> None:
    trial, system = opened_trial(), staffed()
    access = Book()
    refused = CommandRefused(code="not_allowed", command="seal_lists", rule="default-deny")
    access.write(streams.refusal(streams.access_ledger(TRIAL), "1"), refused, **by("coo", rule="default-deny"))

    assert conflicts(access_known(material(trial.entries, system.entries, access.entries))) == ()


def test_every_kind_of_conflict_says_what_it_means() -> None:
    assert set(CONFLICTS) == {
        "vault access",
        "own request",
        "administrator",
        "duties",
        "delegation over",
        "outside delegation",
    }
