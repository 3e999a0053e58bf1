"""A site as its stream tells it: approvals, versions in force, delegations, and whether it may enrol."""

from datetime import date
from typing import Self

import msgspec

from domain.aggregate import Aggregate
from domain.people.roles import Role
from domain.record import Entry
from domain.site.facts import (
    ApprovalRecorded,
    ConsentVersionApproved,
    DelegationEnded,
    ProtocolVersionEffective,
    SiteActivated,
    SiteClosed,
    SiteHeld,
    SiteRegistered,
    SiteReleased,
    Task,
    TaskDelegated,
)
from domain.values import PartialDate, Value


class Delegation(Value):
    """Tasks delegated to a person for some days."""

    delegation: str
    person: str
    role: Role
    tasks: tuple[Task, ...]
    starts: PartialDate
    ends: PartialDate | None

    def holds_on(self, day: PartialDate) -> bool:
        """Whether it surely held on that day: what is not certain does not count."""
        started = self.starts.latest <= day.earliest
        return started and (self.ends is None or day.latest <= self.ends.earliest)


class Site(Aggregate):
    """Where participants are seen."""

    site: str
    zone: str
    approvals: tuple[ApprovalRecorded, ...]
    consents: tuple[ConsentVersionApproved, ...]
    protocols: tuple[ProtocolVersionEffective, ...]
    delegations: tuple[Delegation, ...]
    active_from: PartialDate | None
    held: bool
    closed: bool

    @classmethod
    def start(cls) -> Self:
        """No site yet."""
        return cls(
            version=0,
            site="",
            zone="UTC",
            approvals=(),
            consents=(),
            protocols=(),
            delegations=(),
            active_from=None,
            held=False,
            closed=False,
        )

    def after(self, entry: Entry) -> Self:
        """The site after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case SiteRegistered(site=site, zone=zone):
                return msgspec.structs.replace(new, site=site, zone=zone)
            case ApprovalRecorded() as fact:
                return msgspec.structs.replace(new, approvals=(*self.approvals, fact))
            case ConsentVersionApproved() as fact:
                return msgspec.structs.replace(new, consents=(*self.consents, fact))
            case ProtocolVersionEffective() as fact:
                return msgspec.structs.replace(new, protocols=(*self.protocols, fact))
            case TaskDelegated() as fact:
                delegation = Delegation(
                    delegation=fact.delegation,
                    person=fact.person,
                    role=fact.role,
                    tasks=fact.tasks,
                    starts=fact.starts,
                    ends=fact.ends,
                )
                return msgspec.structs.replace(new, delegations=(*self.delegations, delegation))
            case DelegationEnded(delegation=ended, ended=day):
                delegations = tuple(
                    msgspec.structs.replace(d, ends=day) if d.delegation == ended else d for d in self.delegations
                )
                return msgspec.structs.replace(new, delegations=delegations)
            case SiteActivated(effective=day):
                return msgspec.structs.replace(new, active_from=day)
            case SiteHeld():
                return msgspec.structs.replace(new, held=True)
            case SiteReleased():
                return msgspec.structs.replace(new, held=False)
            case SiteClosed():
                return msgspec.structs.replace(new, closed=True)
            case _:
                return new

    def is_active_on(self, day: PartialDate) -> bool:
        """Activated on or before that day, and neither held nor closed."""
        return (
            self.active_from is not None
            and self.active_from.latest <= day.earliest
            and not self.held
            and not self.closed
        )

    def consent_version(self, document: str, language: str, day: PartialDate) -> str | None:
        """The version of a consent document to use on that day: the latest surely approved by then.

        Of two approved for the same day, the one recorded later.
        """
        found = [
            c
            for c in self.consents
            if c.document == document and c.language == language and c.approved.latest <= day.earliest
        ]
        return max(reversed(found), key=lambda c: c.approved.latest).version if found else None

    def versions_since(self, approved: ConsentVersionApproved) -> frozenset[str]:
        """That version of a consent document and all that were approved with it or after it."""
        since = approved.approved.earliest
        later = (c for c in self.consents if c.document == approved.document and c.approved.earliest >= since)
        return frozenset(c.version for c in later)

    def protocol_version(self, day: date) -> str | None:
        """The protocol version in force on that day; of two from one day on, the one recorded later."""
        found = [p for p in self.protocols if p.effective.latest <= day]
        return max(reversed(found), key=lambda p: p.effective.latest).version if found else None

    def delegated(self, person: str, task: Task, day: PartialDate) -> bool:
        """Whether the person was surely delegated that task on that day."""
        return any(d.person == person and task in d.tasks and d.holds_on(day) for d in self.delegations)

    def missing_for_activation(self, day: PartialDate) -> tuple[str, ...]:
        """What activation from that day on still needs (conduct rules, section 3); what is not certain is missing."""
        version = self.protocol_version(day.earliest)
        kinds = {a.kind for a in self.approvals if a.protocol_version == version and _approved(a, day)}
        needed = {
            "ethics approval": "ethics" in kinds,
            "authority approval": "authority" in kinds,
            "approved protocol version": version is not None,
            "approved consent version": any(c.approved.latest <= day.earliest for c in self.consents),
            "delegation by the investigator": any(d.holds_on(day) for d in self.delegations),
        }
        return tuple(name for name, there in needed.items() if not there)


def _approved(approval: ApprovalRecorded, day: PartialDate) -> bool:
    """Whether the approval surely held on that day."""
    lapsed = approval.valid_until is not None and approval.valid_until.earliest < day.latest
    return approval.granted.latest <= day.earliest and not lapsed
