"""Enrolment and allocation: given in order, once per person, from lists fixed before; errors stay visible."""

import pytest

from domain import streams
from domain.allocation.commands import RecordTreatmentDetail
from domain.allocation.facts import (
    ListSealed,
    PlaceTaken,
    RandomisationCommitted,
    SlotDrawn,
    TreatmentDetailRecorded,
)
from domain.allocation.lists import Numbers, Places, Randomisation, SealedList
from domain.eligibility.rule import Chosen, Stated
from domain.participant.conduct import RecordVitalStatus
from domain.participant.eligibility import DecideEligibility
from domain.participant.enrolment import Allocate, Enrol
from domain.participant.facts import Allocated, Enrolled
from domain.participant.screening import EndScreening, RecordFact
from domain.people.facts import TrialAdded
from domain.site.commands import CloseSite, HoldSite
from domain.trial.commands import CloseTrial, PauseTrial
from tests.domain.harness import SPONSOR, World, deviations, one
from tests.domain.story import (
    SITE,
    allocated,
    assessed,
    consented,
    eligible,
    enrolled,
    open_trial,
    quantity,
    screened,
)


def sealed_list(world: World, stratum: str = "SLE") -> SealedList:
    row = world.get(Randomisation, streams.randomisation("T1")).stratum(stratum)
    assert row is not None
    return world.get(SealedList, streams.sealed_list("T1", row.list_id))


# --- enrolment -------------------------------------------------------------------------------------------------


@pytest.mark.requirement("P11-11")
def test_an_eligible_participant_is_enrolled_in_the_stratum_that_recorded_facts_say() -> None:
    world = open_trial()
    number = eligible(world, stratum="LN")

    entries = world.when(Enrol(participant=number))

    own = world.participant(number)
    assert one(entries, Enrolled) == Enrolled(stratum="LN", stratum_facts=(own.known["stratum"].event,))
    assert one(entries, PlaceTaken) == PlaceTaken(participant=number, stratum="LN")
    assert deviations(entries) == ()
    assert own.is_enrolled
    assert own.follow_up == "in"
    assert world.get(Places, streams.stratum("T1", "LN")).taken == 1
    assert Enrol(participant=number).lock(world.room(Enrol(participant=number))) == "trial:T1/stratum/LN"


def test_an_enrolment_by_somebody_not_delegated_on_that_day_is_flagged() -> None:
    world = open_trial()
    number = eligible(world)

    entries = world.when(Enrol(participant=number), performer=world.performer(SPONSOR))

    assert deviations(entries) == ("performer-not-delegated",)


@pytest.mark.requirement("P11-11")
def test_enrolment_is_refused_out_of_order() -> None:
    world = open_trial()
    number = screened(world)
    assert world.refuses(Enrol(participant=number)).code == "not_eligible"

    consented(world, number)
    world.later(hours=1)
    assessed(world, number)
    assert world.refuses(Enrol(participant=number)).code == "not_eligible"
    world.when(RecordFact(fact="pregnant", participant=number, value=Stated(holds=True)))
    world.when(DecideEligibility(eligible=False, participant=number))
    assert world.refuses(Enrol(participant=number)).rule == "eligible-before-enrolment"
    world.when(RecordFact(fact="pregnant", participant=number, value=Stated(holds=False)))
    world.when(DecideEligibility(eligible=True, participant=number))

    assert world.when(Enrol(participant=number))
    assert world.refuses(Enrol(participant=number)).code == "already_enrolled"


def test_nobody_is_enrolled_after_leaving_screening() -> None:
    world = open_trial()
    number = eligible(world)
    world.when(EndScreening(how="lost", participant=number))

    assert world.refuses(Enrol(participant=number)).code == "screening_ended"


@pytest.mark.parametrize("value", [None, Chosen(code="OTHER"), Stated(holds=True)], ids=["none", "other", "no code"])
def test_nobody_is_enrolled_without_a_committed_stratum(value: Chosen | Stated | None) -> None:
    world = open_trial()
    number = eligible(world, stratum=None)
    if value is not None:
        world.when(RecordFact(fact="stratum", participant=number, value=value))

    assert world.refuses(Enrol(participant=number)).code == "no_stratum"


def test_a_full_stratum_takes_nobody_more_and_the_other_goes_on() -> None:
    world = open_trial(cap=1)
    enrolled(world)
    second, other = eligible(world), eligible(world, stratum="LN")

    assert world.refuses(Enrol(participant=second)).rule == "stratum-caps-hold"
    assert world.when(Enrol(participant=other))


def test_a_full_stratum_takes_more_only_by_an_approved_decision() -> None:
    world = open_trial(cap=1, over_enrolment=True)
    enrolled(world)

    assert enrolled(world) == "002"


@pytest.mark.requirement("P11-11", "E6-27")
@pytest.mark.parametrize(
    ("stop", "code"),
    [
        (PauseTrial(), "trial_not_open"),
        (CloseTrial(), "trial_not_open"),
        (HoldSite(site=SITE), "site_not_active"),
        (CloseSite(site=SITE), "site_not_active"),
    ],
)
def test_no_permission_is_given_where_trial_or_site_is_stopped(
    stop: PauseTrial | CloseTrial | HoldSite | CloseSite, code: str
) -> None:
    world = open_trial()
    decided_only, in_trial = eligible(world), enrolled(world)
    undecided = screened(world)
    consented(world, undecided)
    world.later(hours=1)
    assessed(world, undecided)
    world.when(stop, by=SPONSOR)

    assert world.refuses(DecideEligibility(eligible=True, participant=undecided)).code == code
    assert world.refuses(Enrol(participant=decided_only)).code == code
    assert world.refuses(Allocate(participant=in_trial)).code == code


