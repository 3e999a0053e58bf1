"""One allocation per person over links and sites; what went wrong around it stays visible and is never undone."""

import pytest
from pydantic import ValidationError

from domain import streams
from domain.allocation.lists import Randomisation, SealedList
from domain.deviation.facts import DeviationRecorded
from domain.participant.allocation_error import RecordAllocationError
from domain.participant.eligibility import DecideEligibility
from domain.participant.enrolment import Allocate, Enrol
from domain.participant.facts import AllocationErrorFound
from tests.domain.harness import World, deviations, facts_of, one
from tests.domain.story import (
    allocated,
    assessed,
    consented,
    eligible,
    enrolled,
    open_trial,
    screened,
    with_site,
)


def sealed_list(world: World, stratum: str = "SLE") -> SealedList:
    row = world.get(Randomisation, streams.randomisation("T1")).stratum(stratum)
    assert row is not None
    return world.get(SealedList, streams.sealed_list("T1", row.list_id))


@pytest.mark.requirement("P11-11", "EMA-16")
def test_one_person_is_enrolled_at_most_once_over_links_and_sites() -> None:
    world = open_trial(cap=9)
    with_site(world, "02")
    first = enrolled(world)
    second = screened(world, site="02", previous=first)
    third = screened(world, previous=first)
    fourth = screened(world, previous=second)

    for number in (second, third, fourth):
        consented(world, number)
        world.later(hours=1)
        assessed(world, number)
        world.when(DecideEligibility(eligible=True, participant=number))
        assert world.refuses(Enrol(participant=number)).code == "enrolled_before"

    assert world.participant(first).later == (second, third)


def test_a_later_number_that_was_enrolled_keeps_the_earlier_one_out() -> None:
    world = open_trial()
    first = eligible(world)
    second = eligible(world, previous=first)
    world.when(Enrol(participant=second))

    assert world.refuses(Enrol(participant=first)).code == "enrolled_before"


@pytest.mark.requirement("EMA-16")
@pytest.mark.parametrize("recorded_at", ["the one", "the other"])
def test_a_duplicate_found_before_the_second_allocation_leaves_the_person_one(recorded_at: str) -> None:
    world = open_trial()
    first, second = enrolled(world), enrolled(world)
    world.when(Allocate(participant=first))

    pair = (first, second) if recorded_at == "the one" else (second, first)
    world.when(RecordAllocationError(error="duplicate_person", participant=pair[0], other_participant=pair[1]))

    assert world.participant(first).duplicates == (second,)
    assert world.participant(second).duplicates == (first,)
    assert world.refuses(Allocate(participant=second)).code == "allocated_before"


# --- errors ----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("EMA-16")
@pytest.mark.parametrize(
    "error",
    [
        "ineligible",
        "wrong_stratum",
        "wrong_participant",
        "duplicate_person",
        "allocated_before_consent",
        "withdrew_before_dosing",
        "wrong_kit",
        "wrong_treatment",
    ],
)
def test_after_an_error_allocation_slot_and_stratum_used_stay_and_an_important_deviation_stands_beside(
    error: str,
) -> None:
    world = open_trial()
    number = allocated(world)
    before = world.participant(number)
    slots = sealed_list(world).slots

    wish = RecordAllocationError.model_validate({"error": error, "participant": number, "true_stratum": "LN"})
    entries = world.when(wish)

    found = one(entries, AllocationErrorFound)
    assert (found.stratum_used, found.true_stratum, found.error) == ("SLE", "LN", error)
    deviation = one(entries, DeviationRecorded)
    assert (deviation.rule, deviation.important) == ("allocation-error", True)
    after = world.participant(number)
    assert (after.allocation, after.stratum) == (before.allocation, "SLE")
    assert sealed_list(world).slots == slots
    assert world.refuses(Allocate(participant=number)).code == "already_allocated"


def test_a_replacement_takes_a_new_number_and_the_next_slot() -> None:
    world = open_trial()
    number = allocated(world)
    world.when(RecordAllocationError(error="withdrew_before_dosing", participant=number))

    replacement = allocated(world)

    assert replacement != number
    assert [slot.participant for slot in sealed_list(world).slots] == [number, replacement]


def test_two_participants_swapped_keep_each_the_allocation_under_its_number() -> None:
    world = open_trial()
    first, second = allocated(world), allocated(world)
    before = [world.participant(number).allocation for number in (first, second)]

    entries = world.when(RecordAllocationError(error="wrong_participant", other_participant=second, participant=first))

    found = [fact for fact in facts_of(entries) if isinstance(fact, AllocationErrorFound)]
    assert [fact.other_participant for fact in found] == [second, first]
    assert [world.participant(number).allocation for number in (first, second)] == before
    assert world.participant(second).duplicates == ()


def test_an_error_that_names_somebody_never_screened_is_recorded_and_flagged() -> None:
    world = open_trial()
    number = enrolled(world)

    entries = world.when(RecordAllocationError(error="duplicate_person", other_participant="099", participant=number))

    assert deviations(entries) == ("allocation-error", "unknown-participant")
    assert world.facts(streams.participant("T1", "099")) == ()


def test_nobody_is_a_duplicate_of_the_same_number() -> None:
    with pytest.raises(ValidationError, match="the other participant is the participant"):
        RecordAllocationError(error="duplicate_person", other_participant="001", participant="001")
