"""Screening and consent: numbers are never refused, and consent is recorded as it was given."""

from typing import Literal, get_args

import pytest

from domain.command import Command
from domain.deviation.facts import DeviationRecorded
from domain.deviation.found import IMPORTANT, SENTENCES, RuleCode
from domain.participant.conduct import RecordTreatment, RecordVisit
from domain.participant.eligibility import DecideEligibility
from domain.participant.enrolment import Enrol
from domain.participant.facts import (
    ConsentGiven,
    FactRecorded,
    ScreeningEnded,
    ScreeningNumberIssued,
    ScreeningOpened,
)
from domain.participant.screening import (
    EndScreening,
    OpenScreeningRecord,
    RecordConsent,
    RecordFact,
    RecordProcedure,
    WithdrawConsent,
)
from domain.protocol.commands import ApproveProtocolVersion
from domain.record import Entry, Performer
from domain.site.commands import CloseSite, HoldSite, PutProtocolVersionIntoEffect
from domain.trial.commands import CloseTrial, OpenScreening, PauseTrial, TrialCommand
from domain.values import PartialDate
from tests.domain.harness import COORDINATOR, INVESTIGATOR, NOBODY_KNOWN, SPONSOR, World, deviations, one
from tests.domain.safety_story import lock
from tests.domain.story import (
    SHA,
    SITE,
    assessed,
    consented,
    consenting,
    decided,
    enrolled,
    measured,
    open_trial,
    registered,
    screened,
    settings,
    with_lists,
    with_protocol,
    with_site,
)

OPENING = OpenScreeningRecord(site=SITE)
WITHDRAWING = WithdrawConsent(participant="001", scopes=("treatment",))


def draft(*, active: bool = True) -> World:
    world = decided(registered(World(), "design"), "design", settings())
    return with_lists(with_site(with_protocol(world), active=active))


def with_consent(moment: str = "2027-03-03T10:00") -> World:
    """Participant 001, who consented at that moment; a day later."""
    world = open_trial().at("2027-03-03T09:00")
    screened(world)
    consented(world.at(moment), "001")
    return world.at("2027-03-04T09:00")


# --- screening -------------------------------------------------------------------------------------------------


@pytest.mark.requirement("E6-12")
def test_screening_numbers_are_one_sequence_over_all_sites() -> None:
    world = open_trial()
    with_site(world, "02")

    numbers = [screened(world), screened(world, site="02"), screened(world)]

    assert numbers == ["001", "002", "003"]
    assert [issued.number for issued in world.every(ScreeningNumberIssued)] == numbers
    assert world.participant("002").site == "02"
    expected = OpenScreeningRecord(site=SITE, expect="004")
    assert one(world.when(expected), ScreeningOpened).number == "004"
    assert world.refuses(expected).code == "unexpected_number"


def test_issuing_a_screening_number_is_never_refused_and_opens_a_deviation_before_opening_or_at_an_inactive_site() -> (
    None
):
    assert deviations(draft(active=False).when(OPENING)) == ("screening-before-opening", "site-not-active")
    assert deviations(draft().when(OPENING)) == ("screening-before-opening",)
    assert deviations(open_trial().when(OPENING)) == ()


@pytest.mark.parametrize(
    ("stop", "expected"),
    [
        (PauseTrial(), ("trial-paused",)),
        (CloseTrial(), ("trial-closed",)),
        (HoldSite(site=SITE), ("site-not-active",)),
        (CloseSite(site=SITE), ("site-not-active",)),
    ],
)
def test_a_number_issued_while_trial_or_site_is_stopped_opens_a_deviation(
    stop: TrialCommand, expected: tuple[str, ...]
) -> None:
    world = open_trial()
    world.when(stop, by=SPONSOR)

    entries = world.when(OPENING)

    assert one(entries, ScreeningOpened).number == "001"
    assert deviations(entries) == expected
    deviation = one(entries, DeviationRecorded)
    assert (deviation.participant, deviation.site, deviation.found) == ("001", SITE, "rule")
    assert deviation.about == (entries[0].body.event_id,)
    assert entries[-1].body.source_kind == "derived"


def test_a_number_issued_after_the_lock_is_recorded_outside_the_locked_data() -> None:
    world = open_trial()
    lock(world)

    assert deviations(world.when(OPENING)) == ("fact-after-lock",)


def test_what_opening_gates_is_the_decision_not_the_number() -> None:
    world = draft()
    number = screened(world)
    consented(world, number)
    world.later(hours=1)
    assessed(world, number)

    assert world.refuses(DecideEligibility(eligible=True, participant=number)).code == "trial_not_open"
    world.when(OpenScreening(), by=SPONSOR)
    assert world.when(DecideEligibility(eligible=True, participant=number))


