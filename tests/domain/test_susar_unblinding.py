"""A SUSAR: the arm to one named safety person, triggered and disclosed by two; what was filed stands in the vault."""

from datetime import timedelta
from typing import Any

import pytest

from domain import streams
from domain.adverse_event.commands import (
    AssessCausality,
    AssessExpectedness,
    AssessSeriousness,
    NullifyAdverseEvent,
)
from domain.command import Reason
from domain.people.facts import PersonDeactivated
from domain.unblinding.commands import (
    AcknowledgeDisclosure,
    ApproveUnblinding,
    AssessUnblindingImpact,
    CloseUnblinding,
    DiscloseArm,
    RecordRegulatorySubmission,
    TriggerSusarUnblinding,
    WithdrawUnblinding,
)
from domain.unblinding.facts import RegulatorySubmissionRecorded, SusarUnblindingTriggered
from tests.domain.harness import ADMINISTRATOR, INVESTIGATOR, MEDICAL_MONITOR, SPONSOR, World, one, persona
from tests.domain.release_story import with_role
from tests.domain.safety_story import lock, reporting
from tests.domain.story import enrolled
from tests.domain.unblinding_story import SAFETY, UNBLINDER, in_vault, trial_with_allocation, true_arm, unblinding

CASE = "AE-1"


@pytest.fixture
def world() -> World:
    """An allocated participant with a serious case that nobody has judged further."""
    world = trial_with_allocation()
    world.when(reporting(case=CASE, serious=True))
    with_role(world, UNBLINDER)
    return world


def triggering(world: World, **changed: Any) -> TriggerSusarUnblinding:
    wish: dict[str, Any] = {
        "case": CASE,
        "expires": world.now + timedelta(days=3),
        "recipient": UNBLINDER.person,
    }
    return TriggerSusarUnblinding(**wish | changed)


def triggered(world: World, **changed: Any) -> str:
    entries = world.when(triggering(world, **changed), by=SAFETY)
    return streams.name_of(entries[0].frame.stream)


def test_a_missing_judgement_counts_as_the_worse(world: World) -> None:
    entries = world.when(triggering(world), by=SAFETY)

    fact = one(entries, SusarUnblindingTriggered)
    assert (fact.case, fact.participant, fact.recipients) == (CASE, "001", (UNBLINDER.person,))
    assert len(entries) == 1


@pytest.mark.requirement("SAF-06")
def test_the_named_person_learns_the_arm_without_routine_approvals_and_nobody_else_does(world: World) -> None:
    request = triggered(world)

    disclosed = world.when(DiscloseArm(request=request, recipient=UNBLINDER.person), by=UNBLINDER)

    (held,) = in_vault(disclosed)
    assert (held.label, held.recipient) == (true_arm(world), UNBLINDER.person)
    refused = world.refuses(DiscloseArm(request=request, recipient=INVESTIGATOR.person), by=UNBLINDER)
    assert refused.code == "not_a_recipient"


def test_whoever_triggered_it_does_not_disclose_it(world: World) -> None:
    request = triggered(world)

    refused = world.refuses(DiscloseArm(request=request, recipient=UNBLINDER.person), by=SAFETY)

    assert (refused.code, refused.rule) == ("same_person", "discloser-is-not-the-trigger")


def test_whoever_triggers_it_does_not_learn_the_arm(world: World) -> None:
    refused = world.refuses(triggering(world, recipient=SAFETY.person), by=SAFETY)

    assert (refused.code, refused.rule) == ("same_person", "the-trigger-stays-blind")


def test_only_a_safety_unblinder_of_the_trial_with_an_open_account_may_be_named(world: World) -> None:
    with_role(world, MEDICAL_MONITOR)
    elsewhere = persona("unblinder-02", "safety_unblinder", "CRO")
    with_role(world, elsewhere, trial="T2")
    gone = persona("unblinder-03", "safety_unblinder", "CRO")
    with_role(world, gone)
    world.happened(streams.person(gone.person), PersonDeactivated(person=gone.person), by=ADMINISTRATOR)

    for person in (MEDICAL_MONITOR, elsewhere, gone):
        assert world.refuses(triggering(world, recipient=person.person), by=SAFETY).code == "not_a_safety_unblinder"


def test_a_case_that_was_judged_away_is_no_susar(world: World) -> None:
    world.when(AssessSeriousness(case=CASE, serious=False))

    refused = world.refuses(triggering(world), by=SAFETY)

    assert refused.code == "not_a_susar"
    assert "not serious" in refused.what


