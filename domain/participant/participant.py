"""A participant as the stream tells it: four independent states, and all that the rules ask for."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

import msgspec

from domain.aggregate import Aggregate
from domain.eligibility.rule import FactValue, Result
from domain.participant.conduct_facts import (
    FollowUpChanged,
    SignedOff,
    TreatmentGiven,
    TreatmentStateChanged,
    VisitRecorded,
    VitalStatusRecorded,
)
from domain.participant.facts import (
    Allocated,
    ConsentGiven,
    ConsentScope,
    ConsentWithdrawn,
    CriterionJudged,
    EligibilityDecided,
    Enrolled,
    FactRecorded,
    ProcedurePerformed,
    Rescreened,
    ScreeningEnded,
    ScreeningOpened,
)
from domain.record import Entry
from domain.times import Occurred
from domain.values import Value

TreatmentState = Literal["not_started", "on", "interrupted", "stopped", "completed"]
FollowUpState = Literal["not_started", "in", "completed", "left", "lost"]
VitalState = Literal["unknown", "alive", "dead"]


class Consent(Value):
    """Consent as given once."""

    event: UUID
    document: str
    language: str
    version: str
    scopes: tuple[ConsentScope, ...]
    occurred: Occurred


class Withdrawal(Value):
    """Consent for one scope taken back."""

    scope: ConsentScope
    occurred: Occurred


class KnownFact(Value):
    """A typed fact with the entry behind it."""

    event: UUID
    fact: str
    value: FactValue
    occurred: Occurred


class Judgement(Value):
    """What the investigator judged on a criterion."""

    criterion: str
    result: Result
    event: UUID


class EligibilityDecision(Value):
    """The decision, when it was recorded, and by whom."""

    eligible: bool
    event: UUID
    by: str
    recorded_at: datetime


class Act(Value):
    """Something that needs consent before it."""

    event: UUID
    kind: Literal["procedure", "treatment", "visit"]
    code: str
    occurred: Occurred


class Allocation(Value):
    """The allocation as a blinded reader knows it."""

    event: UUID
    fact: Allocated
    occurred: Occurred


class Participant(Aggregate):
    """One screening number and what followed from it."""

    number: str
    site: str
    previous: str | None
    next: str | None
    consents: tuple[Consent, ...]
    withdrawals: tuple[Withdrawal, ...]
    facts: tuple[KnownFact, ...]
    judgements: tuple[Judgement, ...]
    eligibility: EligibilityDecision | None
    screening_ended: bool
    stratum: str | None
    allocation: Allocation | None
    treatment: TreatmentState
    first_treatment: Occurred | None
    doses: int
    acts: tuple[Act, ...]
    follow_up: FollowUpState
    vital: VitalState
    death: Occurred | None
    signed_off_at: int | None

    @classmethod
    def start(cls) -> Self:
        """Nobody screened under this number yet."""
        return cls(
            version=0,
            number="",
            site="",
            previous=None,
            next=None,
            consents=(),
            withdrawals=(),
            facts=(),
            judgements=(),
            eligibility=None,
            screening_ended=False,
            stratum=None,
            allocation=None,
            treatment="not_started",
            first_treatment=None,
            doses=0,
            acts=(),
            follow_up="not_started",
            vital="unknown",
            death=None,
            signed_off_at=None,
        )

    def after(self, entry: Entry) -> Self:
        """The participant after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        body = entry.body
        match entry.fact:
            case ScreeningOpened(number=number, site=site, previous=previous):
                return msgspec.structs.replace(new, number=number, site=site, previous=previous)
            case Rescreened(next=following):
                return msgspec.structs.replace(new, next=following)
            case ConsentGiven() as fact:
                consent = Consent(
                    event=body.event_id,
                    document=fact.document,
                    language=fact.language,
                    version=fact.version,
                    scopes=fact.scopes,
                    occurred=body.occurred_at,
                )
                return msgspec.structs.replace(new, consents=(*self.consents, consent))
            case ConsentWithdrawn(scopes=scopes):
                withdrawn = tuple(Withdrawal(scope=scope, occurred=body.occurred_at) for scope in scopes)
                return msgspec.structs.replace(new, withdrawals=(*self.withdrawals, *withdrawn))
            case FactRecorded() as fact:
                known = KnownFact(event=body.event_id, fact=fact.fact, value=fact.value, occurred=body.occurred_at)
                return msgspec.structs.replace(new, facts=(*self.facts, known))
            case CriterionJudged() as fact:
                judged = Judgement(criterion=fact.criterion, result=fact.result, event=body.event_id)
                return msgspec.structs.replace(new, judgements=(*self.judgements, judged))
            case EligibilityDecided(eligible=eligible):
                decision = EligibilityDecision(
                    eligible=eligible, event=body.event_id, by=body.actor, recorded_at=entry.frame.recorded_at
                )
                return msgspec.structs.replace(new, eligibility=decision)
            case ScreeningEnded():
                return msgspec.structs.replace(new, screening_ended=True)
            case Enrolled(stratum=stratum):
                return msgspec.structs.replace(new, stratum=stratum, follow_up="in")
            case Allocated() as fact:
                allocation = Allocation(event=body.event_id, fact=fact, occurred=body.occurred_at)
                return msgspec.structs.replace(new, allocation=allocation)
            case _:
                return new.after_conduct(entry)

    def after_conduct(self, entry: Entry) -> Self:
        """The part of `after` that follows the allocation."""
        match entry.fact:
            case ProcedurePerformed(procedure=code):
                return msgspec.structs.replace(self, acts=(*self.acts, act_of(entry, "procedure", code)))
            case VisitRecorded(done=True, visit=code):
                return msgspec.structs.replace(self, acts=(*self.acts, act_of(entry, "visit", code)))
            case TreatmentGiven(dose=dose):
                return msgspec.structs.replace(
                    self,
                    acts=(*self.acts, act_of(entry, "treatment", f"dose {dose}")),
                    doses=self.doses + 1,
                    first_treatment=self.first_treatment or entry.body.occurred_at,
                    treatment="on" if self.treatment == "not_started" else self.treatment,
                )
            case TreatmentStateChanged(state=state):
                return msgspec.structs.replace(self, treatment=state)
            case FollowUpChanged(state=state):
                return msgspec.structs.replace(self, follow_up="in" if state == "found_again" else state)
            case VitalStatusRecorded(status="dead", date=day):
                when = entry.body.occurred_at
                death = when if day is None else Occurred(f"{day}[{when.zone_name}]")
                return msgspec.structs.replace(self, vital="dead", death=death)
            case VitalStatusRecorded(status=status):
                return msgspec.structs.replace(self, vital=status, death=None)
            case SignedOff(record_version=version):
                return msgspec.structs.replace(self, signed_off_at=version)
            case _:
                return self

    @property
    def known(self) -> dict[str, KnownFact]:
        """The last recorded value of each fact."""
        return {fact.fact: fact for fact in self.facts}

    def judged(self, criterion: str) -> Judgement | None:
        """The investigator's last judgement on a criterion."""
        found = [j for j in self.judgements if j.criterion == criterion]
        return found[-1] if found else None

    @property
    def is_enrolled(self) -> bool:
        """In the trial."""
        return self.stratum is not None

    def withdrawn(self, scope: ConsentScope) -> Occurred | None:
        """When consent for a scope was last taken back, unless it was given again since."""
        given = [c.occurred for c in self.consents if scope in c.scopes]
        taken = [w.occurred for w in self.withdrawals if w.scope == scope]
        if not taken or (given and max(g.earliest for g in given) > max(t.earliest for t in taken)):
            return None
        return taken[-1]

    @property
    def is_soft_locked(self) -> bool:
        """Signed off, and nothing recorded since."""
        return self.signed_off_at is not None and self.version == self.signed_off_at + 1


def act_of(entry: Entry, kind: Literal["procedure", "treatment", "visit"], code: str) -> Act:
    """The act that an entry records."""
    return Act(event=entry.body.event_id, kind=kind, code=code, occurred=entry.body.occurred_at)
