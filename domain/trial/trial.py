"""The trial as a whole: what its own stream says, as the rules need it."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

import msgspec

from domain.aggregate import Aggregate
from domain.record import Entry
from domain.trial.facts import (
    DecisionApproved,
    DecisionProposed,
    DesignSettings,
    LockRequested,
    QuestionRaised,
    ScreeningOpened,
    TrialClosed,
    TrialLocked,
    TrialPaused,
    TrialRegistered,
    TrialResumed,
    TrialUnlocked,
    UnlockRequested,
)
from domain.values import Value

NOTHING_SET = DesignSettings(
    allow_over_enrolment=None, masked_roles=None, planned_enrolment=None, ratio=None, strata=None, zone=None
)
APPROVERS_NEEDED = 2


class Proposal(Value):
    """A proposed answer to a design question, and who approved it so far."""

    event: UUID
    question: str
    by: str
    approvers: tuple[str, ...]
    settings: DesignSettings

    @property
    def approved(self) -> bool:
        """Two named persons approved."""
        return len(self.approvers) >= APPROVERS_NEEDED


class LockWish(Value):
    """A lock or unlock asked for by one person, waiting for the second."""

    event: UUID
    by: str
    role: str


class Trial(Aggregate):
    """DRAFT until screening opens; paused, closed and locked are independent of each other."""

    registered: bool
    questions: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    opened: bool
    paused: bool
    closed: bool
    locked_at: int | None
    unlocked_until: datetime | None
    unlocked_participants: tuple[str, ...] | None
    lock_wish: tuple[LockWish, LockRequested] | None
    unlock_wish: tuple[LockWish, UnlockRequested] | None

    @classmethod
    def start(cls) -> Self:
        """No trial yet."""
        return cls(
            version=0,
            registered=False,
            questions=(),
            proposals=(),
            opened=False,
            paused=False,
            closed=False,
            locked_at=None,
            unlocked_until=None,
            unlocked_participants=None,
            lock_wish=None,
            unlock_wish=None,
        )

    def after(self, entry: Entry) -> Self:
        """The trial after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case TrialRegistered():
                return msgspec.structs.replace(new, registered=True)
            case QuestionRaised(code=code):
                return msgspec.structs.replace(new, questions=(*self.questions, code))
            case DecisionProposed() as fact:
                proposal = Proposal(
                    event=entry.body.event_id,
                    question=fact.question,
                    by=entry.body.actor,
                    approvers=(),
                    settings=fact.settings,
                )
                return msgspec.structs.replace(new, proposals=(*self.proposals, proposal))
            case DecisionApproved(proposal=approved):
                proposals = tuple(
                    msgspec.structs.replace(p, approvers=(*p.approvers, entry.body.actor)) if p.event == approved else p
                    for p in self.proposals
                )
                return msgspec.structs.replace(new, proposals=proposals)
            case ScreeningOpened():
                return msgspec.structs.replace(new, opened=True)
            case TrialPaused():
                return msgspec.structs.replace(new, paused=True)
            case TrialResumed():
                return msgspec.structs.replace(new, paused=False)
            case TrialClosed():
                return msgspec.structs.replace(new, closed=True)
            case _:
                return new.after_lock(entry)

    def after_lock(self, entry: Entry) -> Self:
        """The part of `after` that locks and unlocks."""
        wish = LockWish(event=entry.body.event_id, by=entry.body.actor, role=entry.body.role)
        match entry.fact:
            case LockRequested() as fact:
                return msgspec.structs.replace(self, lock_wish=(wish, fact))
            case TrialLocked(position=position):
                return msgspec.structs.replace(
                    self, locked_at=position, lock_wish=None, unlocked_until=None, unlocked_participants=None
                )
            case UnlockRequested() as fact:
                return msgspec.structs.replace(self, unlock_wish=(wish, fact))
            case TrialUnlocked() as fact:
                return msgspec.structs.replace(
                    self,
                    unlocked_until=fact.expires,
                    unlocked_participants=fact.participants,
                    unlock_wish=None,
                )
            case _:
                return self

    def decision(self, question: str) -> Proposal | None:
        """The approved answer to a question: the latest one that two persons approved."""
        found = [p for p in self.proposals if p.question == question and p.approved]
        return found[-1] if found else None

    @property
    def undecided(self) -> tuple[str, ...]:
        """The questions that still keep screening shut."""
        return tuple(code for code in self.questions if self.decision(code) is None)

    @property
    def settings(self) -> DesignSettings:
        """What the approved decisions set, the later over the earlier."""
        merged = NOTHING_SET
        for proposal in self.proposals:
            if proposal.approved:
                chosen = {
                    name: value
                    for name in DesignSettings.__struct_fields__
                    if (value := getattr(proposal.settings, name)) is not None
                }
                merged = msgspec.structs.replace(merged, **chosen)
        return merged

    @property
    def zone(self) -> str:
        """The trial's time zone; UTC until it is decided."""
        return self.settings.zone or "UTC"

    def is_locked(self, now: datetime, participant: str | None = None) -> bool:
        """Whether the lock holds now for this participant (None: for the trial as a whole)."""
        if self.locked_at is None:
            return False
        if self.unlocked_until is None or now >= self.unlocked_until:
            return True
        return self.unlocked_participants is not None and participant not in self.unlocked_participants

    def state(self, now: datetime) -> Literal["DRAFT", "OPEN", "PAUSED", "CLOSED", "LOCKED"]:
        """One word for a sentence."""
        if self.is_locked(now):
            return "LOCKED"
        if self.closed:
            return "CLOSED"
        if self.paused:
            return "PAUSED"
        return "OPEN" if self.opened else "DRAFT"