def test_nothing_is_recorded_about_somebody_who_was_never_screened_here() -> None:
    world = open_trial()

    assert world.refuses(consenting("009")).code == "no_such_participant"
    assert world.refuses(OpenScreeningRecord(site="09")).code == "no_such_site"
    assert world.refuses(OpenScreeningRecord(site=SITE, previous="009")).code == "no_such_participant"
    unknown = world.room(consenting("009"))
    assert consenting("009").concerned_site(unknown) is None


def test_every_entry_about_a_participant_stores_the_protocol_version_in_force_at_the_site_on_that_day() -> None:
    world = open_trial().at("2027-03-04T09:00")
    screened(world)
    version = ApproveProtocolVersion(change="substantial", digest=SHA, references="None", summary="Second", version="2")
    world.when(version, by=SPONSOR)
    effect = PutProtocolVersionIntoEffect(effective=PartialDate("2027-03-03"), reference="EC 2", site=SITE, version="2")
    world.when(effect, by=SPONSOR)

    late = world.when(WITHDRAWING, occurred="2027-03-02T10:00")
    now = world.when(WITHDRAWING)

    assert {entry.body.protocol_version for entry in late} == {"1"}
    assert {entry.body.protocol_version for entry in now} == {"2"}


def test_a_participant_unknown_to_the_trial_has_no_protocol_version_in_force() -> None:
    world = open_trial()
    screened(world)
    world.when(WITHDRAWING)
    given = world.last_given
    assert given is not None
    wish = WithdrawConsent(participant="009", scopes=("treatment",))

    assert wish.version_in_force(given, world.room(wish)) is None


# --- consent ---------------------------------------------------------------------------------------------------


def test_consent_is_recorded_with_version_language_informant_signer_and_claimed_time() -> None:
    world = open_trial().at("2027-03-03T12:00")
    screened(world)
    wish = RecordConsent(
        copy_handed_over=True,
        document="ICF",
        informed_by=INVESTIGATOR.person,
        language="zh",
        participant="001",
        scopes=("treatment", "follow_up"),
        signer="representative",
        version="1",
    )

    (entry,) = world.when(wish, occurred="2027-03-03T10:15")

    assert entry.fact == ConsentGiven(
        copy_handed_over=True,
        document="ICF",
        informed_by="investigator-01",
        language="zh",
        scopes=("treatment", "follow_up"),
        signer="representative",
        version="1",
    )
    assert str(entry.body.occurred_at) == "2027-03-03T10:15:00+08:00[Asia/Shanghai]"
    assert wish.key_scope(world.room(wish)) == "participant:T1/001"
    assert wish.concerned_site(world.room(wish)) == SITE


@pytest.mark.parametrize(
    ("wish", "moment"),
    [
        (consenting(version="2"), "2027-03-03T10:00"),
        (consenting(language="en"), "2027-03-03T10:00"),
        (consenting(), "2026-12-31T10:00"),
    ],
    ids=["wrong version", "wrong language", "before its approval"],
)
def test_consent_on_a_version_that_was_not_the_approved_one_that_day_is_recorded_and_flagged(
    wish: RecordConsent, moment: str
) -> None:
    world = open_trial().at("2027-03-03T12:00")
    screened(world)

    entries = world.when(wish, occurred=moment)

    assert one(entries, ConsentGiven)
    assert "consent-version-not-approved" in deviations(entries)
    assert world.participant().consents


@pytest.mark.requirement("P11-12")
def test_consent_taken_by_somebody_who_was_not_delegated_is_recorded_and_flagged() -> None:
    world = open_trial()
    screened(world)
    informed = consenting().model_copy(update={"informed_by": COORDINATOR.person})
    unknown = consenting().model_copy(update={"informed_by": None})

    assert deviations(world.when(informed)) == ("informed-without-delegation",)
    assert deviations(world.when(unknown)) == ("informed-without-delegation",)
    assert deviations(world.when(consenting(), by=COORDINATOR)) == ("performer-not-delegated",)


def test_a_performer_who_is_unknown_is_said_to_be_and_never_assumed() -> None:
    world = open_trial()
    screened(world)

    (entry, *more) = world.when(consenting(), performer=NOBODY_KNOWN)

    assert entry.body.performer == Performer(person=None, role=None)
    assert deviations(more) == ("performer-unknown-to-system",)


