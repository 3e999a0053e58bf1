"""Consent taken back, asked for again, and given again under a new screening number."""

import pytest

from domain import streams
from domain.adverse_event.commands import ReportAdverseEvent
from domain.command import Command
from domain.eligibility.rule import Chosen, FactValue, Stated
from domain.participant.conduct import RecordTreatment, RecordVisit, RecordVitalStatus
from domain.participant.eligibility import DecideEligibility
from domain.participant.enrolment import Allocate, Enrol
from domain.participant.facts import ConsentScope, ConsentWithdrawn, Rescreened, ScreeningOpened
from domain.participant.screening import (
    JudgeCriterion,
    OpenScreeningRecord,
    RecordFact,
    RecordProcedure,
    WithdrawConsent,
)
from domain.protocol.commands import ApproveProtocolVersion, IssueConsentVersion
from domain.site.commands import ApproveConsentVersion, PutProtocolVersionIntoEffect
from domain.times import Occurred
from domain.values import PartialDate
from tests.domain.harness import SPONSOR, World, deviations, one
from tests.domain.story import (
    SHA,
    SITE,
    allocated,
    assessed,
    consented,
    consenting,
    eligible,
    enrolled,
    measured,
    open_trial,
    screened,
)


def in_treatment() -> World:
    """Participant 001, allocated on 3 March; a week later."""
    world = open_trial().at("2027-03-03T09:00")
    allocated(world)
    return world.at("2027-03-10T09:00")


def withdrawing(*scopes: ConsentScope) -> WithdrawConsent:
    return WithdrawConsent(participant="001", scopes=scopes)


ACTS: dict[str, Command] = {
    "dose": RecordTreatment(participant="001", dose=1),
    "visit": RecordVisit(participant="001", visit="V1"),
    "missed visit": RecordVisit(participant="001", visit="V1", done=False),
    "procedure": RecordProcedure(participant="001", procedure="biopsy"),
    "result": RecordFact(fact="creatinine", participant="001", value=measured("80", "umol/L")),
    "adverse event": ReportAdverseEvent(participant="001", reporter="Site 01", term="Fell ill"),
    "death": RecordVitalStatus(participant="001", status="dead", case="AE-1"),
}
STOPPED: dict[ConsentScope, set[str]] = {
    "treatment": {"dose"},
    "follow_up": {"visit", "procedure"},
    "samples": {"procedure"},
    "data_use": {"result"},
}
"""What may not be done after consent for a scope was taken back; safety facts stand in no row."""


# --- withdrawal ------------------------------------------------------------------------------------------------


def test_withdrawal_needs_no_reason_and_says_its_scopes() -> None:
    world = in_treatment()

    entries = world.when(withdrawing("treatment", "samples"))

    assert one(entries, ConsentWithdrawn).scopes == ("treatment", "samples")
    assert not WithdrawConsent.NEEDS_REASON
    own = world.participant()
    assert own.withdrawn("treatment") == own.withdrawn("samples") == entries[0].body.occurred_at
    assert own.withdrawn("follow_up") is None


@pytest.mark.requirement("E6-12", "GD-03")
@pytest.mark.parametrize("scope", STOPPED)
@pytest.mark.parametrize("act", ACTS)
def test_each_scope_has_its_table_of_what_may_still_be_done_and_what_is_done_all_the_same_is_recorded(
    scope: ConsentScope, act: str
) -> None:
    world = in_treatment()
    world.when(withdrawing(scope))
    world.later(days=1)

    entries = world.when(ACTS[act])

    assert entries
    assert ("act-after-withdrawal" in deviations(entries)) == (act in STOPPED[scope])


@pytest.mark.requirement("E6-12", "GD-03")
def test_what_was_lawfully_collected_before_a_withdrawal_stays_and_may_be_recorded_late() -> None:
    world = in_treatment()
    before = world.facts(streams.participant("T1", "001"))
    world.when(withdrawing("treatment", "follow_up", "samples", "data_use"))
    world.later(days=2)

    for act in ACTS.values():
        assert "act-after-withdrawal" not in deviations(world.when(act, occurred="2027-03-09T10:00"))

    assert world.facts(streams.participant("T1", "001"))[: len(before)] == before


def test_an_act_that_may_have_come_after_the_withdrawal_is_flagged() -> None:
    world = in_treatment()
    world.when(withdrawing("treatment"))

    assert "act-after-withdrawal" in deviations(world.when(ACTS["dose"], occurred="2027-03-10"))


