"""A correction makes the rules judge again: what is broken only now is a finding, and no decision changes."""

from typing import Any

import pytest

from domain.deviation.facts import DeviationRecorded
from domain.ledger.facts import RecordCorrected
from domain.participant.conduct import RecordTreatment, RecordVisit, RecordVitalStatus
from domain.participant.conduct_facts import TreatmentGiven, VitalStatusRecorded
from domain.participant.facts import Allocated, ConsentGiven, ConsentWithdrawn, EligibilityDecided, FactRecorded
from domain.participant.screening import RecordFact, RecordProcedure, WithdrawConsent
from domain.record import Entry
from tests.domain.corrections_story import correcting, event_of, last_of, present
from tests.domain.harness import World, deviations, on
from tests.domain.story import allocated, consented, eligible, measured, open_trial, screened


def retimed(world: World, kind: type[Any], moment: str) -> tuple[Entry, ...]:
    """Correct when the last fact of a type happened."""
    target = event_of(world, kind)
    old = present(world, target, "/occurred_at")
    return world.when(correcting(target, pointer="/occurred_at", old=old, new=str(on(moment))))


def about(entries: tuple[Entry, ...], rule: str) -> list[object]:
    """The first entry that each finding of a rule names."""
    facts = [entry.fact for entry in entries if isinstance(entry.fact, DeviationRecorded)]
    return [fact.about[0] for fact in facts if fact.rule == rule]


@pytest.fixture
def world() -> World:
    """Consent on 1 March at ten, a biopsy two hours later."""
    world = open_trial()
    consented(world, screened(world))
    world.later(hours=2).when(RecordProcedure(participant="001", procedure="biopsy"))
    return world.later(days=30)


def test_a_consent_that_came_later_than_recorded_puts_the_act_before_it(world: World) -> None:
    entries = retimed(world, ConsentGiven, "2027-03-02T09:00")

    assert deviations(entries) == ("act-before-consent",)
    assert isinstance(entries[0].fact, RecordCorrected)
    assert entries[1].body.source_kind == "derived"
    assert entries[1].fact.about[1] == entries[0].body.event_id


def test_a_consent_whose_hour_is_not_known_any_more_leaves_the_order_unknown(world: World) -> None:
    assert deviations(retimed(world, ConsentGiven, "2027-03-01")) == ("consent-order-unknown",)


def test_a_correction_that_breaks_nothing_finds_nothing(world: World) -> None:
    assert deviations(retimed(world, ConsentGiven, "2027-03-01T09:00")) == ()


def test_what_was_broken_before_is_not_found_again(world: World) -> None:
    retimed(world, ConsentGiven, "2027-03-02T09:00")

    assert deviations(retimed(world, ConsentGiven, "2027-03-03T09:00")) == ()


def test_what_the_protocol_allows_before_consent_stays_allowed() -> None:
    world = open_trial()
    consented(world, screened(world))
    world.later(hours=2).when(RecordProcedure(participant="001", procedure="temperature"))

    assert deviations(retimed(world.later(days=30), ConsentGiven, "2027-03-02T09:00")) == ()


def test_an_allocation_needs_consent_before_it_too() -> None:
    world = open_trial()
    allocated(world)
    world.later(days=30)

    entries = retimed(world, ConsentGiven, "2027-03-02T09:00")

    assert about(entries, "act-before-consent") == [event_of(world, Allocated)]


def test_treatment_turns_out_to_lie_after_a_withdrawal() -> None:
    world = open_trial()
    allocated(world)
    world.later(days=1).when(RecordTreatment(dose=1, participant="001"))
    world.later(days=5).when(WithdrawConsent(participant="001", scopes=("treatment",)))

    entries = retimed(world, ConsentWithdrawn, "2027-03-01T20:00")

    assert about(entries, "act-after-withdrawal") == [event_of(world, TreatmentGiven)]


def test_a_visit_turns_out_to_lie_after_a_death_and_outside_its_window() -> None:
    world = open_trial()
    allocated(world)
    world.when(RecordTreatment(dose=1, participant="001"))
    (visit, *_) = world.later(days=28).when(RecordVisit(participant="001", visit="V2"))
    world.later(days=5).when(RecordVitalStatus(case="AE-1", learned_from="hospital", participant="001", status="dead"))

    dead = retimed(world, VitalStatusRecorded, "2027-03-20T10:00")
    moved = retimed(world, TreatmentGiven, "2027-03-08T12:00")

    assert about(dead, "act-after-death") == [visit.body.event_id]
    assert about(moved, "visit-outside-window") == [visit.body.event_id]


def aged_wrongly(world: World, new: str) -> tuple[Entry, ...]:
    """Correct the age that the decision rested on."""
    target = world.participant().known["age"].event
    return world.when(correcting(target, new=new))


@pytest.mark.requirement("E6-03")
def test_a_corrected_fact_that_would_decide_otherwise_is_a_finding_and_the_decision_stands() -> None:
    world = open_trial()
    eligible(world)
    decision = last_of(world, EligibilityDecided)

    entries = aged_wrongly(world, "17")

    (finding,) = [entry.fact for entry in entries if isinstance(entry.fact, DeviationRecorded)]
    assert (finding.rule, finding.important) == ("eligibility-affected-by-correction", True)
    assert finding.about == (decision.body.event_id, entries[0].body.event_id)
    made = world.participant().eligibility
    assert made is not None
    assert made.eligible
    assert last_of(world, EligibilityDecided) == decision


def test_a_corrected_fact_that_decides_nothing_else_is_no_finding() -> None:
    world = open_trial()
    eligible(world)

    assert deviations(aged_wrongly(world, "41")) == ()


def test_a_fact_from_after_the_decision_does_not_touch_it() -> None:
    world = open_trial()
    eligible(world)
    world.later(days=1).when(RecordFact(fact="age", participant="001", value=measured("40", "a")))

    assert deviations(aged_wrongly(world, "17")) == ()


def test_before_a_decision_there_is_none_to_touch() -> None:
    world = open_trial()
    screened(world)
    world.when(RecordFact(fact="age", participant="001", value=measured("40", "a")))

    assert isinstance(last_of(world, FactRecorded).fact, FactRecorded)
    assert deviations(aged_wrongly(world, "17")) == ()