@pytest.mark.parametrize(
    ("stop", "expected"), [(HoldSite(site=SITE), "site-held"), (CloseSite(site=SITE), "site-closed")]
)
def test_late_consent_at_a_stopped_site_is_recorded_and_flagged(stop: TrialCommand, expected: str) -> None:
    world = open_trial()
    screened(world)
    world.when(stop, by=SPONSOR)

    assert deviations(world.when(consenting())) == (expected,)


def test_consent_after_the_lock_is_recorded_outside_the_locked_data() -> None:
    world = open_trial()
    screened(world)
    lock(world)

    assert deviations(world.when(consenting())) == ("fact-after-lock",)


# --- acts and consent ------------------------------------------------------------------------------------------

DONE: dict[str, Command] = {
    "procedure": RecordProcedure(participant="001", procedure="biopsy"),
    "visit": RecordVisit(participant="001", visit="V1"),
    "treatment": RecordTreatment(participant="001", dose=1),
}


def broken_by(entries: tuple[Entry, ...]) -> set[str]:
    """The consent rules that the entries name."""
    return {rule for rule in deviations(entries) if "consent" in rule}


@pytest.mark.requirement("GD-03", "P11-11")
@pytest.mark.parametrize("act", DONE)
@pytest.mark.parametrize(
    ("consent", "moment", "expected"),
    [
        ("2027-03-03T10:00", "2027-03-03T09:59", {"act-before-consent"}),
        ("2027-03-03T10:00", "2027-03-03T10:00", set[str]()),
        ("2027-03-03T10:00", "2027-03-03T10:01", set[str]()),
        ("2027-03-03", "2027-03-03T10:00", {"consent-order-unknown"}),
        ("2027-03-03T10:00", "2027-03-03", {"consent-order-unknown"}),
        ("2027-03-03", "2027-03-04", set[str]()),
        ("2027-03", "2027-03-03", {"consent-order-unknown"}),
    ],
)
def test_same_day_acts_without_times_have_an_unknown_order_and_are_listed_never_assumed_good(
    act: str, consent: str, moment: str, expected: set[str]
) -> None:
    world = open_trial().at("2027-03-09T09:00")
    screened(world)
    consented(world, "001", consent)

    assert broken_by(world.when(DONE[act], occurred=moment)) == expected


@pytest.mark.requirement("GD-03")
@pytest.mark.parametrize("act", DONE)
def test_an_act_without_any_consent_is_recorded_and_opens_an_important_deviation(act: str) -> None:
    world = open_trial()
    screened(world)

    entries = world.when(DONE[act])

    assert world.participant().acts[0].kind == act
    found = [entry.fact for entry in entries if isinstance(entry.fact, DeviationRecorded)]
    assert {(fact.rule, fact.important) for fact in found} >= {("act-before-consent", True)}


def test_what_the_protocol_in_force_names_may_be_done_before_consent() -> None:
    world = open_trial()
    screened(world)

    assert deviations(world.when(RecordProcedure(participant="001", procedure="temperature"))) == ()


def test_one_earlier_consent_is_enough() -> None:
    world = with_consent()
    consented(world, "001", "2027-03-04T08:00")

    assert broken_by(world.when(DONE["procedure"], occurred="2027-03-03T11:00")) == set()


# --- facts and the end of screening ----------------------------------------------------------------------------


def test_a_fact_is_typed_and_its_entry_stands_behind_it() -> None:
    world = with_consent()

    (entry,) = world.when(RecordFact(fact="age", participant="001", value=measured("40", "a")))

    assert entry.fact == FactRecorded(fact="age", value=measured("40", "a"))
    assert world.participant().known["age"].event == entry.body.event_id


@pytest.mark.parametrize("how", ["left", "lost", "died"])
def test_an_end_of_screening_is_recorded_and_ends_the_way_to_enrolment(how: Literal["left", "lost", "died"]) -> None:
    world = with_consent()

    entries = world.when(EndScreening(how=how, participant="001"))

    assert one(entries, ScreeningEnded).how == how
    assert deviations(entries) == ()
    assessed(world, "001")
    assert world.refuses(DecideEligibility(eligible=True, participant="001")).code == "screening_ended"
    assert world.refuses(Enrol(participant="001")).code == "screening_ended"


def test_an_end_of_screening_for_somebody_enrolled_is_recorded_and_flagged() -> None:
    world = open_trial()
    number = enrolled(world)

    entries = world.when(EndScreening(how="left", participant=number))

    assert deviations(entries) == ("screening-ended-after-enrolment",)
    assert world.participant(number).is_enrolled


def test_every_deviation_that_a_rule_opens_has_a_sentence() -> None:
    assert set(SENTENCES) == set(get_args(RuleCode))
    assert set(SENTENCES) >= IMPORTANT
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())
