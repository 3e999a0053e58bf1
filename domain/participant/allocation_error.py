"""Errors around the allocation: found, annotated, never undone."""

from typing import Literal, Self

from pydantic import model_validator

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.input import Code, fault
from domain.participant.base import ParticipantCommand, ParticipantNumber
from domain.participant.checks import broken
from domain.participant.facts import AllocationErrorFound
from domain.participant.participant import Participant


@command("record_allocation_error")
class RecordAllocationError(ParticipantCommand):
    """Annotate an error around the allocation: it stays visible, nobody is re-randomised, no slot is reused."""

    error: Literal[
        "ineligible",
        "wrong_stratum",
        "wrong_participant",
        "duplicate_person",
        "allocated_before_consent",
        "withdrew_before_dosing",
        "wrong_kit",
        "wrong_treatment",
    ]
    other_participant: ParticipantNumber | None = None
    true_stratum: Code | None = None

    @model_validator(mode="after")
    def _two_participants(self) -> Self:
        if self.other_participant == self.participant:
            raise fault("same_participant", "the other participant is the participant")
        return self

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the other participant's, where the error stands too."""
        if self.other_participant is None:
            return super().streams(room)
        return (*super().streams(room), streams.participant(room.trial, self.other_participant))

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Record the truth beside what was used, and open an important deviation (conduct rules, section 6).

        Two numbers that are one person say so in both records, so that at most one of them is allocated.
        """
        own = self.known(room)
        fact = self._found(own, self.other_participant, self.true_stratum)
        rules = ("allocation-error", *broken(("unknown-participant", self._other(room, exists=False) is not None)))
        main, *deviations = self.with_deviations(given, room, self.in_own_stream(given, fact), rules)
        other = self._other(room, exists=True)
        if other is None or self.error != "duplicate_person":
            return (main, *deviations)
        mirrored = self._found(other, self.participant, None)
        return (main, given.fact(streams.participant(given.trial, other.number), mirrored, derived=True), *deviations)

    def _other(self, room: Room, *, exists: bool) -> Participant | None:
        """The other participant, if one is named and is (or is not) known here."""
        if self.other_participant is None:
            return None
        other = room.get(Participant, streams.participant(room.trial, self.other_participant))
        return other if other.exists == exists else None

    def _found(self, own: Participant, other: str | None, true_stratum: str | None) -> AllocationErrorFound:
        return AllocationErrorFound(
            error=self.error, other_participant=other, stratum_used=own.stratum, true_stratum=true_stratum
        )
