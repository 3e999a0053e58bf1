"""The sites of a trial, as the ledger tells them."""

from typing import Self

from msgspec.structs import replace

from domain.record import Entry
from domain.site import facts
from projections.fold import Moment, State, moment, place
from projections.persistent import PersistentMap
from projections.site_rows import ConsentVersion, Delegation, Permission, ProtocolInForce, SiteRow


class Sites(State):
    """All sites, by code."""

    rows: PersistentMap[str, SiteRow]

    @classmethod
    def start(cls) -> Self:
        """No site yet."""
        return cls(rows=PersistentMap())

    def after(self, entry: Entry) -> Self:
        """The sites after one more entry."""
        kind, code = place(entry.frame.stream)
        if kind != "site":
            return self
        row = self.rows.get(code) or _unknown(code)
        changed = _after(row, entry)
        return self if changed is row else type(self)(rows=self.rows.put(code, changed))

    def of(self, code: str | None) -> SiteRow | None:
        """One site."""
        return None if code is None else self.rows.get(code)

    def zone_of(self, code: str | None) -> str | None:
        """The time zone of a site, where it is registered."""
        site = self.of(code)
        return site.zone if site else None

    def view(self) -> tuple[SiteRow, ...]:
        """All sites, by code."""
        return tuple(self.rows[code] for code in sorted(self.rows))


def _after(row: SiteRow, entry: Entry) -> SiteRow:
    match entry.fact:
        case facts.SiteRegistered(country=country, name=name, zone=zone):
            return replace(row, registered=moment(entry), country=country, name=name, zone=zone)
        case facts.SiteActivated(effective=effective):
            return replace(row, activated=moment(entry), effective=effective)
        case facts.SiteHeld():
            return replace(row, held=moment(entry))
        case facts.SiteReleased():
            return replace(row, held=None)
        case facts.SiteClosed():
            return replace(row, closed=moment(entry))
        case facts.ApprovalRecorded() as fact:
            return replace(row, permissions=(*row.permissions, _permission(fact, moment(entry))))
        case facts.ConsentVersionApproved() as fact:
            return replace(row, consent_versions=(*row.consent_versions, _consent_version(fact, moment(entry))))
        case facts.ProtocolVersionEffective(effective=effective, reference=reference, version=version):
            in_force = ProtocolInForce(behind=moment(entry), effective=effective, reference=reference, version=version)
            return replace(row, protocol_versions=(*row.protocol_versions, in_force))
        case facts.TaskDelegated() as fact:
            return _with_ends(replace(row, delegations=(*row.delegations, _delegation(fact, moment(entry)))))
        case facts.DelegationEnded(delegation=delegation, ended=ended):
            return _with_ends(replace(row, ended_delegations=(*row.ended_delegations, (delegation, ended))))
        case _:
            return row


def _unknown(code: str) -> SiteRow:
    return SiteRow(
        activated=None,
        closed=None,
        consent_versions=(),
        country=None,
        delegations=(),
        effective=None,
        ended_delegations=(),
        held=None,
        name=None,
        permissions=(),
        protocol_versions=(),
        registered=None,
        site=code,
        zone=None,
    )


def _permission(fact: facts.ApprovalRecorded, behind: Moment) -> Permission:
    return Permission(
        behind=behind,
        granted=fact.granted,
        kind=fact.kind,
        protocol_version=fact.protocol_version,
        reference=fact.reference,
        valid_until=fact.valid_until,
    )


def _consent_version(fact: facts.ConsentVersionApproved, behind: Moment) -> ConsentVersion:
    return ConsentVersion(
        approved=fact.approved,
        behind=behind,
        document=fact.document,
        language=fact.language,
        reference=fact.reference,
        version=fact.version,
    )


def _delegation(fact: facts.TaskDelegated, behind: Moment) -> Delegation:
    return Delegation(
        behind=behind,
        delegation=fact.delegation,
        ended=None,
        ends=fact.ends,
        person=fact.person,
        role=fact.role,
        starts=fact.starts,
        tasks=fact.tasks,
    )


def _with_ends(row: SiteRow) -> SiteRow:
    """An end counts for its delegation, in whichever order the two were told."""
    ends = dict(row.ended_delegations)
    delegations = tuple(replace(given, ended=ends.get(given.delegation)) for given in row.delegations)
    return replace(row, delegations=delegations)
