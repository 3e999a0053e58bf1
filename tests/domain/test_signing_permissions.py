"""What rests on a signed act is refused until the act is signed; facts and emergencies never ask for a signature."""

from datetime import timedelta
from typing import Any

import pytest

from domain.command import Command, Reason
from domain.eligibility.rule import Holds, Stated
from domain.errors import Refusal
from domain.participant.conduct import RecordVisit
from domain.participant.eligibility import DecideEligibility
from domain.participant.enrolment import Allocate, Enrol
from domain.participant.screening import RecordFact
from domain.protocol.commands import ApproveInterpretation, ProposeInterpretation
from domain.site.commands import ActivateSite, DelegateTasks, EndDelegation
from domain.trial.commands import ApproveDecision, OpenScreening
from domain.trial.lock_commands import ConfirmUnlock, RequestUnlock
from domain.unblinding.commands import DiscloseArm
from domain.values import PartialDate
from tests.domain.corrections_story import correcting
from tests.domain.harness import (
    DATA_MANAGER,
    MEDICAL_MONITOR,
    SECOND_SPONSOR,
    SPONSOR,
    STATISTICIAN,
    World,
    persona,
)
from tests.domain.safety_story import lock, reporting
from tests.domain.signing_story import decided_unsigned, sign_late, withdraw
from tests.domain.story import (
    DAY,
    SITE,
    assessed,
    consented,
    decided,
    eligible,
    enrolled,
    open_trial,
    proposing,
    registered,
    screened,
    settings,
    with_lists,
    with_protocol,
    with_site,
)
from tests.domain.unblinding_story import SAFETY, UNBLINDER, approved, breaking, trial_with_allocation

RECORD = "participant/001"
RULE = "permissions-rest-on-signed-acts"
WHY = Reason(code="late_data", text="A laboratory sent results late.")
THIRD = persona("sponsor-03", "sponsor_lead", "Sponsor")


def refused(world: World, wish: Command, code: str, **how: Any) -> Refusal:
    refusal = world.refuses(wish, **how)
    assert (refusal.code, refusal.rule) == (code, RULE)
    return refusal


def read(world: World, code: str = "R1") -> World:
    """A reading of I2 that two approved."""
    wish = ProposeInterpretation(
        change="clarification",
        change_judged_by="monitor-01",
        choice="As meant",
        criterion="I2",
        effective=DAY,
        interpretation=code,
        options=("As meant",),
        question="How is it meant?",
        rationale="The wording",
        references="None",
        rule=Holds(fact="fit"),
    )
    world.when(wish, by=SPONSOR)
    for approver in (SECOND_SPONSOR, MEDICAL_MONITOR):
        world.when(ApproveInterpretation(interpretation=code), by=approver)
    return world


@pytest.fixture
def draft() -> World:
    """Everything decided and approved, nothing signed."""
    world = World()
    world.signs_itself = False
    return read(with_protocol(decided(registered(world, "design"), "design", settings())))


def test_screening_opens_only_on_decisions_and_readings_that_two_approvers_signed(draft: World) -> None:
    everything = refused(draft, OpenScreening(), "approval_not_signed", by=SPONSOR)
    sign_late(draft, "trial", by=SECOND_SPONSOR)
    sign_late(draft, "protocol")
    one_of_two = refused(draft, OpenScreening(), "approval_not_signed", by=SPONSOR)

    sign_late(draft, "trial")

    assert "R1, design" in everything.what
    assert "R1" not in one_of_two.what
    assert draft.when(OpenScreening(), by=SPONSOR)


def test_a_reading_alone_that_is_not_signed_keeps_screening_shut(draft: World) -> None:
    sign_late(draft, "trial")
    sign_late(draft, "protocol", by=MEDICAL_MONITOR)

    assert "R1" in refused(draft, OpenScreening(), "approval_not_signed", by=SPONSOR).what


def test_two_signatures_of_three_approvers_are_enough(draft: World) -> None:
    draft.when(ApproveDecision(question="design"), by=THIRD)
    sign_late(draft, "protocol")
    sign_late(draft, "trial", by=THIRD)
    sign_late(draft, "trial", by=SECOND_SPONSOR)

    assert draft.when(OpenScreening(), by=SPONSOR)


def test_an_approval_whose_signature_was_taken_back_counts_no_more(draft: World) -> None:
    sign_late(draft, "trial")
    sign_late(draft, "protocol")
    withdraw(draft, "trial")

    assert "design" in refused(draft, OpenScreening(), "approval_not_signed", by=SPONSOR).what


def test_lists_are_made_only_from_a_design_that_was_decided_under_signature(draft: World) -> None:
    with pytest.raises(Refusal) as caught:
        with_lists(draft)

    assert (caught.value.code, caught.value.rule) == ("approval_not_signed", RULE)
    sign_late(draft, "trial")
    assert with_lists(draft)


def test_a_site_is_activated_only_on_signed_delegations() -> None:
    world = with_protocol(decided(registered(World(), "design"), "design", settings()))
    world.signs_itself = False
    with_site(world, active=False)
    activating = ActivateSite(effective=DAY, site=SITE)

    refused(world, activating, "delegation_not_signed", by=SPONSOR)
    sign_late(world, f"site/{SITE}")

    assert world.when(activating, by=SPONSOR)


