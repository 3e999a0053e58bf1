"""Deviations are recorded in every state, graded by people, and closed once."""

from typing import Any
from uuid import UUID

import pytest

from domain import streams
from domain.adverse_event.commands import ReportAdverseEvent
from domain.command import Command
from domain.deviation.commands import CloseDeviation, GradeDeviation, RecordDeviation
from domain.deviation.deviation import Deviation
from domain.deviation.facts import DeviationClosed, DeviationGraded, DeviationRecorded
from domain.ledger.facts import RecordVoided
from domain.site.commands import CloseSite
from tests.domain.harness import MEDICAL_MONITOR, World, deviations, one, persona
from tests.domain.safety_story import lock
from tests.domain.story import open_trial, registered, screened, with_site

MONITOR = persona("cra-01", "monitor", "CRO")


def at_a_site() -> World:
    """An open trial with participant 001 at site 01, found at by a monitor."""
    world = open_trial()
    screened(world)
    world.by = MONITOR
    return world


def finding(**more: Any) -> RecordDeviation:
    return RecordDeviation.model_validate(
        {"description": "The laboratory sample was lost on the way", "rule": "sample-handling"} | more
    )


def recorded(world: World, **more: Any) -> str:
    """A deviation on record; its id."""
    return one(world.when(finding(**more)), DeviationRecorded).deviation


def deviation_of(world: World, deviation: str) -> Deviation:
    return world.get(Deviation, streams.deviation(world.trial, deviation))


def test_a_person_records_a_deviation_of_a_participant_with_the_words_under_the_participants_key() -> None:
    world = at_a_site()
    act = UUID(int=7)

    (entry,) = world.when(finding(about=(act,), important=True, participant="001"))

    told = entry.fact
    assert isinstance(told, DeviationRecorded)
    assert (told.about, told.found, told.important, told.rule) == ((act,), "person", True, "sample-handling")
    assert (told.participant, told.site) == ("001", "01")
    assert told.description is not None
    assert (told.description.audience, told.description.size) == ("trial_team", 1024)
    assert world.seals.kept[told.description.nonce] == "The laboratory sample was lost on the way"
    assert world.seals.scopes[told.description.nonce] == "participant:T1/001"
    assert entry.frame.stream == streams.deviation("T1", told.deviation)
    assert entry.body.protocol_version == "1"
    assert entry.body.source_kind == "direct"


def test_a_deviation_may_concern_a_site_alone_or_the_trial_as_a_whole() -> None:
    world = at_a_site()

    (at_site,) = world.when(finding(site="01"))
    (of_trial,) = world.when(finding())

    assert (at_site.fact.participant, at_site.fact.site, at_site.body.protocol_version) == (None, "01", "1")
    assert (of_trial.fact.participant, of_trial.fact.site, of_trial.body.protocol_version) == (None, None, None)
    assert world.seals.scopes[of_trial.fact.description.nonce] == "trial:T1"
    assert not of_trial.fact.important


@pytest.mark.parametrize(
    ("about", "site"),
    [({"participant": "001"}, "01"), ({"site": "01"}, "01"), ({}, None), ({"participant": "999"}, None)],
)
def test_it_concerns_the_site_of_its_participant_or_the_site_named(about: dict[str, str], site: str | None) -> None:
    world = at_a_site()
    wish = finding(**about)

    assert wish.concerned_site(world.room(wish)) == site


def test_a_site_that_contradicts_the_participants_is_refused_with_the_way_out() -> None:
    world = at_a_site()
    with_site(world, "02")

    refusal = world.refuses(finding(participant="001", site="02"))

    assert (refusal.code, refusal.rule) == ("other_site", "participant-has-one-site")
    assert one(world.when(finding(participant="001", site="01")), DeviationRecorded).site == "01"


def test_an_unknown_participant_or_site_is_flagged_and_the_deviation_recorded() -> None:
    world = at_a_site()

    unknown_participant = world.when(finding(participant="999", site="01"))
    unknown_site = world.when(finding(site="77"))

    assert deviations(unknown_participant) == ("sample-handling", "unknown-participant")
    assert deviations(unknown_site) == ("sample-handling", "unknown-site")
    found, flag = (entry.fact for entry in unknown_participant)
    assert (found.site, flag.site, flag.participant) == ("01", "01", "999")
    assert (flag.about, flag.found) == ((unknown_participant[0].body.event_id,), "rule")


