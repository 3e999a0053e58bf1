"""What safety reporting asks for, case by case: anchor, due date, and what was submitted when.

A corrected anchor keeps both due dates. A case that stops to qualify keeps its row, marked "not required". A
case that comes to qualify again, or turns fatal or life-threatening later, starts a clock of its own.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Literal, Self

from domain.record import Entry, Instant
from domain.times import Occurred, end_of, zone
from domain.values import Code, Name, Value
from projections.adverse_event_rows import Case, Span
from projections.adverse_events import AdverseEvents, CaseRow
from projections.clock_rules import CLOCK_RULES, RULES_VERSION, Anchor, ClockRule
from projections.fold import TICK, Moment, State, claimed, latest

ObligationState = Literal["met_on_time", "met_late", "met_unknown", "open", "no_limit", "not_required"]
Standing = Literal["met_on_time", "met_late", "met_unknown", "due", "overdue", "no_limit", "not_required"]


class Due(Value):
    """What an anchor leads to: the last instant allowed; None where the rule states no limit."""

    anchor: Occurred
    due: Instant | None


class ObligationRow(Value):
    """One obligation of one case; `former` are the due dates by anchors that were corrected later."""

    anchor: Anchor
    case: Code
    clause: Name
    days_used: int | None
    destination: Name
    due: Due
    first_receipt: Moment | None
    former: tuple[Due, ...]
    met: Moment | None
    met_by: Name | None
    obligation: Code
    participant: Code | None
    reason: Literal["nullified", "no longer qualifies"] | None
    rules_version: Code
    since: Moment
    site: Code | None
    state: ObligationState
    unit: Literal["days", "hours", "none"]
    zone: Name

    def standing(self, at: datetime) -> Standing:
        """How it stands at an instant."""
        if self.state != "open":
            return self.state
        return "overdue" if self.due.due is not None and self.due.due < at else "due"


class Obligations(State):
    """The obligations of all cases."""

    events: AdverseEvents

    @classmethod
    def start(cls) -> Self:
        """Nothing is due."""
        return cls(events=AdverseEvents.start())

    def after(self, entry: Entry) -> Self:
        """The obligations after one more entry."""
        return type(self)(events=self.events.after(entry))

    def view(self) -> tuple[ObligationRow, ...]:
        """The rows by all rules, by case."""
        return self.by_rules(CLOCK_RULES)

    def by_rules(self, rules: Iterable[ClockRule]) -> tuple[ObligationRow, ...]:
        """The rows by the rules that apply to the trial."""
        chosen = tuple(rules)
        return tuple(row for case in self.events.view() for rule in chosen for row in self._rows(case, rule))

    def _rows(self, row: CaseRow, rule: ClockRule) -> Iterator[ObligationRow]:
        spans = [span for span in row.case.spans if span.what == rule.what]
        for count, span in enumerate(spans, start=1):
            yield self._row(row, rule, span, rule.obligation if count == 1 else f"{rule.obligation}.{count}")

    def _row(self, row: CaseRow, rule: ClockRule, span: Span, obligation: str) -> ObligationRow:
        case = row.case
        anchors = _anchors(case, rule.anchor, span)
        zone_name = self._zone(rule, row.site, anchors[-1])
        dues = [Due(anchor=anchor, due=_due(rule, anchor, zone_name)) for anchor in anchors]
        met, met_by = _met(case, rule, span, obligation)
        state = _state(dues[-1], met, span)
        return ObligationRow(
            anchor=rule.anchor,
            case=case.case,
            clause=rule.clause,
            days_used=_days_between(anchors[-1], met, zone_name),
            destination=rule.destination,
            due=dues[-1],
            first_receipt=case.receipts[0].behind if case.receipts else None,
            former=tuple(dues[:-1]),
            met=met,
            met_by=met_by,
            obligation=obligation,
            participant=case.participant,
            reason=_reason(case, state),
            rules_version=RULES_VERSION,
            since=span.since,
            site=row.site,
            state=state,
            unit=rule.unit,
            zone=zone_name,
        )

    def _zone(self, rule: ClockRule, site: str | None, anchor: Occurred) -> str:
        """The declared zone; the claimed time's own where none is declared."""
        trial = self.events.trial
        declared = trial.sites.zone_of(site) if rule.zone == "site" else trial.zone
        return declared if declared is not None and _is_zone(declared) else anchor.zone_name


def _is_zone(name: str) -> bool:
    try:
        zone(name)
    except ValueError:
        return False
    return True


def _anchors(case: Case, anchor: Anchor, span: Span) -> tuple[Occurred, ...]:
    """The times that the clock was started from, the one in force last."""
    if case.report is not None and anchor == "site_awareness" and span.since == case.report.behind:
        stated = case.report.aware_at or case.report.behind.occurred_at
        pointer = "/payload/aware_at" if case.report.aware_at else "/occurred_at"
        return (*_former(case, span, pointer), stated, *_corrected(case, "site_awareness"))
    stated = span.since.occurred_at
    is_receipt = any(receipt.behind == span.since for receipt in case.receipts)
    later = _corrected(case, "sponsor_receipt") if is_receipt else ()
    return (*_former(case, span, "/occurred_at"), stated, *later)


def _former(case: Case, span: Span, pointer: str) -> tuple[Occurred, ...]:
    return tuple(was.time for was in case.former_times if was.target == span.since.event_id and was.pointer == pointer)


def _corrected(case: Case, anchor: Literal["site_awareness", "sponsor_receipt"]) -> tuple[Occurred, ...]:
    return tuple(awareness.aware_at for awareness in case.awareness if awareness.anchor == anchor)


def _due(rule: ClockRule, anchor: Occurred, zone_name: str) -> datetime | None:
    if rule.limit is None:
        return None
    if rule.unit == "hours":
        return anchor.earliest + timedelta(hours=rule.limit)
    return end_of(_day(anchor, zone_name) + timedelta(days=rule.limit), zone_name) - TICK


def _day(occurred: Occurred, zone_name: str) -> date:
    """The calendar day in the zone; the first possible one of a partial date."""
    return occurred.earliest.astimezone(zone(zone_name)).date() if occurred.is_instant else occurred.day.earliest


def _met(case: Case, rule: ClockRule, span: Span, obligation: str) -> tuple[Moment | None, str | None]:
    """What met it: a recorded submission; for the site's report also the sponsor's receipt of that information."""
    for met in case.met:
        if met.obligation == obligation:
            return met.behind, met.reference
    if rule.anchor == "site_awareness":
        is_first = case.report is not None and span.since == case.report.behind
        for receipt in case.receipts:
            if is_first or claimed(receipt.behind) >= claimed(span.since):
                return receipt.behind, receipt.channel
    return None, None


def _state(due: Due, met: Moment | None, span: Span) -> ObligationState:
    if met is None and span.until is not None:
        return "not_required"
    if due.due is None:
        return "no_limit"
    if met is None:
        return "open"
    if latest(met.occurred_at) <= due.due:
        return "met_on_time"
    return "met_late" if met.occurred_at.earliest > due.due else "met_unknown"


def _reason(case: Case, state: ObligationState) -> Literal["nullified", "no longer qualifies"] | None:
    if state != "not_required":
        return None
    return "nullified" if case.nullified else "no longer qualifies"


def _days_between(anchor: Occurred, met: Moment | None, zone_name: str) -> int | None:
    return None if met is None else (_day(met.occurred_at, zone_name) - _day(anchor, zone_name)).days
