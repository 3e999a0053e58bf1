"""Routine unblinding: two approve what a third asked for, and each named recipient learns the arm by an event."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from domain import streams
from domain.allocation.facts import ListedArm, SlotDrawn
from domain.allocation.lists import SealedList
from domain.errors import DamagedLedgerError
from domain.participant.facts import Allocated
from domain.record import Entry
from domain.trial.facts import TrialLocked, TrialUnlocked
from domain.unblinding.facts import (
    ArmDisclosed,
    UnblindingApproved,
    UnblindingRejected,
    UnblindingRequested,
    UnblindingWithdrawn,
)
from domain.unblinding.routine import ApproveUnblinding, DiscloseArm, RejectUnblinding, WithdrawUnblinding
from domain.unblinding.unblinding import Disclosures
from tests.domain.harness import (
    INVESTIGATOR,
    MEDICAL_MONITOR,
    SECOND_SPONSOR,
    SPONSOR,
    STATISTICIAN,
    World,
    facts_of,
    one,
)
from tests.domain.story import SITE, open_trial, screened
from tests.domain.unblinding_story import (
    ARMS,
    SAFETY,
    UNBLINDER,
    WHY,
    approved,
    asking,
    breaking,
    broken,
    disclosed,
    in_vault,
    requested,
    trial_with_allocation,
    true_arm,
    unblinding,
)


@pytest.fixture
def world() -> World:
    return trial_with_allocation()


def lock(world: World) -> None:
    world.happened(
        streams.trial(world.trial),
        TrialLocked(data_digest="ab" * 32, position=1, request=world.new_id(), root="cd" * 32),
    )


def telling(request: str, recipient: str = SAFETY.person) -> DiscloseArm:
    return DiscloseArm(request=request, recipient=recipient)


def test_a_request_names_participant_purpose_recipients_and_its_end(world: World) -> None:
    entries = world.when(asking(world), by=SAFETY)

    fact = one(entries, UnblindingRequested)
    assert (fact.participant, fact.purpose, fact.recipients) == ("001", "safety", (SAFETY.person, UNBLINDER.person))
    assert fact.expires == world.now + timedelta(days=10)
    assert unblinding(world, fact.request).stage(world.now) == "REQUESTED"


def test_a_request_needs_a_reason_in_words() -> None:
    assert type(asking(World())).NEEDS_REASON
    assert RejectUnblinding.NEEDS_REASON


def test_what_was_never_allocated_cannot_be_asked_for(world: World) -> None:
    number = screened(world)

    refusal = world.refuses(asking(world, participant=number), by=SAFETY)

    assert refusal.code == "never_allocated"


def test_a_request_that_is_over_before_it_begins_is_refused(world: World) -> None:
    assert world.refuses(asking(world, expires=world.now), by=SAFETY).code == "already_expired"


def test_recipients_are_named_once_each_and_there_is_one_at_least(world: World) -> None:
    with pytest.raises(ValidationError, match="named twice"):
        asking(world, recipients=("x", "x"))
    with pytest.raises(ValidationError, match="at least 1"):
        asking(world, recipients=())


@pytest.mark.requirement("P11-11")
def test_the_arm_is_disclosed_after_two_approvals_and_not_after_one(world: World) -> None:
    request = requested(world)
    world.when(ApproveUnblinding(request=request), by=MEDICAL_MONITOR)

    refusal = world.refuses(telling(request), by=UNBLINDER)
    world.when(ApproveUnblinding(request=request), by=SPONSOR)
    told, _, vault = world.when(telling(request), by=UNBLINDER)

    assert refusal.code == "unblinding_requested"
    assert told.fact == ArmDisclosed(recipient=SAFETY.person, vault_entry=vault.body.event_id)
    assert unblinding(world, request).stage(world.now) == "DISCLOSED"


@pytest.mark.requirement("E6-08")
def test_what_was_disclosed_stands_in_the_vault_alone(world: World) -> None:
    request = approved(world)

    told, _, vault = world.when(telling(request), by=UNBLINDER)

    (fact,) = in_vault((told, vault))
    assert vault.frame.stream == streams.disclosure(world.trial, request)
    assert (fact.label, fact.participant, fact.recipient) == (true_arm(world), "001", SAFETY.person)
    assert not any(arm in repr(entry) for arm in ARMS for entry in (told, vault))


def test_each_participant_s_own_arm_is_disclosed() -> None:
    arms = {true_arm(trial_with_allocation(seed=seed)) for seed in range(1, 9)}

    told = set[tuple[str, str]]()
    for seed in range(1, 9):
        world = trial_with_allocation(seed=seed)
        (fact,) = in_vault(world.when(telling(approved(world)), by=UNBLINDER))
        told.add((fact.label, true_arm(world)))

    assert arms == set(ARMS), "the seeds draw both arms"
    assert told == {(arm, arm) for arm in ARMS}


@pytest.mark.requirement("P11-11")
def test_the_requester_approves_nothing_and_nobody_approves_twice(world: World) -> None:
    request = requested(world)
    world.when(ApproveUnblinding(request=request), by=MEDICAL_MONITOR)

    own = world.refuses(ApproveUnblinding(request=request), by=SAFETY)
    again = world.refuses(ApproveUnblinding(request=request), by=MEDICAL_MONITOR)

    assert (own.code, own.rule) == ("same_person", "requester-is-not-approver")
    assert (again.code, again.rule) == ("same_person", "two-distinct-approvers")


def test_a_third_approval_has_nothing_to_approve(world: World) -> None:
    request = approved(world)

    assert world.refuses(ApproveUnblinding(request=request), by=STATISTICIAN).code == "unblinding_approved"


def test_a_request_is_rejected_by_another_person_also_after_its_approval(world: World) -> None:
    request = approved(world)

    own = world.refuses(RejectUnblinding(request=request, reason=WHY), by=SAFETY)
    entries = world.when(RejectUnblinding(request=request, reason=WHY), by=STATISTICIAN)

    assert own.code == "same_person"
    assert facts_of(entries) == (UnblindingRejected(),)
    assert world.refuses(telling(request), by=UNBLINDER).code == "unblinding_rejected"


def test_a_request_is_withdrawn_by_the_requester_alone(world: World) -> None:
    request = requested(world)

    other = world.refuses(WithdrawUnblinding(request=request), by=SPONSOR)
    entries = world.when(WithdrawUnblinding(request=request), by=SAFETY)

    assert other.code == "not_the_requester"
    assert facts_of(entries) == (UnblindingWithdrawn(),)
    assert world.refuses(ApproveUnblinding(request=request), by=MEDICAL_MONITOR).code == "unblinding_withdrawn"


def test_nothing_takes_back_what_somebody_has_learned(world: World) -> None:
    request = disclosed(world)

    assert world.refuses(WithdrawUnblinding(request=request), by=SAFETY).code == "unblinding_disclosed"
    assert world.refuses(RejectUnblinding(request=request, reason=WHY), by=SPONSOR).code == "unblinding_disclosed"


def test_a_request_expires_by_itself(world: World) -> None:
    request = requested(world)
    late = approved(world)
    world.later(days=10)

    assert world.refuses(ApproveUnblinding(request=request), by=MEDICAL_MONITOR).code == "unblinding_expired"
    assert world.refuses(telling(late), by=UNBLINDER).code == "unblinding_expired"


def test_whoever_has_not_learned_the_arm_in_time_does_not_learn_it(world: World) -> None:
    request = disclosed(world)
    world.later(days=10)

    refusal = world.refuses(telling(request, UNBLINDER.person), by=UNBLINDER)

    assert (refusal.code, refusal.rule) == ("unblinding_expired", "unblinding-within-its-time")


def test_nobody_learns_the_arm_who_was_not_named(world: World) -> None:
    refusal = world.refuses(telling(approved(world), INVESTIGATOR.person), by=UNBLINDER)

    assert refusal.code == "not_a_recipient"


@pytest.mark.requirement("E6-09")
def test_every_further_reader_is_an_event_with_a_vault_entry_of_its_own(world: World) -> None:
    request = disclosed(world)

    second = world.when(telling(request, UNBLINDER.person), by=UNBLINDER)
    again = world.when(telling(request), by=UNBLINDER)

    known = unblinding(world, request).disclosures
    assert [d.recipient for d in known] == [SAFETY.person, UNBLINDER.person, SAFETY.person]
    assert len({d.vault_entry for d in known}) == 3
    assert [fact.recipient for fact in in_vault((*second, *again))] == [UNBLINDER.person, SAFETY.person]
    (first, *further) = world.entries[streams.disclosure(world.trial, request)]
    assert [entry.frame.version for entry in (first, *further)] == [1, 2, 3]
    assert Disclosures.start().after(first).after(further[0]).version == 2


def test_an_emergency_is_no_request_that_could_be_approved(world: World) -> None:
    request = broken(world)

    assert world.refuses(ApproveUnblinding(request=request), by=SPONSOR).code == "no_such_unblinding"
    assert world.refuses(ApproveUnblinding(request="nothing"), by=SPONSOR).code == "no_such_unblinding"
    assert world.refuses(telling("nothing"), by=UNBLINDER).code == "no_such_unblinding"


@pytest.mark.parametrize("purpose", ["treatment_decision", "regulatory", "participant_request"])
def test_after_the_lock_a_routine_disclosure_needs_an_unlock(world: World, purpose: str) -> None:
    request = approved(world, purpose=purpose)
    lock(world)

    refusals = (
        world.refuses(telling(request), by=UNBLINDER),
        world.refuses(asking(world, purpose=purpose), by=SAFETY),
    )
    unlock = TrialUnlocked(expires=world.now + timedelta(days=1), participants=("001",), request=world.new_id())
    world.happened(streams.trial(world.trial), unlock)

    assert {refusal.code for refusal in refusals} == {"trial_locked"}
    assert one(world.when(telling(request), by=UNBLINDER), ArmDisclosed).recipient == SAFETY.person


def test_the_duties_of_safety_go_on_after_the_lock(world: World) -> None:
    lock(world)

    request = disclosed(world, purpose="safety")

    assert unblinding(world, request).stage(world.now) == "DISCLOSED"


def test_a_command_on_a_request_concerns_the_participant_s_site_and_its_protocol_version(world: World) -> None:
    wish = ApproveUnblinding(request=requested(world))
    room = world.room(wish)

    (entry,) = world.when(wish, by=SECOND_SPONSOR)

    assert wish.concerned_site(room) == SITE
    assert entry.fact == UnblindingApproved()
    assert entry.body.protocol_version == "1"
    assert ApproveUnblinding(request="nothing").concerned_site(world.room(ApproveUnblinding(request="nothing"))) is None


def broken_record(world: World, stratum: str) -> str:
    """A participant whose allocation stands in the trial ledger alone; its request."""
    number = screened(world)
    allocation = Allocated(
        envelope=world.seals.arm("a1", trial=world.trial, event_id=world.new_id(), participant=number, list_root="ab"),
        list_root="ab" * 32,
        randomisation_number="R-1",
        seed_commitment="cd" * 32,
        stratum=stratum,
    )
    world.happened(streams.participant(world.trial, number), allocation)
    return approved(world, participant=number)


@pytest.mark.parametrize("stratum", ["SLE", "no-such-stratum"])
def test_a_vault_without_the_slot_is_a_damaged_ledger_and_leads_to_the_envelope(stratum: str) -> None:
    world = open_trial()
    request = broken_record(world, stratum)

    with pytest.raises(DamagedLedgerError, match="code-break desk"):
        world.when(telling(request), by=UNBLINDER)


def test_what_may_tell_an_arm_prints_its_name_alone(world: World) -> None:
    lists = [name for name in world.entries if streams.kind_of(name) == "list"]
    held = [entry for name in lists for entry in world.entries[name]]
    sealed = world.get(SealedList, lists[0])
    arm = ListedArm(arm="a1", label="Cells")
    (slot,) = world.every(SlotDrawn)

    printed = repr((held, sealed, arm, slot, world.last_given))

    assert not any(word in printed for word in (*ARMS, "'a1'", "'a2'"))
    assert repr(slot) == "SlotDrawn(concealed)"
    assert (arm.__rich_repr__(), slot.__rich_repr__()) == ([], [])


def test_a_list_that_was_never_sealed_has_no_arm_for_anybody(world: World) -> None:
    (slot,) = world.every(SlotDrawn)
    drawn: Entry = world.happened(f"vault:{world.trial}/list/other", slot)

    unrelated = world.entries[streams.trial(world.trial)][0]
    assert SealedList.start().after(drawn).after(unrelated).arm_of(slot.allocation) is None
    assert SealedList.start().arm_of(world.new_id()) is None


def test_a_refusal_never_holds_an_arm(world: World) -> None:
    request = approved(world)
    refusals = (
        world.refuses(telling(request, "nobody"), by=UNBLINDER),
        world.refuses(breaking("999")),
        world.refuses(ApproveUnblinding(request=request), by=SAFETY),
    )

    assert not any(arm in str(refusal) for arm in ARMS for refusal in refusals)
