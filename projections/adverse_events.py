"""Adverse event cases: every version, both sides' judgements side by side, and what came late.

The investigator's causality is never downgraded: a case counts as related unless both sides have judged that it
is not. A case that was nullified stays visible.
"""

from typing import Self

import msgspec
from msgspec.structs import replace

from domain.adverse_event import facts
from domain.ledger.facts import RecordCorrected
from domain.record import Entry
from domain.times import Occurred
from domain.values import decode_hook
from projections.adverse_event_rows import (
    Awareness,
    Case,
    CaseReport,
    CaseRow,
    CaseVersion,
    CausalityRow,
    Coding,
    ExpectednessRow,
    FormerTime,
    Met,
    Predicate,
    Receipt,
    SeriousnessRow,
    Span,
    unknown_case,
)
from projections.fold import Moment, State, moment, place, sender
from projections.participant import in_order
from projections.persistent import PersistentMap

TIMES = frozenset({"/occurred_at", "/payload/aware_at"})


class Cases(State):
    """All cases, by case number."""

    cases: PersistentMap[str, Case]

    @classmethod
    def start(cls) -> Self:
        """No case."""
        return cls(cases=PersistentMap())

    def after(self, entry: Entry) -> Self:
        """The cases after one more entry."""
        kind, number = place(entry.frame.stream)
        if kind != "adverse-event":
            return self
        case = self.cases.get(number) or unknown_case(number)
        behind = moment(entry)
        changed = _judged(replace(case, entries=in_moments(case.entries, behind)), entry, behind)
        return type(self)(cases=self.cases.put(number, _spanned(changed, behind)))

    def of(self, number: str) -> Case | None:
        """One case."""
        return self.cases.get(number)

    def view(self) -> tuple[Case, ...]:
        """All cases, by number."""
        return tuple(self.cases[number] for number in sorted(self.cases))


def in_moments(moments: tuple[Moment, ...], behind: Moment) -> tuple[Moment, ...]:
    """The moments with one more, as they come."""
    return (*moments, behind)
