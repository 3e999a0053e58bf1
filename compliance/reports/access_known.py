"""What access reports are made from: accounts with their grants, sessions and credentials, as the ledgers tell."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from compliance.reports import frame
from compliance.reports.material import Material
from domain import streams
from domain.credentials.facts import CredentialRevoked, CredentialSet
from domain.people.facts import (
    GrantEnded,
    GrantGiven,
    GrantReviewed,
    IdentityVerified,
    PersonDeactivated,
    PersonRegistered,
)
from domain.people.person import Grant, Person
from domain.record import Entry
from domain.session.facts import SessionEnded, SessionStarted, SigningOpened
from domain.session.limits import Limits
from projections.site_rows import SiteRow
from projections.sites import Sites

REVIEW_EVERY: timedelta = Limits().review_every


@dataclass(frozen=True, slots=True)
class GrantKnown:
    """A grant, the entries behind it, and how it stands."""

    entry: Entry
    grant: Grant
    holder: Person
    ended: Entry | None
    reviews: tuple[Entry, ...]

    @property
    def fact(self) -> GrantGiven:
        """What was given."""
        fact: GrantGiven = self.entry.fact
        return fact

    @property
    def review_due(self) -> datetime:
        """When it has to be reviewed next."""
        return self.grant.next_review or self.grant.starts + REVIEW_EVERY

    def is_open(self, now: datetime) -> bool:
        """Begun, and not ended."""
        return self.grant.starts <= now and self.grant.is_open(now)

    def is_overdue(self, now: datetime) -> bool:
        """Open, and not reviewed in time."""
        return self.is_open(now) and self.review_due <= now

    def is_orphan(self, now: datetime) -> bool:
        """Open, while the account that holds it has ended."""
        return self.is_open(now) and not self.holder.active

    def lacks_training(self, now: datetime) -> bool:
        """Open, while the training that it rests on has run out, or is not recorded."""
        return self.is_open(now) and not self.holder.is_trained_for(self.grant, now)


@dataclass(frozen=True, slots=True)
class Account:
    """An account and the entries that made it what it is."""

    person: Person
    registered: Entry | None
    verified: Entry | None
    ended: Entry | None
    grants: tuple[GrantKnown, ...]
    credentials: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class SessionKnown:
    """One session, from its start to its end, as far as it is recorded."""

    started: Entry
    ended: Entry | None
    signing: Entry | None


@dataclass(frozen=True, slots=True)
class Access:
    """Everything that access reports show; `now` is the moment at which due dates are judged."""

    accounts: tuple[Account, ...]
    sessions: tuple[SessionKnown, ...]
    sites: tuple[SiteRow, ...]
    system: tuple[Entry, ...]
    trial: tuple[Entry, ...]
    access: tuple[Entry, ...]
    now: datetime

    @property
    def grants(self) -> tuple[GrantKnown, ...]:
        """All grants, by account and then as given."""
        return tuple(grant for account in self.accounts for grant in account.grants)

    def named(self, person: str) -> Account | None:
        """The account of that id."""
        return next((account for account in self.accounts if account.person.person == person), None)

    def name_of(self, person: str) -> str | None:
        """The printed name of an account."""
        account = self.named(person)
        return None if account is None else account.person.printed_name or None


def access_known(material: Material) -> Access:
    """Fold the material."""
    system = frame.entries_of(material, streams.SYSTEM_LEDGER)
    sites = frame.projected(material, Sites).view()
    return Access(
        accounts=tuple(_accounts(system)),
        sessions=tuple(_sessions(system)),
        sites=tuple(row for row in sites if material.sites is None or row.site in material.sites),
        system=tuple(system),
        trial=tuple(frame.trial_entries(material)),
        access=tuple(frame.entries_of(material, streams.access_ledger(material.trial))),
        now=frame.as_of(material),
    )


def _accounts(system: Sequence[Entry]) -> Iterator[Account]:
    by_person: dict[str, list[Entry]] = {}
    for entry in system:
        if streams.kind_of(entry.frame.stream) in {"person", "credentials"}:
            by_person.setdefault(streams.name_of(entry.frame.stream), []).append(entry)
    for name in sorted(by_person):
        yield _account(name, by_person[name])


def _account(name: str, entries: Sequence[Entry]) -> Account:
    own = [entry for entry in entries if streams.kind_of(entry.frame.stream) == "person"]
    person = Person.start()
    for entry in own:
        person = person.after(entry)
    return Account(
        person=replace(person, person=name),
        registered=_last(own, PersonRegistered),
        verified=_last(own, IdentityVerified),
        ended=_last(own, PersonDeactivated),
        grants=tuple(_grants(person, own)),
        credentials=tuple(e for e in entries if isinstance(e.fact, CredentialSet | CredentialRevoked)),
    )


def _last(entries: Sequence[Entry], kind: type) -> Entry | None:
    return next((entry for entry in reversed(entries) if isinstance(entry.fact, kind)), None)


def _grants(person: Person, own: Sequence[Entry]) -> Iterator[GrantKnown]:
    given = {entry.fact.grant: entry for entry in own if isinstance(entry.fact, GrantGiven)}
    for grant in person.grants:
        about = [e for e in own if isinstance(e.fact, GrantEnded | GrantReviewed) and e.fact.grant == grant.grant]
        yield GrantKnown(
            entry=given[grant.grant],
            grant=grant,
            holder=person,
            ended=_last(about, GrantEnded),
            reviews=tuple(entry for entry in about if isinstance(entry.fact, GrantReviewed)),
        )


def _sessions(system: Iterable[Entry]) -> Iterator[SessionKnown]:
    by_session: dict[str, list[Entry]] = {}
    for entry in system:
        if isinstance(entry.fact, SessionStarted | SessionEnded | SigningOpened):
            by_session.setdefault(entry.fact.session, []).append(entry)
    for entries in by_session.values():
        started = _last(entries, SessionStarted)
        if started is not None:
            yield SessionKnown(started, _last(entries, SessionEnded), _last(entries, SigningOpened))
