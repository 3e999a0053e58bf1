"""After the allocation: treatment, visits, follow-up, life and death; four independent states, facts never refused."""

from typing import Literal

import pytest

from domain.deviation.found import RuleCode
from domain.participant.conduct import (
    RecordTreatment,
    RecordVisit,
)
from domain.participant.conduct_facts import TreatmentGiven, VisitRecorded
from domain.protocol.commands import ApproveProtocolVersion, VisitPart
from domain.site.commands import PutProtocolVersionIntoEffect
from domain.times import Occurred
from domain.values import PartialDate
from tests.domain.conduct_story import DOSE, V2, following, in_trial, treating
from tests.domain.harness import (
    SPONSOR,
    World,
    deviations,
    facts_of,
    one,
)
from tests.domain.story import SHA, SITE, enrolled, open_trial, screened


def treated(first: str = "2027-03-10T23:30") -> World:
    world = in_trial().at("2027-06-01T09:00")
    world.when(DOSE, occurred=first)
    return world


# --- treatment -------------------------------------------------------------------------------------------------


@pytest.mark.requirement("E6-08")
def test_treatment_is_the_same_fact_for_every_arm() -> None:
    world = in_trial()

    entries = world.when(DOSE)

    own = world.participant()
    assert own.allocation is not None
    number = own.allocation.fact.randomisation_number
    assert facts_of(entries) == (TreatmentGiven(dose=1, randomisation_number=number),)
    assert (own.treatment, own.doses) == ("on", 1)
    assert own.first_treatment == entries[0].body.occurred_at


@pytest.mark.requirement("P11-11")
def test_treatment_before_allocation_is_recorded_and_flagged() -> None:
    world = open_trial().at("2027-03-03T09:00")
    number = enrolled(world)

    entries = world.when(RecordTreatment(participant=number, dose=1))

    assert one(entries, TreatmentGiven).randomisation_number is None
    assert deviations(entries) == ("treatment-before-allocation",)


def test_a_dose_claimed_for_a_time_before_the_allocation_is_flagged_whenever_it_is_entered() -> None:
    world = in_trial()

    assert deviations(world.when(DOSE, occurred="2027-03-03T09:30")) == ("treatment-before-allocation",)
    assert deviations(world.when(DOSE, occurred="2027-03-03T11:00")) == ()


def test_the_first_treatment_is_the_one_claimed_first() -> None:
    world = in_trial()
    world.when(DOSE)

    world.when(RecordTreatment(participant="001", dose=2), occurred="2027-03-05T09:00")

    assert str(world.participant().first_treatment) == "2027-03-05T09:00:00+08:00[Asia/Shanghai]"
    assert world.participant().doses == 2


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("interrupted", ()),
        ("on", ()),
        ("stopped", ("treatment-after-stop",)),
        ("completed", ("treatment-after-stop",)),
    ],
)
def test_treatment_after_its_end_is_recorded_and_flagged(
    state: Literal["on", "interrupted", "stopped", "completed"], expected: tuple[RuleCode, ...]
) -> None:
    world = in_trial()
    world.when(DOSE)
    world.later(days=1)
    assert deviations(world.when(treating(state))) == ()
    assert world.participant().treatment == state
    world.later(days=1)

    entries = world.when(RecordTreatment(participant="001", dose=2))

    assert deviations(entries) == expected
    assert world.participant().treatment == state
    assert deviations(world.when(DOSE, occurred="2027-03-10T15:00")) == ()


def test_treatment_taken_up_again_after_a_stop_is_no_deviation() -> None:
    world = in_trial()
    world.when(treating("stopped"))
    world.when(treating("on"), occurred="2027-03-10T09:30")
    world.later(days=1)

    assert deviations(world.when(DOSE)) == ()
    assert world.participant().treatment == "on"


# --- visits ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2027-04-04T00:10", ()),
        ("2027-04-03T23:50", ("visit-outside-window",)),
        ("2027-04-10T23:50", ()),
        ("2027-04-11T00:10", ("visit-outside-window",)),
        ("2027-04-04", ()),
        ("2027-04-03", ("visit-outside-window",)),
        ("2027-04", ()),
    ],
)
def test_a_visit_window_is_counted_in_days_of_the_sites_calendar_never_in_hours(
    moment: str, expected: tuple[RuleCode, ...]
) -> None:
    assert deviations(treated().when(V2, occurred=moment)) == expected


def test_a_visit_claimed_in_another_zone_counts_on_the_sites_calendar() -> None:
    in_new_york = Occurred("2027-04-03T12:30:00-04:00[America/New_York]")

    assert deviations(treated().when(V2, occurred=in_new_york)) == ()


def test_without_a_first_treatment_no_window_is_counted() -> None:
    assert deviations(in_trial().when(V2)) == ()


def test_a_visit_that_the_protocol_in_force_does_not_plan_is_recorded_and_flagged() -> None:
    world = treated()
    world.when(
        ApproveProtocolVersion(
            change="substantial",
            digest=SHA,
            references="None",
            summary="A visit more",
            version="2",
            visits=(VisitPart(visit="V9", target_day=40, days_before=0, days_after=0),),
        ),
        by=SPONSOR,
    )
    effect = PutProtocolVersionIntoEffect(effective=PartialDate("2027-04-15"), reference="x", site=SITE, version="2")
    world.when(effect, by=SPONSOR)
    v9 = RecordVisit(participant="001", visit="V9")

    assert deviations(world.when(v9, occurred="2027-04-14T10:00")) == ("visit-not-planned",)
    assert deviations(world.when(v9, occurred="2027-04-19T10:00")) == ()
    assert deviations(world.when(V2, occurred="2027-04-19T10:00")) == ("visit-not-planned",)


def test_a_visit_that_did_not_take_place_breaks_no_rule_about_acts() -> None:
    world = open_trial()
    screened(world)

    entries = world.when(RecordVisit(participant="001", visit="V2", done=False))

    assert facts_of(entries) == (VisitRecorded(done=False, visit="V2"),)
    assert world.participant().acts == ()


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("left", ("act-after-leaving-follow-up",)),
        ("completed", ("act-after-leaving-follow-up",)),
        ("lost", ()),
        ("found_again", ()),
    ],
)
def test_a_visit_after_leaving_follow_up_is_recorded_and_flagged_and_a_late_entry_about_before_is_not(
    state: Literal["completed", "left", "lost", "found_again"], expected: tuple[RuleCode, ...]
) -> None:
    world = in_trial()
    world.when(following(state))
    world.later(days=1)

    assert deviations(world.when(V2)) == expected
    assert deviations(world.when(V2, occurred="2027-03-09T10:00")) == ()


def test_somebody_lost_can_be_found_again() -> None:
    world = in_trial()
    world.when(following("lost"))
    assert world.participant().follow_up == "lost"
    world.later(days=1)

    world.when(following("found_again"))

    assert world.participant().follow_up == "in"
