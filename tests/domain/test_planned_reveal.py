"""The planned reveal: after a signed lock, on a plan and sets signed before it, by two officers, to named persons."""

from uuid import UUID

import pytest

from compliance.randomiser import RandV1
from domain import streams
from domain.allocation.facts import RandomisationCommitted
from domain.command import Room
from domain.ledger.facts import CorrectionDeclined
from domain.people.facts import PersonDeactivated
from domain.randomisation.rand_v1 import design_commitment, lp
from domain.release.analysis import FixAnalysisSets, RecordAnalysisPlan
from domain.release.base import Delivery
from domain.release.facts import PackageDelivered, PublicationDecided, RandomisationRevealed, ReleaseRecorded
from domain.release.reveal import ConfirmReveal, DecidePublication, RequestReveal
from domain.release.state import Releases
from domain.trial.facts import TrialLocked
from tests.domain.harness import ADMINISTRATOR, OFFICER, SPONSOR, STATISTICIAN, World, one
from tests.domain.release_story import (
    COMMITTEE,
    PLAN,
    SECOND_OFFICER,
    asked,
    delivering,
    excluding,
    lock,
    locked,
    ready,
    revealed,
    unlock,
    with_plan_and_sets,
)
from tests.domain.signing_story import register, sign_late, unsigned, withdraw


def confirming(world: World) -> str:
    """The code of the refusal that the second officer meets."""
    return world.refuses(ConfirmReveal(), by=SECOND_OFFICER).code


def test_two_officers_reveal_to_named_recipients_and_say_what_it_rests_on() -> None:
    world = asked(locked())
    wish = world.entries[streams.reveal(world.trial)][0]

    fact = one(world.when(ConfirmReveal(), by=SECOND_OFFICER), RandomisationRevealed)

    (lock_entry,) = [e for e in world.entries[streams.trial(world.trial)] if isinstance(e.fact, TrialLocked)]
    (plan,) = world.entries[streams.analysis_plan(world.trial)]
    assert fact == RandomisationRevealed(
        lock=lock_entry.body.event_id,
        plan=plan.body.event_id,
        recipients=(STATISTICIAN.person,),
        request=wish.body.event_id,
    )


@pytest.mark.requirement("E6-11", "P11-11")
def test_i21_nothing_is_revealed_without_a_hard_lock_in_force() -> None:
    never = asked(with_plan_and_sets(ready()))
    unlocked = asked(locked())
    unlock(unlocked, hours=1)

    assert (confirming(never), confirming(unlocked)) == ("not_locked", "not_locked")
    unlocked.later(hours=2)
    assert unlocked.when(ConfirmReveal(), by=SECOND_OFFICER)


def test_the_lock_itself_must_be_signed() -> None:
    world = with_plan_and_sets(ready())
    world.signs_itself = False
    lock(world)
    world.signs_itself = True
    asked(world)

    refused = world.refuses(ConfirmReveal(), by=SECOND_OFFICER)
    sign_late(world, "trial")

    assert refused.code == "lock_not_signed"
    assert world.when(ConfirmReveal(), by=SECOND_OFFICER)


def test_i21_a_plan_that_follows_the_lock_does_not_count() -> None:
    world = ready()
    world.when(FixAnalysisSets(), by=STATISTICIAN)
    lock(world)
    world.when(PLAN, by=STATISTICIAN)

    assert confirming(asked(world)) == "plan_not_before_lock"


@pytest.mark.requirement("E6-11")
def test_i21_a_plan_that_was_signed_only_after_the_lock_does_not_count() -> None:
    world = ready()
    unsigned(world, PLAN, by=STATISTICIAN)
    world.when(FixAnalysisSets(), by=STATISTICIAN)
    lock(world)
    before = confirming(asked(world))
    sign_late(world, "analysis-plan")

    assert (before, confirming(world)) == ("plan_not_before_lock", "plan_not_before_lock")


def test_a_plan_whose_signature_was_taken_back_does_not_count_until_a_lock_after_it_was_signed_again() -> None:
    world = locked()
    withdraw(world, "analysis-plan")
    taken_back = confirming(asked(world))
    sign_late(world, "analysis-plan")
    signed_late = confirming(world)

    lock(world)

    assert (taken_back, signed_late) == ("plan_not_before_lock", "plan_not_before_lock")
    assert world.when(ConfirmReveal(), by=SECOND_OFFICER)


def test_an_amendment_of_the_plan_after_the_lock_leaves_the_one_before_it_in_force() -> None:
    world = asked(locked())
    world.when(RecordAnalysisPlan(digest="6" * 64, reference="SAP, amended", version="2.0"), by=STATISTICIAN)

    fact = one(world.when(ConfirmReveal(), by=SECOND_OFFICER), RandomisationRevealed)

    assert fact.plan == world.entries[streams.analysis_plan(world.trial)][0].body.event_id


def test_sets_that_were_not_fixed_and_signed_before_the_lock_keep_the_blind() -> None:
    never, late, unsigned_sets = ready(), ready(), ready()
    for world in (never, late, unsigned_sets):
        world.when(PLAN, by=STATISTICIAN)
    unsigned(unsigned_sets, FixAnalysisSets(), by=STATISTICIAN)
    for world in (never, late, unsigned_sets):
        lock(world)
    unlock(late)
    late.when(FixAnalysisSets(), by=STATISTICIAN)
    late.later(hours=2)

    for world in (never, late, unsigned_sets):
        assert confirming(asked(world)) == "sets_not_before_lock"


