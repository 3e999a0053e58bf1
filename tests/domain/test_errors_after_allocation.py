"""I27: whatever comes to light after an allocation, it stays: slot, stratum used, number; the truth stands beside."""

from collections.abc import Sequence

import pytest

from domain import streams
from domain.allocation.commands import RecordTreatmentDetail
from domain.allocation.facts import SlotDrawn, TreatmentDetailRecorded
from domain.deviation.facts import DeviationRecorded
from domain.kits.facts import KitMisgiven
from domain.participant.allocation_error import RecordAllocationError
from domain.participant.conduct import RecordTreatment
from domain.participant.conduct_facts import TreatmentGiven
from domain.participant.enrolment import Allocate, Enrol
from domain.participant.facts import Allocated, AllocationErrorFound
from domain.participant.screening import RecordFact, WithdrawConsent
from domain.record import Entry
from projections.allocations import Allocations, AllocationsView
from projections.replay import replay
from tests.domain.harness import World, facts_of, one
from tests.domain.kits_story import PHARMACIST, dispensed, stocked
from tests.domain.story import allocated, consenting, enrolled, measured, open_trial


def counts(world: World) -> AllocationsView:
    """The allocations as every blinded reader, and the statistician's export, has them."""
    held = (entry for entries in world.entries.values() for entry in entries)
    own = [entry for entry in held if entry.frame.ledger == streams.trial_ledger(world.trial)]
    return replay(Allocations, sorted(own, key=lambda entry: entry.frame.position)).view()


def erring(error: str, number: str, **more: str) -> RecordAllocationError:
    return RecordAllocationError.model_validate({"error": error, "participant": number} | more)


def stands(world: World, number: str, before: tuple[Allocated, ...], slots: Sequence[SlotDrawn]) -> None:
    """The allocation, its slot and its stratum are what they were, and nobody is allocated again."""
    assert world.every(Allocated) == before
    assert world.every(SlotDrawn) == slots
    assert world.participant(number).stratum == "SLE"
    assert world.refuses(Allocate(participant=number)).code == "already_allocated"
    assert world.refuses(Enrol(participant=number)).code == "already_enrolled"


def found(world: World, wish: RecordAllocationError) -> tuple[AllocationErrorFound, ...]:
    """Let the error come to light; it leaves one important deviation, and all allocations as they were."""
    before, slots = world.every(Allocated), world.every(SlotDrawn)
    entries = world.when(wish)
    deviation = one(entries, DeviationRecorded)
    assert (deviation.rule, deviation.important, deviation.participant) == (
        "allocation-error",
        True,
        wish.participant,
    )
    stands(world, wish.participant, before, slots)
    return tuple(fact for fact in facts_of(entries) if isinstance(fact, AllocationErrorFound))


@pytest.mark.requirement("EMA-16")
def test_i27_somebody_ineligible_stays_allocated_also_when_the_fact_is_put_right() -> None:
    world = open_trial()
    number = allocated(world)

    found(world, erring("ineligible", number))
    world.when(RecordFact(fact="age", participant=number, value=measured("17", "a")))

    assert counts(world).allocated == 1
    assert world.refuses(Allocate(participant=number)).code == "already_allocated"


@pytest.mark.requirement("EMA-16")
def test_i27_the_true_stratum_stands_beside_the_one_used_and_moves_no_place() -> None:
    world = open_trial()
    number = allocated(world)

    (fact,) = found(world, erring("wrong_stratum", number, true_stratum="LN"))

    assert (fact.stratum_used, fact.true_stratum) == ("SLE", "LN")
    used = {row.stratum: (row.allocated, row.places_taken, row.true_members) for row in counts(world).strata}
    assert used == {"SLE": (1, 1, 0), "LN": (0, 0, 1)}
    (row,) = counts(world).rows
    assert (row.allocation.stratum, row.errors[0].true_stratum) == ("SLE", "LN")


def test_i27_the_wrong_participant_chosen_keeps_the_slot_and_the_right_one_takes_the_next() -> None:
    world = open_trial()
    chosen, meant = allocated(world), enrolled(world)

    mirrored = found(world, erring("wrong_participant", chosen, other_participant=meant))
    world.when(Allocate(participant=meant))

    assert [fact.other_participant for fact in mirrored] == [meant, chosen]
    assert [(slot.participant, slot.index) for slot in world.every(SlotDrawn)] == [(chosen, 1), (meant, 2)]