def test_no_permission_is_given_for_the_dead() -> None:
    world = open_trial()
    number = enrolled(world)
    world.when(RecordVitalStatus(case="AE-1", participant=number, status="dead"))

    assert world.refuses(Allocate(participant=number)).code == "participant_dead"


# --- allocation ------------------------------------------------------------------------------------------------


@pytest.mark.requirement("P11-11", "EMA-16")
def test_an_allocation_draws_the_next_slot_and_shows_no_arm() -> None:
    world = open_trial()
    number = enrolled(world)

    entries = world.when(Allocate(participant=number))

    public, drawn = one(entries, Allocated), one(entries, SlotDrawn)
    sealed = sealed_list(world)
    assert sealed.sealed is not None
    expected = world.randomiser.slots(sealed.sealed, "T1")[0]
    assert (drawn.index, drawn.arm, drawn.participant) == (1, expected, number)
    assert drawn.allocation == entries[0].body.event_id
    assert drawn.randomisation_number == public.randomisation_number
    assert world.seals.kept[public.envelope.nonce] == expected
    assert world.seals.scopes[public.envelope.nonce] == f"T1/{drawn.allocation}/{number}/{public.list_root}"
    assert public.stratum == "SLE"
    label = sealed.arm_of(drawn.allocation)
    assert label is not None
    assert label.arm == expected
    assert sealed.arm_of(world.new_id()) is None
    assert SealedList.start().arm_of(drawn.allocation) is None


@pytest.mark.requirement("EMA-16")
def test_slots_are_used_in_order_and_each_once_per_stratum() -> None:
    world = open_trial(cap=6)

    for stratum in ("SLE", "LN", "SLE", "SLE", "LN"):
        allocated(world, stratum=stratum)

    for stratum, count in (("SLE", 3), ("LN", 2)):
        sealed = sealed_list(world, stratum)
        assert sealed.sealed is not None
        assert [slot.index for slot in sealed.slots] == list(range(1, count + 1))
        assert tuple(slot.arm for slot in sealed.slots) == world.randomiser.slots(sealed.sealed, "T1")[:count]
        assert sealed.drawn == count


@pytest.mark.requirement("P11-11")
def test_nobody_is_allocated_before_enrolment_or_twice() -> None:
    world = open_trial()
    number = eligible(world)
    refusal = world.refuses(Allocate(participant=number))
    assert (refusal.code, refusal.rule) == ("not_enrolled", "allocation-in-order")
    assert Allocate(participant=number).lock(world.room(Allocate(participant=number))) is None

    world.when(Enrol(participant=number))
    wish = Allocate(participant=number)
    assert wish.lock(world.room(wish)) == streams.sealed_list("T1", world.every(ListSealed)[0].list_id)
    world.when(wish)

    assert world.refuses(wish).code == "already_allocated"


@pytest.mark.requirement("P11-11")
def test_no_or_unknown_blocks_allocation_too() -> None:
    world = open_trial()
    number = enrolled(world)
    world.later(hours=1)
    world.when(RecordFact(fact="pregnant", participant=number, value=Stated(holds=True)))

    assert world.refuses(Allocate(participant=number)).code == "criteria_not_met"
    world.when(DecideEligibility(eligible=False, participant=number))
    assert world.refuses(Allocate(participant=number)).code == "not_eligible"


def test_an_exhausted_list_is_refused_in_words_that_tell_nothing_and_leaves_nothing() -> None:
    world = open_trial(cap=1)
    number = enrolled(world)
    row = world.every(RandomisationCommitted)[0].strata[0]
    for index in range(1, 65):
        drawn = SlotDrawn(
            allocation=world.new_id(),
            arm="a1",
            index=index,
            inputs=None,
            participant="900",
            randomisation_number="R",
        )
        world.happened(streams.sealed_list("T1", row.list_id), drawn)

    refusal = world.refuses(Allocate(participant=number))

    assert str(refusal) == "No allocation is possible now. Call the randomisation statistician."
    assert world.every(Allocated) == ()


# --- the vault ----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("E6-08")
def test_what_was_really_given_goes_to_the_vault_as_often_as_it_is_reported() -> None:
    world = open_trial()
    number = allocated(world)

    for lot in ("L1", "L2"):
        wish = RecordTreatmentDetail(
            amount=quantity("80", "10*6"), dose=1, lot=lot, participant=number, product="Cells"
        )
        (entry,) = world.when(wish)
        assert entry.frame.stream == f"vault:T1/administration/{number}"

    assert [detail.lot for detail in world.every(TreatmentDetailRecorded)] == ["L1", "L2"]


def test_aggregates_of_randomisation_are_unmoved_by_what_is_not_about_them() -> None:
    world = open_trial()
    entry = world.happened("system/trial/T1", TrialAdded(trial="T1"))

    for aggregate in (sealed_list(world), world.get(Randomisation, streams.randomisation("T1")), Places.start()):
        assert aggregate.after(entry).at_version(aggregate.version) == aggregate
    assert Numbers.start().next == "001"