def test_an_exclusion_during_an_unlock_asks_for_sets_fixed_anew_and_another_lock() -> None:
    world = asked(locked())
    unlock(world)
    world.when(excluding(), by=STATISTICIAN)
    world.later(hours=2)
    open_again = confirming(world)
    unlock(world)
    world.when(FixAnalysisSets(), by=STATISTICIAN)

    lock(world)

    assert open_again == "sets_not_before_lock"
    assert world.when(ConfirmReveal(), by=SECOND_OFFICER)


def test_the_officer_who_asked_does_not_confirm_and_nobody_confirms_what_was_not_asked() -> None:
    world = locked()

    assert confirming(world) == "no_reveal_requested"
    asked(world)
    assert world.refuses(ConfirmReveal(), by=OFFICER).code == "same_person"
    world.when(ConfirmReveal(), by=SECOND_OFFICER)
    assert confirming(world) == "no_reveal_requested"


def test_the_request_must_be_signed() -> None:
    world = locked()
    unsigned(world, RequestReveal(recipients=(STATISTICIAN.person,)), by=OFFICER)

    assert confirming(world) == "request_not_signed"


def test_recipients_are_persons_with_an_open_account_named_once() -> None:
    world = ready()
    register(world, OFFICER, kind="service")
    world.happened(streams.person(COMMITTEE.person), PersonDeactivated(person=COMMITTEE.person), by=ADMINISTRATOR)

    for nobody in ("nobody", OFFICER.person, COMMITTEE.person):
        assert world.refuses(RequestReveal(recipients=(nobody,)), by=OFFICER).code == "no_such_person"
    with pytest.raises(ValueError, match="named twice"):
        RequestReveal(recipients=("a", "a"))


def test_a_package_is_recorded_for_each_delivery_with_its_digest_in_the_vault_alone() -> None:
    world = revealed()

    world.when(delivering(), by=OFFICER)
    entries = world.when(delivering(), by=OFFICER)

    told, held = one(entries, PackageDelivered), one(entries, ReleaseRecorded)
    committed = design_commitment(bytes.fromhex("5" * 64), lp("package/v1", bytes.fromhex("d" * 64)))
    assert (told.commitment, told.recipient, told.allocations) == (committed.hex(), STATISTICIAN.person, 1)
    assert told.vault_entry == entries[1].body.event_id
    versions = tuple(fact.version for fact in world.every(RandomisationCommitted))
    assert (held.digest, held.kind, held.analysis, held.up_to) == ("d" * 64, "planned", None, 40)
    assert held.versions == versions == (1,)
    assert world.get(Releases, streams.released_lists(world.trial)).version == 2
    assert "d" * 64 not in repr(delivering()) + repr(held)


def test_a_package_goes_to_nobody_whom_no_signed_reveal_names() -> None:
    world = revealed()
    stranger = world.refuses(delivering(SPONSOR.person), by=OFFICER)
    unsigned_world = asked(locked())
    unsigned(unsigned_world, ConfirmReveal(), by=SECOND_OFFICER)

    assert stranger.code == "not_a_recipient"
    assert unsigned_world.refuses(delivering(), by=OFFICER).code == "reveal_not_signed"


def test_a_further_recipient_needs_two_officers_again() -> None:
    world = revealed()
    asked(world, COMMITTEE.person)
    before = world.refuses(delivering(COMMITTEE.person), by=OFFICER)

    world.when(ConfirmReveal(), by=SECOND_OFFICER)

    assert before.code == "not_a_recipient"
    for recipient in (COMMITTEE.person, STATISTICIAN.person):
        assert world.when(delivering(recipient), by=OFFICER)


def test_publication_is_decided_after_the_reveal_and_once() -> None:
    world = locked()
    wish = DecidePublication(rationale="The results are published with the list.")

    early = world.refuses(wish, by=SPONSOR)
    world.when(RequestReveal(recipients=(STATISTICIAN.person,)), by=OFFICER)
    world.when(ConfirmReveal(), by=SECOND_OFFICER)
    fact = one(world.when(wish, by=SPONSOR), PublicationDecided)

    assert early.code == "not_revealed"
    assert fact.rationale == "The results are published with the list."
    assert world.refuses(wish, by=SPONSOR).code == "published_already"


def test_other_entries_in_these_streams_change_nothing() -> None:
    world = revealed()
    streams_of = (streams.analysis_plan, streams.analysis_sets, streams.reveal)
    named = [stream(world.trial) for stream in streams_of] + [streams.interim(world.trial, "IA1")]
    before = [world.aggregate(stream) for stream in named]

    for stream in named:
        world.happened(stream, CorrectionDeclined(proposal=UUID(int=1)))

    for stream, state in zip(named, before, strict=True):
        assert world.aggregate(stream) == state.at_version(state.version + 1)


def test_a_delivery_says_what_it_rests_on() -> None:
    world, nothing = ready(), Room("T1")

    with pytest.raises(NotImplementedError):
        Delivery(allocations=0, digest="d" * 64, salt="5" * 64, up_to=1).permit(world.now, nothing)


class HidingAll(RandV1):
    """Commitments as an ideal would make them: they depend on nothing."""

    def design_commitment(self, salt: bytes, canonical: bytes) -> str:
        del salt, canonical
        return "0" * 64


def test_beside_its_commitment_nothing_that_the_trial_ledger_shows_depends_on_what_a_package_holds() -> None:
    told: list[PackageDelivered] = []
    for digest in ("d" * 64, "e" * 64):
        world = revealed()
        world.randomiser = HidingAll()
        told.append(one(world.when(delivering(digest=digest), by=OFFICER), PackageDelivered))

    assert told[0] == told[1]
