"""An adverse event is accepted in every state of trial, site and participant; what is out of order is flagged."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain import streams
from domain.adverse_event.commands import FollowUpAdverseEvent, ReportAdverseEvent
from domain.adverse_event.facts import AdverseEventReported
from domain.command import Command
from domain.deviation.facts import DeviationRecorded
from domain.participant.conduct import RecordVitalStatus
from domain.participant.screening import WithdrawConsent
from domain.record import Performer
from domain.site.commands import CloseSite, HoldSite
from domain.values import PartialDate
from tests.domain.harness import (
    COORDINATOR,
    INVESTIGATOR,
    NOBODY_KNOWN,
    World,
    deviations,
    facts_of,
    on,
    one,
)
from tests.domain.safety_story import SAFETY_PHYSICIAN, SERVICE, at_a_site, lock, reporting
from tests.domain.story import registered, screened, with_protocol, with_site


def test_reporter_participant_and_event_suffice_and_all_else_is_said_to_be_unknown() -> None:
    world = at_a_site()

    (entry,) = world.when(reporting())

    assert isinstance(entry.fact, AdverseEventReported)
    told = entry.fact
    assert (told.aware_at, told.onset, told.product, told.serious, told.severity) == (None,) * 5
    assert (told.criteria, told.narrative) == ((), None)
    assert (told.participant, told.reporter) == ("001", "Site 01")
    assert streams.name_of(entry.frame.stream) == told.case
    assert entry.body.protocol_version == "1"


@pytest.mark.parametrize("missing", ["participant", "reporter", "term"])
def test_a_report_without_one_of_them_is_no_report(missing: str) -> None:
    least = {"participant": "001", "reporter": "Site 01", "term": "Fell ill"}

    with pytest.raises(ValidationError, match=missing):
        ReportAdverseEvent.model_validate({key: value for key, value in least.items() if key != missing})


def test_a_full_report_is_recorded_as_sent_with_its_texts_sealed_under_the_participants_key() -> None:
    world = at_a_site()
    wish = reporting(
        aware_at=on("2027-03-03T09:00"),
        case="AE-1",
        criteria=("hospitalisation", "life_threatening"),
        narrative="Found at home, taken to hospital",
        onset=PartialDate("2027-03"),
        product="study_treatment",
        serious=True,
        severity="severe",
    )

    told = one(world.when(wish), AdverseEventReported)

    assert (told.aware_at, told.case) == (on("2027-03-03T09:00"), "AE-1")
    assert (told.criteria, told.serious, told.severity) == (("hospitalisation", "life_threatening"), True, "severe")
    assert (told.onset, told.product) == (PartialDate("2027-03"), "study_treatment")
    assert told.narrative is not None
    assert (told.narrative.audience, told.narrative.size) == ("safety", 16384)
    assert (told.term.audience, told.term.size) == ("trial_team", 256)
    assert world.seals.kept[told.narrative.nonce] == "Found at home, taken to hospital"
    assert world.seals.kept[told.term.nonce] == "Fell ill at home"
    assert {world.seals.scopes[text.nonce] for text in (told.narrative, told.term)} == {"participant:T1/001"}


def test_the_product_unknown_is_no_product_of_that_name() -> None:
    world = at_a_site()

    assert one(world.when(reporting(product="UNKNOWN")), AdverseEventReported).product is None


def test_an_event_of_a_participant_nobody_screened_is_accepted_and_flagged() -> None:
    world = at_a_site()

    report, flag = world.when(reporting("999"))

    assert isinstance(report.fact, AdverseEventReported)
    assert isinstance(flag.fact, DeviationRecorded)
    assert (flag.fact.rule, flag.fact.participant, flag.fact.site) == ("unknown-participant", "999", None)
    assert flag.fact.about == (report.body.event_id,)
    assert flag.body.source_kind == "derived"
    assert report.body.protocol_version is None


def test_a_site_may_report_about_somebody_unknown_in_its_own_name() -> None:
    world = at_a_site()
    wish = reporting("999", case="AE-9", site="01")

    entries = world.when(wish)

    assert wish.concerned_site(world.room(wish)) == "01"
    assert deviations(entries) == ("unknown-participant",)
    assert one(entries, DeviationRecorded).site == "01"
    follow_up = FollowUpAdverseEvent(case="AE-9", site="01")
    assert follow_up.concerned_site(world.room(follow_up)) == "01"
    assert deviations(world.when(follow_up)) == ("unknown-participant",)


def test_a_site_that_was_never_registered_is_flagged_and_the_event_accepted() -> None:
    world = at_a_site()

    entries = world.when(reporting("999", site="77"))

    assert deviations(entries) == ("unknown-participant", "unknown-site")


def test_the_participants_own_site_counts_whatever_site_is_named() -> None:
    world = at_a_site()
    wish = reporting(site="77")

    entries = world.when(wish)

    assert wish.concerned_site(world.room(wish)) == "01"
    assert deviations(entries) == ()


def test_an_event_is_accepted_before_the_trial_opens() -> None:
    world = with_site(with_protocol(registered(World(), "design")), active=False).at("2027-03-03T10:00")
    screened(world)

    entries = world.when(reporting(serious=True))

    assert deviations(entries) == ()
    assert one(entries, AdverseEventReported).serious is True


@pytest.mark.parametrize(("shut", "rule"), [(HoldSite(site="01"), "site-held"), (CloseSite(site="01"), "site-closed")])
def test_an_event_is_accepted_at_a_held_or_closed_site_and_flagged(shut: Command, rule: str) -> None:
    world = at_a_site()
    world.when(shut)

    entries = world.when(reporting(serious=True))

    assert one(entries, AdverseEventReported).serious is True
    assert deviations(entries) == (rule,)


def test_the_sponsors_safety_desk_breaks_no_rule_of_a_closed_site() -> None:
    world = at_a_site()
    world.when(CloseSite(site="01"))

    assert deviations(world.when(reporting(), by=SAFETY_PHYSICIAN)) == ()


def test_an_event_is_accepted_after_withdrawal() -> None:
    world = at_a_site()
    world.when(WithdrawConsent(participant="001", scopes=("treatment", "follow_up", "samples", "data_use")))

    entries = world.later(days=1).when(reporting(serious=True))

    assert facts_of(entries) == (one(entries, AdverseEventReported),)


def test_an_event_learned_of_after_the_death_is_accepted_and_only_a_later_onset_is_flagged() -> None:
    world = at_a_site()
    world.at("2027-03-20T10:00").when(
        RecordVitalStatus(participant="001", status="dead", date=PartialDate("2027-03-10"), case="AE-0")
    )

    before = world.when(reporting(onset=PartialDate("2027-03-09")))
    same_day = world.when(reporting(onset=PartialDate("2027-03-10")))
    not_sure = world.when(reporting(onset=PartialDate("2027-03")))
    unknown = world.when(reporting())
    after = world.when(reporting(onset=PartialDate("2027-03-11")))

    assert [deviations(found) for found in (before, same_day, not_sure, unknown)] == [()] * 4
    assert deviations(after) == ("onset-after-death",)


def test_an_event_is_accepted_after_the_lock_and_flagged() -> None:
    world = at_a_site()
    lock(world)

    entries = world.when(reporting(serious=True))

    assert one(entries, AdverseEventReported).serious is True
    assert deviations(entries) == ("safety-fact-after-lock",)


def test_whatever_is_out_of_order_at_once_is_flagged_at_once() -> None:
    world = at_a_site()
    lock(world)
    world.when(HoldSite(site="01"))
    world.when(CloseSite(site="01"))

    entries = world.when(
        reporting(onset=PartialDate("2027-03-04")),
        by=SERVICE,
        performer=NOBODY_KNOWN,
        occurred="2027-03-04T10:00",
    )

    assert isinstance(entries[0].fact, AdverseEventReported)
    assert sorted(deviations(entries)) == [
        "occurred-in-the-future",
        "performer-unknown-to-system",
        "safety-fact-after-lock",
        "site-closed",
        "site-held",
    ]


@pytest.mark.parametrize(
    "claim",
    [
        {"aware_at": on("2027-03-03T10:01")},
        {"onset": PartialDate("2027-03-04")},
        {"onset": PartialDate("2027-04"), "aware_at": on("2027-03-04")},
    ],
)
def test_a_claimed_time_in_the_future_is_flagged_once(claim: dict[str, Any]) -> None:
    world = at_a_site()

    assert deviations(world.when(reporting(**claim))) == ("occurred-in-the-future",)


@pytest.mark.parametrize("claim", [{"onset": PartialDate("2027-03-03")}, {"aware_at": on("2027-03-03T10:00")}])
def test_today_is_not_the_future(claim: dict[str, Any]) -> None:
    assert deviations(at_a_site().when(reporting(**claim))) == ()


def test_the_day_of_onset_is_a_day_of_the_site_or_of_the_trial_where_no_site_is_known() -> None:
    world = at_a_site().at("2027-03-04T00:30")
    tomorrow_in_london = PartialDate("2027-03-04")

    at_the_site = world.when(reporting(onset=tomorrow_in_london))
    nowhere_known = world.when(reporting("999", onset=tomorrow_in_london))
    undecided = registered(World()).at("2027-03-04T00:30").when(reporting("999", onset=tomorrow_in_london))

    assert deviations(at_the_site) == ()
    assert deviations(nowhere_known) == ("unknown-participant",)
    assert deviations(undecided) == ("unknown-participant", "occurred-in-the-future")


def test_who_was_not_delegated_is_flagged_at_the_site_and_not_at_the_sponsor() -> None:
    world = at_a_site()
    without_role = Performer(person=COORDINATOR.person, role=None)

    assert deviations(world.when(reporting(), by=INVESTIGATOR)) == ()
    assert deviations(world.when(reporting(), by=COORDINATOR)) == ("performer-not-delegated",)
    assert deviations(world.when(reporting(), by=SERVICE, performer=without_role)) == ("performer-not-delegated",)
    assert deviations(world.when(reporting(), by=SAFETY_PHYSICIAN)) == ()


def test_a_trial_that_was_never_registered_has_no_cases() -> None:
    world = World()

    assert world.refuses(reporting()).code == "no_such_trial"
    assert world.refuses(FollowUpAdverseEvent(case="AE-1")).code == "no_such_trial"
