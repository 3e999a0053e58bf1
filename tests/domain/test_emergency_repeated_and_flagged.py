"""Who asks again is told the same; who asks as another is an event of its own; what is overdue is flagged only."""

from datetime import timedelta

import pytest

from domain import streams
from domain.command import Reason
from domain.credentials.facts import CredentialSet
from domain.people.facts import GrantGiven, GrantReviewed, PersonRegistered
from domain.session.limits import Limits
from domain.unblinding.breaking import request_of
from domain.unblinding.facts import (
    ArmDisclosed,
    BreakNotified,
    DisclosureRepeated,
    EmergencyUnblindingInvoked,
    Flag,
)
from tests.domain.harness import INVESTIGATOR, SUB_INVESTIGATOR, World, one
from tests.domain.unblinding_story import (
    ARMS,
    DESK,
    breaking,
    broken,
    in_vault,
    through_desk,
    trial_with_allocation,
    unblinding,
)

LIMITS = Limits()


@pytest.fixture
def world() -> World:
    return trial_with_allocation()


def told(world: World) -> tuple[Flag, ...]:
    return one(world.when(breaking()), EmergencyUnblindingInvoked).flags


def employed(world: World, *, reviewed: bool = True) -> None:
    """The investigator as the system ledger knows the account: one grant, and a password."""
    person = INVESTIGATOR.person
    stream = streams.person(person)
    fact = PersonRegistered(kind="person", organisation="Site 01", person=person, printed_name="An investigator")
    world.happened(stream, fact)
    world.happened(
        stream,
        GrantGiven(
            approved_by="lead-01",
            clearance="blinded",
            ends=None,
            grant="g1",
            person=person,
            requested_by="lead-01",
            role="investigator",
            sites=("01",),
            starts=world.now,
            training=None,
            trial=world.trial,
        ),
    )
    if reviewed:
        later = world.now + LIMITS.review_every * 10
        world.happened(stream, GrantReviewed(grant="g1", next_review=later, outcome="keep", person=person))
    password = CredentialSet(credential="p1", expires=None, kind="password", person=person)
    world.happened(streams.credentials(person), password)


def test_asked_again_by_the_same_sender_nothing_new_is_disclosed(world: World) -> None:
    first = broken(world)

    again = world.later(hours=3).when(breaking())

    assert [entry.fact for entry in again] == [DisclosureRepeated(recipient=INVESTIGATOR.person)]
    assert {entry.frame.stream for entry in again} == {streams.unblinding(world.trial, first)}
    assert len(unblinding(world, first).disclosures) == 1


def test_another_reason_is_still_the_same_disclosure(world: World) -> None:
    first = broken(world)

    assert broken(world, breaking(reason=Reason(code="surgery"))) == first


def test_it_is_the_same_after_it_was_closed(world: World) -> None:
    first = broken(world)
    world.later(days=400)

    assert broken(world) == first


def test_another_sender_and_another_physician_are_events_of_their_own(world: World) -> None:
    names = [
        broken(world),
        broken(world, by=SUB_INVESTIGATOR),
        broken(world, through_desk(), by=DESK),
        broken(world, through_desk(physician="Another physician, ward 4"), by=DESK),
    ]

    assert len(set(names)) == len(names)
    assert broken(world, through_desk(), by=DESK) == names[2]


def test_a_request_is_a_code_and_another_one_for_each_trial_participant_sender_and_reader() -> None:
    known = [
        request_of("T1", "001", "inv", None),
        request_of("T2", "001", "inv", None),
        request_of("T1", "002", "inv", None),
        request_of("T1", "001", "sub", None),
        request_of("T1", "001", "inv", "A physician"),
        request_of("T1", "00", "1inv", None),
    ]

    assert len(set(known)) == len(known)
    assert all(name.isalnum() and len(name) == 25 for name in known)
    assert request_of("T1", "001", "inv", None) == request_of("T1", "001", "inv", "inv")


def test_the_notice_names_participant_sender_and_time_and_never_the_arm(world: World) -> None:
    entries = world.when(breaking())

    notice = one(entries, BreakNotified).notice
    words = world.seals.kept[notice.nonce]
    assert all(word in words for word in ("001", INVESTIGATOR.person, "2027", "emergency"))
    assert not any(arm in words for arm in ARMS)
    assert (notice.audience, len(notice.ciphertext)) == ("need_to_know", 1024 + 16)


def test_who_only_asks_again_sends_no_second_notice(world: World) -> None:
    broken(world)

    assert not [e for e in world.when(breaking()) if isinstance(e.fact, BreakNotified | ArmDisclosed)]
    assert in_vault(world.when(breaking())) == ()


def test_nothing_is_flagged_of_a_sender_whose_papers_are_in_order(world: World) -> None:
    employed(world)

    assert told(world) == ()


def test_a_grant_that_nobody_reviewed_in_time_is_flagged(world: World) -> None:
    employed(world, reviewed=False)
    world.now += LIMITS.review_every

    assert told(world) == ("grant_review_overdue",)


def test_an_aged_password_is_flagged(world: World) -> None:
    employed(world)
    assert LIMITS.password_age is not None
    world.now += LIMITS.password_age

    assert told(world) == ("password_aged",)


def test_a_password_of_yesterday_is_not(world: World) -> None:
    employed(world)
    world.now += timedelta(days=1)

    assert told(world) == ()


def test_who_came_by_the_emergency_credential_is_flagged_as_locked_out(world: World) -> None:
    employed(world)
    world.strength = "emergency"

    assert told(world) == ("locked_out",)
