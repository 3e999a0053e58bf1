"""The credentials of one account, as facts tell: kinds, ages, what was revoked, a recovery under way."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

import msgspec

from domain.aggregate import Aggregate
from domain.credentials.facts import (
    CredentialRevoked,
    CredentialSet,
    Kind,
    RecoveryApproved,
    RecoveryNoticed,
    RecoveryRequested,
)
from domain.record import Entry
from domain.values import Value


class Credential(Value):
    """One credential that counts."""

    credential: str
    kind: Kind
    since: datetime
    expires: datetime | None
    set_by: str


class Credentials(Aggregate):
    """What proves this account; `recovery_by` is who asked for a recovery that nobody has approved yet.

    `activated`: its owner has set credentials, which no single administrator replaces. `unnoticed` is the version of
    a recovery that the owner has not seen.
    """

    held: tuple[Credential, ...]
    activated: bool
    recovery_by: str | None
    unnoticed: int

    @classmethod
    def start(cls) -> Self:
        """No credential yet."""
        return cls(version=0, held=(), activated=False, recovery_by=None, unnoticed=0)

    def after(self, entry: Entry) -> Self:
        """The credentials after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case CredentialSet() as fact:
                one = Credential(
                    credential=fact.credential,
                    kind=fact.kind,
                    since=entry.frame.recorded_at,
                    expires=fact.expires,
                    set_by=entry.body.actor,
                )
                activated = self.activated or fact.kind != "invitation"
                return msgspec.structs.replace(new, held=(*self.held, one), activated=activated)
            case CredentialRevoked(credential=gone):
                return msgspec.structs.replace(new, held=tuple(one for one in self.held if one.credential != gone))
            case RecoveryRequested():
                return msgspec.structs.replace(new, recovery_by=entry.body.actor)
            case RecoveryApproved():
                return msgspec.structs.replace(
                    new, recovery_by=None, held=(), activated=False, unnoticed=entry.frame.version
                )
            case RecoveryNoticed():
                return msgspec.structs.replace(new, unnoticed=0)
            case _:
                return new

    def of(self, kind: Kind) -> tuple[Credential, ...]:
        """Those of one kind."""
        return tuple(one for one in self.held if one.kind == kind)

    def last(self, kind: Kind) -> Credential | None:
        """The one that was set last; an earlier one of its kind counts no more, revoked or not."""
        return next(iter(reversed(self.of(kind))), None)

    def holds(self, credentials: Iterable[str]) -> bool:
        """Whether all of these count still."""
        return {one.credential for one in self.held}.issuperset(credentials)
