"""The audit trail: one row per changed field of every entry, as it was written (21 CFR 11.10(e), EMA 2023 6.2.1).

An entry without fields has one row all the same. Corrections show old and new value; what is sealed shows its
kind and size only. Vault entries never come here.
"""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, Self
from uuid import UUID

from domain.access import facts as access
from domain.adverse_event.facts import AwarenessCorrected, CaseNullified
from domain.catalogue import type_of
from domain.ledger.facts import CorrectionDeclined, RecordCorrected, RecordVoided
from domain.people.facts import GrantEnded, GrantGiven, GrantReviewed
from domain.record import Entry, Fact, Instant, SourceKind, Strength
from domain.signature.facts import SignatureMade, SignatureWithdrawn
from domain.site.facts import DelegationEnded, TaskDelegated
from domain.times import Occurred
from domain.unblinding.facts import ArmDisclosed, UnblindingRejected
from domain.values import Code, Name, Value
from projections.fold import State, lag, place
from projections.persistent import PersistentList
from projections.printing import printed, quoted
from projections.subjects import Subjects

Action = Literal["create", "change", "delete-mark", "grant", "refuse", "view", "export", "disclose", "sign"]
ACTIONS: Final[Mapping[type[Fact], Action]] = {
    access.CommandRefused: "refuse",
    access.RecordRead: "view",
    access.ReportDelivered: "export",
    access.ReportOpened: "export",
    access.ReportProduced: "export",
    ArmDisclosed: "disclose",
    AwarenessCorrected: "change",
    CaseNullified: "delete-mark",
    CorrectionDeclined: "refuse",
    DelegationEnded: "grant",
    GrantEnded: "grant",
    GrantGiven: "grant",
    GrantReviewed: "grant",
    RecordCorrected: "change",
    RecordVoided: "delete-mark",
    SignatureMade: "sign",
    SignatureWithdrawn: "sign",
    TaskDelegated: "grant",
    UnblindingRejected: "refuse",
}
"""What an entry did to a record; whatever is not named here created one."""


class AuditRow(Value):
    """One changed field; None is "not recorded". `target` is the entry that a correction or void is about."""

    action: Action
    actor: Name
    authority_grant: Code
    authority_rule: Code
    blinding_class: Code
    caused_by: UUID | None
    command_id: UUID
    event_id: UUID
    field_path: Name
    lag: int | None
    ledger: Name
    new_value: str | None
    occurred_at: Occurred
    old_value: str | None
    on_behalf_of: Name | None
    organisation: Name
    originator: Name
    participant: Code | None
    performer: Name | None
    position: int
    printed_name: Name
    protocol_version: Code | None
    reason_code: Code | None
    reason_text: Literal["sealed"] | None
    record_id: Name
    record_type: Name
    record_version: int
    recorded_at: Instant
    role: Code
    session: Name | None
    site: Code | None
    software_version: Code
    source_kind: SourceKind
    source_ref: Name | None
    strength: Strength
    target: UUID | None
    trial: Code | None
    type: Code


class AuditTrail(State):
    """All entries, and whom they are about."""

    AS_WRITTEN = True

    entries: PersistentList[Entry]
    subjects: Subjects

    @classmethod
    def start(cls) -> Self:
        """Nothing is recorded."""
        return cls(entries=PersistentList(), subjects=Subjects.start())

    def after(self, entry: Entry) -> Self:
        """The trail and one more entry."""
        kind, _ = place(entry.frame.stream)
        if not kind:
            return self
        return type(self)(entries=self.entries.add(entry), subjects=self.subjects.after(entry))

    def view(self) -> tuple[AuditRow, ...]:
        """All rows, in order of the entries."""
        return tuple(self.rows())

    def rows(self) -> Iterator[AuditRow]:
        """The same, one by one."""
        for entry in self.entries:
            for path, old, new in _changes(entry):
                yield self._row(entry, path, old, new)

    def _row(self, entry: Entry, path: str, old: str | None, new: str | None) -> AuditRow:
        frame, body, stream = entry.frame, entry.body, entry.frame.stream
        record_type, record_id = place(stream)
        kind: type[Fact] = entry.fact.__class__
        return AuditRow(
            action=ACTIONS.get(kind, "create"),
            actor=body.actor,
            authority_grant=body.authority.grant,
            authority_rule=body.authority.rule,
            blinding_class=type_of(kind).blinding.value,
            caused_by=body.causation,
            command_id=body.command_id,
            event_id=body.event_id,
            field_path=path,
            lag=lag(entry),
            ledger=frame.ledger,
            new_value=new,
            occurred_at=body.occurred_at,
            old_value=old,
            on_behalf_of=body.on_behalf_of,
            organisation=body.organisation,
            originator=body.originator,
            participant=self.subjects.participant(stream),
            performer=body.performer.person,
            position=frame.position,
            printed_name=body.printed_name,
            protocol_version=body.protocol_version,
            reason_code=body.reason_code,
            reason_text=None if body.reason_text is None else "sealed",
            record_id=record_id,
            record_type=record_type,
            record_version=frame.version,
            recorded_at=frame.recorded_at,
            role=body.role,
            session=body.session,
            site=self.subjects.site(stream),
            software_version=body.software_version,
            source_kind=body.source_kind,
            source_ref=body.source_ref,
            strength=body.strength,
            target=getattr(entry.fact, "target", None),
            trial=_trial(frame.ledger),
            type=frame.type,
        )


def _changes(entry: Entry) -> list[tuple[str, str | None, str | None]]:
    """Field path, old and new value; a correction is one change of its target's field."""
    match entry.fact:
        case RecordCorrected(pointer=pointer, old=old, new=new):
            return [(pointer, quoted(old), quoted(new))]
        case RecordVoided(recorded_instead_in=instead):
            return [("", None, instead)]
        case fact:
            fields = [(f"/payload/{name}", None, text) for name, text in printed(fact)]
            return [*fields] or [("", None, None)]


def _trial(ledger: str) -> str | None:
    return ledger.partition(":")[2] or None
