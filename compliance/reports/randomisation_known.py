"""What the randomisation log is made from: the trial ledger alone, so that no arm can stand in what it says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.proofs.list_commitments import is_in_order
from compliance.proofs.list_records import Records, records_of
from compliance.reports.frame import projected, trial_entries
from compliance.reports.material import Material
from compliance.reports.screening_deviations import by_participant
from compliance.reports.signature_known import Signed, signed_known
from domain.kits.facts import KitDispensed
from domain.participant.facts import Allocated
from domain.record import Entry
from domain.release.facts import ExclusionDecided
from domain.streams import name_of
from domain.times import Occurred, Order, zone
from projections.allocations import Allocations, AllocationsView
from projections.deviations import DeviationRow, Deviations
from projections.fold import Moment, claimed
from projections.participant import Participants
from projections.participant_rows import ConsentAct, Decision, ParticipantRow

ERROR_RULE: Final = "allocation-error"
"""The rule of a deviation that an error around an allocation opened."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One allocation, the participant's record around it, and the commitment that it names."""

    entry: Entry
    own: ParticipantRow
    committed: Entry | None
    kits: tuple[str, ...]
    deviations: tuple[DeviationRow, ...]
    exclusions: tuple[str, ...]

    @property
    def fact(self) -> Allocated:
        """The allocation as recorded."""
        fact: Allocated = self.entry.fact
        return fact

    @property
    def position(self) -> int:
        """Where it stands in the trial ledger."""
        return self.entry.frame.position

    @property
    def decision(self) -> Decision | None:
        """The decision on eligibility that was in force: the last one recorded before it."""
        before = [one for one in self.own.decisions if one.behind.position < self.position]
        return max(before, key=lambda one: one.behind.position, default=None)

    @property
    def consent(self) -> ConsentAct | None:
        """The first consent, as claimed."""
        return min(self.own.consents, key=lambda one: claimed(one.behind), default=None)

    @property
    def consent_check(self) -> str:
        """How consent and allocation stand to each other, as claimed; an unknown order is never assumed good."""
        if self.consent is None:
            return "none recorded"
        when = self.entry.body.occurred_at
        if self._withdrawn_by(when):
            return "withdrawn before"
        match self.consent.behind.occurred_at.order(when):
            case Order.BEFORE:
                return "given before"
            case Order.UNKNOWN:
                return "order unknown"
            case _:
                return "not before"

    def _withdrawn_by(self, when: Occurred) -> bool:
        """Whether the last act on consent to treatment that surely came before took it back."""
        given = [(one.behind, False) for one in self.own.consents if "treatment" in one.scopes]
        gone = [(one.behind, True) for one in self.own.withdrawals if "treatment" in one.scopes]
        acts = [(claimed(behind), taken) for behind, taken in (*given, *gone) if _is_before(behind, when)]
        return max(acts, default=(None, False))[1]

    @property
    def root_check(self) -> str:
        """Whether the root was public before: before the enrolment, or at least before the allocation (I2, I26)."""
        if self.committed is None:
            return "no such root"
        at = self.committed.frame.position
        if self.own.enrolment is not None and at < self.own.enrolment.behind.position:
            return "before enrolment"
        return "before allocation" if at < self.position else "after allocation"


def _is_before(behind: Moment, when: Occurred) -> bool:
    return behind.occurred_at.order(when) is Order.BEFORE


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that the log shows; `until` is its last day, None while nothing is recorded."""

    rows: tuple[Drawn, ...]
    records: Records
    participants: Participants
    allocations: AllocationsView
    signed: Signed
    sites: frozenset[str] | None
    until: date | None
    zone: str

    def is_in_order(self, committed: Entry) -> bool:
        """Whether design, shares and root of a version followed one another."""
        return is_in_order(self.records, committed)

    @property
    def first_enrolment(self) -> Entry | None:
        """The first enrolment that the reader may see."""
        return min(self.records.enrolled, key=lambda entry: entry.frame.position, default=None)

    def is_first_in_time(self, committed: Entry) -> bool:
        """Whether a commitment came before every enrolment."""
        first = self.first_enrolment
        return first is None or committed.frame.position < first.frame.position


def known(material: Material) -> Known:
    """Fold the material."""
    entries = trial_entries(material)
    records = records_of(material.trial, entries, ())
    participants = projected(material, Participants)
    beside = by_participant(projected(material, Deviations).view().rows)
    kits, left_out = _kits(entries), _exclusions(entries)
    versions = {entry.fact.root: entry for entry in records.committed}
    rows: list[Drawn] = []
    for entry in sorted(records.allocated, key=_position):
        number = name_of(entry.frame.stream)
        rows.append(
            Drawn(
                entry=entry,
                own=participants.rows[number],
                committed=versions.get(entry.fact.list_root),
                kits=tuple(kits.get(number, ())),
                deviations=tuple(one for one in beside.get(number, ()) if _is_error(one)),
                exclusions=tuple(left_out.get(number, ())),
            )
        )
    return Known(
        rows=tuple(rows),
        records=records,
        participants=participants,
        allocations=projected(material, Allocations).view(),
        signed=signed_known(material),
        sites=material.sites,
        until=_until(material, entries),
        zone=material.zone,
    )


def _position(entry: Entry) -> int:
    return entry.frame.position


def _kits(entries: Iterable[Entry]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in entries:
        if isinstance(entry.fact, KitDispensed):
            found.setdefault(entry.fact.participant, []).append(entry.fact.kit)
    return found


def _exclusions(entries: Iterable[Entry]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in entries:
        if isinstance(entry.fact, ExclusionDecided):
            found.setdefault(entry.fact.participant, []).append(entry.fact.analysis_set)
    return found


def _is_error(row: DeviationRow) -> bool:
    return row.report is not None and row.report.rule == ERROR_RULE


def _until(material: Material, entries: Sequence[Entry]) -> date | None:
    last = max((entry.frame.recorded_at for entry in entries), default=None) if material.true is None else material.true
    return None if last is None else last.astimezone(zone(material.zone)).date()
