"""A trial has at most three unblinding officers at a time, however they come and go."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import streams
from domain.people.commands import DeactivatePerson
from domain.people.facts import GrantEnded, OfficerAppointed, OfficerReleased, TrialAdded
from domain.people.grant_commands import EndGrant, ReviewGrant
from domain.people.officers import OFFICERS, Officers, Seat
from tests.domain.harness import SPONSOR, facts_of, one
from tests.domain.people_story import Office, days, granting, office

NOW = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
FOUR = ("u1", "u2", "u3", "u4")


def with_three() -> Office:
    world = office(*FOUR)
    for person in FOUR[:OFFICERS]:
        world.given_role("unblinding_officer", person=person)
    return world


def the_fourth(world: Office) -> str:
    return world.refuses(granting(world, "unblinding_officer", person="u4")).code


@pytest.mark.requirement("E6-08")
def test_a_trial_has_at_most_three_unblinding_officers_at_a_time() -> None:
    world = with_three()

    assert the_fourth(world) == "officers_complete"
    assert {seat.person for seat in world.officers().seats} == {"u1", "u2", "u3"}


def test_every_trial_has_its_own() -> None:
    world = with_three()

    fact = one(world.when(granting(world, "unblinding_officer", person="u4", trial="T2")), OfficerAppointed)

    assert (fact.person, fact.trial, fact.starts, fact.ends) == ("u4", "T2", world.now, None)
    assert fact.grant == world.person("u4").grants[0].grant


def test_nobody_is_officer_of_all_trials() -> None:
    world = office()

    assert world.refuses(granting(world, "unblinding_officer", trial=None)).rule == "officers-belong-to-a-trial"


def test_a_seat_is_free_again_when_the_role_is_taken_back_reviewed_away_or_its_holder_leaves() -> None:
    world = with_three()
    grants = {person: world.person(person).grants[0].grant for person in FOUR[:3]}
    ways = (
        EndGrant(person="u1", grant=grants["u1"]),
        ReviewGrant(person="u2", grant=grants["u2"], outcome="end"),
        DeactivatePerson(person="u3"),
    )

    for wish in ways:
        freed = facts_of(world.when(wish, by=SPONSOR))[-2:]
        person = wish.person
        assert freed == (
            GrantEnded(grant=grants[person], person=person),
            OfficerReleased(grant=grants[person], person=person, trial="T1"),
        )

    assert world.officers().seats == ()
    assert world.when(granting(world, "unblinding_officer", person="u4"))


def test_a_seat_is_free_again_when_its_time_is_over() -> None:
    world = office(*FOUR)
    for person in FOUR[:3]:
        world.given_role("unblinding_officer", person=person, ends=world.now + days(30))

    assert the_fourth(world) == "officers_complete"
    assert world.when(granting(world, "unblinding_officer", person="u4", starts=world.now + days(30)))


def test_a_seat_that_will_be_taken_later_is_free_until_then() -> None:
    world = office(*FOUR)
    later = world.now + days(30)
    for person in FOUR[:3]:
        world.given_role("unblinding_officer", person=person, starts=later)

    assert the_fourth(world) == "officers_complete"
    assert world.when(granting(world, "unblinding_officer", person="u4", ends=later))


def test_an_officer_whose_role_is_renewed_takes_no_second_seat() -> None:
    world = with_three()

    assert world.when(granting(world, "unblinding_officer", person="u3"))
    assert the_fourth(world) == "officers_complete"


def test_officers_are_unmoved_by_what_is_not_about_them() -> None:
    world = with_three()
    before = world.officers()

    entry = world.happened("system/trial/T1", TrialAdded(trial="T1"))

    assert before.after(entry).at_version(before.version) == before


PERIODS = st.tuples(st.integers(0, 20), st.none() | st.integers(1, 10))


@given(st.lists(st.tuples(st.sampled_from(FOUR), PERIODS), max_size=12))
def test_at_no_moment_are_there_more_than_three(wishes: list[tuple[str, tuple[int, int | None]]]) -> None:
    officers, taken = Officers.start(), list[tuple[str, datetime, datetime | None]]()
    for number, (person, (first, length)) in enumerate(wishes):
        starts = NOW + days(first)
        ends = None if length is None else starts + days(length)
        if len(officers.beside(person, starts, ends)) < OFFICERS:
            taken.append((person, starts, ends))
            seat = Seat(grant=f"g{number}", person=person, starts=starts, ends=ends)
            officers = Officers(version=number, seats=(*officers.seats, seat))

    for day in range(40):
        moment = NOW + days(day) + timedelta(hours=1)
        sitting = {who for who, starts, ends in taken if starts <= moment and (ends is None or moment < ends)}
        assert len(sitting) <= OFFICERS


def test_the_stream_of_officers_is_the_trials_own() -> None:
    assert streams.officers("T1") == "system/officers/T1"
