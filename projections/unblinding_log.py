"""The unblinding log in its blinded form: routine requests, emergencies and accidents, with all that followed."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Self

from msgspec.structs import replace

from domain.record import Entry
from domain.unblinding import facts
from projections.fold import Moment, State, in_order, latest, moment, place, sender
from projections.participant import Participants
from projections.persistent import PersistentMap
from projections.unblinding_rows import (
    Acknowledgement,
    Disclosure,
    Drill,
    ImpactRow,
    LateEntry,
    Repeat,
    Step,
    Unblinding,
    UnblindingRow,
    UnblindingTotal,
    UnblindingView,
    unknown_unblinding,
)

NARRATIVE_DUE = timedelta(hours=24)
"""An emergency is explained within elapsed hours of the disclosure, not calendar days."""


class UnblindingLog(State):
    """All unblindings, the participants they are about, and the drills."""

    drills: tuple[Drill, ...]
    participants: Participants
    unblindings: PersistentMap[str, Unblinding]

    @classmethod
    def start(cls) -> Self:
        """Nobody asked."""
        return cls(drills=(), participants=Participants.start(), unblindings=PersistentMap())

    def after(self, entry: Entry) -> Self:
        """The log after one more entry."""
        kind, name = place(entry.frame.stream)
        if kind == "participant":
            return replace(self, participants=self.participants.after(entry))
        if isinstance(entry.fact, facts.UnblindingDrillRun):
            return replace(self, drills=in_order(self.drills, _drill(entry.fact, entry)))
        if kind != "unblinding":
            return self
        before = self.unblindings.get(name) or unknown_unblinding(name)
        changed = _asked(before, entry)
        return self if changed is before else replace(self, unblindings=self.unblindings.put(name, changed))

    def view(self) -> UnblindingView:
        """The log in order of opening, and its totals."""
        rows = tuple(self._row(unblinding) for unblinding in sorted(self.unblindings.values(), key=_opened_at))
        known = self.participants.view()
        allocated = Counter(row.site or "" for row in known if row.allocation is not None)
        return UnblindingView(
            allocated=tuple((site or None, count) for site, count in sorted(allocated.items())),
            drills=self.drills,
            rows=rows,
            totals=_totals(rows),
        )

    def _row(self, unblinding: Unblinding) -> UnblindingRow:
        participant = self.participants.of(unblinding.participant) if unblinding.participant else None
        first = disclosed_at(unblinding)
        return UnblindingRow(
            narrative_due=first + NARRATIVE_DUE if unblinding.kind == "emergency" and first else None,
            seconds_to_disclosure=_seconds(unblinding.opened, first),
            site=participant.site if participant else None,
            state=unblinding.state,
            treatment=participant.treatment if participant else None,
            unblinding=unblinding,
        )


def _asked(row: Unblinding, entry: Entry) -> Unblinding:
    match entry.fact:
        case facts.UnblindingRequested() as fact:
            return replace(
                row,
                expires=fact.expires,
                kind="routine",
                opened=_step(entry),
                participant=fact.participant,
                purpose=fact.purpose,
                recipients=fact.recipients,
            )
        case facts.EmergencyUnblindingInvoked() as fact:
            return replace(
                row,
                channel=fact.channel,
                flags=fact.flags,
                kind="emergency",
                opened=_step(entry),
                participant=fact.participant,
                recipients=(fact.recipient,),
            )
        case facts.SusarUnblindingTriggered() as fact:
            return replace(
                row,
                case=fact.case,
                expires=fact.expires,
                kind="susar",
                opened=_step(entry),
                participant=fact.participant,
                recipients=fact.recipients,
            )
        case facts.AccidentReported(learned_by=learned_by, participant=participant):
            return replace(row, kind="accident", learned_by=learned_by, opened=_step(entry), participant=participant)
        case facts.UnblindingApproved():
            return replace(row, approvals=in_order(row.approvals, _step(entry)))
        case facts.UnblindingRejected():
            return replace(row, rejected=_step(entry))
        case facts.UnblindingWithdrawn():
            return replace(row, withdrawn=_step(entry))
        case _:
            return _disclosed(row, entry)


def _disclosed(row: Unblinding, entry: Entry) -> Unblinding:
    match entry.fact:
        case facts.ArmDisclosed(recipient=recipient):
            told = Disclosure(
                behind=moment(entry), by=sender(entry), performer=entry.body.performer.person, recipient=recipient
            )
            return replace(row, disclosures=in_order(row.disclosures, told))
        case facts.DisclosureAcknowledged(recipient=recipient):
            confirmed = Acknowledgement(behind=moment(entry), recipient=recipient)
            return replace(row, acknowledged=in_order(row.acknowledged, confirmed))
        case facts.NarrativeRecorded():
            return replace(row, narrative=_step(entry))
        case facts.ImpactAssessed(impact=impact):
            judged = ImpactRow(behind=moment(entry), by=sender(entry), impact=impact)
            return replace(row, impacts=in_order(row.impacts, judged))
        case facts.UnblindingClosed():
            return replace(row, closed=_step(entry))
        case _:
            return _told_of(row, entry)


def _told_of(row: Unblinding, entry: Entry) -> Unblinding:
    match entry.fact:
        case facts.DisclosureRepeated(recipient=recipient):
            return replace(row, repeats=in_order(row.repeats, Repeat(behind=moment(entry), recipient=recipient)))
        case facts.BreakNotified():
            return replace(row, notices=in_order(row.notices, _step(entry)))
        case facts.DisclosureEnteredLate(cause=cause, disclosed_at=told_at, number=number):
            at = min(told_at, entry.frame.recorded_at)
            late = LateEntry(behind=moment(entry), cause=cause, disclosed_at=at, number=number)
            return row if row.late is not None and row.late.disclosed_at <= at else replace(row, late=late)
        case _:
            return row


def _drill(fact: facts.UnblindingDrillRun, entry: Entry) -> Drill:
    return Drill(
        behind=moment(entry),
        by=sender(entry),
        channel=fact.channel,
        drill=place(entry.frame.stream)[1],
        milliseconds=fact.milliseconds,
        opened=fact.opened,
        site=fact.site,
        through_fallback=fact.through_fallback,
    )


def _step(entry: Entry) -> Step:
    return Step(behind=moment(entry), by=sender(entry), performer=entry.body.performer.person)


def _opened_at(unblinding: Unblinding) -> tuple[int, str]:
    return (unblinding.opened.behind.position if unblinding.opened else 0, unblinding.request)


def disclosed_at(unblinding: Unblinding) -> datetime | None:
    """When the first recipient learned the arm, as the key store recorded it where this ledger could not write."""
    told = [happened(disclosure.behind) for disclosure in unblinding.disclosures]
    if unblinding.late is not None:
        told.append(unblinding.late.disclosed_at)
    return min(told, default=None)


def happened(behind: Moment) -> datetime:
    """When it happened at the latest: a disclosure entered late happened when it is claimed to have."""
    return min(behind.recorded_at, latest(behind.occurred_at))


def _seconds(opened: Step | None, first: datetime | None) -> int | None:
    if opened is None or first is None or first < happened(opened.behind):
        return None
    return int((first - happened(opened.behind)).total_seconds())


def _totals(rows: tuple[UnblindingRow, ...]) -> tuple[UnblindingTotal, ...]:
    groups: dict[tuple[str, str, str], list[UnblindingRow]] = {}
    for row in rows:
        key = (row.site or "", row.unblinding.kind or "", row.unblinding.purpose or "")
        groups.setdefault(key, []).append(row)
    return tuple(_total(groups[key]) for key in sorted(groups))


def _total(rows: list[UnblindingRow]) -> UnblindingTotal:
    known = {row.unblinding.participant for row in rows if disclosed_at(row.unblinding) is not None}
    return UnblindingTotal(
        kind=rows[0].unblinding.kind,
        participants_disclosed=len(known),
        purpose=rows[0].unblinding.purpose,
        site=rows[0].site,
        unblindings=len(rows),
    )
