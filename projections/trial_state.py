"""The trial as a whole: DRAFT until it opens, its questions and decisions, its sites, its locks."""

from typing import Any, NamedTuple, Self
from uuid import UUID

from msgspec.structs import replace

from domain.ledger.facts import Environment, LedgerOpened
from domain.record import Entry
from domain.signature.facts import SignatureMade, SignatureWithdrawn
from domain.signature.standing import purpose_of
from domain.trial import facts
from projections.fold import Moment, Person, State, moment, place, sender
from projections.persistent import PersistentList, PersistentMap
from projections.sites import Sites
from projections.trial_rows import (
    NOTHING_SET,
    ApprovalRow,
    LockRow,
    ProposalRow,
    QuestionRow,
    Registration,
    TrialStatus,
    TrialView,
    UnlockRow,
)

APPROVERS_NEEDED = 2
KINDS = frozenset({"trial", "site", "ledger"})
SIGNATURES = ("signature", "trial")


class Told(NamedTuple):
    """A fact with the entry behind it."""

    fact: Any
    behind: Moment
    by: Person


class TrialState(State):
    """All that the trial's own streams and its sites tell."""

    sites: Sites
    environment: Environment | None
    registration: Registration | None
    questions: PersistentMap[str, Told]
    proposals: PersistentMap[UUID, Told]
    approvals: PersistentList[Told]
    requests: PersistentMap[UUID, Told]
    opened: Moment | None
    paused: Moment | None
    closed: Moment | None
    locks: tuple[Told, ...]
    unlocks: tuple[Told, ...]
    unlocked: bool
    signed: PersistentMap[str, str]
    taken_back: PersistentMap[str, int]

    @classmethod
    def start(cls) -> Self:
        """No trial yet."""
        return cls(
            sites=Sites.start(),
            environment=None,
            registration=None,
            questions=PersistentMap(),
            proposals=PersistentMap(),
            approvals=PersistentList(),
            requests=PersistentMap(),
            opened=None,
            paused=None,
            closed=None,
            locks=(),
            unlocks=(),
            unlocked=False,
            signed=PersistentMap(),
            taken_back=PersistentMap(),
        )

    def after(self, entry: Entry) -> Self:
        """The trial after one more entry."""
        found = place(entry.frame.stream)
        kind, _ = found
        if found == SIGNATURES:
            return self._after_signing(entry)
        if kind not in KINDS:
            return self
        if kind == "site":
            return replace(self, sites=self.sites.after(entry))
        return self._after_design(entry)

    def _after_design(self, entry: Entry) -> Self:
        told = Told(entry.fact, moment(entry), sender(entry))
        match entry.fact:
            case LedgerOpened(environment=environment):
                return replace(self, environment=environment)
            case facts.TrialRegistered() as fact:
                return replace(self, registration=_registration(fact, told.behind))
            case facts.QuestionRaised(code=code):
                return replace(self, questions=self.questions.put(code, told))
            case facts.DecisionProposed():
                return replace(self, proposals=self.proposals.put(told.behind.event_id, told))
            case facts.DecisionApproved():
                return replace(self, approvals=self.approvals.add(told))
            case _:
                return self._after_opening(told)

    def _after_signing(self, entry: Entry) -> Self:
        match entry.fact:
            case SignatureMade(purpose=purpose, signature=signature):
                return replace(self, signed=self.signed.put(purpose, signature))
            case SignatureWithdrawn(signature=signature):
                return replace(self, taken_back=self.taken_back.put(signature, entry.frame.position))
            case _:
                return self

    def _after_opening(self, told: Told) -> Self:
        match told.fact:
            case facts.ScreeningOpened():
                return replace(self, opened=told.behind)
            case facts.TrialPaused():
                return replace(self, paused=told.behind)
            case facts.TrialResumed():
                return replace(self, paused=None)
            case facts.TrialClosed():
                return replace(self, closed=told.behind)
            case facts.LockRequested() | facts.UnlockRequested():
                return replace(self, requests=self.requests.put(told.behind.event_id, told))
            case facts.TrialLocked():
                return replace(self, locks=(*self.locks, told), unlocked=False)
            case facts.TrialUnlocked():
                return replace(self, unlocks=(*self.unlocks, told), unlocked=True)
            case _:
                return self

    @property
    def status(self) -> TrialStatus:
        """One word for the state; an unlock counts until its time is over (`TrialView.status_at`)."""
        if self.locks:
            return "UNLOCKED" if self.unlocked else "LOCKED"
        if self.closed:
            return "CLOSED"
        if self.paused:
            return "PAUSED"
        return "OPEN" if self.opened else "DRAFT"

    @property
    def settings(self) -> facts.DesignSettings:
        """What the decided proposals set, the later over the earlier."""
        return _merged(self._proposals())

    @property
    def zone(self) -> str | None:
        """The trial's declared time zone, once it is decided."""
        return self.settings.zone

    def view(self) -> TrialView:
        """The trial at this point."""
        proposals = self._proposals()
        unlocks = tuple(self._unlock(told) for told in self.unlocks)
        return TrialView(
            closed=self.closed,
            environment=self.environment,
            locks=tuple(self._lock(told) for told in self.locks),
            opened=self.opened,
            paused=self.paused,
            questions=tuple(_question(told, proposals) for told in self.questions.values()),
            registration=self.registration,
            settings=_merged(proposals),
            sites=self.sites.view(),
            status=self.status,
            unasked=tuple(proposal for proposal in proposals if proposal.question not in self.questions),
            unlock=unlocks[-1] if self.unlocked else None,
            unlocks=unlocks,
        )

    def _proposals(self) -> tuple[ProposalRow, ...]:
        approvals: dict[UUID, list[ApprovalRow]] = {}
        for told in self.approvals:
            signature = self.signed.get(purpose_of("design_decision", told.behind.event_id))
            signed = signature is not None and signature not in self.taken_back
            row = ApprovalRow(behind=told.behind, by=told.by, standing="signed" if signed else "recorded, not signed")
            approvals.setdefault(told.fact.proposal, []).append(row)
        return tuple(_proposal(told, tuple(approvals.get(event, ()))) for event, told in self.proposals.items())

    def _requester(self, request: UUID) -> Told | None:
        return self.requests.get(request)

    def _lock(self, told: Told) -> LockRow:
        asked = self._requester(told.fact.request)
        return LockRow(
            behind=told.behind,
            by=told.by,
            data_digest=told.fact.data_digest,
            open_items=getattr(asked.fact, "open_items", ()) if asked else (),
            position=told.fact.position,
            request=told.fact.request,
            requested_by=asked.by if asked else None,
            root=told.fact.root,
        )

    def _unlock(self, told: Told) -> UnlockRow:
        asked = self._requester(told.fact.request)
        return UnlockRow(
            behind=told.behind,
            by=told.by,
            expires=told.fact.expires,
            participants=told.fact.participants,
            request=told.fact.request,
            requested_by=asked.by if asked else None,
        )


