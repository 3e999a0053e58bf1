"""Ways to tell an arm, each put into the product for one test.

If twin runs agreed all the same, their agreement would show nothing.
"""

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import pytest
from msgspec.structs import replace

from adapters.chance import SetClock
from adapters.keys.ideal import Aside, IdealOpener, IdealSealer, IdealVaultSealing
from adapters.wiring import Sealing
from compliance.randomiser import RandV1
from domain.allocation.facts import SlotDrawn
from domain.allocation.lists import SealedList
from domain.command import Decided, Given, Room
from domain.errors import Refusal
from domain.fields import SealedArmEnvelope
from domain.participant.enrolment import Allocate
from domain.participant.participant import Participant
from domain.signature.facts import SignatureMade
from domain.signature.signing import Wish, sign
from domain.streams import name_of
from tests.blinding.twins import IdealCommitments, Twin

Patch = pytest.MonkeyPatch
Decide = Callable[[Allocate, Given, Room], tuple[Decided, ...]]
AS_WRITTEN: Final[Decide] = Allocate.decide
SIGN: Final = sign


class LeakingSealer(IdealSealer):
    """Seals an arm so that its envelope tells it."""

    def __init__(self, aside: Aside, change: Callable[[SealedArmEnvelope, str], SealedArmEnvelope]) -> None:
        super().__init__(aside)
        self._change = change

    def arm(self, arm: str, *, trial: str, event_id: UUID, participant: str, list_root: str) -> SealedArmEnvelope:
        envelope = super().arm(arm, trial=trial, event_id=event_id, participant=participant, list_root=list_root)
        return self._change(envelope, arm)


def sealing(change: Callable[[SealedArmEnvelope, str], SealedArmEnvelope]) -> Callable[[Aside], Sealing]:
    return lambda aside: Sealing(LeakingSealer(aside, change), IdealOpener(aside), IdealVaultSealing(aside))


def in_the_nonce(envelope: SealedArmEnvelope, arm: str) -> SealedArmEnvelope:
    """As if one nonce were kept for each arm."""
    return replace(envelope, nonce=arm.encode().ljust(12, b"\0"))


def in_the_last_bit(envelope: SealedArmEnvelope, arm: str) -> SealedArmEnvelope:
    """The least that a ciphertext can tell."""
    last = envelope.ciphertext[-1] & ~1 | (arm == "k1")
    return replace(envelope, ciphertext=envelope.ciphertext[:-1] + bytes([last]))


def in_the_length(envelope: SealedArmEnvelope, arm: str) -> SealedArmEnvelope:
    """As if an arm were not padded."""
    return replace(envelope, ciphertext=envelope.ciphertext[: 80 if arm == "k1" else 79])


def in_the_number(patch: Patch, twin: Twin) -> None:
    """The randomisation number begins with another letter in one of the arms."""
    del twin

    def decide(wish: Allocate, given: Given, room: Room) -> tuple[Decided, ...]:
        allocated, drawn = AS_WRITTEN(wish, given, room)
        number = f"{'R' if _arm(drawn) == 'k1' else 'S'}{_number(drawn)[1:]}"
        return tuple(one._replace(fact=replace(one.fact, randomisation_number=number)) for one in (allocated, drawn))

    patch.setattr(Allocate, "decide", decide)


def in_a_refusal(patch: Patch, twin: Twin) -> None:
    """Whoever tries to allocate twice is told a word too much."""
    del twin

    def decide(wish: Allocate, given: Given, room: Room) -> tuple[Decided, ...]:
        try:
            return AS_WRITTEN(wish, given, room)
        except Refusal as refusal:
            what = f"{refusal.what} It was {'an active' if _drawn(wish, room) == 'k1' else 'a control'} slot."
            raise Refusal(refusal.code, what, rule=refusal.rule, next_step=refusal.next_step) from None

    patch.setattr(Allocate, "decide", decide)


