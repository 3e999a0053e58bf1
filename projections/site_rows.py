"""What is known of a site."""

from typing import Literal

from domain.people.roles import Role
from domain.site.facts import Task
from domain.values import Code, Name, PartialDate, Value
from projections.fold import Moment

SiteStatus = Literal["not_registered", "registered", "active", "held", "closed"]


class Permission(Value):
    """An ethics committee or an authority approved the conduct of a protocol version here."""

    behind: Moment
    granted: PartialDate
    kind: Literal["ethics", "authority"]
    protocol_version: Code
    reference: Name
    valid_until: PartialDate | None


class ConsentVersion(Value):
    """The version of a consent document to use here from a day on."""

    approved: PartialDate
    behind: Moment
    document: Code
    language: Code
    reference: Name
    version: Code


class ProtocolInForce(Value):
    """The protocol version in force here from a day on."""

    behind: Moment
    effective: PartialDate
    reference: Name
    version: Code


class Delegation(Value):
    """Tasks delegated to a person; `ended` where it was ended before its time."""

    behind: Moment
    delegation: Code
    ended: PartialDate | None
    ends: PartialDate | None
    person: Code
    role: Role
    starts: PartialDate
    tasks: tuple[Task, ...]


class SiteRow(Value):
    """A site, its approvals, versions and delegations, and its state."""

    activated: Moment | None
    closed: Moment | None
    consent_versions: tuple[ConsentVersion, ...]
    country: Code | None
    delegations: tuple[Delegation, ...]
    effective: PartialDate | None
    ended_delegations: tuple[tuple[Code, PartialDate], ...]
    held: Moment | None
    name: Name | None
    permissions: tuple[Permission, ...]
    protocol_versions: tuple[ProtocolInForce, ...]
    registered: Moment | None
    site: Code
    zone: Name | None

    @property
    def status(self) -> SiteStatus:
        """One word for the state; a site may be active from a later day on (`effective`)."""
        if self.closed:
            return "closed"
        if self.held:
            return "held"
        if self.activated:
            return "active"
        return "registered" if self.registered else "not_registered"
