"""What commands about recorded entries share: they name a stream and an entry of it, whoever it is about."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain import streams
from domain.adverse_event.adverse_event import AdverseEvent
from domain.command import Decided, Given, Room
from domain.deviation.deviation import Deviation
from domain.ledger.facts import CorrectionDeclined, CorrectionProposed, RecordCorrected
from domain.participant.participant import Participant
from domain.record import Entry, Fact
from domain.refusals import not_in_order
from domain.site.site import Site
from domain.trial.commands import TrialCommand

RecordStream = Annotated[
    str, Field(pattern=r"^(participant/\d{3,6}|(adverse-event|deviation|site)/[A-Za-z0-9][A-Za-z0-9._:+-]{0,63})$")
]
"""A site's own record, as `participant/007` or `adverse-event/q7k2`; what the sponsor decided is decided anew."""


class RecordCommand(TrialCommand):
    """A command about one entry of a stream."""

    stream: RecordStream

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial, its protocol and the stream, then the participant it is about, and then the site."""
        named = [streams.trial(room.trial), streams.protocol(room.trial), self.own_stream(room.trial)]
        if named[-1] in room and (number := self.number(room)) is not None:
            named.append(streams.participant(room.trial, number))
        if named[-1] in room and (site := self.concerned_site(room)) is not None:
            named.append(streams.site(room.trial, site))
        return tuple(named)

    def entries_of(self, room: Room) -> tuple[str, ...]:
        """The entries of the stream."""
        return (self.own_stream(room.trial),)

    def concerned_site(self, room: Room) -> str | None:
        """The site whose record it is."""
        kind, _, name = self.stream.partition("/")
        if kind == "site":
            return name
        number = self.number(room)
        if number is not None:
            return room.get(Participant, streams.participant(room.trial, number)).site or None
        return room.get(Deviation, self.own_stream(room.trial)).site if kind == "deviation" else None

    def key_scope(self, room: Room) -> str:
        """Words about a participant's record go under that participant's key."""
        number = self.number(room)
        return f"trial:{room.trial}" if number is None else f"participant:{room.trial}/{number}"

    def version_in_force(self, given: Given, room: Room) -> str | None:
        """The protocol version in force at the site on that day."""
        site = self.concerned_site(room)
        if site is None:
            return None
        return room.get(Site, streams.site(room.trial, site)).protocol_version(given.occurred.day.latest)

    def own_stream(self, trial: str) -> str:
        """The full id of the stream."""
        return f"{streams.trial_ledger(trial)}/{self.stream}"

    def number(self, room: Room) -> str | None:
        """The participant whom the stream is about, as far as one is named."""
        kind, _, name = self.stream.partition("/")
        match kind:
            case "participant":
                return name
            case "adverse-event":
                return room.get(AdverseEvent, self.own_stream(room.trial)).participant or None
            case "deviation":
                return room.get(Deviation, self.own_stream(room.trial)).participant
            case _:
                return None

    def entries(self, room: Room) -> tuple[Entry, ...]:
        """The entries of the stream, as they count now."""
        return room.entries[self.own_stream(room.trial)]

    def entry(self, room: Room, event: UUID) -> Entry:
        """The entry of that id; Refusal when the stream has none that still counts."""
        self.trial(room)
        found = next((entry for entry in self.entries(room) if entry.body.event_id == event), None)
        if found is None:
            raise not_in_order(
                "no_such_entry",
                f"{self.stream} has no entry {event} that counts.",
                "Look at its entries with `trialproof show`; one that was voided is recorded again instead.",
                rule="target-stands-in-the-stream",
            )
        return found

    def open_proposal(self, room: Room, event: UUID) -> CorrectionProposed:
        """The proposed correction; Refusal when there is none, or it was answered."""
        answered = {
            entry.fact.proposal
            for entry in self.entries(room)
            if isinstance(entry.fact, RecordCorrected | CorrectionDeclined)
        }
        fact = None if event in answered else self.entry(room, event).fact
        if not isinstance(fact, CorrectionProposed):
            raise not_in_order(
                "no_open_proposal",
                f"{self.stream} has no proposal {event} that waits for an answer.",
                "Look at its entries with `trialproof show`.",
                rule="answer-needs-an-open-proposal",
            )
        return fact

    def not_locked(self, given: Given, room: Room) -> None:
        """Refuse a change of what is locked (conduct rules, section 10)."""
        if self.trial(room).is_locked(given.now, self.number(room)):
            raise not_in_order(
                "trial_locked",
                "The record is locked; a correction needs an unlock.",
                "Ask for an unlock with `request_unlock`.",
                rule="corrections-after-the-lock-need-an-unlock",
            )

    def in_own_stream(self, given: Given, fact: Fact) -> Decided:
        """A fact in the stream."""
        return given.fact(self.own_stream(given.trial), fact)
