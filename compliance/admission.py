"""Who may read: the gate asked for a reader, and what was refused or read written down."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from compliance import gate
from compliance.contexts import plain_context
from compliance.gate import AllowedReading, Identity
from compliance.histories import Histories
from compliance.ports import Ports
from domain import streams
from domain.access.facts import CommandRefused
from domain.errors import ConflictError, Refusal
from domain.people.person import Person
from domain.ports import NewEntry
from domain.record import Authority, Fact
from domain.session.session import Session

TRIES = 50
"""How often something is written again when the account or the session moved meanwhile."""


class _Place(NamedTuple):
    """Where an entry goes: a stream of its own, or a named one after some entries."""

    trial: str
    kind: str
    name: str | None = None
    after: int = 0


class Admission:
    """Asks the gate for readers and writes the access ledger."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        self.histories = Histories(ports.ledger)

    def allow(self, identity: Identity, action: str, trial: str, *, whole: bool = False) -> AllowedReading:
        """Ask the gate; a refusal is recorded before it is raised. `whole` is for what no site may read a part of."""
        return self._asked(identity, action, trial, self.ports.clock(), whole=whole)

    def record(
        self,
        identity: Identity,
        allowed: AllowedReading,
        trial: str,
        kind: str,
        fact: Fact,
        *,
        name: str | None = None,
        after: int = 0,
    ) -> UUID:
        """Write one entry into the access ledger, in a stream of its own or after `after` entries of a named one.

        The gate decides once more, on what stands at that moment: nothing is recorded, and so nothing handed
        over, once the account, the session or the role has ended. ConflictError where it now reaches otherwise.
        """
        action, place = allowed.authority.rule.partition("/")[0], _Place(trial, kind, name, after)
        for _ in range(TRIES):
            now = self.ports.clock()
            again = self._asked(identity, action, trial, now)
            if again.sites != allowed.sites:
                break
            stands = {stream: self.histories.load(stream).version for stream in _own(identity)}
            try:
                return self._write(identity, again.actor.role, again.authority, place, fact, now, stands)
            except ConflictError:
                continue
        raise ConflictError("What you may read has changed meanwhile.", next_step="Ask again.")

    def _asked(
        self, identity: Identity, action: str, trial: str, now: datetime, *, whole: bool = False
    ) -> AllowedReading:
        position = self.histories.follow(streams.SYSTEM_LEDGER)
        person, session = (self.histories.load(stream) for stream in _own(identity))
        position = max(position, person.position, session.position)
        try:
            return gate.decide_reading(
                identity,
                person.of(Person),
                session.of(Session),
                action,
                trial=trial or None,
                now=now,
                system_position=position,
                whole=whole,
            )
        except Refusal as refusal:
            fact = CommandRefused(code=refusal.code, command=action, rule=refusal.rule)
            told = gate.as_refused(identity, session.of(Session))
            authority = gate.refused(refusal.rule, position)
            self._write(told, "none", authority, _Place(trial, "refusal"), fact, now, {})
            raise

    def _write(
        self,
        identity: Identity,
        role: str,
        authority: Authority,
        place: _Place,
        fact: Fact,
        now: datetime,
        stands: dict[str, int],
    ) -> UUID:
        event = self.ports.ids.event_id()
        ledger = streams.access_ledger(place.trial)
        if not place.trial or self.ports.ledger.head(ledger).size == 0:
            ledger = streams.SYSTEM_LEDGER
        stream = f"{ledger}/{place.kind}/{place.name or event}"
        context = plain_context(
            self.ports,
            event=event,
            identity=identity,
            person=self.histories.load(streams.person(identity.person)).of(Person),
            role=role,
            authority=authority,
            command_id=event,
            correlation=event,
            now=now,
        )
        expected = {stream: place.after, **stands}
        self.ports.ledger.append([NewEntry(stream, context, fact)], expected=expected, outcome=None)
        return event


def _own(identity: Identity) -> tuple[str, str]:
    return streams.person(identity.person), streams.session(identity.session)