def test_i27_one_person_allocated_twice_stays_so_under_both_numbers() -> None:
    world = open_trial()
    first, second = allocated(world), allocated(world)

    found(world, erring("duplicate_person", first, other_participant=second))

    stands(world, second, world.every(Allocated), world.every(SlotDrawn))
    assert counts(world).allocated == 2
    assert world.participant(second).duplicates == (first,)


def test_i27_an_allocation_before_consent_stays_and_a_later_consent_allocates_nobody_again() -> None:
    world = open_trial()
    number = allocated(world)

    found(world, erring("allocated_before_consent", number))
    world.later(days=1).when(consenting(number))

    assert world.refuses(Allocate(participant=number)).code == "already_allocated"


def test_i27_who_withdrew_before_dosing_stays_and_a_replacement_takes_a_new_number_and_the_next_slot() -> None:
    world = open_trial()
    number = allocated(world)
    world.later(hours=1).when(WithdrawConsent(participant=number, scopes=("treatment",)))

    entries = world.when(erring("withdrew_before_dosing", number))
    replacement = allocated(world)

    assert one(entries, AllocationErrorFound).error == "withdrew_before_dosing"
    assert replacement != number
    assert [(slot.participant, slot.index) for slot in world.every(SlotDrawn)] == [(number, 1), (replacement, 2)]
    assert counts(world).allocated == 2


def test_i27_a_wrong_kit_changes_the_stock_and_not_the_allocation() -> None:
    world = open_trial()
    shipment = stocked(world)
    number = allocated(world)
    given = dispensed(world, number)
    wrong = next(kit for kit in shipment.kits if kit != given)

    found(world, erring("wrong_kit", number, kit=wrong))

    assert world.every(KitMisgiven) == (KitMisgiven(kit=wrong, participant=number),)


def test_i27_a_wrong_treatment_is_said_in_the_open_and_what_it_was_in_the_vault() -> None:
    world = open_trial()
    number = allocated(world)
    world.when(RecordTreatment(dose=1, participant=number))
    detail = world.when(RecordTreatmentDetail(dose=1, participant=number, product="Placebo"), by=PHARMACIST)

    (fact,) = found(world, erring("wrong_treatment", number))

    assert fact.error == "wrong_treatment"
    assert [entry.frame.ledger for entry in detail] == ["vault:T1"]


@pytest.mark.requirement("E6-08")
def test_i27_two_who_were_swapped_keep_their_allocations_and_what_each_received_is_known_to_the_vault_alone() -> None:
    world = open_trial()
    first, second = allocated(world), allocated(world)

    mirrored = found(world, erring("wrong_participant", first, other_participant=second))
    told: list[Entry] = []
    for number, product in ((first, "Placebo"), (second, "Cells")):
        told += world.when(RecordTreatment(dose=1, participant=number))
        told += world.when(RecordTreatmentDetail(dose=1, participant=number, product=product), by=PHARMACIST)

    assert len(mirrored) == 2
    received = [fact for fact in facts_of(told) if isinstance(fact, TreatmentDetailRecorded)]
    assert [(fact.participant, fact.product) for fact in received] == [(first, "Placebo"), (second, "Cells")]
    in_the_open = [entry.fact for entry in told if entry.frame.ledger == "trial:T1"]
    assert {type(fact) for fact in in_the_open} == {TreatmentGiven}
    stands(world, second, world.every(Allocated), world.every(SlotDrawn))


def test_i27_intention_to_treat_counts_never_change_whatever_was_found() -> None:
    world = open_trial()
    first, second = allocated(world), allocated(world)
    before = counts(world)

    for error in ("ineligible", "allocated_before_consent", "wrong_treatment", "wrong_kit"):
        world.when(erring(error, first))
    world.when(erring("wrong_stratum", second, true_stratum="LN"))
    world.when(erring("duplicate_person", first, other_participant=second))

    after = counts(world)
    assert (after.allocated, after.by_site) == (before.allocated, before.by_site)
    assert [row.allocated for row in after.strata] == [row.allocated for row in before.strata]
    assert [row.allocation for row in after.rows] == [row.allocation for row in before.rows]
    assert {len(row.errors) for row in after.rows} == {2, 5}
