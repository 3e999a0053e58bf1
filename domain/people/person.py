"""A person or service account, with the grants it holds: one stream, so that one version guards them all."""

from datetime import datetime, timedelta
from typing import Final, Self

import msgspec

from domain.aggregate import Aggregate
from domain.people.facts import (
    AccountActivated,
    Duty,
    GrantEnded,
    GrantGiven,
    GrantReviewed,
    IdentityVerified,
    PersonDeactivated,
    PersonRegistered,
    PolicyAcknowledged,
    ServiceDescribed,
    ServiceKeyRegistered,
    ServiceKeyRevoked,
    TrainingRecorded,
)
from domain.people.roles import ActingRole, Clearance, Role
from domain.people.separations import Separation, separations_of
from domain.record import Entry
from domain.values import Value

PRODUCT: Final = "trialproof"
"""Whose entries the product's own are: set-up, log-ins, failed attempts. No account has this id."""


class Grant(Value):
    """A role given for a time, a trial (None: all) and some sites (None: all)."""

    grant: str
    role: Role
    trial: str | None
    sites: tuple[str, ...] | None
    starts: datetime
    ends: datetime | None
    clearance: Clearance
    approved_by: str
    training: str | None
    next_review: datetime | None

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


class Training(Value):
    """What somebody was trained in; `expires` None holds for good."""

    training: str
    trial: str | None
    protocol_version: str | None
    expires: datetime | None

    def is_current(self, now: datetime) -> bool:
        """Not run out by then."""
        return self.expires is None or now < self.expires


class ServiceKey(Value):
    """A public key of a service account, as canonical JWK text; a revoked one proves nothing."""

    key: str
    algorithm: str
    public: str
    revoked: bool


class Person(Aggregate):
    """Who this is; an ended account keeps its id and its past."""

    person: str
    printed_name: str
    organisation: str
    is_service: bool
    active: bool
    registered_by: str
    invited_by: str | None
    verified_by: str | None
    policies: tuple[str, ...]
    trainings: tuple[Training, ...]
    duty: Duty | None
    keys: tuple[ServiceKey, ...]
    grants: tuple[Grant, ...]

    @classmethod
    def start(cls) -> Self:
        """Nobody yet."""
        return cls(
            version=0,
            person="",
            printed_name="",
            organisation="",
            is_service=False,
            active=False,
            registered_by="",
            invited_by=None,
            verified_by=None,
            policies=(),
            trainings=(),
            duty=None,
            keys=(),
            grants=(),
        )

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
                    registered_by=entry.body.actor,
                )
            case IdentityVerified(verified_by=verifier):
                return msgspec.structs.replace(new, verified_by=verifier)
            case AccountActivated(invited_by=inviter):
                return msgspec.structs.replace(new, invited_by=inviter, verified_by=None)
            case PolicyAcknowledged(version=acknowledged):
                return msgspec.structs.replace(new, policies=(*self.policies, acknowledged))
            case TrainingRecorded() as fact:
                training = Training(
                    training=fact.training,
                    trial=fact.trial,
                    protocol_version=fact.protocol_version,
                    expires=fact.expires,
                )
                return msgspec.structs.replace(new, trainings=(*self.trainings, training))
            case ServiceDescribed(duty=duty):
                return msgspec.structs.replace(new, duty=duty)
            case ServiceKeyRegistered() as fact:
                key = ServiceKey(key=fact.key, algorithm=fact.algorithm, public=fact.public, revoked=False)
                return msgspec.structs.replace(new, keys=(*self.keys, key))
            case ServiceKeyRevoked(key=revoked):
                return msgspec.structs.replace(new, keys=tuple(_revoked(key, revoked) for key in self.keys))
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
                    clearance=fact.clearance,
                    approved_by=fact.approved_by,
                    training=fact.training,
                    next_review=None,
                )
                return msgspec.structs.replace(new, grants=(*self.grants, given))
            case GrantEnded(grant=ended):
                moment = entry.frame.recorded_at
                grants = tuple(
                    msgspec.structs.replace(grant, ends=moment) if grant.grant == ended else grant
                    for grant in self.grants
                )
                return msgspec.structs.replace(new, grants=grants)
            case GrantReviewed() as fact:
                grants = tuple(
                    msgspec.structs.replace(grant, next_review=fact.next_review) if grant.grant == fact.grant else grant
                    for grant in self.grants
                )
                return msgspec.structs.replace(new, grants=grants)
            case _:
                return new

    def is_trained_for(self, grant: Grant, now: datetime) -> bool:
        """Whether the training on which a grant rests is current; a grant that rests on none needs none."""
        if grant.training is None:
            return True
        return any(one.training == grant.training and one.is_current(now) for one in self.trainings)

    def is_overdue(self, role: ActingRole, trial: str, site: str | None, now: datetime) -> bool:
        """Whether the training has run out on which somebody acts in a role there: no grant of it rests on current."""
        held = [grant for grant in self.grants if grant.role == role and grant.covers(trial, site, now)]
        return bool(held) and not any(self.is_trained_for(grant, now) for grant in held)

    def roles_ever(self, trial: str) -> frozenset[Role]:
        """Every role held in a trial at any time: knowing an arm cannot be taken back."""
        return frozenset(grant.role for grant in self.grants if grant.trial in (None, trial))

    def would_mix_blinding(self, role: Role, clearance: Clearance, trial: str | None) -> bool:
        """Whether the grant would join a blinded role and an unblinded clearance in one trial, also over time.

        An inspector alone may come blinded to one visit and unblinded to another: that role judges nothing.
        """
        if clearance == "none":
            return False
        others = [g for g in self.grants if g.clearance != "none" and meet(g.trial, trial)]
        return any(
            (clearance == "unblinded") != (other.clearance == "unblinded")
            for other in others
            if not role == other.role == "inspector"
        )

    def parted_by(self, role: Role, trial: str | None, now: datetime) -> Separation | None:
        """The separation that the role would break with another one held, or where it lasts, ever held."""
        return next(
            (
                row
                for grant in self.grants
                for row in separations_of(role, grant.role)
                if (row.lasts or grant.is_open(now)) and (row.reach == "deployment" or meet(grant.trial, trial))
            ),
            None,
        )

    def overdue_reviews(self, now: datetime, every: timedelta) -> tuple[Grant, ...]:
        """The open grants that nobody has reviewed in time (ICH E6(R3) 4.3.8(b))."""
        return tuple(g for g in self.grants if g.is_open(now) and (g.next_review or g.starts + every) <= now)


def meet(one: str | None, other: str | None) -> bool:
    """Whether two grants are about one trial; None is all of them."""
    return one is None or other is None or one == other


def _revoked(key: ServiceKey, revoked: str) -> ServiceKey:
    return msgspec.structs.replace(key, revoked=True) if key.key == revoked else key
