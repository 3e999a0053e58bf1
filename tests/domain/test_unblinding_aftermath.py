"""What follows once somebody knows an arm: acknowledged, explained in time, assessed, and only then closed."""

import pytest
from pydantic import ValidationError

from domain import streams
from domain.command import Reason
from domain.deviation.facts import DeviationRecorded
from domain.trial.facts import TrialLocked
from domain.unblinding.aftermath import (
    AcknowledgeDisclosure,
    AssessUnblindingImpact,
    CloseUnblinding,
    RecordUnblindingNarrative,
    ReportAccidentalUnblinding,
)
from domain.unblinding.facts import (
    AccidentReported,
    DisclosureAcknowledged,
    ImpactAssessed,
    NarrativeRecorded,
    UnblindingClosed,
)
from domain.unblinding.routine import DiscloseArm
from domain.unblinding.unblinding import Unblinding
from tests.domain.harness import INVESTIGATOR, MEDICAL_MONITOR, SPONSOR, World, deviations, facts_of, one
from tests.domain.story import SITE
from tests.domain.unblinding_story import (
    DESK,
    ELSEWHERE,
    SAFETY,
    UNBLINDER,
    approved,
    broken,
    disclosed,
    requested,
    through_desk,
    trial_with_allocation,
    unblinding,
)

WORDS = "Sepsis two days after treatment; the further treatment depended on it."


@pytest.fixture
def world() -> World:
    return trial_with_allocation()


def acknowledging(request: str) -> AcknowledgeDisclosure:
    return AcknowledgeDisclosure(request=request)


def explaining(request: str, words: str = WORDS) -> RecordUnblindingNarrative:
    return RecordUnblindingNarrative(narrative=words, request=request)


def assessing(request: str) -> AssessUnblindingImpact:
    return AssessUnblindingImpact(explanation="One rater knows one arm.", impact="participant_data", request=request)


def closing(request: str) -> CloseUnblinding:
    return CloseUnblinding(request=request)


def accident(**changed: object) -> ReportAccidentalUnblinding:
    wish: dict[str, object] = {"account": "A label could be read on a photograph.", "learned_by": ("Nurse on duty",)}
    return ReportAccidentalUnblinding.model_validate(wish | changed)


def reported(world: World, **changed: object) -> str:
    return streams.name_of(world.when(accident(**changed), by=ELSEWHERE)[0].frame.stream)


def test_a_recipient_acknowledges_once_and_nobody_else_does(world: World) -> None:
    request = disclosed(world)

    other = world.refuses(acknowledging(request), by=UNBLINDER)
    entries = world.when(acknowledging(request), by=SAFETY)
    again = world.refuses(acknowledging(request), by=SAFETY)

    assert facts_of(entries) == (DisclosureAcknowledged(recipient=SAFETY.person),)
    assert other.code == again.code == "nothing_to_acknowledge"


def test_the_desk_acknowledges_for_the_physician_whom_it_called_back(world: World) -> None:
    request = broken(world, through_desk(), by=DESK)

    other = world.refuses(acknowledging(request), by=INVESTIGATOR)
    entries = world.when(acknowledging(request), by=DESK)
    again = world.refuses(acknowledging(request), by=DESK)

    assert facts_of(entries) == (DisclosureAcknowledged(recipient="Treating physician, ward 3"),)
    assert other.code == again.code == "nothing_to_acknowledge"


@pytest.mark.requirement("E6-02")
def test_an_emergency_explained_within_a_day_opens_no_deviation(world: World) -> None:
    request = broken(world)
    world.later(hours=24)

    (entry,) = world.when(explaining(request))

    assert isinstance(entry.fact, NarrativeRecorded)
    assert world.seals.kept[entry.fact.narrative.nonce] == WORDS
    assert world.seals.scopes[entry.fact.narrative.nonce] == f"participant:{world.trial}/001"


@pytest.mark.requirement("E6-02")
def test_an_emergency_explained_later_is_accepted_and_flagged_once(world: World) -> None:
    request = broken(world)
    world.later(hours=24, seconds=1)

    late = world.when(explaining(request))
    further = world.when(explaining(request, "A further remark, written at leisure."))

    (deviation,) = [entry.fact for entry in late if isinstance(entry.fact, DeviationRecorded)]
    assert (deviation.rule, deviation.participant, deviation.site) == ("narrative-late", "001", SITE)
    assert deviation.about == (late[0].body.event_id,)
    assert deviations(further) == ()


def test_a_disclosure_entered_late_is_counted_from_when_it_happened(world: World) -> None:
    entries = world.when(through_desk(), by=DESK, occurred="2027-02-27T10:00")

    late = world.when(explaining(streams.name_of(entries[0].frame.stream)))

    assert deviations(late) == ("narrative-late",)


def test_only_an_emergency_has_a_narrative(world: World) -> None:
    assert world.refuses(explaining(disclosed(world))).code == "no_such_unblinding"


@pytest.mark.requirement("E6-14")
def test_what_nobody_has_learned_has_no_impact_and_nothing_to_close(world: World) -> None:
    request = requested(world)

    assert world.refuses(assessing(request), by=MEDICAL_MONITOR).code == "nothing_disclosed"
    assert world.refuses(closing(request), by=SPONSOR).code == "nothing_disclosed"


