"""What is known of the trial as a whole: its state, its open questions and decisions, its locks."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from domain.ledger.facts import Environment
from domain.record import Instant
from domain.trial.facts import DesignOption, DesignSettings, OpenItem
from domain.values import Code, Hex64, Name, Text, Value
from projections.fold import Moment, Person
from projections.site_rows import SiteRow

TrialStatus = Literal["DRAFT", "OPEN", "PAUSED", "CLOSED", "LOCKED", "UNLOCKED"]
NOTHING_SET = DesignSettings(
    allow_over_enrolment=None, masked_roles=None, planned_enrolment=None, ratio=None, strata=None, zone=None
)


class Registration(Value):
    """The registry record that the trial was made from."""

    behind: Moment
    provenance: Text
    registry_id: Code
    source_date: Name | None
    source_sha256: Hex64
    title: Text
    trial: Code
    warnings: tuple[Text, ...]


class ApprovalRow(Value):
    """A named person approved; what rests on it waits for the signature."""

    behind: Moment
    by: Person
    standing: Literal["signed", "recorded, not signed"]


class ProposalRow(Value):
    """A proposed answer to a design question, with its approvals; two by others than the proposer decide."""

    approvals: tuple[ApprovalRow, ...]
    behind: Moment
    by: Person
    choice: Text
    is_decided: bool
    option: Code | None
    question: Code
    rationale: Text
    settings: DesignSettings


class QuestionRow(Value):
    """Something that the record leaves open, and how it was answered."""

    behind: Moment
    code: Code
    field: Name | None
    is_open: bool
    options: tuple[DesignOption, ...]
    proposals: tuple[ProposalRow, ...]
    question: Text
    record_says: Text
    title: Text


class LockRow(Value):
    """The hard lock of what the ledger held up to a position."""

    behind: Moment
    by: Person
    data_digest: Hex64
    open_items: tuple[OpenItem, ...]
    position: int
    request: UUID
    requested_by: Person | None
    root: Hex64


class UnlockRow(Value):
    """An unlock of a scope until a time. It never restores blindness."""

    behind: Moment
    by: Person
    expires: Instant
    participants: tuple[Code, ...] | None
    request: UUID
    requested_by: Person | None


class TrialView(Value):
    """The trial at this point of its ledger; `unasked` are proposals to questions that nobody raised."""

    closed: Moment | None
    environment: Environment | None
    locks: tuple[LockRow, ...]
    opened: Moment | None
    paused: Moment | None
    questions: tuple[QuestionRow, ...]
    registration: Registration | None
    settings: DesignSettings
    sites: tuple[SiteRow, ...]
    status: TrialStatus
    unasked: tuple[ProposalRow, ...]
    unlock: UnlockRow | None
    unlocks: tuple[UnlockRow, ...]

    @property
    def open_questions(self) -> tuple[QuestionRow, ...]:
        """The questions without a decision."""
        return tuple(question for question in self.questions if question.is_open)

    def status_at(self, instant: datetime) -> TrialStatus:
        """The status at an instant: an unlock ends by itself."""
        over = self.unlock is not None and self.unlock.expires <= instant
        return "LOCKED" if self.status == "UNLOCKED" and over else self.status

    def was_locked(self, behind: Moment, participant: str | None = None) -> bool:
        """Whether the lock held for a participant when an entry was recorded."""
        locks = [lock.behind.position for lock in self.locks if lock.behind.position < behind.position]
        unlocks = [unlock for unlock in self.unlocks if unlock.behind.position < behind.position]
        if not locks:
            return False
        since = [unlock for unlock in unlocks if unlock.behind.position > max(locks)]
        return not any(_frees(unlock, behind.recorded_at, participant) for unlock in since[-1:])


def _frees(unlock: UnlockRow, at: datetime, participant: str | None) -> bool:
    return at < unlock.expires and (unlock.participants is None or participant in unlock.participants)
