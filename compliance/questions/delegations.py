"""Delegations of a site as known at an instant, each with the signature under which the investigator gave it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from domain import streams
from domain.record import Entry
from domain.site.facts import Task, TaskDelegated
from domain.site.site import Delegation, Site
from domain.values import PartialDate
from projections.amendments import effective
from projections.signature_rows import RequiredRow
from projections.signatures import Signatures


class Signed(NamedTuple):
    """A delegation, the entry that recorded it, and how its signature stands (None: none was asked)."""

    delegation: Delegation
    position: int
    by: str
    needed: RequiredRow | None

    @property
    def is_signed(self) -> bool:
        """Whether the investigator's signature stands."""
        return self.needed is not None and self.needed.state == "given"


class SiteThen(NamedTuple):
    """A site as the ledger told it up to an instant."""

    site: Site
    delegations: tuple[Signed, ...]

    def held(self, person: str, task: Task, day: PartialDate) -> Iterator[Signed]:
        """The delegations of that task to that person that surely held on that day."""
        for one in self.delegations:
            own = one.delegation
            if own.person == person and task in own.tasks and own.holds_on(day):
                yield one


def site_at(entries: Iterable[Entry], trial: str, code: str, instant: datetime) -> SiteThen:
    """The site as known at the instant, from the entries of the trial ledger that the reader may see."""
    known = effective(entry for entry in entries if entry.frame.recorded_at <= instant)
    stream, site, signatures = streams.site(trial, code), Site.start(), Signatures.start()
    told: dict[str, Entry] = {}
    for entry in known:
        signatures = signatures.after(entry)
        if entry.frame.stream == stream:
            site = site.after(entry)
            if isinstance(entry.fact, TaskDelegated):
                told[entry.fact.delegation] = entry
    needed = {row.behind.position: row for row in signatures.view().needed if row.stream == stream}
    delegations = (
        Signed(
            delegation=one,
            position=told[one.delegation].frame.position,
            by=told[one.delegation].body.printed_name,
            needed=needed.get(told[one.delegation].frame.position),
        )
        for one in site.delegations
    )
    return SiteThen(site, tuple(delegations))