def test_consent_given_again_counts_from_then_on() -> None:
    world = in_treatment()
    world.when(withdrawing("treatment"))
    consented(world.at("2027-03-12T09:00"), "001")
    world.at("2027-03-14T09:00")

    assert world.participant().withdrawn("treatment") is None
    assert "act-after-withdrawal" not in deviations(world.when(ACTS["dose"]))
    assert "act-after-withdrawal" in deviations(world.when(ACTS["dose"], occurred="2027-03-11T09:00"))


def test_a_consent_claimed_for_the_moment_of_the_withdrawal_renews_nothing() -> None:
    world = in_treatment()
    world.when(withdrawing("treatment"), occurred="2027-03-09")

    consented(world, "001", "2027-03-09")

    assert world.participant().withdrawn("treatment") is not None


def test_a_consent_for_another_scope_renews_nothing() -> None:
    world = in_treatment()
    world.when(withdrawing("treatment"))
    world.later(days=1)
    world.when(consenting().model_copy(update={"scopes": ("samples",)}))

    assert world.participant().withdrawn("treatment") is not None


def test_of_two_withdrawals_the_earlier_claimed_one_counts_whenever_it_was_recorded() -> None:
    world = in_treatment()
    world.when(withdrawing("treatment"))

    world.when(withdrawing("treatment"), occurred="2027-03-08T10:00")

    assert world.participant().withdrawn("treatment") == Occurred("2027-03-08T10:00:00+08:00[Asia/Shanghai]")
    assert "act-after-withdrawal" in deviations(world.when(ACTS["dose"], occurred="2027-03-09T10:00"))


@pytest.mark.requirement("P11-11", "GD-03")
def test_no_permission_is_given_after_consent_to_treatment_was_withdrawn() -> None:
    world = open_trial()
    undecided = screened(world)
    consented(world, undecided)
    world.later(hours=1)
    assessed(world, undecided)
    decided, in_trial = eligible(world), enrolled(world)
    for number in (undecided, decided, in_trial):
        world.when(WithdrawConsent(participant=number, scopes=("treatment",)))

    for wish in (
        DecideEligibility(eligible=True, participant=undecided),
        Enrol(participant=decided),
        Allocate(participant=in_trial),
    ):
        assert world.refuses(wish).code == "consent_withdrawn"


# --- renewal ---------------------------------------------------------------------------------------------------


def with_new_version(world: World, version: str = "2", *, approved: str = "2027-03-08", again: bool = True) -> World:
    issuing = IssueConsentVersion(digest=SHA, document="ICF", language="zh", reconsent_needed=again, version=version)
    world.when(issuing, by=SPONSOR)
    approving = ApproveConsentVersion(
        approved=PartialDate(approved), document="ICF", language="zh", reference="EC 2", site=SITE, version=version
    )
    world.when(approving, by=SPONSOR)
    return world


@pytest.mark.requirement("EMA-17", "GD-03")
@pytest.mark.parametrize("act", ["dose", "visit", "procedure"])
def test_acts_without_the_consent_that_a_new_version_asks_for_again_are_recorded_and_flagged(act: str) -> None:
    world = with_new_version(in_treatment())

    assert "renewed-consent-missing" in deviations(world.when(ACTS[act]))
    assert "renewed-consent-missing" not in deviations(world.when(ACTS[act], occurred="2027-03-07T10:00"))
    world.when(consenting(version="2"))
    world.later(hours=1)
    assert "renewed-consent-missing" not in deviations(world.when(ACTS[act]))


def test_a_version_that_asks_nobody_again_leaves_earlier_consent_good() -> None:
    world = with_new_version(in_treatment(), again=False)

    assert "renewed-consent-missing" not in deviations(world.when(ACTS["visit"]))


def test_consent_on_a_still_later_version_renews_too() -> None:
    world = with_new_version(with_new_version(in_treatment()), "3", approved="2027-03-09", again=False)
    world.when(consenting(version="3"))
    world.later(hours=1)

    assert "renewed-consent-missing" not in deviations(world.when(ACTS["visit"]))


def test_somebody_who_first_consented_on_the_new_version_is_not_asked_again() -> None:
    world = with_new_version(open_trial().at("2027-03-10T09:00"))
    screened(world)
    world.when(consenting(version="2"))
    world.later(hours=1)

    assert "renewed-consent-missing" not in deviations(world.when(ACTS["procedure"]))


@pytest.mark.requirement("P11-11", "EMA-17")
def test_no_permission_is_given_without_the_consent_that_a_new_version_asks_for_again() -> None:
    world = open_trial().at("2027-03-03T09:00")
    number = eligible(world)
    with_new_version(world.at("2027-03-10T09:00"))

    assert world.refuses(Enrol(participant=number)).code == "consent_not_renewed"
    world.when(consenting(version="2"))
    world.later(hours=1)
    assert world.when(Enrol(participant=number))