def _registration(fact: facts.TrialRegistered, behind: Moment) -> Registration:
    return Registration(
        behind=behind,
        provenance=fact.provenance,
        registry_id=fact.registry_id,
        source_date=fact.source_date,
        source_sha256=fact.source_sha256,
        title=fact.title,
        trial=fact.trial,
        warnings=fact.warnings,
    )


def _proposal(told: Told, approvals: tuple[ApprovalRow, ...]) -> ProposalRow:
    others = {approval.by.actor for approval in approvals} - {told.by.actor}
    fact: facts.DecisionProposed = told.fact
    return ProposalRow(
        approvals=approvals,
        behind=told.behind,
        by=told.by,
        choice=fact.choice,
        is_decided=len(others) >= APPROVERS_NEEDED,
        option=fact.option,
        question=fact.question,
        rationale=fact.rationale,
        settings=fact.settings,
    )


def _question(told: Told, proposals: tuple[ProposalRow, ...]) -> QuestionRow:
    fact: facts.QuestionRaised = told.fact
    answers = tuple(proposal for proposal in proposals if proposal.question == fact.code)
    return QuestionRow(
        behind=told.behind,
        code=fact.code,
        field=fact.field,
        is_open=not any(answer.is_decided for answer in answers),
        options=fact.options,
        proposals=answers,
        question=fact.question,
        record_says=fact.record_says,
        title=fact.title,
    )


def _merged(proposals: tuple[ProposalRow, ...]) -> facts.DesignSettings:
    merged = NOTHING_SET
    for proposal in proposals:
        if proposal.is_decided:
            chosen = {name: getattr(proposal.settings, name) for name in facts.DesignSettings.__struct_fields__}
            merged = replace(merged, **{name: value for name, value in chosen.items() if value is not None})
    return merged
