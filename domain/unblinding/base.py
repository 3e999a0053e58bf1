"""What commands about an unblinding share: they name the request, and reach the participant behind it."""

from typing import ClassVar

from domain import streams
from domain.command import Decided, Given, Room
from domain.input import Code
from domain.participant.participant import Participant
from domain.record import Fact
from domain.refusals import not_in_order
from domain.site.site import Site
from domain.trial.commands import TrialCommand
from domain.unblinding.unblinding import Kind, Unblinding


class RequestCommand(TrialCommand):
    """A command about one unblinding; whom it is about stands in its first entry."""

    KINDS: ClassVar[frozenset[Kind]] = frozenset({"routine", "emergency", "accident", "susar"})
    """The kinds of unblinding it is about."""

    request: Code

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial and the request, then the participant, and then the site."""
        own = streams.unblinding(room.trial, self.request)
        named = [streams.trial(room.trial), own]
        about = self.own(room).participant if own in room else None
        if about is not None:
            named.append(streams.participant(room.trial, about))
        if named[-1] in room and (site := self.concerned_site(room)) is not None:
            named.append(streams.site(room.trial, site))
        return tuple(named)

    def concerned_site(self, room: Room) -> str | None:
        """The site of the participant it is about."""
        about = self.about(room)
        return None if about is None else about.site or None

    def version_in_force(self, given: Given, room: Room) -> str | None:
        """The protocol version in force at that site on that day."""
        site = self.concerned_site(room)
        if site is None:
            return None
        return room.get(Site, streams.site(room.trial, site)).protocol_version(given.occurred.day.latest)

    def own(self, room: Room) -> Unblinding:
        """The unblinding, which may not be there."""
        return room.get(Unblinding, streams.unblinding(room.trial, self.request))

    def known(self, room: Room) -> Unblinding:
        """The unblinding; Refusal when there is none of that id, or of another kind."""
        self.trial(room)
        own = self.own(room)
        if own.kind not in self.KINDS:
            raise not_in_order(
                "no_such_unblinding",
                f"There is no {' or '.join(sorted(self.KINDS))} unblinding {self.request}.",
                "Look the request up in the unblinding log.",
                rule="unblinding-must-be-known",
            )
        return own

    def about(self, room: Room) -> Participant | None:
        """The participant it is about, if it names one."""
        number = self.own(room).participant
        return None if number is None else room.get(Participant, streams.participant(room.trial, number))

    def in_request(self, given: Given, fact: Fact) -> Decided:
        """A fact in the stream of the unblinding."""
        return given.fact(streams.unblinding(given.trial, self.request), fact)

    def key_scope(self, room: Room) -> str:
        """Texts about a participant's unblinding go under that participant's key."""
        number = self.own(room).participant
        return f"trial:{room.trial}" if number is None else f"participant:{room.trial}/{number}"
