"""Signatures taken back, given by a successor, and given to a review."""

import pytest

from domain.command import Reason
from domain.signature.commands import NameSuccessor, WithdrawSignature
from domain.signature.facts import SignatureWithdrawn, SuccessorNamed
from domain.signature.meanings import ATTESTATIONS
from domain.trial.commands import ApproveDecision
from tests.domain.corrections_story import proposing
from tests.domain.harness import INVESTIGATOR, MEDICAL_MONITOR, SPONSOR, SUB_INVESTIGATOR, World, facts_of, persona
from tests.domain.signing_story import (
    can_sign,
    decided_unsigned,
    decision,
    made,
    register,
    reviewing,
    signatures,
    signed,
    signing,
    stream_of,
    unsigned,
)
from tests.domain.story import proposing as proposing_decision
from tests.domain.story import registered

RECORD = "participant/001"
LEFT = Reason(code="left", text="Left the hospital at the end of May.")
MISTAKE = Reason(code="mistake", text="Signed before reading the last page.")
SECOND_INVESTIGATOR = persona("investigator-02", "investigator")
MONITOR = persona("cra-01", "monitor", "CRO")


@pytest.fixture
def world() -> World:
    return decided_unsigned()


def test_a_signature_is_taken_back_by_its_signer_alone_once_and_then_owed_again(world: World) -> None:
    can_sign(world, SUB_INVESTIGATOR)
    fact = signed(world)
    taking = WithdrawSignature(reason=MISTAKE, record=RECORD, signature=fact.signature)

    assert world.refuses(taking, by=SUB_INVESTIGATOR).code == "no_such_signature"
    assert facts_of(world.when(taking)) == (SignatureWithdrawn(signature=fact.signature),)
    assert world.refuses(taking).code == "no_such_signature"
    assert signed(world).signature != fact.signature


def test_a_successor_who_was_named_signs_in_place_of_who_left(world: World) -> None:
    can_sign(world, SECOND_INVESTIGATOR)
    wish = signing(world, RECORD, decision(world))
    before = world.refuses(wish, by=SECOND_INVESTIGATOR)
    naming = NameSuccessor(of=INVESTIGATOR.person, reason=LEFT, record=RECORD, successor=SECOND_INVESTIGATOR.person)

    named = world.when(naming, by=SPONSOR)
    fact = made(world.when(wish, by=SECOND_INVESTIGATOR))

    assert before.code == "not_yours_to_sign"
    assert facts_of(named) == (SuccessorNamed(of=INVESTIGATOR.person, successor=SECOND_INVESTIGATOR.person),)
    assert (fact.signer, fact.successor_of) == (SECOND_INVESTIGATOR.person, INVESTIGATOR.person)
    assert fact.printed_name == SECOND_INVESTIGATOR.printed_name


@pytest.mark.parametrize(
    ("of", "successor", "code"),
    [
        ("investigator-01", "sponsor-01", "same_person"),
        ("investigator-02", "investigator-02", "same_person"),
        ("investigator-01", "nobody", "no_such_person"),
        ("investigator-01", "edc", "no_such_person"),
        ("investigator-01", "sub-01", None),
    ],
)
def test_a_successor_is_another_person_with_an_open_account(
    world: World, of: str, successor: str, code: str | None
) -> None:
    can_sign(world, SUB_INVESTIGATOR, SECOND_INVESTIGATOR, SPONSOR)
    service_account(world, "edc")
    naming = NameSuccessor(of=of, reason=LEFT, record=RECORD, successor=successor)

    if code is None:
        assert len(world.when(naming, by=SPONSOR)) == 1
    else:
        assert world.refuses(naming, by=SPONSOR).code == code


def service_account(world: World, person: str) -> None:
    register(world, persona(person, "service", "CRO"), kind="service")


def test_an_approval_has_no_successor_so_that_two_approvers_stay_two() -> None:
    world = can_sign(registered(World(), "ratio"), MEDICAL_MONITOR, SPONSOR)
    world.when(proposing_decision("ratio"), by=SPONSOR)
    approval = unsigned(world, ApproveDecision(question="ratio"), by=MEDICAL_MONITOR)
    naming = NameSuccessor(of=MEDICAL_MONITOR.person, reason=LEFT, record="trial", successor=SPONSOR.person)
    world.when(naming, by=persona("lead-02", "sponsor_lead", "Sponsor"))

    wish = signing(world, "trial", approval)

    assert world.refuses(wish, by=SPONSOR).code == "not_yours_to_sign"
    assert made(world.when(wish, by=MEDICAL_MONITOR)).meaning == "approval"


def test_a_review_is_signed_by_somebody_who_recorded_nothing_there(world: World) -> None:
    can_sign(world, MONITOR)

    fact = made(world.when(reviewing(world, RECORD), by=MONITOR))

    assert (fact.purpose, fact.meaning) == ("review", "review")
    assert world.refuses(reviewing(world, RECORD)).rule == "reviewer-is-not-author"
    other = reviewing(world, RECORD, meaning="approval", attestation=ATTESTATIONS["approval"])
    assert world.refuses(other, by=MONITOR).code == "other_meaning"


def test_who_wrote_only_after_what_is_reviewed_may_review_it(world: World) -> None:
    can_sign(world, SPONSOR)
    before = len(world.entries[stream_of(RECORD)])
    world.when(proposing(world.participant().known["age"].event), by=SPONSOR)

    earlier = reviewing(world, RECORD, version=before, record_digest=world.root(stream_of(RECORD), before))

    assert made(world.when(earlier, by=SPONSOR)).version == before
    assert world.refuses(reviewing(world, RECORD), by=SPONSOR).rule == "reviewer-is-not-author"


def test_signatures_fold_to_who_signed_what_and_what_was_taken_back(world: World) -> None:
    fact = signed(world)
    before = signatures(world, RECORD)
    world.when(WithdrawSignature(reason=MISTAKE, record=RECORD, signature=fact.signature))

    after = signatures(world, RECORD)

    assert [one.signature for one in before.standing()] == [fact.signature]
    assert [(one.signature, one.withdrawn) for one in after.made] == [(fact.signature, True)]
    assert after.standing() == ()
    assert not after.may_succeed(SUB_INVESTIGATOR.person, INVESTIGATOR.person)


def test_signatures_are_unmoved_by_what_tells_of_none(world: World) -> None:
    before = signatures(world, RECORD)

    entry = world.entries[stream_of(RECORD)][0]

    assert before.after(entry) == before.at_version(entry.frame.version)
