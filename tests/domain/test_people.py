"""Who there is and what they may do: ids for ever, roles asked for by one and given by another, duties kept apart."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import streams
from domain.command import Room
from domain.people.commands import DeactivatePerson, EndGrant, GrantRole, RegisterPerson
from domain.people.facts import GrantGiven, PersonRegistered, TrialAdded
from domain.people.person import Grant, Person
from domain.people.roles import SITE_ROLES, SPONSOR_ROLES, UNBLINDED_ROLES, Role, kept_apart
from tests.domain.harness import ADMINISTRATOR, World, one

ROLES: tuple[Role, ...] = get_args(Role)
UNBLINDED: tuple[Role, ...] = tuple(role for role in ROLES if role in UNBLINDED_ROLES)
NOW = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)


def registering(person: str = "u1") -> RegisterPerson:
    return RegisterPerson(organisation="Site 01", person=person, printed_name="A person")


def granting(
    role: Role,
    *,
    person: str = "u1",
    trial: str | None = "T1",
    requested_by: str = "sponsor-01",
    ends: datetime | None = None,
) -> GrantRole:
    return GrantRole(person=person, requested_by=requested_by, role=role, trial=trial, ends=ends)


def with_person(*roles: Role) -> World:
    world = World()
    world.by = ADMINISTRATOR
    world.when(registering())
    for role in roles:
        world.when(granting(role))
    return world


def person(world: World) -> Person:
    return world.get(Person, streams.person("u1"))


def ended(world: World, index: int = 0) -> None:
    world.when(EndGrant(grant=person(world).grants[index].grant, person="u1"))


def test_a_registered_person_is_known_by_name_and_organisation() -> None:
    world = World()

    (entry,) = world.when(
        RegisterPerson(kind="service", organisation="EDC", person="edc", printed_name="EDC feed"), by=ADMINISTRATOR
    )

    assert entry.fact == PersonRegistered(kind="service", organisation="EDC", person="edc", printed_name="EDC feed")
    known = world.get(Person, streams.person("edc"))
    assert (known.printed_name, known.organisation, known.is_service, known.active) == ("EDC feed", "EDC", True, True)


@pytest.mark.requirement("P11-21", "P11-30")
def test_an_id_is_never_given_again_even_after_the_account_ended() -> None:
    world = with_person()

    assert world.refuses(registering()).code == "id_in_use"
    world.when(DeactivatePerson(person="u1"))

    assert not person(world).active
    assert world.refuses(registering()).code == "id_in_use"


def test_an_account_ends_once_and_only_a_known_one() -> None:
    world = with_person()
    world.when(DeactivatePerson(person="u1"))

    assert world.refuses(DeactivatePerson(person="u1")).code == "already_ended"
    assert world.refuses(DeactivatePerson(person="u2")).code == "unknown_person"


def test_a_role_is_not_given_to_an_ended_account() -> None:
    world = with_person()
    world.when(DeactivatePerson(person="u1"))

    assert world.refuses(granting("monitor")).code == "account_ended"


@pytest.mark.requirement("EMA-14")
def test_a_role_is_approved_by_somebody_who_neither_asked_for_it_nor_gets_it() -> None:
    world = with_person()
    world.when(registering(ADMINISTRATOR.person))

    assert world.refuses(granting("monitor", requested_by="admin-01")).code == "same_person"
    assert world.refuses(granting("monitor", person="admin-01")).code == "same_person"
    assert world.when(granting("monitor", requested_by="u1"))


def test_a_grant_says_who_asked_who_approved_and_from_when() -> None:
    world = with_person()

    fact = one(world.when(granting("safety_unblinder")), GrantGiven)

    assert (fact.requested_by, fact.approved_by, fact.starts) == ("sponsor-01", "admin-01", world.now)
    assert fact.clearance == "unblinded"
    assert person(world).roles_ever("T1") == {"safety_unblinder"}
    assert person(world).roles_ever("T2") == frozenset()


@pytest.mark.parametrize(("role", "clearance"), [("administrator", "none"), ("monitor", "blinded")])
def test_a_grant_says_its_clearance(role: Role, clearance: str) -> None:
    assert one(with_person().when(granting(role)), GrantGiven).clearance == clearance


@pytest.mark.requirement("E6-08")
@pytest.mark.parametrize("first", ["investigator", "statistician", "medical_monitor", "auditor"])
@pytest.mark.parametrize("second", UNBLINDED)
def test_a_blinded_role_and_an_unblinded_clearance_exclude_each_other_also_over_time(first: Role, second: Role) -> None:
    both_ways: tuple[tuple[Role, Role], ...] = ((first, second), (second, first))
    for held, asked in both_ways:
        world = with_person(held)
        assert world.refuses(granting(asked)).code == "mixed_blinding"
        ended(world)
        assert world.refuses(granting(asked)).code == "mixed_blinding"
        assert world.refuses(granting(asked, trial=None)).code == "mixed_blinding"
        assert world.when(granting(asked, trial="T2"))


def test_a_role_for_all_trials_counts_in_every_trial() -> None:
    world = with_person()
    world.when(granting("statistician", trial=None))

    assert world.refuses(granting("unblinded_pharmacist", trial="T9")).code == "mixed_blinding"


@pytest.mark.requirement("EMA-14", "MHRA-04")
@pytest.mark.parametrize("other", ["investigator", "data_manager", "randomisation_statistician"])
def test_an_administrator_holds_no_trial_role_beside_it(other: Role) -> None:
    assert with_person("administrator").refuses(granting(other)).code == "mixed_duties"
    assert with_person(other).refuses(granting("administrator", trial=None)).code == "mixed_duties"


@pytest.mark.parametrize("role", ["sponsor_lead", "monitor", "data_manager"])
def test_blinded_sponsor_staff_never_act_as_investigator_or_desk(role: Role) -> None:
    asked_for: tuple[Role, ...] = ("investigator", "sub_investigator", "code_break_desk")
    for asked in asked_for:
        assert with_person(role).refuses(granting(asked)).code == "mixed_duties"


def test_duties_that_are_apart_may_follow_each_other() -> None:
    world = with_person("monitor")
    ended(world)

    assert world.when(granting("investigator"))


@given(st.sampled_from(ROLES), st.sampled_from(ROLES))
def test_duties_are_apart_from_both_sides(one_role: Role, other: Role) -> None:
    assert kept_apart(one_role, other) == kept_apart(other, one_role)
    assert not kept_apart(one_role, one_role)
    assert not SPONSOR_ROLES & SITE_ROLES


@pytest.mark.requirement("P11-12", "E6-29")
def test_a_role_can_be_taken_back_before_its_planned_end() -> None:
    world = with_person()
    world.when(granting("monitor", ends=NOW + timedelta(days=30)))
    world.later(days=1)

    ended(world)

    (grant,) = person(world).grants
    assert grant.ends == world.now
    assert not grant.covers("T1", None, world.now)
    assert world.refuses(EndGrant(grant=grant.grant, person="u1")).code == "no_such_grant"
    assert world.refuses(EndGrant(grant="other", person="u1")).code == "no_such_grant"


def test_ending_one_role_leaves_the_others() -> None:
    world = with_person("monitor", "statistician")

    ended(world)

    assert [grant.is_open(world.now) for grant in person(world).grants] == [False, True]


def a_grant(
    *, trial: str | None = "T1", sites: tuple[str, ...] | None = ("01",), ends: datetime | None = None
) -> Grant:
    return Grant(grant="g", role="monitor", trial=trial, sites=sites, starts=NOW, ends=ends)


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


def test_texts_about_a_person_go_under_that_persons_key() -> None:
    assert registering("u7").key_scope(Room(trial="T1")) == "person:u7"


def test_a_person_is_unmoved_by_what_is_not_about_persons() -> None:
    world = with_person()
    before = person(world)

    entry = world.happened("system/trial/T1", TrialAdded(trial="T1"))

    assert before.after(entry).at_version(before.version) == before
