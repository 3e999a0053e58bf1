"""Whom an entry is about: which participant its stream belongs to, and which site.

A case, an unblinding or a deviation names its participant once; every other entry of its stream is about the same.
"""

from typing import Self

from msgspec.structs import replace

from domain.adverse_event.facts import AdverseEventReported
from domain.allocation.facts import PlaceTaken
from domain.deviation.facts import DeviationRecorded
from domain.participant.facts import AllocationErrorFound, ScreeningNumberIssued, ScreeningOpened
from domain.record import Entry
from domain.streams import about
from domain.unblinding.facts import (
    AccidentReported,
    EmergencyUnblindingInvoked,
    SusarUnblindingTriggered,
    UnblindingRequested,
)
from projections.fold import State, place
from projections.persistent import PersistentMap


class Subjects(State):
    """Participants by stream, and sites by participant or stream."""

    participants: PersistentMap[str, str]
    sites: PersistentMap[str, str]

    @classmethod
    def start(cls) -> Self:
        """Nobody is known."""
        return cls(participants=PersistentMap(), sites=PersistentMap())

    def after(self, entry: Entry) -> Self:
        """The subjects after one more entry."""
        stream = entry.frame.stream
        match entry.fact:
            case ScreeningOpened(site=site):
                return replace(self, sites=self.sites.put(place(stream)[1], site))
            case DeviationRecorded(participant=None, site=str(site)):
                return replace(self, sites=self.sites.put(stream, site))
            case _:
                named = bound(entry)
                return self if named is None else replace(self, participants=self.participants.put(stream, named))

    def participant(self, stream: str) -> str | None:
        """The participant that a stream is about; signatures are about whom the signed record is about."""
        record = about(stream)
        kind, name = place(record)
        return name if kind == "participant" else self.participants.get(record)

    def site(self, stream: str) -> str | None:
        """The site that a stream is about."""
        record = about(stream)
        kind, name = place(record)
        if kind == "site":
            return name
        participant = self.participant(record)
        return self.sites.get(record) if participant is None else self.sites.get(participant)

    def view(self) -> tuple[tuple[str, str], ...]:
        """Streams with their participants."""
        return tuple(sorted(self.participants.items()))


def bound(entry: Entry) -> str | None:
    """The participant whom this entry binds its stream to."""
    match entry.fact:
        case (
            AdverseEventReported(participant=participant)
            | UnblindingRequested(participant=participant)
            | EmergencyUnblindingInvoked(participant=participant)
            | SusarUnblindingTriggered(participant=participant)
            | AccidentReported(participant=participant)
            | DeviationRecorded(participant=participant)
        ):
            return participant
        case _:
            return None


def named(entry: Entry) -> str | None:
    """A participant whom this one entry names, beyond the one that its stream is about."""
    match entry.fact:
        case AllocationErrorFound(other_participant=other):
            return other
        case PlaceTaken(participant=participant):
            return participant
        case ScreeningNumberIssued(number=number):
            return number
        case _:
            return None
