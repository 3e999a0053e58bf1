"""Errors around the allocation: found, annotated, never undone."""

from typing import Final, Literal, Self

from pydantic import model_validator

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.input import Code, fault
from domain.kits.facts import KitMisgiven
from domain.kits.numbers import KitNumber
from domain.participant.base import ParticipantCommand, ParticipantNumber
from domain.participant.checks import broken
from domain.participant.facts import AllocationErrorFound
from domain.participant.participant import Participant

IN_BOTH_RECORDS: Final = frozenset({"duplicate_person", "wrong_participant"})
"""Errors that concern the other participant as much."""


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
    kit: KitNumber | None = None
    other_participant: ParticipantNumber | None = None
    true_stratum: Code | None = None

    @model_validator(mode="after")
    def _two_participants(self) -> Self:
        if self.other_participant == self.participant:
            raise fault("same_participant", "the other participant is the participant")
        if self.kit is not None and self.error != "wrong_kit":
            raise fault("kit_without_error", "a kit is named for the error wrong_kit alone")
        return self

    def streams(self, room: Room) -> tuple[str, ...]:
        """Also the other participant's, where the error stands too, and the kits of the site for a wrong kit."""
        named, own = super().streams(room), streams.participant(room.trial, self.participant)
        if self.kit is not None and own in room and self.own(room).exists:
            named = (*named, streams.kits(room.trial, self.own(room).site))
        if self.other_participant is None:
            return named
        return (*named, streams.participant(room.trial, self.other_participant))

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Record the truth beside what was used, and open an important deviation (conduct rules, section 6).

        What concerns two numbers stands in both records: of one person at most one is allocated, and of two who
        were swapped each keeps the allocation under its number. What each really received is for the unblinded
        side to record, in the vault. A kit that was given by mistake is used up, whomever it was meant for.
        """
        own = self.known(room)
        fact = self._found(own, self.other_participant, self.true_stratum)
        rules = ("allocation-error", *broken(("unknown-participant", self._other(room, exists=False) is not None)))
        main, *deviations = self.with_deviations(given, room, self.in_own_stream(given, fact), rules)
        return (main, *self._misgiven(given, own), *self._mirrored(given, room), *deviations)

    def _misgiven(self, given: Given, own: Participant) -> tuple[Decided, ...]:
        if self.kit is None:
            return ()
        fact = KitMisgiven(kit=self.kit, participant=self.participant)
        return (given.fact(streams.kits(given.trial, own.site), fact),)

    def _mirrored(self, given: Given, room: Room) -> tuple[Decided, ...]:
        other = self._other(room, exists=True)
        if other is None or self.error not in IN_BOTH_RECORDS:
            return ()
        mirrored = self._found(other, self.participant, None)
        return (given.fact(streams.participant(given.trial, other.number), mirrored, derived=True),)

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