# --- screening again -------------------------------------------------------------------------------------------


def rescreened(*, reuse_days: int | None = None) -> World:
    """001 screened on 3 March and again on 20 March as 002, under a protocol that lets results be reused so long."""
    world = open_trial().at("2027-03-03T09:00")
    version = ApproveProtocolVersion(
        change="clarification", digest=SHA, references="None", reuse_days=reuse_days, summary="Reuse", version="2"
    )
    world.when(version, by=SPONSOR)
    effect = PutProtocolVersionIntoEffect(effective=PartialDate("2027-03-01"), reference="x", site=SITE, version="2")
    world.when(effect, by=SPONSOR)
    first = screened(world)
    consented(world, first)
    world.later(hours=1)
    assessed(world, first)
    world.at("2027-03-20T09:00")
    screened(world, previous=first)
    return world


def test_a_rescreening_is_a_new_number_linked_both_ways_and_the_earlier_record_stays() -> None:
    world = open_trial()
    first = screened(world)
    consented(world, first)
    before = world.facts(streams.participant("T1", first))

    entries = world.when(OpenScreeningRecord(site=SITE, previous=first))

    assert one(entries, ScreeningOpened).previous == "001"
    assert world.facts(streams.participant("T1", first)) == (*before, Rescreened(next="002"))
    assert world.participant("001").next == "002"
    assert world.participant("002").previous == "001"


def test_consent_is_renewed_and_criteria_are_judged_again_under_the_new_number() -> None:
    world = rescreened()

    assert world.participant("002").consents == ()
    assert world.participant("002").judgements == ()
    assert world.refuses(DecideEligibility(eligible=True, participant="002")).code == "no_consent"
    consented(world, "002")
    world.later(hours=1)
    refusal = world.refuses(DecideEligibility(eligible=True, participant="002"))
    assert "I1 is UNKNOWN, E1 is UNKNOWN, I2 is UNKNOWN" in refusal.what
    assessed(world, "002")

    assert world.when(DecideEligibility(eligible=True, participant="002"))


@pytest.mark.parametrize(
    ("reuse_days", "measured_on", "reusable"),
    [
        (None, "2027-03-19T10:00", False),
        (0, "2027-03-19T10:00", False),
        (17, "2027-03-03T10:00", True),
        (16, "2027-03-03T10:00", False),
        (16, "2027-03", False),
        (None, "2027-03-20T08:00", True),
    ],
)
def test_results_are_reused_only_inside_the_window_of_the_protocol(
    reuse_days: int | None, measured_on: str, reusable: bool
) -> None:
    world = rescreened(reuse_days=reuse_days)
    consented(world, "002")
    world.later(hours=1)
    known: dict[str, FactValue] = {"pregnant": Stated(holds=False), "stratum": Chosen(code="SLE")}
    for name, value in known.items():
        world.when(RecordFact(fact=name, participant="002", value=value))

    reused = world.when(RecordFact(fact="age", participant="002", value=measured("40", "a")), occurred=measured_on)

    assert deviations(reused) == (() if reusable else ("result-too-old-to-reuse",))
    refusal = world.refuses(DecideEligibility(eligible=True, participant="002"))
    assert ("I1 is UNKNOWN" in refusal.what) is not reusable


def test_a_stratum_from_before_the_window_places_nobody() -> None:
    world = rescreened()
    consented(world, "002")
    world.later(hours=1)
    for name, value in (("age", measured("40", "a")), ("pregnant", Stated(holds=False))):
        world.when(RecordFact(fact=name, participant="002", value=value))
    world.when(JudgeCriterion(criterion="I2", participant="002", rationale="Able to take part", result="yes"))
    stratum = RecordFact(fact="stratum", participant="002", value=Chosen(code="SLE"))
    world.when(stratum, occurred="2027-03-04T10:00")
    world.when(DecideEligibility(eligible=True, participant="002"))

    assert world.refuses(Enrol(participant="002")).code == "no_stratum"
    world.when(stratum)
    assert world.when(Enrol(participant="002"))


def test_results_of_a_first_screening_may_be_older_than_its_number() -> None:
    world = open_trial().at("2027-03-03T09:00")
    screened(world)

    recording = RecordFact(fact="age", participant="001", value=measured("40", "a"))

    assert deviations(world.when(recording, occurred="2026-03-03")) == ()