def in_the_rule_of_a_refusal(patch: Patch, twin: Twin) -> None:
    """The words are the same, but the recorded refusal names another rule."""
    del twin

    def decide(wish: Allocate, given: Given, room: Room) -> tuple[Decided, ...]:
        try:
            return AS_WRITTEN(wish, given, room)
        except Refusal as refusal:
            refusal.rule += f"-{_drawn(wish, room)}"
            raise

    patch.setattr(Allocate, "decide", decide)


def in_the_time_it_takes(patch: Patch, twin: Twin) -> None:
    """One of the arms takes a millisecond longer, which shows in recorded times."""
    clock: SetClock = twin.clock

    def decide(wish: Allocate, given: Given, room: Room) -> tuple[Decided, ...]:
        decided = AS_WRITTEN(wish, given, room)
        clock.shows += timedelta(milliseconds=_arm(decided[1]) == "k1")
        return decided

    patch.setattr(Allocate, "decide", decide)


def in_the_kit(patch: Patch, twin: Twin) -> None:
    """Kits are handed out as they are, while the map behind them does not move with the arms."""
    del twin
    patch.setattr(IdealCommitments, "next_kit", RandV1.next_kit)


def in_vault_positions(patch: Patch, twin: Twin) -> None:
    """Where vault entries stand is told to everybody, so that what one arm has more of is counted."""
    del twin

    def with_position(ledger: str, position: int) -> str:
        return f"{ledger}@{position}"

    patch.setattr("adapters.logs.place", with_position)


def in_what_was_displayed(patch: Patch, twin: Twin) -> None:
    """Whoever signs a participant's record is shown the arm, and the signature holds a digest of it."""

    def sign(given: Given, room: Room, wish: Wish, *, beside: str) -> tuple[Decided, ...]:
        shown = sha256(f"{wish.display_digest}{_arm_of_record(twin, wish)}".encode()).hexdigest()
        return SIGN(given, room, wish._replace(display_digest=shown), beside=beside)

    patch.setattr("domain.signature.commands.sign", sign)


def in_the_seal(patch: Patch, twin: Twin) -> None:
    """Everything that is printed of a signature is as it was; its seal is over the arm as well."""

    def sign(given: Given, room: Room, wish: Wish, *, beside: str) -> tuple[Decided, ...]:
        made, *rest = SIGN(given, room, wish, beside=beside)
        assert isinstance(made.fact, SignatureMade)
        told = given.signs(made.fact.seal + _arm_of_record(twin, wish).encode())
        return (made._replace(fact=replace(made.fact, seal=told)), *rest)

    patch.setattr("domain.signature.commands.sign", sign)


def in_who_may_sign(patch: Patch, twin: Twin) -> None:
    """A signature is refused in one of the arms, in the words of a refusal that others get, too."""

    def sign(given: Given, room: Room, wish: Wish, *, beside: str) -> tuple[Decided, ...]:
        if _arm_of_record(twin, wish) == "k1":
            given = dataclasses.replace(given, presented=())
        return SIGN(given, room, wish, beside=beside)

    patch.setattr("domain.signature.commands.sign", sign)


def _arm_of_record(twin: Twin, wish: Wish) -> str:
    return twin.arms().get(name_of(wish.stream), "none")


def _arm(drawn: Decided) -> str:
    assert isinstance(drawn.fact, SlotDrawn)
    return drawn.fact.arm


def _number(drawn: Decided) -> str:
    fact: Any = drawn.fact
    return str(fact.randomisation_number)


def _drawn(wish: Allocate, room: Room) -> str:
    """The arm that a participant has drawn, as only the vault knows it."""
    lists = (one for one in room.aggregates.values() if isinstance(one, SealedList))
    slots = [slot for one in lists for slot in one.slots]
    people = [one for one in room.aggregates.values() if isinstance(one, Participant)]
    assert people
    return next((slot.arm for slot in slots if slot.participant == wish.participant), "none")
