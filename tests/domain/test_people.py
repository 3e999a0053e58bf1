"""Who there is: ids for ever, names that show what they hold, accounts that end with every role they held."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import streams
from domain.command import Room
from domain.people.commands import DeactivatePerson
from domain.people.facts import (
    AccountActivated,
    GrantEnded,
    OfficerReleased,
    PersonDeactivated,
    PersonRegistered,
    TrialAdded,
)
from domain.people.person import Person
from domain.people.roles import Role
from domain.trial.commands import OpenScreening
from tests.domain.harness import facts_of
from tests.domain.people_story import Office, office, registering, with_roles

SOME: tuple[Role, ...] = ("monitor", "statistician", "archivist")


def test_a_registered_account_is_known_by_name_and_organisation() -> None:
    world = Office()

    (entry,) = world.when(registering("edc", kind="service", organisation="EDC", printed_name="EDC feed"))

    assert entry.fact == PersonRegistered(kind="service", organisation="EDC", person="edc", printed_name="EDC feed")
    known = world.person("edc")
    assert (known.printed_name, known.organisation, known.is_service, known.active) == ("EDC feed", "EDC", True, True)
    assert (known.registered_by, known.invited_by, known.verified_by) == ("admin-01", None, None)


@pytest.mark.requirement("P11-21", "P11-30")
def test_an_id_is_never_given_again_even_after_the_account_ended() -> None:
    world = office()

    assert world.refuses(registering()).code == "id_in_use"
    world.when(DeactivatePerson(person="u1"))

    assert not world.person().active
    assert world.refuses(registering()).code == "id_in_use"


@pytest.mark.parametrize("name", ["trialproof", "Trialproof", "TRIALPROOF"])
def test_nobody_is_registered_under_the_name_of_the_product(name: str) -> None:
    assert Office().refuses(registering(name)).code == "id_reserved"


def test_an_account_ends_once_and_only_a_known_one() -> None:
    world = office()
    world.when(DeactivatePerson(person="u1"))

    assert world.refuses(DeactivatePerson(person="u1")).code == "already_ended"
    assert world.refuses(DeactivatePerson(person="u2")).code == "unknown_person"


@pytest.mark.requirement("E6-29")
def test_no_role_stays_open_behind_somebody_who_has_left() -> None:
    world = office()
    over = world.given_role("monitor", ends=world.now.replace(hour=3))
    world.later(days=1)
    held = [world.given_role("unblinded_pharmacist", trial="T2"), world.given_role("unblinding_officer", trial="T2")]

    entries = world.when(DeactivatePerson(person="u1"))

    assert facts_of(entries) == (
        PersonDeactivated(person="u1"),
        GrantEnded(grant=held[0].grant, person="u1"),
        GrantEnded(grant=held[1].grant, person="u1"),
        OfficerReleased(grant=held[1].grant, person="u1", trial="T2"),
    )
    assert [grant.ends for grant in world.person().grants] == [over.ends, world.now, world.now]
    assert world.officers("T2").seats == ()


def test_every_role_of_a_trial_is_remembered_also_after_its_end() -> None:
    world = with_roles("monitor", "statistician")
    world.given_role("archivist", trial=None)
    world.when(DeactivatePerson(person="u1"))

    assert world.person().roles_ever("T1") == {"monitor", "statistician", "archivist"}
    assert world.person().roles_ever("T2") == {"archivist"}


def test_who_sets_an_account_up_has_to_be_verified_anew() -> None:
    world = office()

    world.happened(streams.person("u1"), AccountActivated(invited_by="admin-02", person="u1"))

    assert (world.person().invited_by, world.person().verified_by) == ("admin-02", None)


def test_texts_about_a_person_go_under_that_persons_key() -> None:
    assert registering("u7").key_scope(Room(trial="T1")) == "person:u7"
    assert registering("u7").concerned_person() == "u7"


def test_a_person_is_unmoved_by_what_is_not_about_persons() -> None:
    world = with_roles("monitor")
    before = world.person()

    entry = world.happened("system/trial/T1", TrialAdded(trial="T1"))

    assert before.after(entry).at_version(before.version) == before


@given(st.lists(st.sampled_from(SOME), max_size=4), st.integers(0, 12))
def test_a_person_folded_in_two_halves_is_the_person_folded_in_one(roles: list[Role], cut: int) -> None:
    world = office()
    for role in roles:
        world.given_role(role)
    entries = world.entries[streams.person("u1")]

    half = Person.start()
    for entry in entries[:cut]:
        half = half.after(entry)
    for entry in entries[cut:]:
        half = half.after(entry)

    assert half == world.person()


def test_a_command_about_a_trial_is_about_no_person() -> None:
    assert OpenScreening().concerned_person() is None
    assert DeactivatePerson(person="u1").concerned_person() == "u1"
