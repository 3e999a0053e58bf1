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
    ImpactRow,
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
    """All unblindings, and the participants they are about."""

    participants: Participants
    unblindings: PersistentMap[str, Unblinding]

    @classmethod
    def start(cls) -> Self:
        """Nobody asked."""
        return cls(participants=Participants.start(), unblindings=PersistentMap())

    def after(self, entry: Entry) -> Self:
        """The log after one more entry."""
        kind, name = place(entry.frame.stream)
        if kind == "participant":
            return replace(self, participants=self.participants.after(entry))
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
            rows=rows,
            totals=_totals(rows),
        )

    def _row(self, unblinding: Unblinding) -> UnblindingRow:
        participant = self.participants.of(unblinding.participant) if unblinding.participant else None
        first = unblinding.disclosures[0].behind if unblinding.disclosures else None
        return UnblindingRow(
            narrative_due=_narrative_due(first) if unblinding.kind == "emergency" else None,
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
            told = Disclosure(behind=moment(entry), by=sender(entry), recipient=recipient)
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
            return row


def _step(entry: Entry) -> Step:
    return Step(behind=moment(entry), by=sender(entry))


def _opened_at(unblinding: Unblinding) -> tuple[int, str]:
    return (unblinding.opened.behind.position if unblinding.opened else 0, unblinding.request)


def _happened(behind: Moment) -> datetime:
    """When it happened at the latest: a disclosure entered late happened when it is claimed to have."""
    return min(behind.recorded_at, latest(behind.occurred_at))


def _seconds(opened: Step | None, first: Moment | None) -> int | None:
    if opened is None or first is None:
        return None
    return int((_happened(first) - _happened(opened.behind)).total_seconds())


def _narrative_due(first: Moment | None) -> datetime | None:
    return None if first is None else _happened(first) + NARRATIVE_DUE


def _totals(rows: tuple[UnblindingRow, ...]) -> tuple[UnblindingTotal, ...]:
    groups: dict[tuple[str, str, str], list[UnblindingRow]] = {}
    for row in rows:
        key = (row.site or "", row.unblinding.kind or "", row.unblinding.purpose or "")
        groups.setdefault(key, []).append(row)
    return tuple(_total(groups[key]) for key in sorted(groups))


def _total(rows: list[UnblindingRow]) -> UnblindingTotal:
    known = {row.unblinding.participant for row in rows if row.unblinding.disclosures}
    return UnblindingTotal(
        kind=rows[0].unblinding.kind,
        participants_disclosed=len(known),
        purpose=rows[0].unblinding.purpose,
        site=rows[0].site,
        unblindings=len(rows),
    )
