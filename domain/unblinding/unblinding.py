"""One unblinding as its stream tells it, from request or emergency to closure. No arm is known here."""

from datetime import datetime, timedelta
from typing import Literal, Self
from uuid import UUID

import msgspec

from domain.aggregate import Aggregate
from domain.record import Entry
from domain.trial.trial import APPROVERS_NEEDED
from domain.unblinding.facts import (
    AccidentReported,
    ArmDisclosed,
    DisclosureAcknowledged,
    EmergencyUnblindingInvoked,
    ImpactAssessed,
    NarrativeRecorded,
    Purpose,
    SusarUnblindingTriggered,
    UnblindingApproved,
    UnblindingClosed,
    UnblindingRejected,
    UnblindingRequested,
    UnblindingWithdrawn,
)
from domain.values import Value

Kind = Literal["routine", "emergency", "accident", "susar"]
Stage = Literal[
    "NONE", "REQUESTED", "APPROVED", "TRIGGERED", "REJECTED", "WITHDRAWN", "EXPIRED", "DISCLOSED", "REPORTED", "CLOSED"
]  # fmt: skip
NARRATIVE_DUE = timedelta(hours=24)
"""An emergency is explained within a day of the disclosure (conduct rules, section 9): elapsed hours, no days."""


class Disclosure(Value):
    """One recipient learned the arm; what it was stands in the vault, under `vault_entry`."""

    recipient: str
    vault_entry: UUID
    at: datetime


class Disclosures(Aggregate):
    """What was disclosed under a request: rules ask only how often, so that no reader is lost; no arm is kept."""

    @classmethod
    def start(cls) -> Self:
        """Nothing disclosed yet."""
        return cls(version=0)

    def after(self, entry: Entry) -> Self:
        """One more disclosure."""
        return self.at_version(entry.frame.version)


class Unblinding(Aggregate):
    """Routine, emergency or accident: who asked, who approved, who learned, and what still has to follow."""

    kind: Kind | None
    participant: str | None
    by: str
    purpose: Purpose | None
    recipients: tuple[str, ...]
    expires: datetime | None
    through_desk: bool
    approvers: tuple[str, ...]
    rejected: bool
    withdrawn: bool
    disclosures: tuple[Disclosure, ...]
    acknowledged: tuple[str, ...]
    explained: bool
    assessed: bool
    closed: bool

    @classmethod
    def start(cls) -> Self:
        """Nothing asked, nothing known."""
        return cls(
            version=0,
            kind=None,
            participant=None,
            by="",
            purpose=None,
            recipients=(),
            expires=None,
            through_desk=False,
            approvers=(),
            rejected=False,
            withdrawn=False,
            disclosures=(),
            acknowledged=(),
            explained=False,
            assessed=False,
            closed=False,
        )

    def after(self, entry: Entry) -> Self:
        """The unblinding after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        actor = entry.body.actor
        match entry.fact:
            case UnblindingRequested() as fact:
                return msgspec.structs.replace(
                    new,
                    kind="routine",
                    participant=fact.participant,
                    by=actor,
                    purpose=fact.purpose,
                    recipients=fact.recipients,
                    expires=fact.expires,
                )
            case EmergencyUnblindingInvoked(participant=participant, channel=channel):
                desk = channel == "code_break_desk"
                return msgspec.structs.replace(
                    new, kind="emergency", participant=participant, by=actor, through_desk=desk
                )
            case SusarUnblindingTriggered() as fact:
                return msgspec.structs.replace(
                    new,
                    kind="susar",
                    participant=fact.participant,
                    by=actor,
                    purpose="safety",
                    recipients=fact.recipients,
                    expires=fact.expires,
                )
            case AccidentReported(participant=participant):
                return msgspec.structs.replace(new, kind="accident", participant=participant, by=actor)
            case UnblindingApproved():
                return msgspec.structs.replace(new, approvers=(*self.approvers, actor))
            case UnblindingRejected():
                return msgspec.structs.replace(new, rejected=True)
            case UnblindingWithdrawn():
                return msgspec.structs.replace(new, withdrawn=True)
            case _:
                return new.after_disclosure(entry)

    def after_disclosure(self, entry: Entry) -> Self:
        """The part of `after` about who learned the arm, and what followed."""
        match entry.fact:
            case ArmDisclosed() as fact:
                known = Disclosure(recipient=fact.recipient, vault_entry=fact.vault_entry, at=moment_of(entry))
                # What one more reader means for the trial has not been judged yet.
                return msgspec.structs.replace(self, disclosures=(*self.disclosures, known), assessed=False)
            case DisclosureAcknowledged(recipient=recipient):
                return msgspec.structs.replace(self, acknowledged=(*self.acknowledged, recipient))
            case NarrativeRecorded():
                return msgspec.structs.replace(self, explained=True)
            case ImpactAssessed():
                return msgspec.structs.replace(self, assessed=True)
            case UnblindingClosed():
                return msgspec.structs.replace(self, closed=True)
            case _:
                return self

    @property
    def approved(self) -> bool:
        """Two distinct persons approved."""
        return len(self.approvers) >= APPROVERS_NEEDED

    def expired(self, now: datetime) -> bool:
        """The time to disclose is over."""
        return self.expires is not None and now >= self.expires

    def stage(self, now: datetime) -> Stage:
        """Where it stands (the states of a routine request; an emergency begins as DISCLOSED)."""
        if self.kind is None:
            return "NONE"
        if self.closed:
            return "CLOSED"
        if self.disclosures:
            return "DISCLOSED"
        if self.kind == "accident":
            return "REPORTED"
        if self.withdrawn or self.rejected:
            return "WITHDRAWN" if self.withdrawn else "REJECTED"
        if self.expired(now):
            return "EXPIRED"
        if self.kind == "susar":
            return "TRIGGERED"
        return "APPROVED" if self.approved else "REQUESTED"

    @property
    def unacknowledged(self) -> tuple[str, ...]:
        """Recipients who have not confirmed having learned the arm."""
        return tuple(dict.fromkeys(d.recipient for d in self.disclosures if d.recipient not in self.acknowledged))

    @property
    def needs_assessment(self) -> bool:
        """Somebody learned an arm, or may have, and what that means has not been judged since."""
        return not self.assessed and (self.kind == "accident" or bool(self.disclosures))

    def narrative_is_late(self, now: datetime) -> bool:
        """An emergency that nobody has explained in time."""
        late = any(now - disclosure.at > NARRATIVE_DUE for disclosure in self.disclosures)
        return self.kind == "emergency" and not self.explained and late

    @property
    def missing_for_closure(self) -> tuple[str, ...]:
        """What closing it still needs, in words."""
        needed = {
            f"acknowledgement by {', '.join(self.unacknowledged)}": bool(self.unacknowledged),
            "narrative of the emergency": self.kind == "emergency" and not self.explained,
            "impact assessment": self.needs_assessment,
        }
        return tuple(name for name, missing in needed.items() if missing)


def moment_of(entry: Entry) -> datetime:
    """When it happened: a disclosure entered late happened when it is claimed to have, any other when recorded."""
    return min(entry.frame.recorded_at, entry.body.occurred_at.latest)
