"""Allocations by site and stratum against the cap of the stratum: pooled over arms, coded or not."""

from collections import Counter
from typing import Literal, Self

from msgspec.structs import replace

from domain.allocation.facts import CommittedStratum, PlaceTaken, RandomisationCommitted
from domain.record import Entry
from domain.values import Code, Text, Value
from projections.fold import State, place
from projections.participant import Participants
from projections.participant_rows import AllocationError, AllocationRef
from projections.persistent import PersistentMap
from projections.trial_state import TrialState


class AllocationRow(Value):
    """One allocation as a blinded reader knows it, with the errors found around it."""

    allocation: AllocationRef
    errors: tuple[AllocationError, ...]
    number: Code
    site: Code | None


class SiteStratum(Value):
    """How many were allocated at a site in a stratum."""

    allocated: int
    site: Code | None
    stratum: Code


class StratumRow(Value):
    """A stratum: places taken and allocations against its cap; `true_members` counts errors found as well."""

    allocated: int
    cap: int | None
    cap_from: Literal["committed", "decided", "not recorded"]
    label: Text | None
    places_taken: int
    stratum: Code
    true_members: int


class AllocationsView(Value):
    """The tables; each allocation counts in the stratum used, for ever."""

    allocated: int
    by_site: tuple[SiteStratum, ...]
    rows: tuple[AllocationRow, ...]
    strata: tuple[StratumRow, ...]


class Allocations(State):
    """Which places of which stratum were used where."""

    participants: Participants
    trial: TrialState
    committed: tuple[CommittedStratum, ...]
    places: PersistentMap[str, int]

    @classmethod
    def start(cls) -> Self:
        """No list, no allocation."""
        return cls(participants=Participants.start(), trial=TrialState.start(), committed=(), places=PersistentMap())

    def after(self, entry: Entry) -> Self:
        """The allocations after one more entry."""
        kind, _ = place(entry.frame.stream)
        if kind == "participant":
            return replace(self, participants=self.participants.after(entry))
        match entry.fact:
            case RandomisationCommitted(strata=strata):
                return replace(self, committed=strata)
            case PlaceTaken(stratum=stratum):
                return replace(self, places=self.places.put(stratum, self.places.get(stratum, 0) + 1))
            case _:
                return replace(self, trial=self.trial.after(entry))

    def view(self) -> AllocationsView:
        """The tables, by number, site and stratum."""
        rows = tuple(
            AllocationRow(allocation=row.allocation, errors=row.allocation_errors, number=row.number, site=row.site)
            for row in self.participants.view()
            if row.allocation is not None
        )
        cells = Counter((row.site or "", row.allocation.stratum) for row in rows)
        return AllocationsView(
            allocated=len(rows),
            by_site=tuple(
                SiteStratum(allocated=count, site=site or None, stratum=stratum)
                for (site, stratum), count in sorted(cells.items())
            ),
            rows=rows,
            strata=self._strata(rows),
        )

    def _strata(self, rows: tuple[AllocationRow, ...]) -> tuple[StratumRow, ...]:
        used = Counter(row.allocation.stratum for row in rows)
        true = Counter(true_stratum(row) for row in rows)
        committed = {stratum.stratum: stratum.cap for stratum in self.committed}
        decided = {stratum.code: stratum for stratum in self.trial.settings.strata or ()}
        codes = sorted({*used, *true, *committed, *decided, *self.places})
        return tuple(
            StratumRow(
                allocated=used[code],
                cap=committed.get(code, decided[code].cap if code in decided else None),
                cap_from="committed" if code in committed else "decided" if code in decided else "not recorded",
                label=decided[code].label if code in decided else None,
                places_taken=self.places.get(code, 0),
                stratum=code,
                true_members=true[code],
            )
            for code in codes
        )


def true_stratum(row: AllocationRow) -> str:
    """The stratum that the participant belongs to, where an error was found; else the one used."""
    found = [error.true_stratum for error in row.errors if error.true_stratum is not None]
    return found[-1] if found else row.allocation.stratum
