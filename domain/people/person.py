"""A person or service account, with the grants it holds: one stream, so that one version guards them all."""

from datetime import datetime
from typing import Self

import msgspec

from domain.aggregate import Aggregate
from domain.people.facts import GrantEnded, GrantGiven, PersonDeactivated, PersonRegistered
from domain.people.roles import UNBLINDED_ROLES, Role, kept_apart
from domain.record import Entry
from domain.values import Value


class Grant(Value):
    """A role given for a time, a trial (None: all) and some sites (None: all)."""

    grant: str
    role: Role
    trial: str | None
    sites: tuple[str, ...] | None
    starts: datetime
    ends: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Not ended by then; it may start later."""
        return self.ends is None or now < self.ends

    def covers(self, trial: str | None, site: str | None, now: datetime) -> bool:
        """Whether the grant holds now for that trial and site (None: for all of them)."""
        if now < self.starts or not self.is_open(now):
            return False
        if self.trial is not None and self.trial != trial:
            return False
        return self.sites is None or (site is not None and site in self.sites)


class Person(Aggregate):
    """Who this is; an ended account keeps its id and its past."""

    person: str
    printed_name: str
    organisation: str
    is_service: bool
    active: bool
    grants: tuple[Grant, ...]

    @classmethod
    def start(cls) -> Self:
        """Nobody yet."""
        return cls(version=0, person="", printed_name="", organisation="", is_service=False, active=False, grants=())

    def after(self, entry: Entry) -> Self:
        """The person after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case PersonRegistered() as fact:
                return msgspec.structs.replace(
                    new,
                    person=fact.person,
                    printed_name=fact.printed_name,
                    organisation=fact.organisation,
                    is_service=fact.kind == "service",
                    active=True,
                )
            case PersonDeactivated():
                return msgspec.structs.replace(new, active=False)
            case GrantGiven() as fact:
                given = Grant(
                    grant=fact.grant,
                    role=fact.role,
                    trial=fact.trial,
                    sites=fact.sites,
                    starts=fact.starts,
                    ends=fact.ends,
                )
                return msgspec.structs.replace(new, grants=(*self.grants, given))
            case GrantEnded(grant=ended):
                moment = entry.frame.recorded_at
                grants = tuple(
                    msgspec.structs.replace(grant, ends=moment) if grant.grant == ended else grant
                    for grant in self.grants
                )
                return msgspec.structs.replace(new, grants=grants)
            case _:
                return new

    def roles_ever(self, trial: str) -> frozenset[Role]:
        """Every role held in a trial at any time: knowing an arm cannot be taken back."""
        return frozenset(grant.role for grant in self.grants if grant.trial in (None, trial))

    def would_mix_blinding(self, role: Role, trial: str | None) -> bool:
        """Whether the role would join blinded and unblinded clearance in one trial, also over time."""
        held = {g.role for g in self.grants if trial is None or g.trial in (None, trial)} - NEUTRAL_ROLES
        if role in NEUTRAL_ROLES:
            return False
        return any((role in UNBLINDED_ROLES) != (other in UNBLINDED_ROLES) for other in held)

    def would_mix_duties(self, role: Role, trial: str | None, now: datetime) -> bool:
        """Whether the role would join duties that are kept apart, with a role held now or later in that trial."""
        held: set[Role] = {
            g.role for g in self.grants if g.is_open(now) and (trial is None or g.trial in (None, trial))
        }
        return any(kept_apart(role, other) for other in held)


NEUTRAL_ROLES: frozenset[Role] = frozenset({"administrator"})
"""Roles without trial data: neither blinded nor unblinded."""
