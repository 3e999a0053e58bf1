"""Commands about sessions; who logs in or out sends none."""

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.errors import Refusal
from domain.input import Code
from domain.people.commands import PersonCommand
from domain.session.facts import SessionEnded
from domain.session.session import Session


@command("end_session")
class EndSession(PersonCommand):
    """End somebody's session at once; the account stays open."""

    session: Code

    def streams(self, room: Room) -> tuple[str, ...]:
        """The session."""
        del room
        return (streams.session(self.session),)

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a session that is over, or another person's."""
        stream = streams.session(self.session)
        if not room.get(Session, stream).is_open(self.person, given.now):
            raise Refusal(
                "no_such_session",
                f"{self.person} has no open session {self.session}.",
                rule="session-must-be-open",
                next_step="The sessions of a person stand in the access log.",
            )
        fact = SessionEnded(person=self.person, session=self.session, why="revoked")
        return (given.fact(stream, fact),)