def test_a_delegation_that_holds_no_more_needs_no_signature_for_the_activation() -> None:
    world = with_protocol(decided(registered(World(), "design"), "design", settings()))
    with_site(world, active=False)
    world.signs_itself = False
    delegating = DelegateTasks(
        delegate="nurse-01", delegate_role="site_coordinator", site=SITE, starts=DAY, tasks=("visits",)
    )
    (entry,) = world.when(delegating)
    activating = ActivateSite(effective=PartialDate("2027-02-01"), site=SITE)

    assert entry.fact.delegation in refused(world, activating, "delegation_not_signed", by=SPONSOR).what
    world.when(EndDelegation(delegation=entry.fact.delegation, ended=PartialDate("2027-01-20"), site=SITE))
    assert world.when(activating, by=SPONSOR)


def test_nobody_is_enrolled_on_a_decision_that_is_not_signed() -> None:
    world = decided_unsigned()

    assert "the eligibility of 001" in refused(world, Enrol(participant="001"), "eligibility_not_signed").what
    sign_late(world, RECORD)
    assert world.when(Enrol(participant="001"))


def test_nobody_is_enrolled_on_a_signature_that_a_correction_superseded() -> None:
    world = open_trial().at("2027-03-03T10:00")
    eligible(world)
    world.when(correcting(world.participant().known["age"].event))

    refused(world, Enrol(participant="001"), "eligibility_not_signed")
    sign_late(world, RECORD)
    assert world.when(Enrol(participant="001"))


def test_nobody_is_enrolled_on_the_signature_of_an_earlier_decision() -> None:
    world = open_trial().at("2027-03-03T10:00")
    eligible(world)
    world.signs_itself = False
    world.when(DecideEligibility(eligible=True, participant="001"))

    refused(world, Enrol(participant="001"), "eligibility_not_signed")


def test_nobody_is_allocated_once_the_signed_decision_was_altered() -> None:
    world = open_trial().at("2027-03-03T10:00")
    enrolled(world)
    world.when(correcting(world.participant().known["age"].event))

    refused(world, Allocate(participant="001"), "eligibility_not_signed")
    sign_late(world, RECORD)
    assert world.when(Allocate(participant="001"))


def test_a_decision_rests_on_signed_readings_alone() -> None:
    world = open_trial().at("2027-03-03T10:00")
    consented(world, screened(world))
    assessed(world.later(hours=1), "001")
    world.signs_itself = False
    read(world)
    world.when(RecordFact(fact="fit", participant="001", value=Stated(holds=True)))
    deciding = DecideEligibility(eligible=True, participant="001")
    abroad = Reason(code="other", text="The participant moves abroad.")

    assert "R1" in refused(world, deciding, "approval_not_signed").what
    assert world.when(DecideEligibility(eligible=False, participant="001", reason=abroad))
    sign_late(world, "protocol")
    assert world.when(deciding)


def test_a_cap_is_lifted_only_by_a_decision_that_was_signed() -> None:
    world = open_trial(cap=1).at("2027-03-03T10:00")
    enrolled(world)
    eligible(world)
    full = world.refuses(Enrol(participant="002"))
    world.signs_itself = False
    decided(world, "design", settings(cap=1, over_enrolment=True))

    assert full.code == "stratum_full"
    refused(world, Enrol(participant="002"), "approval_not_signed")
    sign_late(world, "trial")
    assert world.when(Enrol(participant="002"))


def test_another_decision_that_waits_for_its_signatures_does_not_hold_up_a_cap_lifted_before() -> None:
    world = open_trial(cap=1, over_enrolment=True).at("2027-03-03T10:00")
    enrolled(world)
    eligible(world)
    world.signs_itself = False
    decided(world, "design", settings(cap=1))

    assert world.when(Enrol(participant="002"))


def test_an_arm_is_disclosed_only_once_two_approvers_have_signed() -> None:
    world = trial_with_allocation()
    world.signs_itself = False
    request = approved(world)
    disclosing = DiscloseArm(recipient=SAFETY.person, request=request)

    both = refused(world, disclosing, "approval_not_signed", by=UNBLINDER)
    sign_late(world, f"unblinding/{request}", by=SPONSOR)
    one = refused(world, disclosing, "approval_not_signed", by=UNBLINDER)
    sign_late(world, f"unblinding/{request}")

    assert all(person.person in both.what for person in (SPONSOR, MEDICAL_MONITOR))
    assert MEDICAL_MONITOR.person in one.what
    assert SPONSOR.person not in one.what
    assert world.when(disclosing, by=UNBLINDER)


def test_an_unlock_needs_the_signature_of_whoever_asked_for_it() -> None:
    world = open_trial().at("2027-03-03T10:00")
    lock(world)
    world.signs_itself = False
    world.when(RequestUnlock(expires=world.now + timedelta(days=2), reason=WHY), by=DATA_MANAGER)

    assert DATA_MANAGER.person in refused(world, ConfirmUnlock(), "request_not_signed", by=STATISTICIAN).what
    sign_late(world, "trial", by=DATA_MANAGER)
    assert world.when(ConfirmUnlock(), by=STATISTICIAN)


def test_facts_safety_reports_and_the_emergency_code_break_never_ask_for_a_signature() -> None:
    world = open_trial().at("2027-03-03T10:00")
    world.signs_itself = False
    number = "001"
    consented(world, screened(world))
    assessed(world.later(hours=1), number)
    world.when(DecideEligibility(eligible=True, participant=number))
    sign_late(world, RECORD)
    world.when(Enrol(participant=number))
    world.when(Allocate(participant=number))
    withdraw(world, RECORD)

    assert world.when(RecordVisit(participant=number, visit="V1"))
    assert world.when(reporting(case="AE-1", serious=True))
    assert world.when(breaking(number))


def test_proposing_and_approving_anew_ask_for_no_signature_of_what_was_before(draft: World) -> None:
    draft.when(proposing("design", settings()), by=SPONSOR)

    assert draft.when(ApproveDecision(question="design"), by=THIRD)
