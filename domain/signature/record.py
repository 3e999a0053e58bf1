"""What commands about the signatures of a record share: the record by name, its site, its signatures."""

from typing import Annotated

from pydantic import StringConstraints

from domain import streams
from domain.adverse_event.adverse_event import AdverseEvent
from domain.command import Given, Room
from domain.deviation.deviation import Deviation
from domain.participant.participant import Participant
from domain.record import Entry
from domain.signature.signatures import Signatures
from domain.site.site import Site
from domain.trial.commands import TrialCommand
from domain.unblinding.unblinding import Unblinding

RecordName = Annotated[
    str,
    StringConstraints(
        pattern=r"^(trial|protocol|analysis-plan|analysis-sets|reveal"
        r"|(site|participant|adverse-event|unblinding|deviation|interim)/[A-Za-z0-9][A-Za-z0-9._:+-]{0,63})$"
    ),
]
"""A record of a trial by its stream's own name: `participant/007`, `site/01`, `trial`."""


class RecordCommand(TrialCommand):
    """A command about the signatures of one record of a trial."""

    record: RecordName

    def stream(self, trial: str) -> str:
        """The record's stream."""
        return f"{streams.trial_ledger(trial)}/{self.record}"

    def beside(self, trial: str) -> str:
        """The stream of the record's signatures."""
        return streams.signatures(self.stream(trial))

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial, the record, its signatures and the policy in force; then whom it is about, and the site."""
        record = self.stream(room.trial)
        named = [streams.trial(room.trial), record, self.beside(room.trial), streams.policy()]
        if record in room and (number := self.number(room)) is not None:
            named.append(streams.participant(room.trial, number))
        if named[-1] in room and record in room and (site := self.concerned_site(room)) is not None:
            named.append(streams.site(room.trial, site))
        return tuple(named)

    def entries_of(self, room: Room) -> tuple[str, ...]:
        """The record itself, entry by entry."""
        return (self.stream(room.trial),)

    def entries(self, room: Room) -> tuple[Entry, ...]:
        """The record's entries, as they count now."""
        return room.entries[self.stream(room.trial)]

    def signatures(self, room: Room) -> Signatures:
        """The record's signatures so far."""
        return room.get(Signatures, self.beside(room.trial))

    def number(self, room: Room) -> str | None:
        """The participant whom the record is about, as far as one is named."""
        kind, _, name = self.record.partition("/")
        if kind == "participant":
            return name
        match room.aggregates[self.stream(room.trial)]:
            case AdverseEvent() | Deviation() | Unblinding() as about:
                return about.participant or None
            case _:
                return None

    def concerned_site(self, room: Room) -> str | None:
        """The site whose record it is; None for what concerns the trial as a whole."""
        number = self.number(room)
        if number is not None:
            return room.get(Participant, streams.participant(room.trial, number)).site or None
        match room.aggregates[self.stream(room.trial)]:
            case Deviation(site=site):
                return site
            case Site(site=site):
                return site or None
            case _:
                return None

    def version_in_force(self, given: Given, room: Room) -> str | None:
        """The protocol version in force at the site on that day."""
        site = self.concerned_site(room)
        if site is None:
            return None
        return room.get(Site, streams.site(room.trial, site)).protocol_version(given.occurred.day.latest)

    def key_scope(self, room: Room) -> str:
        """Words about a participant's record go under that participant's key."""
        number = self.number(room)
        return f"trial:{room.trial}" if number is None else f"participant:{room.trial}/{number}"
