"""The escrow key is the three officers' together, two open it, and a participant's key ends once and for a reason."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from domain import streams
from domain.command import Reason
from domain.escrow.commands import DestroyParticipantKey, EstablishEscrow, OpenEscrow, PartGiven
from domain.escrow.escrow import Escrow, KeyEnd
from domain.escrow.facts import EscrowEstablished, EscrowOpened, ParticipantKeyDestroyed
from domain.people.facts import OfficerAppointed
from domain.trial.facts import TrialPaused
from tests.domain.harness import OFFICER, SPONSOR, World, one, persona
from tests.domain.story import registered, screened, with_protocol, with_site

OFFICERS = ("officer-01", "officer-02", "officer-03")
WHY = Reason(code="lost", text="The disk that held the root was lost.")
CUSTODIAN = persona("custodian-01", "key_custodian", "Key Office")


def world_with(*officers: str, **seat: Any) -> World:
    world = registered(World(), "D2")
    for person in officers:
        given: dict[str, Any] = {"starts": world.now, "ends": None} | seat
        fact = OfficerAppointed(grant=f"g-{person}", person=person, trial=world.trial, **given)
        world.happened(streams.officers(world.trial), fact)
    return world


def part(number: int, officer: str, commitment: str = "") -> PartGiven:
    return PartGiven(commitment=commitment or f"{number}" * 64, number=number, officer=officer)


def establishing(*officers: str, **more: Any) -> EstablishEscrow:
    parts = tuple(part(number, officer) for number, officer in enumerate(officers, 1))
    return EstablishEscrow(parts=parts, public_key="e" * 64, **more)


def with_escrow() -> World:
    world = world_with(*OFFICERS)
    world.when(establishing(*OFFICERS), by=OFFICER)
    return world


def escrow(world: World) -> Escrow:
    return world.get(Escrow, streams.escrow(world.trial))


@pytest.mark.requirement("E6-08")
def test_the_parts_and_the_public_half_are_recorded_and_no_key() -> None:
    world = world_with(*OFFICERS)

    fact = one(world.when(establishing(*OFFICERS), by=OFFICER), EscrowEstablished)

    assert [(one.number, one.officer) for one in fact.parts] == list(enumerate(OFFICERS, 1))
    assert (fact.public_key, fact.threshold) == ("e" * 64, 2)
    assert escrow(world).officers == set(OFFICERS)


def test_parts_are_recorded_in_their_order_however_they_are_named() -> None:
    world = world_with(*OFFICERS)
    wish = establishing(*OFFICERS)

    fact = one(world.when(wish.model_copy(update={"parts": wish.parts[::-1]}), by=OFFICER), EscrowEstablished)

    assert [one.number for one in fact.parts] == [1, 2, 3]


def test_nobody_holds_two_parts() -> None:
    refusal = world_with(*OFFICERS).refuses(establishing("officer-01", "officer-02", "officer-01"), by=OFFICER)

    assert (refusal.code, refusal.rule) == ("same_person", "one-part-for-each-officer")


@pytest.mark.parametrize(
    "seat",
    [{"starts": World().now + timedelta(hours=1)}, {"ends": World().now}],
    ids=["not begun", "over"],
)
def test_parts_go_to_officers_of_this_moment(seat: dict[str, Any]) -> None:
    world = world_with(*OFFICERS[:2])
    given: dict[str, Any] = {"starts": world.now, "ends": None} | seat
    fact = OfficerAppointed(grant="g3", person=OFFICERS[2], trial=world.trial, **given)
    world.happened(streams.officers(world.trial), fact)

    refusal = world.refuses(establishing(*OFFICERS), by=OFFICER)

    assert refusal.code == "not_unblinding_officers"
    assert "officer-03" in str(refusal)


def test_another_ceremony_takes_a_reason_and_its_key_counts() -> None:
    world = with_escrow()
    again = establishing(*OFFICERS[::-1])
    assert world.refuses(again, by=OFFICER).code == "escrow_exists"

    world.when(again.model_copy(update={"reason": WHY, "public_key": "f" * 64}), by=OFFICER)

    established = escrow(world).established
    assert established is not None
    assert established.public_key == "f" * 64


def test_there_is_no_escrow_of_a_trial_that_nobody_registered() -> None:
    assert World().refuses(establishing(*OFFICERS), by=OFFICER).code == "no_such_trial"


@pytest.mark.parametrize(
    "parts",
    [
        (part(1, "a"), part(2, "b")),
        (part(1, "a"), part(1, "b", "2" * 64), part(3, "c")),
        (part(1, "a"), part(2, "b", "1" * 64), part(3, "c")),
    ],
    ids=["two", "a number twice", "a commitment twice"],
)
def test_three_parts_have_numbers_and_commitments_of_their_own(parts: tuple[PartGiven, ...]) -> None:
    with pytest.raises(ValidationError):
        EstablishEscrow(parts=parts, public_key="e" * 64)


def opening(*officers: str, **more: Any) -> OpenEscrow:
    given: dict[str, Any] = {"reason": WHY} | more
    return OpenEscrow(keys=4, officers=officers, **given)


def test_two_who_hold_a_part_open_it_for_a_reason_in_words() -> None:
    world = with_escrow()

    fact = one(world.when(opening("officer-01", "officer-03"), by=OFFICER), EscrowOpened)

    assert (fact.keys, fact.officers, fact.authorised_by) == (4, ("officer-01", "officer-03"), None)
    assert escrow(world).openings == 1


def test_for_a_reveal_its_entry_is_named_instead() -> None:
    world = with_escrow()
    wish = opening("officer-01", "officer-02", reason=None, authorised_by=UUID(int=9))

    assert one(world.when(wish, by=OFFICER), EscrowOpened).authorised_by == UUID(int=9)


@pytest.mark.parametrize("reason", [None, Reason(code="lost"), Reason(code="lost", text="n/a")])
def test_without_either_it_stays_closed(reason: Reason | None) -> None:
    refusal = with_escrow().refuses(opening("officer-01", "officer-02", reason=reason), by=OFFICER)

    assert refusal.code == "authority_missing"


@pytest.mark.parametrize(
    "officers", [("officer-01", "stranger"), ("officer-02", "officer-03")], ids=["a stranger", "two others"]
)
def test_nobody_opens_it_for_others(officers: tuple[str, str]) -> None:
    assert with_escrow().refuses(opening(*officers), by=OFFICER).code == "holds_no_part"


def test_what_was_never_established_is_not_opened() -> None:
    assert world_with(*OFFICERS).refuses(opening("officer-01", "officer-02"), by=OFFICER).code == "no_escrow"


def test_one_officer_named_twice_is_not_two() -> None:
    with pytest.raises(ValidationError):
        opening("officer-01", "officer-01")


def with_participant() -> World:
    world = with_site(with_protocol(registered(World(), "D2")))
    screened(world)
    return world


def destroying(number: str = "001") -> DestroyParticipantKey:
    return DestroyParticipantKey(participant=number, reason=WHY)


def test_a_participants_key_is_ordered_to_be_destroyed_in_a_stream_of_its_own() -> None:
    world = with_participant()

    (entry,) = world.when(destroying(), by=CUSTODIAN)

    assert entry.fact == ParticipantKeyDestroyed(participant="001")
    assert entry.frame.stream == streams.key_destruction(world.trial, "001")
    assert world.get(KeyEnd, entry.frame.stream).destroyed


def test_the_reason_is_not_sealed_under_the_key_that_ends() -> None:
    world = with_participant()

    assert destroying().key_scope(world.room(destroying())) == f"trial:{world.trial}"
    assert DestroyParticipantKey.NEEDS_REASON


def test_a_key_is_destroyed_once() -> None:
    world = with_participant()
    world.when(destroying(), by=CUSTODIAN)

    assert world.refuses(destroying(), by=CUSTODIAN).code == "key_destroyed_already"


def test_nobody_is_erased_who_was_never_screened() -> None:
    assert with_participant().refuses(destroying("999"), by=CUSTODIAN).code == "no_such_participant"


def test_other_facts_change_nothing_of_custody() -> None:
    world = with_escrow()
    before = escrow(world)

    world.happened(streams.escrow(world.trial), TrialPaused(), by=SPONSOR)
    world.happened(streams.key_destruction(world.trial, "001"), TrialPaused(), by=SPONSOR)

    after = escrow(world)
    assert (after.established, after.openings, after.version) == (before.established, 0, 2)
    assert not world.get(KeyEnd, streams.key_destruction(world.trial, "001")).destroyed
    assert Escrow.start().officers == frozenset()