@pytest.mark.parametrize("participant", ["001", None])
def test_a_deviation_is_recorded_after_the_lock_and_at_a_closed_site(participant: str | None) -> None:
    world = at_a_site()
    world.when(CloseSite(site="01"))
    lock(world)

    entries = world.when(finding(participant=participant))

    assert deviations(entries) == ("sample-handling", "fact-after-lock")


def test_a_deviation_is_recorded_before_the_trial_opens() -> None:
    assert deviations(registered(World()).when(finding())) == ("sample-handling",)


def test_a_trial_that_was_never_registered_has_no_deviations() -> None:
    assert World().refuses(finding()).code == "no_such_trial"
    assert World().refuses(CloseDeviation(action="Nothing", deviation="d1")).code == "no_such_trial"


def test_a_grading_says_what_it_touches_and_a_later_one_replaces_it() -> None:
    world = at_a_site()
    deviation = recorded(world)
    graded = GradeDeviation(affects_data=True, affects_safety=False, important=True, deviation=deviation)

    told = one(world.when(graded, by=MEDICAL_MONITOR), DeviationGraded)

    assert told == DeviationGraded(affects_data=True, affects_safety=False, important=True)
    assert (deviation_of(world, deviation).important, deviation_of(world, deviation).graded) == (True, True)
    world.when(GradeDeviation(affects_data=False, affects_safety=False, important=False, deviation=deviation))
    assert not deviation_of(world, deviation).important


def test_a_deviation_that_a_rule_found_is_graded_and_closed_like_any_other() -> None:
    world = at_a_site()
    report = ReportAdverseEvent(participant="999", reporter="Site 01", term="Fell ill")
    deviation = one(world.when(report), DeviationRecorded).deviation

    world.when(GradeDeviation(affects_data=True, affects_safety=True, important=True, deviation=deviation))
    world.when(CloseDeviation(action="The number was 001", deviation=deviation))

    own = deviation_of(world, deviation)
    assert (own.rule, own.participant, own.important, own.closed) == ("unknown-participant", "999", True, True)


def test_a_deviation_is_closed_once_with_what_was_done_in_words() -> None:
    world = at_a_site()
    of_participant, of_trial = recorded(world, participant="001"), recorded(world)

    first = one(world.when(CloseDeviation(action="Courier changed", deviation=of_participant)), DeviationClosed)
    second = one(world.when(CloseDeviation(action="Courier changed", deviation=of_trial)), DeviationClosed)
    refusal = world.refuses(CloseDeviation(action="Courier changed", deviation=of_participant))

    assert (refusal.code, refusal.rule) == ("already_closed", "closes-once")
    assert (first.action.audience, first.action.size) == ("trial_team", 1024)
    assert world.seals.kept[first.action.nonce] == "Courier changed"
    assert world.seals.scopes[first.action.nonce] == "participant:T1/001"
    assert world.seals.scopes[second.action.nonce] == "trial:T1"
    assert deviation_of(world, of_participant).closed


def test_closing_after_the_lock_opens_no_further_deviation() -> None:
    world = at_a_site()
    deviation = recorded(world)
    lock(world)

    entries = world.when(CloseDeviation(action="Courier changed", deviation=deviation))

    assert len(entries) == 1


@pytest.mark.parametrize(
    "wish",
    [
        GradeDeviation(affects_data=True, affects_safety=True, important=True, deviation="d1"),
        CloseDeviation(action="Courier changed", deviation="d1"),
    ],
    ids=lambda wish: wish.NAME,
)
def test_a_deviation_that_does_not_exist_is_neither_graded_nor_closed(wish: Command) -> None:
    refusal = at_a_site().refuses(wish)

    assert (refusal.code, refusal.rule) == ("no_such_deviation", "deviation-must-be-recorded")


def test_a_voided_deviation_does_not_stand() -> None:
    world = at_a_site()
    deviation = recorded(world)
    stream = streams.deviation("T1", deviation)
    (entry,) = world.entries[stream]
    world.happened(
        stream,
        RecordVoided(recorded_instead_in=None, target=entry.body.event_id, target_position=entry.frame.position),
    )

    assert world.refuses(CloseDeviation(action="Courier changed", deviation=deviation)).code == "no_such_deviation"


def test_grading_and_closing_concern_the_site_that_the_deviation_names() -> None:
    world = at_a_site()
    deviation = recorded(world, participant="001")
    wish = CloseDeviation(action="Courier changed", deviation=deviation)

    assert wish.concerned_site(world.room(wish)) == "01"