@pytest.mark.requirement("E6-14")
def test_an_emergency_is_closed_when_acknowledged_explained_and_assessed(world: World) -> None:
    request = broken(world)
    missing: list[str] = []
    for wish, by in (
        (acknowledging(request), INVESTIGATOR),
        (explaining(request), INVESTIGATOR),
        (assessing(request), MEDICAL_MONITOR),
    ):
        missing.append(world.refuses(closing(request), by=SPONSOR).what)
        world.when(wish, by=by)

    entries = world.when(closing(request), by=SPONSOR)

    assert facts_of(entries) == (UnblindingClosed(),)
    assert [("acknowledgement" in what, "narrative" in what, "impact assessment" in what) for what in missing] == [
        (True, True, True),
        (False, True, True),
        (False, False, True),
    ]
    assert world.refuses(closing(request), by=SPONSOR).code == "already_closed"


def test_a_routine_unblinding_needs_no_narrative_to_be_closed(world: World) -> None:
    request = disclosed(world)
    world.when(acknowledging(request), by=SAFETY)
    world.when(assessing(request), by=MEDICAL_MONITOR)

    world.when(closing(request), by=SPONSOR)

    assert unblinding(world, request).stage(world.now) == "CLOSED"
    telling = DiscloseArm(request=request, recipient=UNBLINDER.person)
    assert world.refuses(telling, by=UNBLINDER).code == "unblinding_closed"


@pytest.mark.requirement("E6-14")
def test_one_more_reader_asks_for_a_new_assessment(world: World) -> None:
    request = disclosed(world)
    world.when(assessing(request), by=MEDICAL_MONITOR)
    judged = unblinding(world, request).needs_assessment

    world.when(DiscloseArm(request=request, recipient=UNBLINDER.person), by=UNBLINDER)

    assert not judged
    assert unblinding(world, request).needs_assessment


def test_the_impact_goes_under_the_key_of_the_participant(world: World) -> None:
    fact = one(world.when(assessing(disclosed(world)), by=MEDICAL_MONITOR), ImpactAssessed)

    assert world.seals.scopes[fact.explanation.nonce] == f"participant:{world.trial}/001"


@pytest.mark.requirement("ST-01")
def test_an_accident_is_reported_by_anyone_and_opens_a_deviation(world: World) -> None:
    wish = accident(participant="001", site="02")
    entries = world.when(wish, by=ELSEWHERE)

    fact = one(entries, AccidentReported)
    deviation = one(entries, DeviationRecorded)
    assert wish.concerned_site(world.room(wish)) == "02", "the reporter's own site, so that nobody is turned away"
    assert (fact.participant, fact.learned_by) == ("001", ("Nurse on duty",))
    assert (deviation.rule, deviation.important, deviation.site) == ("accidental-unblinding", True, SITE)
    assert world.seals.scopes[fact.account.nonce] == f"participant:{world.trial}/001"
    assert unblinding(world, fact.request).stage(world.now) == "REPORTED"


def test_an_accident_of_no_named_participant_goes_under_the_trial_s_key(world: World) -> None:
    wish = accident(site=SITE)
    entries = world.when(wish)

    fact = one(entries, AccidentReported)
    assert wish.concerned_site(world.room(wish)) == SITE
    assert accident().concerned_site(world.room(accident())) is None
    assert one(entries, DeviationRecorded).site == SITE
    assert world.seals.scopes[fact.account.nonce] == f"trial:{world.trial}"


def test_an_accident_of_an_unknown_participant_is_recorded_and_flagged(world: World) -> None:
    entries = world.when(accident(participant="999"))

    assert deviations(entries) == ("accidental-unblinding", "unknown-participant")


def test_an_accident_after_the_lock_is_recorded(world: World) -> None:
    world.happened(
        streams.trial(world.trial),
        TrialLocked(data_digest="ab" * 32, position=1, request=world.new_id(), root="cd" * 32),
    )

    assert deviations(world.when(accident(participant="001"))) == ("accidental-unblinding",)
    assert ReportAccidentalUnblinding.SAFETY


@pytest.mark.parametrize("participant", [None, "001"])
def test_an_accident_is_closed_once_its_impact_is_assessed(world: World, participant: str | None) -> None:
    request = reported(world, participant=participant)
    early = world.refuses(closing(request), by=SPONSOR)
    assessed = one(world.when(assessing(request), by=MEDICAL_MONITOR), ImpactAssessed)

    world.when(closing(request), by=SPONSOR)

    assert early.code == "unblinding_unfinished"
    assert unblinding(world, request).closed
    own_key = f"trial:{world.trial}" if participant is None else f"participant:{world.trial}/{participant}"
    assert world.seals.scopes[assessed.explanation.nonce] == own_key


def test_an_accident_has_nobody_to_acknowledge_it(world: World) -> None:
    assert world.refuses(acknowledging(reported(world)), by=SAFETY).code == "no_such_unblinding"


def test_a_reason_may_be_given_but_names_nobody_by_identity() -> None:
    with pytest.raises(ValidationError):
        accident(reason=Reason(code="x"), name="Somebody")


def test_an_entry_of_another_subject_leaves_an_unblinding_as_it_was(world: World) -> None:
    request = approved(world)
    before = unblinding(world, request)

    opened = world.entries[streams.participant(world.trial, "001")][0]

    assert before.after(opened).at_version(before.version) == before
    assert Unblinding.start().stage(world.now) == "NONE"
