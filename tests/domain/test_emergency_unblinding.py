"""The emergency code-break: one participant, at once, recorded before it reveals, refused to hardly anyone."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from domain import streams
from domain.command import Reason
from domain.participant.conduct import RecordVitalStatus
from domain.participant.screening import RecordConsent, WithdrawConsent
from domain.site.commands import CloseSite, DelegateTasks, EndDelegation, HoldSite
from domain.site.site import Site
from domain.trial.commands import CloseTrial, PauseTrial
from domain.trial.facts import TrialLocked
from domain.unblinding.facts import ArmDisclosed, EmergencyUnblindingInvoked, Flag
from domain.values import PartialDate
from tests.domain.harness import INVESTIGATOR, SPONSOR, SUB_INVESTIGATOR, World, one
from tests.domain.story import DAY, SITE, allocated, screened
from tests.domain.unblinding_story import (
    ARMS,
    DESK,
    breaking,
    broken,
    in_vault,
    through_desk,
    trial_with_allocation,
    true_arm,
    unblinding,
)

WHY = Reason(code="decided", text="Decided by the sponsor for this test.")


@pytest.fixture
def world() -> World:
    return trial_with_allocation()


@pytest.mark.requirement("E6-02")
def test_an_investigator_learns_the_arm_with_a_coded_reason_alone(world: World) -> None:
    entries = world.when(breaking())

    invoked, told, _, vault = entries
    assert one(entries, EmergencyUnblindingInvoked).recipient == INVESTIGATOR.person
    assert told.fact == ArmDisclosed(recipient=INVESTIGATOR.person, vault_entry=vault.body.event_id)
    assert [fact.label for fact in in_vault(entries)] == [true_arm(world)]
    assert invoked.frame.stream == told.frame.stream
    assert not any(arm in repr(entries) for arm in ARMS)


def test_an_emergency_without_the_code_of_its_reason_cannot_be_read() -> None:
    with pytest.raises(ValidationError, match="code of its reason"):
        breaking(reason=None)


def test_the_desk_acts_for_a_named_physician_who_is_the_recipient(world: World) -> None:
    entries = world.when(through_desk(), by=DESK)

    invoked = one(entries, EmergencyUnblindingInvoked)
    assert (invoked.channel, invoked.recipient) == ("code_break_desk", "Treating physician, ward 3")
    assert [fact.recipient for fact in in_vault(entries)] == ["Treating physician, ward 3"]


def test_the_desk_names_a_physician_and_an_investigator_names_nobody() -> None:
    with pytest.raises(ValidationError, match="treating physician"):
        breaking(channel="code_break_desk")
    with pytest.raises(ValidationError, match="treating physician"):
        breaking(recipient="Somebody else")


def test_whoever_learns_the_arm_is_the_one_who_is_recorded_as_recipient(world: World) -> None:
    as_desk = world.refuses(through_desk())
    as_investigator = world.refuses(breaking(), by=DESK)

    assert as_desk.rule == as_investigator.rule == "the-recipient-is-who-learns-the-arm"
    assert "`investigator`" in as_desk.next_step
    assert "`code_break_desk`" in as_investigator.next_step


def test_who_was_never_allocated_has_no_arm_and_the_way_leads_to_the_desk(world: World) -> None:
    number = screened(world)

    refusals = (world.refuses(breaking(number)), world.refuses(breaking("999")))
    at_desk = world.refuses(through_desk("999"), by=DESK)

    assert {refusal.code for refusal in (*refusals, at_desk)} == {"never_allocated"}
    assert all("code-break desk" in refusal.next_step for refusal in refusals)
    assert at_desk.next_step.startswith("Ask the caller")


def test_the_whole_emergency_is_one_append_and_a_second_reader_is_an_event_of_its_own(world: World) -> None:
    first = broken(world)
    second = broken(world, by=SUB_INVESTIGATOR)

    assert first != second
    assert [d.recipient for d in unblinding(world, second).disclosures] == [SUB_INVESTIGATOR.person]
    assert len({d.vault_entry for name in (first, second) for d in unblinding(world, name).disclosures}) == 2


def paused(world: World) -> None:
    world.when(PauseTrial(reason=WHY), by=SPONSOR)


def closed(world: World) -> None:
    world.when(CloseTrial(reason=WHY), by=SPONSOR)


def locked(world: World) -> None:
    fact = TrialLocked(data_digest="ab" * 32, position=1, request=world.new_id(), root="cd" * 32)
    world.happened(streams.trial(world.trial), fact)


def held(world: World) -> None:
    world.when(HoldSite(reason=WHY, site=SITE), by=SPONSOR)


def site_closed(world: World) -> None:
    world.when(CloseSite(reason=WHY, site=SITE), by=SPONSOR)


def withdrawn(world: World) -> None:
    world.when(WithdrawConsent(participant="001", scopes=("treatment",)))


def dead(world: World) -> None:
    world.when(RecordVitalStatus(learned_from="hospital", participant="001", status="dead"))


def delegation_ended(world: World) -> None:
    (delegation,) = world.get(Site, streams.site(world.trial, SITE)).delegations
    world.when(EndDelegation(delegation=delegation.delegation, ended=PartialDate("2027-02-01"), site=SITE))


@pytest.mark.requirement("EMA-16")
@pytest.mark.parametrize(
    ("happens", "flag"),
    [
        (paused, "trial_paused"),
        (closed, "trial_closed"),
        (locked, "trial_locked"),
        (held, "site_held"),
        (site_closed, "site_closed"),
        (withdrawn, "participant_withdrawn"),
        (dead, "participant_dead"),
        (delegation_ended, "delegation_lapsed"),
    ],
)
def test_what_is_out_of_order_is_flagged_and_never_refused(
    world: World, happens: Callable[[World], None], flag: Flag
) -> None:
    happens(world)
    world.later(hours=1)

    entries = world.when(breaking())

    assert one(entries, EmergencyUnblindingInvoked).flags == (flag,)
    assert len(in_vault(entries)) == 1


def test_everything_out_of_order_at_once_is_still_no_refusal(world: World) -> None:
    for happens in (withdrawn, dead, delegation_ended, paused, closed, held, site_closed, locked):
        happens(world)

    fact = one(world.when(breaking()), EmergencyUnblindingInvoked)

    assert len(fact.flags) == 8


def test_nothing_is_flagged_when_everything_is_in_order(world: World) -> None:
    assert one(world.when(breaking()), EmergencyUnblindingInvoked).flags == ()


def test_consent_given_again_is_no_withdrawal_any_more(world: World) -> None:
    withdrawn(world)
    again = RecordConsent(
        document="ICF", informed_by=INVESTIGATOR.person, language="zh", participant="001", version="1"
    )
    world.later(hours=1).when(again)

    assert one(world.when(breaking()), EmergencyUnblindingInvoked).flags == ()


def test_a_sub_investigator_without_the_task_is_flagged_and_the_principal_needs_no_delegation(world: World) -> None:
    undelegated = one(world.when(breaking(), by=SUB_INVESTIGATOR), EmergencyUnblindingInvoked)
    allocated(world)
    world.when(
        DelegateTasks(
            delegate=SUB_INVESTIGATOR.person,
            delegate_role="sub_investigator",
            site=SITE,
            starts=DAY,
            tasks=("unblinding",),
        )
    )
    delegated = one(world.when(breaking("002"), by=SUB_INVESTIGATOR), EmergencyUnblindingInvoked)
    other = INVESTIGATOR._replace(person="successor-01")
    principal = one(world.when(breaking(), by=other), EmergencyUnblindingInvoked)

    assert undelegated.flags == ("delegation_lapsed",)
    assert delegated.flags == principal.flags == ()


def test_the_desk_needs_no_delegation_of_the_site(world: World) -> None:
    assert one(world.when(through_desk(), by=DESK), EmergencyUnblindingInvoked).flags == ()
