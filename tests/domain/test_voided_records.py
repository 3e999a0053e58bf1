"""An entry that never held is voided: it stays visible where it stood, with the way to where it stands rightly."""

import pytest

from domain import streams
from domain.adverse_event.commands import ReportAdverseEvent
from domain.deviation.commands import RecordDeviation
from domain.deviation.facts import DeviationRecorded
from domain.ledger.facts import RecordVoided
from domain.participant.conduct_facts import SignedOff
from domain.participant.facts import Allocated, Enrolled, FactRecorded, ScreeningOpened
from domain.participant.screening import RecordProcedure
from domain.record import Fact
from domain.trial.lock_commands import SignOffParticipant
from tests.domain.corrections_story import aged, correcting, event_of, proposing, voiding, written
from tests.domain.harness import NOBODY_KNOWN, SPONSOR, World, deviations, one
from tests.domain.safety_story import lock
from tests.domain.story import SITE, allocated, consented, open_trial, screened


@pytest.fixture
def world() -> World:
    world = open_trial()
    screened(world)
    return world


@pytest.mark.requirement("E6-17")
def test_a_fact_under_the_wrong_participant_is_voided_there_and_linked_to_the_right_one(world: World) -> None:
    wrong, right = aged(world), screened(world)
    aged(world, right)
    before = written(world, wrong)

    (entry,) = world.when(voiding(wrong, recorded_instead_in=f"participant/{right}"))

    assert entry.fact == RecordVoided(
        recorded_instead_in=streams.participant(world.trial, right),
        target=wrong,
        target_position=before.frame.position,
    )
    assert "age" not in world.participant().known
    assert "age" in world.participant(right).known
    assert written(world, wrong) == before


def test_a_link_leads_to_another_record_that_is_there(world: World) -> None:
    target = aged(world)

    itself = world.refuses(voiding(target, recorded_instead_in="participant/001"))
    nowhere = world.refuses(voiding(target, recorded_instead_in="participant/998"))

    assert itself.code == nowhere.code == "no_such_record"


def test_what_was_voided_is_neither_voided_again_nor_corrected(world: World) -> None:
    target = aged(world)
    world.when(voiding(target))

    assert world.refuses(voiding(target)).code == "no_such_entry"
    assert world.refuses(correcting(target)).code == "no_such_entry"


@pytest.mark.requirement("P11-09")
@pytest.mark.parametrize("kind", [Allocated, Enrolled, SignedOff, ScreeningOpened])
def test_allocation_enrolment_signature_and_the_record_itself_are_never_voided(kind: type[Fact]) -> None:
    world = open_trial()
    world.when(SignOffParticipant(participant=allocated(world)))

    refusal = world.refuses(voiding(event_of(world, kind)))

    assert (refusal.code, refusal.rule) == ("not_voidable", "what-stands-is-annotated")


def test_corrections_voids_and_proposals_are_followed_by_better_ones(world: World) -> None:
    target, other = aged(world), aged(world, age="50")
    amendments = (
        *world.when(proposing(target), by=SPONSOR),
        *world.when(correcting(target)),
        *world.when(voiding(other)),
    )

    refusals = [world.refuses(voiding(entry.body.event_id)) for entry in amendments]

    assert {refusal.code for refusal in refusals} == {"not_voidable"}


def test_a_case_is_nullified_and_a_deviation_closed_not_voided(world: World) -> None:
    report = world.when(ReportAdverseEvent(case="AE-1", participant="001", reporter="Site 01", term="Fever"))[0]
    recorded = world.when(RecordDeviation(description="A letter went astray", rule="letter-lost", site=SITE))
    by_person, by_rule = recorded[0], world.when(RecordProcedure(participant="001", procedure="biopsy"))[-1]

    refusals = [
        world.refuses(voiding(entry.body.event_id, stream=entry.frame.stream.partition("/")[2]))
        for entry in (report, by_person, by_rule)
    ]

    assert isinstance(by_rule.fact, DeviationRecorded)
    assert {refusal.code for refusal in refusals} == {"not_voidable"}


def test_what_a_rule_found_is_not_voided_in_any_stream(world: World) -> None:
    given = world.given(voiding(world.new_id()), world.by, world.claimed(None), NOBODY_KNOWN)
    own = streams.participant(world.trial, "001")
    derived = world.record(given.fact(own, written(world, aged(world)).fact, derived=True), given, None)

    assert isinstance(derived.fact, FactRecorded)
    assert world.refuses(voiding(derived.body.event_id)).code == "not_voidable"


def test_after_the_lock_a_void_needs_an_unlock(world: World) -> None:
    target = aged(world)
    lock(world)

    assert world.refuses(voiding(target)).code == "trial_locked"


def test_a_voided_consent_leaves_earlier_acts_without_one(world: World) -> None:
    consent = consented(world, "001")
    act = world.later(hours=1).when(RecordProcedure(participant="001", procedure="biopsy"))

    entries = world.when(voiding(consent))

    found = one(entries, DeviationRecorded)
    assert deviations(act) == ()
    assert (found.rule, found.important, found.participant, found.site) == ("act-before-consent", True, "001", SITE)
    assert found.about == (act[0].body.event_id, entries[0].body.event_id)
    assert world.participant().consents == ()
