"""Commands of custody: the escrow key established and opened; a participant's key destroyed."""

from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator, Field

from domain import streams
from domain.command import Decided, Given, Room, command, has_real_reason
from domain.escrow.escrow import Escrow, KeyEnd
from domain.escrow.facts import EscrowEstablished, EscrowOpened, EscrowPart, ParticipantKeyDestroyed
from domain.input import Code, Digest, fault
from domain.participant.base import ParticipantNumber
from domain.participant.participant import Participant
from domain.people.officers import OFFICERS, Officers
from domain.refusals import not_in_order, same_person
from domain.trial.commands import Part, TrialCommand

THRESHOLD: Final = 2
"""How many officers put the private half together: one alone opens nothing."""


class PartGiven(Part):
    """Which officer was handed which part, and the salted commitment to it."""

    commitment: Digest
    number: Annotated[int, Field(ge=1, le=OFFICERS)]
    officer: Code


def _each_differs(given: tuple[PartGiven, ...]) -> tuple[PartGiven, ...]:
    kinds = ({part.number for part in given}, {part.commitment for part in given})
    if any(len(kind) != OFFICERS for kind in kinds):
        raise fault("parts_not_distinct", f"the {OFFICERS} parts have numbers and commitments of their own")
    return given


def _officers(given: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(given)) != THRESHOLD:
        raise fault("officers_not_distinct", f"{THRESHOLD} different officers open it")
    return given


class EscrowCommand(TrialCommand):
    """A command about the escrow key of a trial."""

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial, its escrow, and who its unblinding officers are."""
        return (streams.trial(room.trial), streams.escrow(room.trial), streams.officers(room.trial))

    def escrow(self, room: Room) -> Escrow:
        """The escrow of the trial."""
        self.trial(room)
        return room.get(Escrow, streams.escrow(room.trial))


@command("establish_escrow")
class EstablishEscrow(EscrowCommand):
    """Record the public half of the escrow key and who was handed which part of the other.

    `trialproof vault ceremony` makes them. Another ceremony takes a reason; its key takes the place of the earlier one.
    """

    parts: Annotated[
        tuple[PartGiven, ...], Field(min_length=OFFICERS, max_length=OFFICERS), AfterValidator(_each_differs)
    ]
    public_key: Digest

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse parts for anybody but three officers of this moment, and a second key without a reason."""
        earlier = self.escrow(room).established
        if earlier is not None and not has_real_reason(self):
            raise not_in_order(
                "escrow_exists",
                "The trial has an escrow key, whose parts its officers hold.",
                "Keep it; or say in words why another ceremony takes its place, such as an officer who left.",
                rule="one-escrow-key",
            )
        officers = room.get(Officers, streams.officers(room.trial))
        now = {
            seat.person
            for seat in officers.seats
            if seat.starts <= given.now and (seat.ends is None or given.now < seat.ends)
        }
        named = {part.officer for part in self.parts}
        if len(named) != OFFICERS:
            raise same_person("Somebody would hold more than one part.", rule="one-part-for-each-officer")
        if not named <= now:
            raise not_in_order(
                "not_unblinding_officers",
                f"{', '.join(sorted(named - now))} is no unblinding officer of this trial now.",
                "Hold the ceremony with the three unblinding officers of the trial.",
                rule="parts-go-to-unblinding-officers",
            )
        fact = EscrowEstablished(
            parts=tuple(
                EscrowPart(commitment=part.commitment, number=part.number, officer=part.officer)
                for part in sorted(self.parts, key=lambda part: part.number)
            ),
            public_key=self.public_key,
            threshold=THRESHOLD,
        )
        return (given.fact(streams.escrow(given.trial), fact),)


@command("open_escrow")
class OpenEscrow(EscrowCommand):
    """Record that two officers are about to put the private half together, for which keys and by which authority.

    It comes before anything is opened. `authorised_by` is the entry of the reveal that it serves; left out, it is to
    make lost wraps again, which takes a reason. `trialproof vault recover` sends it.
    """

    authorised_by: UUID | None = None
    keys: Annotated[int, Field(ge=1)]
    officers: Annotated[tuple[Code, ...], Field(min_length=THRESHOLD, max_length=THRESHOLD), AfterValidator(_officers)]

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse without an escrow key, for others than two who hold a part, and to a third."""
        escrow = self.escrow(room)
        if escrow.established is None:
            raise not_in_order(
                "no_escrow",
                "The trial has no escrow key.",
                "Hold a ceremony with `trialproof vault ceremony`; until then the root alone opens the keys.",
                rule="escrow-before-its-opening",
            )
        strangers = sorted(set(self.officers) - escrow.officers)
        if strangers or given.actor.person not in self.officers:
            raise not_in_order(
                "holds_no_part",
                f"{', '.join(strangers or [given.actor.person])} is not among the two who open it with their parts.",
                "Two officers who were each handed a part at the ceremony open it, one of whom sends this.",
                rule="two-officers-open-the-escrow",
            )
        if self.authorised_by is None and not has_real_reason(self):
            raise not_in_order(
                "authority_missing",
                "The escrow is opened for a reveal, or for a reason in words.",
                "Name the entry of the reveal, or say which wraps were lost.",
                rule="escrow-opens-for-a-reason",
            )
        opened = EscrowOpened(authorised_by=self.authorised_by, keys=self.keys, officers=self.officers)
        return (given.fact(streams.escrow(given.trial), opened),)


@command("destroy_participant_key", needs_reason=True)
class DestroyParticipantKey(TrialCommand):
    """Have the key of a participant's sealed texts destroyed, for ever: the words are gone, every proof stays.

    The entry comes first, then the key store destroys: `trialproof vault destroy-key` does both.
    """

    participant: ParticipantNumber

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial, the participant, and what became of the key."""
        return (
            streams.trial(room.trial),
            streams.participant(room.trial, self.participant),
            streams.key_destruction(room.trial, self.participant),
        )

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse for whom nobody screened, and twice."""
        self.trial(room)
        if not room.get(Participant, streams.participant(room.trial, self.participant)).exists:
            raise not_in_order(
                "no_such_participant",
                f"Nobody was screened here under the number {self.participant}.",
                "Check the number.",
                rule="participant-must-be-screened",
            )
        stream = streams.key_destruction(given.trial, self.participant)
        if room.get(KeyEnd, stream).destroyed:
            raise not_in_order(
                "key_destroyed_already",
                f"The key of participant {self.participant} was ordered to be destroyed before.",
                "If it is still there, `trialproof vault destroy-key` without a number makes up for it.",
                rule="a-key-is-destroyed-once",
            )
        return (given.fact(stream, ParticipantKeyDestroyed(participant=self.participant)),)
