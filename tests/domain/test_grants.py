"""Roles: asked for by one, approved by another, for a time, a trial and sites, on training; reviewed by a third."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.people.commands import DeactivatePerson
from domain.people.facts import GrantEnded, GrantGiven, GrantReviewed
from domain.people.grant_commands import EndGrant, ReviewGrant
from domain.people.person import Grant
from domain.people.roles import READ_ONLY, SITE_ROLES, WITHOUT_TRAINING, Role, clearance_of
from domain.session.limits import Limits
from tests.domain.harness import ADMINISTRATOR, SPONSOR, facts_of, one, persona
from tests.domain.people_story import (
    ASKER,
    SECOND_ADMINISTRATOR,
    Office,
    days,
    granting,
    office,
    registering,
    training,
    with_roles,
)

ROLES: tuple[Role, ...] = get_args(Role)
NOW = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
EVERY = Limits().review_every


def refused(world: Office, role: Role, **how: Any) -> str:
    return world.refuses(granting(world, role, **how)).code


@pytest.mark.requirement("E6-29", "P11-12")
def test_a_grant_says_who_asked_who_approved_for_what_from_when_until_when_and_on_which_training() -> None:
    world = office()
    ends = world.now + days(30)

    fact = one(world.when(granting(world, "investigator", sites=("01", "02"), ends=ends)), GrantGiven)

    assert (fact.requested_by, fact.approved_by) == (ASKER, ADMINISTRATOR.person)
    assert (fact.trial, fact.sites, fact.starts, fact.ends) == ("T1", ("01", "02"), world.now, ends)
    assert (fact.clearance, fact.training) == ("blinded", "t1")
    (held,) = world.person().grants
    assert held == Grant(
        grant=fact.grant, role="investigator", trial="T1", sites=("01", "02"), starts=fact.starts, ends=ends,
        clearance="blinded", approved_by=ADMINISTRATOR.person, training="t1", next_review=None,
    )  # fmt: skip


@pytest.mark.requirement("EMA-14")
def test_a_role_is_approved_by_somebody_who_neither_asked_for_it_nor_gets_it() -> None:
    world = office()
    world.when(registering(ADMINISTRATOR.person))

    assert refused(world, "monitor", requested_by=ADMINISTRATOR.person) == "same_person"
    assert refused(world, "administrator", person=ADMINISTRATOR.person, trial=None) == "same_person"
    assert world.when(granting(world, "monitor", requested_by="u1"))


@pytest.mark.requirement("EMA-14")
def test_a_role_is_asked_for_by_a_person_with_an_open_account() -> None:
    world = office()
    world.when(registering("edc", kind="service"))

    assert refused(world, "monitor", requested_by="nobody-01") == "unknown_requester"
    assert refused(world, "monitor", requested_by="edc") == "unknown_requester"
    world.when(DeactivatePerson(person=ASKER))
    assert refused(world, "monitor") == "unknown_requester"


@pytest.mark.requirement("P11-07")
def test_a_role_goes_to_a_known_and_open_account() -> None:
    world = office()

    assert refused(world, "monitor", person="u2") == "unknown_person"
    world.when(DeactivatePerson(person="u1"))
    assert refused(world, "monitor") == "account_ended"


@pytest.mark.requirement("P11-21")
@pytest.mark.parametrize("role", ROLES)
def test_a_service_account_holds_the_role_of_a_service_and_nobody_else_does(role: Role) -> None:
    world = office()
    world.when(registering("edc", kind="service"))
    world.when(training("edc"))

    if role == "service":
        assert refused(world, role) == "wrong_kind_of_account"
        assert world.when(granting(world, role, person="edc"))
    else:
        assert refused(world, role, person="edc") == "wrong_kind_of_account"
        assert world.when(granting(world, role))


@pytest.mark.parametrize(
    "reach",
    [
        {"sites": ()},
        {"sites": ("01", "01")},
        {"sites": ("01",), "trial": None},
    ],
)
def test_sites_are_sites_of_one_trial_each_named_once(reach: dict[str, Any]) -> None:
    assert office().refuses(granting(office(), "monitor", **reach)).rule == "sites-belong-to-a-trial"


@pytest.mark.requirement("P11-07")
@pytest.mark.parametrize("role", sorted(SITE_ROLES))
def test_who_works_at_a_site_is_given_that_site(role: Role) -> None:
    world = office()

    assert world.refuses(granting(world, role, sites=None)).rule == "site-roles-name-their-sites"
    assert world.refuses(granting(world, role, trial=None)).rule == "site-roles-name-their-sites"


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (-timedelta(seconds=1), None),
        (-days(10), days(10)),
        (None, timedelta(0)),
        (None, -days(1)),
        (days(10), days(10)),
        (days(10), days(9)),
    ],
)
def test_a_role_begins_now_or_later_and_ends_after_it_begins(starts: timedelta | None, ends: timedelta | None) -> None:
    world = office()
    when = {"starts": starts and world.now + starts, "ends": None if ends is None else world.now + ends}

    assert refused(world, "monitor", **when) == "bad_period"


def test_a_role_may_begin_later() -> None:
    world = office()
    starts = world.now + days(3)

    grant = world.given_role("monitor", starts=starts)

    assert not grant.covers("T1", None, world.now)
    assert grant.is_open(world.now)
    assert grant.covers("T1", None, starts)


@pytest.mark.requirement("P11-02", "E6-29")
@pytest.mark.parametrize(
    ("role", "clearance", "most"),
    [
        ("inspector", None, 90),
        ("inspector", "blinded", 90),
        ("inspector", "unblinded", 90),
        ("auditor", None, 366),
        ("auditor", "blinded", 366),
        ("auditor", "unblinded", 90),
    ],
)
def test_inspectors_and_auditors_are_there_for_a_time(role: Role, clearance: str | None, most: int) -> None:
    world = office()
    starts = world.now + days(7)

    for ends in (None, starts + days(most) + timedelta(seconds=1)):
        assert refused(world, role, clearance=clearance, starts=starts, ends=ends) == "end_needed"
    grant = world.given_role(role, clearance=clearance, starts=starts, ends=starts + days(most))
    assert not grant.covers("T1", None, starts + days(most))
    assert grant.clearance == (clearance or "blinded")


@pytest.mark.parametrize("role", [role for role in ROLES if role not in READ_ONLY])
def test_a_clearance_is_chosen_for_inspectors_and_auditors_alone(role: Role) -> None:
    for clearance in ("blinded", "unblinded"):
        assert refused(office(), role, clearance=clearance) == "clearance_is_fixed"


@pytest.mark.parametrize("clearance", ["none", "safety", "all"])
def test_no_other_clearance_can_be_chosen(clearance: str) -> None:
    with pytest.raises(ValidationError):
        granting(office(), "inspector", clearance=clearance)


def test_each_role_has_its_clearance() -> None:
    by_clearance = {role: clearance_of(role) for role in ROLES}

    assert {role for role, known in by_clearance.items() if known == "none"} == {
        "administrator", "key_custodian", "database_owner", "archivist",
    }  # fmt: skip
    assert {role for role, known in by_clearance.items() if known == "unblinded"} == {
        "unblinded_pharmacist", "randomisation_statistician", "safety_unblinder", "unblinding_officer",
        "unblinded_monitor", "committee_statistician",
    }  # fmt: skip
    assert {role for role, known in by_clearance.items() if known == "safety"} == {"safety_physician"}


@pytest.mark.requirement("P11-14")
@pytest.mark.parametrize("role", [role for role in ROLES if role not in WITHOUT_TRAINING and role != "service"])
def test_a_role_rests_on_a_training_of_that_person(role: Role) -> None:
    world = office()

    for missing in (None, "t2"):
        assert refused(world, role, training=missing) == "training_missing"
    assert world.when(granting(world, role))


@pytest.mark.requirement("P11-14")
def test_a_training_that_ran_out_or_was_in_another_trial_carries_no_role() -> None:
    world = office()
    world.when(training(training="t2", trial="T2", protocol_version="1.0"))
    world.when(training(training="t3", expires=world.now + days(30)))

    assert refused(world, "monitor", training="t2") == "training_missing"
    assert refused(world, "statistician", training="t2", trial=None) == "training_missing"
    assert world.when(granting(world, "monitor", training="t2", trial="T2"))
    assert world.when(granting(world, "monitor", training="t3"))
    world.later(days=30)
    assert "training t3 on which" in world.refuses(granting(world, "statistician", training="t3")).what


def test_a_role_that_needs_no_training_names_none_that_is_not_there() -> None:
    world = office()

    assert refused(world, "inspector", training="t9") == "training_missing"
    assert "no current training on which" in world.refuses(granting(world, "monitor", training=None)).what


def a_grant(
    *, trial: str | None = "T1", sites: tuple[str, ...] | None = ("01",), ends: datetime | None = None
) -> Grant:
    return Grant(
        grant="g", role="monitor", trial=trial, sites=sites, starts=NOW, ends=ends,
        clearance="blinded", approved_by="a", training="t1", next_review=None,
    )  # fmt: skip


@pytest.mark.requirement("P11-07", "P11-12")
@pytest.mark.parametrize(
    ("grant", "trial", "site", "after", "covers"),
    [
        (a_grant(), "T1", "01", 0, True),
        (a_grant(), "T1", "01", -1, False),
        (a_grant(ends=NOW + timedelta(hours=5)), "T1", "01", 4, True),
        (a_grant(ends=NOW + timedelta(hours=5)), "T1", "01", 5, False),
        (a_grant(), "T2", "01", 0, False),
        (a_grant(), "T1", "02", 0, False),
        (a_grant(), "T1", None, 0, False),
        (a_grant(sites=None), "T1", None, 0, True),
        (a_grant(sites=None), "T1", "02", 0, True),
        (a_grant(trial=None), "T2", "01", 0, True),
        (a_grant(trial=None, sites=None), None, None, 0, True),
    ],
)
def test_a_grant_covers_its_trial_its_sites_and_its_time_only(
    grant: Grant, trial: str | None, site: str | None, after: int, covers: bool
) -> None:
    assert grant.covers(trial, site, NOW + timedelta(hours=after)) is covers


@pytest.mark.requirement("P11-12", "E6-29")
def test_a_role_can_be_taken_back_before_its_planned_end_and_once() -> None:
    world = office()
    grant = world.given_role("monitor", ends=world.now + days(30))
    other = world.given_role("statistician")
    world.later(days=1)

    world.when(EndGrant(grant=grant.grant, person="u1"))

    ended, untouched = world.person().grants
    assert ended.ends == world.now
    assert not ended.covers("T1", None, world.now)
    assert untouched == other
    assert world.refuses(EndGrant(grant=grant.grant, person="u1")).code == "no_such_grant"
    assert world.refuses(EndGrant(grant="other", person="u1")).code == "no_such_grant"
    assert world.refuses(EndGrant(grant=grant.grant, person="u2")).code == "unknown_person"


@pytest.mark.requirement("E6-29", "EMA-14")
def test_a_review_keeps_a_role_until_the_next_one() -> None:
    world = with_roles("monitor", "statistician")
    grant, other = world.person().grants
    until = world.now + days(100)

    entries = world.when(keep(grant, until), by=SECOND_ADMINISTRATOR)

    assert facts_of(entries) == (GrantReviewed(grant=grant.grant, next_review=until, outcome="keep", person="u1"),)
    kept, untouched = world.person().grants
    assert (kept.next_review, kept.ends) == (until, None)
    assert untouched == other


@pytest.mark.requirement("E6-29", "EMA-14")
def test_a_review_that_finds_a_role_needless_ends_it_at_once() -> None:
    world = with_roles("monitor")
    (grant,) = world.person().grants
    world.later(days=1)

    entries = world.when(end(grant), by=SPONSOR)

    assert facts_of(entries) == (
        GrantReviewed(grant=grant.grant, next_review=None, outcome="end", person="u1"),
        GrantEnded(grant=grant.grant, person="u1"),
    )
    assert not world.person().grants[0].is_open(world.now)
    assert world.refuses(end(grant), by=SPONSOR).code == "no_such_grant"


@pytest.mark.requirement("EMA-14")
def test_nobody_reviews_a_role_held_or_approved_by_oneself() -> None:
    world = with_roles("auditor")
    (grant,) = world.person().grants

    for reviewer in (persona("u1", "auditor"), ADMINISTRATOR):
        for wish in (keep(grant, world.now + days(1)), end(grant)):
            assert world.refuses(wish, by=reviewer).rule == "reviewer-neither-holds-nor-approved"


@pytest.mark.parametrize("ahead", [days(-1), days(0), days(366) + timedelta(seconds=1)])
def test_the_next_review_lies_ahead_within_a_year(ahead: timedelta) -> None:
    world = with_roles("monitor")
    (grant,) = world.person().grants

    assert world.refuses(keep(grant, world.now + ahead), by=SPONSOR).code == "bad_next_review"
    assert world.when(keep(grant, world.now + days(366)), by=SPONSOR)


def test_a_kept_role_has_a_next_review_and_an_ended_one_has_none() -> None:
    with pytest.raises(ValidationError, match="next review"):
        ReviewGrant(person="u1", grant="g", outcome="keep")
    with pytest.raises(ValidationError, match="next review"):
        ReviewGrant(person="u1", grant="g", outcome="end", next_review=NOW)


@pytest.mark.requirement("E6-29")
def test_a_role_that_nobody_reviewed_in_time_is_overdue_until_somebody_does() -> None:
    world = with_roles("monitor", "statistician")
    first, second = world.person().grants

    assert world.person().overdue_reviews(world.now + EVERY - timedelta(seconds=1), EVERY) == ()
    assert world.person().overdue_reviews(world.now + EVERY, EVERY) == (first, second)
    world.later(seconds=EVERY.total_seconds())
    until = world.now + days(30)
    world.when(keep(first, until), by=SPONSOR)
    world.when(end(second), by=SPONSOR)

    assert world.person().overdue_reviews(until - timedelta(seconds=1), EVERY) == ()
    assert [grant.grant for grant in world.person().overdue_reviews(until, EVERY)] == [first.grant]


@given(st.integers(0, 800), st.integers(1, 366))
def test_only_open_roles_are_overdue(after: int, ends: int) -> None:
    world = office()
    grant = world.given_role("monitor", ends=world.now + days(ends))

    overdue = world.person().overdue_reviews(world.now + days(after), EVERY)

    assert (overdue == (grant,)) is (EVERY.days <= after < ends)


def keep(grant: Grant, until: datetime) -> ReviewGrant:
    return ReviewGrant(person="u1", grant=grant.grant, outcome="keep", next_review=until)


def end(grant: Grant) -> ReviewGrant:
    return ReviewGrant(person="u1", grant=grant.grant, outcome="end")
