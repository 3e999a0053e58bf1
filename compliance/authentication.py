"""What is recorded about log-ins: sessions, failed attempts, lock-outs, signals; whoever checks secrets calls this.

The secrets are checked outside, by the adapter that keeps them; only what came of it is a fact.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from compliance import gate
from compliance.contexts import plain_context
from compliance.gate import Identity
from compliance.histories import Histories
from compliance.ports import Ports
from compliance.setup import ITSELF, NOBODY
from domain import streams
from domain.credentials.credentials import Credentials
from domain.credentials.facts import CredentialRevoked, CredentialSet, Kind, RecoveryNoticed, RevokedWhy
from domain.errors import ConflictError
from domain.people.facts import AccountActivated
from domain.people.person import Person
from domain.ports import NewEntry
from domain.record import Fact, Strength
from domain.session.facts import (
    AuthenticationFailed,
    AuthenticationLocked,
    Component,
    FailedFor,
    Purpose,
    SessionEnded,
    SessionStarted,
    Signal,
    SignalRaised,
    Why,
)
from domain.session.session import Session

TRIES = 50
T = TypeVar("T")


class NewCredential(NamedTuple):
    """A credential that counts from now on."""

    kind: Kind
    credential: str
    expires: datetime | None = None


class GoneCredential(NamedTuple):
    """A credential that counts no more."""

    kind: Kind
    credential: str
    why: RevokedWhy


class Authentication:
    """Records what came of checking secrets."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        self.histories = Histories(ports.ledger)

    def person(self, person: str) -> Person:
        """The account as it stands; one that does not exist has version 0."""
        self.histories.follow(streams.SYSTEM_LEDGER)
        found = self.histories.load(streams.person(person)).aggregate
        assert isinstance(found, Person)
        return found

    def session(self, session: str) -> Session:
        """The session as it stands."""
        self.histories.follow(streams.SYSTEM_LEDGER)
        found = self.histories.load(streams.session(session)).aggregate
        assert isinstance(found, Session)
        return found

    def credentials(self, person: str) -> Credentials:
        """Which credentials the account has, as facts tell."""
        self.histories.follow(streams.SYSTEM_LEDGER)
        found = self.histories.load(streams.credentials(person)).aggregate
        assert isinstance(found, Credentials)
        return found

    def started(
        self,
        person: str,
        *,
        strength: Strength,
        components: Sequence[Component],
        device: str,
        lasts: timedelta,
        idle: timedelta,
        originator: str,
    ) -> Identity:
        """Open a session for who has just proved an identity; Refusal for an account that is not open.

        The entry holds only if the account has not moved meanwhile: nobody logs in while being deactivated.
        """

        def start() -> Identity:
            account, session = self.person(person), self.ports.ids.token()
            gate.check_account(account)
            identity = Identity(person, strength, session, originator)
            fact = SessionStarted(
                components=tuple(components),
                device=device,
                ends=self.ports.clock() + lasts,
                idle_minutes=int(idle.total_seconds() // 60),
                person=person,
                session=session,
                strength=strength,
            )
            expected = {streams.session(session): 0, streams.person(person): account.version}
            self._append(streams.session(session), fact, identity, account, expected)
            return identity

        return _insisting(start)

    def ended(self, session: str, why: Why) -> None:
        """End a session; one that has ended stays as it is."""
        stream = streams.session(session)

        def end() -> None:
            known = self.session(session)
            if known.exists and not known.ended:
                fact = SessionEnded(person=known.person, session=session, why=why)
                self._append(stream, fact, ITSELF, NOBODY, {stream: known.version})

        _insisting(end)

    def failed(self, *, purpose: Purpose, source: str, since: datetime, persons: Mapping[str, int], count: int) -> None:
        """Record attempts that failed since the last such entry of this source; `persons` are existing accounts."""
        fact = AuthenticationFailed(
            count=count,
            persons=tuple(FailedFor(count=times, person=person) for person, times in sorted(persons.items())),
            purpose=purpose,
            since=since,
            source=source,
        )
        self._alone(fact)

    def locked(self, person: str, *, failures: int, until: datetime) -> None:
        """Record that an account is locked for a while."""
        self._alone(AuthenticationLocked(failures=failures, person=person, until=until))

    def signal(self, person: str, signal: Signal, *, session: str | None, detail: str) -> None:
        """Record something that the genuine owner would hardly do."""
        self._alone(SignalRaised(detail=detail, person=person, session=session, signal=signal))

    def credentials_changed(
        self,
        identity: Identity | None,
        person: str,
        *,
        known: Credentials,
        new: Sequence[NewCredential] = (),
        gone: Sequence[GoneCredential] = (),
        invited_by: str | None = None,
    ) -> None:
        """Record a change of credentials as one; ConflictError where they are not any more as they were known.

        With `invited_by` it is an activation: whose identity was verified before may not be who holds the account now.
        """
        stream = streams.credentials(person)
        facts: list[tuple[str, Fact]] = [
            *(
                (stream, CredentialSet(credential=one.credential, expires=one.expires, kind=one.kind, person=person))
                for one in new
            ),
            *(
                (stream, CredentialRevoked(credential=one.credential, kind=one.kind, person=person, why=one.why))
                for one in gone
            ),
        ]
        expected = {stream: known.version}
        if invited_by is not None:
            facts.append((streams.person(person), AccountActivated(invited_by=invited_by, person=person)))
            expected[streams.person(person)] = self.person(person).version
        actor = self.person(identity.person) if identity else NOBODY
        self._append_all(facts, identity or ITSELF, actor, expected)

    def recovery_noticed(self, identity: Identity) -> None:
        """Record that the owner was told of a recovery."""
        stream, person = streams.credentials(identity.person), self.person(identity.person)
        fact = RecoveryNoticed(person=identity.person, session=identity.session)

        def notice() -> None:
            self._append(stream, fact, identity, person, {stream: self.credentials(identity.person).version})

        _insisting(notice)

    def _alone(self, fact: Fact) -> None:
        stream = streams.authentication(str(self.ports.ids.event_id()))
        self._append(stream, fact, ITSELF, NOBODY, {stream: 0})

    def _append(self, stream: str, fact: Fact, identity: Identity, person: Person, expected: dict[str, int]) -> None:
        self._append_all([(stream, fact)], identity, person, expected)

    def _append_all(
        self, facts: Sequence[tuple[str, Fact]], identity: Identity, person: Person, expected: dict[str, int]
    ) -> None:
        command, now = self.ports.ids.event_id(), self.ports.clock()
        position = self.ports.ledger.head(streams.SYSTEM_LEDGER).size
        entries = [
            NewEntry(
                stream,
                plain_context(
                    self.ports,
                    event=self.ports.ids.event_id() if number else command,
                    identity=identity,
                    person=person,
                    role="none",
                    authority=gate.of_the_product("records-authentication", position),
                    command_id=command,
                    correlation=command,
                    now=now,
                ),
                fact,
            )
            for number, (stream, fact) in enumerate(facts)
        ]
        self.ports.ledger.append(entries, expected=expected, outcome=None)


def _insisting(attempt: Callable[[], T]) -> T:
    """Try again as long as others come first; what is recorded here is true whatever they do."""
    for _ in range(TRIES):
        try:
            return attempt()
        except ConflictError:
            continue
    raise ConflictError("The account was changed again and again by others.", next_step="Try again.")
