"""Drills: the code-break is tried every quarter, by those who would need it, with a key that opens nothing."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field

from domain import streams
from domain.command import Decided, Given, Room, command
from domain.record import Entry
from domain.site.commands import SiteCode
from domain.times import zone
from domain.trial.commands import TrialCommand
from domain.unblinding.facts import UnblindingDrillRun

MONTHS: Final = 3


@command("run_unblinding_drill", safety=True)
class RunUnblindingDrill(TrialCommand):
    """Record that the code-break was tried with a drill's key, how long it took, and whether the envelope opened.

    `trialproof vault drill` tries it and sends this. The desk belongs to no site.
    """

    channel: Literal["investigator", "code_break_desk"]
    milliseconds: Annotated[int, Field(ge=0, le=86_400_000)]
    opened: bool
    receipt: UUID
    site: SiteCode | None = None
    through_fallback: bool

    def concerned_site(self, room: Room) -> str | None:
        """The site that drilled."""
        del room
        return self.site

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """A fact: recorded whatever is paused, held, closed or locked, and when it failed above all."""
        self.trial(room)
        fact = UnblindingDrillRun(
            channel=self.channel,
            milliseconds=self.milliseconds,
            opened=self.opened,
            receipt=self.receipt,
            site=self.site,
            through_fallback=self.through_fallback,
        )
        return (given.fact(streams.drill(given.trial, str(self.receipt)), fact),)


def last_drills(entries: Iterable[Entry]) -> dict[str | None, datetime]:
    """When each site, and the desk (None), last opened a drill's envelope; a drill that failed is none."""
    found: dict[str | None, datetime] = {}
    for entry in entries:
        match entry.fact:
            case UnblindingDrillRun(opened=True, site=site):
                found[site] = entry.frame.recorded_at
            case _:
                pass
    return found


def is_due(last: datetime | None, now: datetime, zone_name: str) -> bool:
    """Whether no drill has opened in this quarter of the calendar, on the clock of that zone."""
    return last is None or _quarter(last, zone_name) < _quarter(now, zone_name)


def _quarter(moment: datetime, zone_name: str) -> tuple[int, int]:
    day: date = moment.astimezone(zone(zone_name)).date()
    return day.year, (day.month - 1) // MONTHS
