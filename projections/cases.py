"""Adverse event cases as their streams tell them: every version, and both sides' judgements side by side."""

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
    CaseVersion,
    CausalityRow,
    Coding,
    ExpectednessRow,
    FormerTime,
    Met,
    Predicate,
    Receipt,
    Release,
    SeriousnessRow,
    Span,
    unknown_case,
)
from projections.fold import Moment, State, in_order, moment, place, sender
from projections.persistent import PersistentMap

TIMES = frozenset({"/occurred_at", "/payload/aware_at"})
"""Values that anchor a clock: where one is corrected, the former time stays visible."""


class Cases(State):
    """All cases, by case number."""

    rows: PersistentMap[str, Case]

    @classmethod
    def start(cls) -> Self:
        """No case."""
        return cls(rows=PersistentMap())

    def after(self, entry: Entry) -> Self:
        """The cases after one more entry."""
        kind, number = place(entry.frame.stream)
        if kind != "adverse-event":
            return self
        case = self.rows.get(number) or unknown_case(number)
        told = _told(replace(case, entries=(*case.entries, moment(entry))), entry)
        return type(self)(rows=self.rows.put(number, _spanned(told)))

    def of(self, number: str) -> Case | None:
        """One case."""
        return self.rows.get(number)

    def view(self) -> tuple[Case, ...]:
        """All cases, by number."""
        return tuple(self.rows[number] for number in sorted(self.rows))


def _told(case: Case, entry: Entry) -> Case:
    behind = case.entries[-1]
    match entry.fact:
        case facts.AdverseEventReported() as fact:
            return replace(case, report=_report(fact, entry, behind))
        case facts.FollowUpReceived() as fact:
            return replace(case, versions=in_order(case.versions, _version(fact, entry, behind)))
        case facts.AdverseEventCoded(code=code, dictionary=dictionary, dictionary_version=version):
            coding = Coding(behind=behind, code=code, dictionary=dictionary, dictionary_version=version)
            return replace(case, codings=in_order(case.codings, coding))
        case facts.ReceivedBySponsor(channel=channel):
            return replace(case, receipts=in_order(case.receipts, Receipt(behind=behind, channel=channel)))
        case facts.AwarenessCorrected(anchor=anchor, aware_at=aware_at):
            awareness = Awareness(anchor=anchor, aware_at=aware_at, behind=behind)
            return replace(case, awareness=(*case.awareness, awareness))
        case facts.ObligationMet(obligation=obligation, reference=reference):
            met = Met(behind=behind, obligation=obligation, reference=reference)
            return replace(case, met=in_order(case.met, met))
        case facts.CaseNullified():
            return replace(case, nullified=behind)
        case facts.NarrativeReleased(of=of):
            return replace(case, releases=in_order(case.releases, Release(behind=behind, by=sender(entry), of=of)))
        case RecordCorrected(pointer=pointer) as fact if pointer in TIMES:
            return _with_former_time(case, fact, behind)
        case _:
            return _assessed(case, entry, behind)


def _assessed(case: Case, entry: Entry, behind: Moment) -> Case:
    by = sender(entry)
    match entry.fact:
        case facts.SeriousnessAssessed(criteria=criteria, serious=serious, side=side):
            view = SeriousnessRow(behind=behind, by=by, criteria=criteria, serious=serious, side=side)
            return replace(case, seriousness=in_order(case.seriousness, view))
        case facts.CausalityAssessed(related=related, side=side):
            cause = CausalityRow(behind=behind, by=by, related=related, side=side)
            return replace(case, causality=in_order(case.causality, cause))
        case facts.ExpectednessAssessed(expected=expected, reference=reference):
            known = ExpectednessRow(behind=behind, by=by, expected=expected, reference=reference)
            return replace(case, expectedness=in_order(case.expectedness, known))
        case _:
            return case


def _report(fact: facts.AdverseEventReported, entry: Entry, behind: Moment) -> CaseReport:
    return CaseReport(
        aware_at=fact.aware_at,
        behind=behind,
        by=sender(entry),
        criteria=fact.criteria,
        has_narrative=fact.narrative is not None,
        onset=fact.onset,
        participant=fact.participant,
        product=fact.product,
        reporter=fact.reporter,
        serious=fact.serious,
        severity=fact.severity,
    )


def _version(fact: facts.FollowUpReceived, entry: Entry, behind: Moment) -> CaseVersion:
    return CaseVersion(
        behind=behind,
        by=sender(entry),
        ended=fact.ended,
        has_narrative=fact.narrative is not None,
        outcome=fact.outcome,
        severity=fact.severity,
        version=fact.version,
    )


def _with_former_time(case: Case, fact: RecordCorrected, behind: Moment) -> Case:
    try:
        former = msgspec.json.decode(fact.old, type=Occurred, dec_hook=decode_hook)
    except ValueError:
        return case
    was = FormerTime(behind=behind, pointer=fact.pointer, target=fact.target, time=former)
    return replace(case, former_times=(*case.former_times, was))


def _spanned(case: Case) -> Case:
    """Open and close the spans in which the case is something; the last entry is what changed it."""
    behind = case.entries[-1]
    holding = _holding(case)
    open_now = {span.what for span in case.spans if span.until is None}
    closed = tuple(
        replace(span, until=behind) if span.until is None and span.what not in holding else span for span in case.spans
    )
    opened = tuple(Span(since=behind, until=None, what=what) for what in holding if what not in open_now)
    return replace(case, spans=closed + opened)


def _holding(case: Case) -> tuple[Predicate, ...]:
    counts = case.counts
    if case.nullified is not None:
        return ()
    holding: list[Predicate] = ["serious"] if case.report is not None and counts.serious else []
    if case.receipts and counts.suspected:
        holding.append("suspected")
        if case.report is not None and case.report.product is not None:
            holding.append("suspected_valid")
        if counts.grave:
            holding.append("suspected_grave")
    return tuple(holding)
