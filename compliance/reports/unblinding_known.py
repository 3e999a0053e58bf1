"""What the unblinding log is made from: its rows and drills, the entries behind them, who knows, and who signed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from compliance.reports import frame
from compliance.reports.access_words import reason
from compliance.reports.knowledge_known import Knowing, knowing
from compliance.reports.material import Material
from compliance.reports.signature_known import Signed, signed_known
from domain.access.facts import CommandRefused
from domain.adverse_event.facts import AdverseEventReported, SeriousnessAssessed
from domain.record import Entry
from domain.streams import access_ledger
from domain.unblinding.facts import NarrativeRecorded
from projections.fold import latest, place
from projections.subjects import Subjects
from projections.unblinding_log import UnblindingLog, disclosed_at
from projections.unblinding_rows import UnblindingRow, UnblindingView

ASKING: Final = frozenset(
    {"break_blind", "request_unblinding", "approve_unblinding", "disclose_arm", "trigger_susar_unblinding"}
)
"""Commands whose refusal belongs in the log."""


class Refused(NamedTuple):
    """A refused command about an unblinding; what it asked for is not kept."""

    entry: Entry
    command: str
    code: str
    rule: str


@dataclass(frozen=True, slots=True)
class Unblinded:
    """Everything that both forms of the log show; the arm is no part of it."""

    log: UnblindingView
    who: Knowing
    signed: Signed
    reasons: Mapping[UUID, str | None]
    explanations: Mapping[UUID, str]
    serious: Mapping[str, datetime]
    refused: tuple[Refused, ...]
    reads_access: bool
    trial: str
    sites: frozenset[str] | None

    @property
    def now(self) -> datetime:
        """When the report looks."""
        return self.who.now

    @property
    def told(self) -> tuple[UnblindingRow, ...]:
        """The unblindings through which somebody learned an arm."""
        return tuple(row for row in self.log.rows if disclosed_at(row.unblinding) is not None)

    @property
    def emergencies(self) -> tuple[UnblindingRow, ...]:
        """The emergencies in which an arm was disclosed."""
        return tuple(row for row in self.told if row.unblinding.kind == "emergency")


def unblinded_known(material: Material) -> Unblinded:
    """Fold the material; the vault is never looked at here."""
    trial = frame.trial_entries(material)
    return Unblinded(
        log=frame.projected(material, UnblindingLog).view(),
        who=knowing(material),
        signed=signed_known(material),
        reasons={e.body.event_id: reason(material, e) for e in trial if place(e.frame.stream)[0] == "unblinding"},
        explanations={
            e.body.event_id: material.open_text(e.fact.narrative)
            for e in trial
            if isinstance(e.fact, NarrativeRecorded)
        },
        serious=_first_serious(trial),
        refused=tuple(_refused(material)),
        reads_access=frame.is_read(material, access_ledger(material.trial)),
        trial=material.trial,
        sites=material.sites,
    )


def _first_serious(trial: list[Entry]) -> dict[str, datetime]:
    """When each participant's first serious event was recorded."""
    subjects, found = Subjects.start(), dict[str, datetime]()
    for entry in trial:
        subjects = subjects.after(entry)
        if isinstance(entry.fact, AdverseEventReported | SeriousnessAssessed) and entry.fact.serious:
            about = subjects.participant(entry.frame.stream)
            if about is not None:
                when = min(entry.frame.recorded_at, latest(entry.body.occurred_at))
                found[about] = min(when, found.get(about, when))
    return found


def _refused(material: Material) -> Iterator[Refused]:
    for entry in frame.entries_of(material, access_ledger(material.trial)):
        match entry.fact:
            case CommandRefused(command=command, code=code, rule=rule) if command in ASKING:
                yield Refused(entry, command, code, rule)
            case _:
                pass