def test_not_related_needs_the_word_of_both_sides_and_expected_that_of_the_sponsor(world: World) -> None:
    world.when(AssessCausality(case=CASE, related=False), by=INVESTIGATOR)
    one_side = triggered(world)
    world.when(AssessCausality(case=CASE, related=False), by=SAFETY)
    both = world.refuses(triggering(world), by=SAFETY)
    world.when(AssessCausality(case=CASE, related=True), by=SAFETY)
    world.when(AssessExpectedness(case=CASE, expected=True, reference="RSI 1.0"), by=SAFETY)
    expected = world.refuses(triggering(world), by=SAFETY)

    assert one_side
    assert ("not related" in both.what, "expected" in expected.what) == (True, True)


def test_a_nullified_case_is_no_susar(world: World) -> None:
    why = Reason(code="duplicate", text="It was reported twice by the site.")
    world.when(NullifyAdverseEvent(case=CASE, reason=why), by=SAFETY)

    assert world.refuses(triggering(world), by=SAFETY).code == "not_a_susar"


def test_a_case_must_be_reported_its_participant_allocated_and_its_time_to_come(world: World) -> None:
    other = enrolled(world)
    world.when(reporting(other, case="AE-2", serious=True))

    assert world.refuses(triggering(world, case="AE-9"), by=SAFETY).code == "no_such_case"
    assert world.refuses(triggering(world, case="AE-2"), by=SAFETY).code == "never_allocated"
    assert world.refuses(triggering(world, expires=world.now), by=SAFETY).code == "already_expired"


def test_it_goes_on_after_the_lock_and_ends_with_its_time(world: World) -> None:
    lock(world)
    request = triggered(world)
    late = triggered(world)
    world.when(DiscloseArm(request=request, recipient=UNBLINDER.person), by=UNBLINDER)

    world.later(days=4)

    refused = world.refuses(DiscloseArm(request=late, recipient=UNBLINDER.person), by=UNBLINDER)
    assert refused.code == "unblinding_expired"
    assert unblinding(world, late).stage(world.now) == "EXPIRED"


def test_nobody_approves_or_withdraws_it_as_if_it_were_routine(world: World) -> None:
    request = triggered(world)

    assert unblinding(world, request).stage(world.now) == "TRIGGERED"
    assert world.refuses(ApproveUnblinding(request=request), by=SPONSOR).code == "no_such_unblinding"
    assert world.refuses(WithdrawUnblinding(request=request), by=SAFETY).code == "no_such_unblinding"


def test_it_is_acknowledged_assessed_and_closed_like_any_disclosure(world: World) -> None:
    request = triggered(world)
    world.when(DiscloseArm(request=request, recipient=UNBLINDER.person), by=UNBLINDER)
    world.when(AcknowledgeDisclosure(request=request), by=UNBLINDER)
    world.when(
        AssessUnblindingImpact(request=request, impact="none", explanation="Only the safety desk knows."), by=SPONSOR
    )

    world.when(CloseUnblinding(request=request), by=SPONSOR)

    assert unblinding(world, request).stage(world.now) == "CLOSED"


@pytest.mark.requirement("E6-07")
@pytest.mark.parametrize("sent", [True, False])
def test_what_was_filed_stands_in_the_vault_alone_and_filing_nothing_looks_the_same_outside(
    world: World, sent: bool
) -> None:
    before = {name: len(held) for name, held in world.entries.items() if not name.startswith("vault:")}
    wish = RecordRegulatorySubmission(
        case=CASE, destination="The authority", reference="2027-1" if sent else None, sent=sent
    )

    world.when(wish, by=UNBLINDER)
    (entry,) = world.when(wish, by=UNBLINDER)

    assert (entry.frame.stream, entry.fact.sent) == (streams.submission(world.trial, CASE), sent)
    assert before == {name: len(held) for name, held in world.entries.items() if not name.startswith("vault:")}
    assert [entry.frame.version for entry in world.entries[streams.submission(world.trial, CASE)]] == [1, 2]
    assert "authority" not in repr(wish)
    assert world.refuses(wish.model_copy(update={"case": "AE-9"}), by=UNBLINDER).code == "no_such_case"
    assert repr(one((entry,), RegulatorySubmissionRecorded)) == "RegulatorySubmissionRecorded(concealed)"
