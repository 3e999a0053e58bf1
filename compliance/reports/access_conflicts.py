"""Conflicts of access, computed from the ledgers: what rules refuse today is looked for in what was recorded.

A rule that refuses is no proof that nothing slipped past it: entries may be older than the rule, or come from a
migration. Every check here reads entries alone (regulation, access log (g)).
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import combinations, product
from typing import Final, NamedTuple

from compliance.gate_table import TABLE
from compliance.reports.access_known import Access, GrantKnown
from domain import streams
from domain.credentials.facts import RecoveryApproved
from domain.people.person import PRODUCT, meet
from domain.people.roles import SITE_ROLES, Clearance
from domain.people.separations import Separation, separations_of
from domain.record import Entry
from domain.times import zone
from domain.unblinding.facts import UnblindingApproved, UnblindingRequested
from projections.site_rows import Delegation, SiteRow
from projections.subjects import Subjects

CONFLICTS: Final = {
    "vault access": "a person with a blinded role also holds, held or used clearance for what tells an allocation",
    "own request": "requester, approver or the one concerned are one and the same person",
    "administrator": "an administrator also holds another role at the same time",
    "duties": "one person holds, or where that lasts held, two duties that are kept apart",
    "delegation over": "a role at the site is still open after the person's delegation there ended",
    "outside delegation": "an act at a site on a day on which its performer was delegated nothing there",
}
"""What is looked for, with what it means."""
ACTS: Final = frozenset({"participant", "adverse-event", "unblinding"})
"""Records in which tasks are done that an investigator delegates."""
BLINDED: Final[frozenset[Clearance]] = frozenset({"blinded", "safety"})


class Conflict(NamedTuple):
    """One conflict: what, who, at which site, in words, and the entry that shows it."""

    kind: str
    person: str
    site: str | None
    words: str
    entry: Entry


def conflicts(access: Access) -> tuple[Conflict, ...]:
    """Every conflict, in the order of the kinds; of one kind, as found."""
    checks: tuple[Callable[[Access], Iterable[Conflict]], ...] = (
        _vault,
        _own_requests,
        _duties,
        _over,
        _outside,
    )
    return tuple(conflict for check in checks for conflict in check(access))


def _vault(access: Access) -> Iterator[Conflict]:
    """Over time too: knowing an allocation cannot be taken back. An inspector judges nothing, visit by visit."""
    used = {e.body.actor: e for e in (*access.trial, *access.access) if _touches_vault(e)}
    for account in access.accounts:
        person = account.person.person
        blinded = [known for known in account.grants if known.grant.clearance in BLINDED]
        unblinded = [known for known in account.grants if known.grant.clearance == "unblinded"]
        for known in unblinded:
            if not blinded or {known.grant.role, *(other.grant.role for other in blinded)} == {"inspector"}:
                continue
            words = f"holds or held {_role(blinded[0])} and {_role(known)}"
            yield Conflict("vault access", person, None, words, known.entry)
        if blinded and not unblinded and person in used:
            yield Conflict("vault access", person, None, "acted on what tells an allocation", used[person])


def _touches_vault(entry: Entry) -> bool:
    row = TABLE.get(entry.body.authority.rule.partition("/")[0])
    return row is not None and row.touches == "VAULT"


def _own_requests(access: Access) -> Iterator[Conflict]:
    for known in access.grants:
        fact = known.fact
        if known.entry.body.actor != PRODUCT and fact.approved_by in (fact.requested_by, fact.person):
            words = f"approved {_role(known)} for {fact.person}, as asked by {fact.requested_by}"
            yield Conflict("own request", fact.approved_by, None, words, known.entry)
    requests = {e.frame.stream: e.body.actor for e in access.trial if isinstance(e.fact, UnblindingRequested)}
    for entry in (*access.trial, *access.system):
        match entry.fact:
            case RecoveryApproved(requested_by=asker, person=person) if entry.body.actor in (asker, person):
                yield Conflict("own request", entry.body.actor, None, f"recovery of {person} by one person", entry)
            case UnblindingApproved() if requests.get(entry.frame.stream) == entry.body.actor:
                words = f"approved the unblinding {streams.name_of(entry.frame.stream)} of one's own"
                yield Conflict("own request", entry.body.actor, None, words, entry)
            case _:
                pass


def _duties(access: Access) -> Iterator[Conflict]:
    """Two grants of one person that the table of separations keeps apart."""
    for account in access.accounts:
        for one, other in combinations(account.grants, 2):
            for row in separations_of(one.grant.role, other.grant.role):
                if _meet(row, one, other):
                    kind = "administrator" if "administrator" in (one.grant.role, other.grant.role) else "duties"
                    words = f"{_role(one)} and {_role(other)}: {row.rule.replace('-', ' ')}"
                    yield Conflict(kind, account.person.person, None, words, other.entry)


def _meet(row: Separation, one: GrantKnown, other: GrantKnown) -> bool:
    return (row.lasts or _overlap(one, other)) and (
        row.reach == "deployment" or meet(one.grant.trial, other.grant.trial)
    )


def _overlap(one: GrantKnown, other: GrantKnown) -> bool:
    first, second = one.grant, other.grant
    return first.is_open(second.starts) and second.is_open(first.starts)


def _role(known: GrantKnown) -> str:
    return known.grant.role.replace("_", " ")


def _over(access: Access) -> Iterator[Conflict]:
    for account, row in product(access.accounts, access.sites):
        own = [one for one in row.delegations if one.person == account.person.person]
        today = _day(access.now, row.zone)
        if not own or any(_reaches(one, today) for one in own):
            continue
        for known in account.grants:
            at_site = known.grant.sites is not None and row.site in known.grant.sites
            if at_site and known.grant.role in SITE_ROLES and known.is_open(access.now):
                words = f"{_role(known)} at site {row.site} is open; the last delegation there is over"
                yield Conflict("delegation over", account.person.person, row.site, words, known.entry)


def _day(now: datetime, zone_name: str | None) -> date:
    """The day at the site; in UTC while the site's zone is not recorded, or is none."""
    try:
        return now.astimezone(zone(zone_name or "UTC")).date()
    except ValueError:
        return now.astimezone(UTC).date()


def _reaches(given: Delegation, day: date) -> bool:
    """Not surely over by that day."""
    end = given.ended or given.ends
    return end is None or day <= end.latest


def _outside(access: Access) -> Iterator[Conflict]:
    """Acts of those to whom tasks are delegated; who delegates them, the investigator, needs no delegation."""
    sites = {row.site: row for row in access.sites}
    subjects = Subjects.start()
    for entry in access.trial:
        subjects = subjects.after(entry)
        person, role = entry.body.performer.person, entry.body.performer.role
        site = sites.get(subjects.site(entry.frame.stream) or "")
        task = streams.kind_of(entry.frame.stream) in ACTS and entry.body.source_kind != "derived"
        if person is None or site is None or not task or role not in SITE_ROLES - {"investigator"}:
            continue
        if _may_have_been(site, person, entry):
            continue
        words = f"{entry.frame.type.rpartition('.')[0].replace('.', ' ').replace('_', ' ')}, outside every delegation"
        yield Conflict("outside delegation", person, site.site, words, entry)


def _may_have_been(site: SiteRow, person: str, entry: Entry) -> bool:
    """A day that is known to the month alone is held against nobody."""
    day = entry.body.occurred_at.day
    own = (given for given in site.delegations if given.person == person)
    return any(given.starts.earliest <= day.latest and _reaches(given, day.earliest) for given in own)
