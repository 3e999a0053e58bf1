"""A participant as the stream tells it: four independent states, and all that the rules ask for."""

from typing import Literal, Self

import msgspec

from domain.aggregate import Aggregate
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
    AllocationErrorFound,
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
from domain.participant.parts import (
    Act,
    Allocation,
    Consent,
    EligibilityDecision,
    FollowUpChange,
    FollowUpState,
    Judgement,
    KnownFact,
    TreatmentChange,
    TreatmentState,
    VitalRecord,
    VitalState,
    Withdrawal,
    in_order,
)
from domain.record import Entry
from domain.times import Occurred, Order


class Participant(Aggregate):
    """One screening number and what followed from it."""

    number: str
    site: str
    opened: Occurred | None
    previous: str | None
    later: tuple[str, ...]
    duplicates: tuple[str, ...]
    consents: tuple[Consent, ...]
    withdrawals: tuple[Withdrawal, ...]
    facts: tuple[KnownFact, ...]
    judgements: tuple[Judgement, ...]
    eligibility: EligibilityDecision | None
    screening_ended: bool
    stratum: str | None
    allocation: Allocation | None
    treatment_changes: tuple[TreatmentChange, ...]
    first_treatment: Occurred | None
    doses: int
    acts: tuple[Act, ...]
    follow_up_changes: tuple[FollowUpChange, ...]
    vital_records: tuple[VitalRecord, ...]
    signed_off_at: int | None

    @classmethod
    def start(cls) -> Self:
        """Nobody screened under this number yet."""
        return cls(
            version=0,
            number="",
            site="",
            opened=None,
            previous=None,
            later=(),
            duplicates=(),
            consents=(),
            withdrawals=(),
            facts=(),
            judgements=(),
            eligibility=None,
            screening_ended=False,
            stratum=None,
            allocation=None,
            treatment_changes=(),
            first_treatment=None,
            doses=0,
            acts=(),
            follow_up_changes=(),
            vital_records=(),
            signed_off_at=None,
        )

    def after(self, entry: Entry) -> Self:
        """The participant after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        body = entry.body
        match entry.fact:
            case ScreeningOpened(number=number, site=site, previous=previous):
                return msgspec.structs.replace(
                    new, number=number, site=site, opened=body.occurred_at, previous=previous
                )
            case Rescreened(next=following):
                return msgspec.structs.replace(new, later=(*self.later, following))
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
                return msgspec.structs.replace(new, facts=in_order(self.facts, known))
            case CriterionJudged() as fact:
                judged = Judgement(criterion=fact.criterion, result=fact.result, event=body.event_id)
                return msgspec.structs.replace(new, judgements=(*self.judgements, judged))
            case EligibilityDecided(eligible=eligible, results=results):
                decision = EligibilityDecision(
                    eligible=eligible,
                    event=body.event_id,
                    by=body.actor,
                    recorded_at=entry.frame.recorded_at,
                    results=results,
                )
                return msgspec.structs.replace(new, eligibility=decision)
            case ScreeningEnded():
                return msgspec.structs.replace(new, screening_ended=True)
            case Enrolled(stratum=stratum):
                return msgspec.structs.replace(new, stratum=stratum)
            case Allocated() as fact:
                allocation = Allocation(event=body.event_id, fact=fact, occurred=body.occurred_at)
                return msgspec.structs.replace(new, allocation=allocation)
            case AllocationErrorFound(error="duplicate_person", other_participant=str() as other):
                return msgspec.structs.replace(new, duplicates=(*self.duplicates, other))
            case _:
                return new.after_conduct(entry)

    def after_conduct(self, entry: Entry) -> Self:
        """The part of `after` that follows the allocation."""
        when = entry.body.occurred_at
        match entry.fact:
            case ProcedurePerformed(procedure=code):
                return msgspec.structs.replace(self, acts=(*self.acts, act_of(entry, "procedure", code)))
            case VisitRecorded(done=True, visit=code):
                return msgspec.structs.replace(self, acts=(*self.acts, act_of(entry, "visit", code)))
            case TreatmentGiven(dose=dose):
                first = min(self.first_treatment or when, when, key=lambda given: given.earliest)
                acts = (*self.acts, act_of(entry, "treatment", f"dose {dose}"))
                return msgspec.structs.replace(self, acts=acts, doses=self.doses + 1, first_treatment=first)
            case TreatmentStateChanged(state=state):
                change = TreatmentChange(state=state, occurred=when)
                return msgspec.structs.replace(self, treatment_changes=in_order(self.treatment_changes, change))
            case FollowUpChanged(state=state):
                left = FollowUpChange(state="in" if state == "found_again" else state, occurred=when)
                return msgspec.structs.replace(self, follow_up_changes=in_order(self.follow_up_changes, left))
            case VitalStatusRecorded(status=status, date=day):
                as_of = when if day is None else Occurred(f"{day}[{when.zone_name}]")
                record = VitalRecord(status=status, occurred=as_of)
                return msgspec.structs.replace(self, vital_records=(*self.vital_records, record))
            case SignedOff(record_version=version):
                return msgspec.structs.replace(self, signed_off_at=version)
            case _:
                return self

    @property
    def next(self) -> str | None:
        """The last number under which this person was screened again."""
        return self.later[-1] if self.later else None

    @property
    def treatment(self) -> TreatmentState:
        """The last state claimed, else on from the first dose."""
        if self.treatment_changes:
            return self.treatment_changes[-1].state
        return "on" if self.doses else "not_started"

    @property
    def follow_up(self) -> FollowUpState:
        """The last state claimed, else in from the enrolment on."""
        if self.follow_up_changes:
            return self.follow_up_changes[-1].state
        return "in" if self.is_enrolled else "not_started"

    @property
    def death(self) -> Occurred | None:
        """When the participant died, as last recorded; only a later record of life surely after it takes it back."""
        died: Occurred | None = None
        for record in self.vital_records:
            if record.status == "dead":
                died = record.occurred
            elif died is not None and record.status == "alive" and record.occurred.order(died) is Order.AFTER:
                died = None
        return died

    @property
    def vital(self) -> VitalState:
        """Dead, or what was claimed for the latest time."""
        if self.death is not None:
            return "dead"
        others = [record for record in self.vital_records if record.status != "dead"]
        return max(reversed(others), key=lambda record: record.occurred.earliest).status if others else "unknown"

    @property
    def known(self) -> dict[str, KnownFact]:
        """The value of each fact that was claimed last: an older result entered late replaces nothing."""
        return {fact.fact: fact for fact in self.facts}

    def judged(self, criterion: str) -> Judgement | None:
        """The investigator's last judgement on a criterion."""
        found = [j for j in self.judgements if j.criterion == criterion]
        return found[-1] if found else None

    @property
    def is_enrolled(self) -> bool:
        """In the trial."""
        return self.stratum is not None

    def renewed_after(self, withdrawal: Withdrawal) -> tuple[Occurred, ...]:
        """When consent for the withdrawn scope was given again."""
        given = (c.occurred for c in self.consents if withdrawal.scope in c.scopes)
        return tuple(again for again in given if again.earliest > withdrawal.occurred.earliest)

    def withdrawn(self, scope: ConsentScope) -> Occurred | None:
        """Since when consent for a scope is taken back; None when it was given again since, or never was taken back."""
        standing = (w.occurred for w in self.withdrawals if w.scope == scope and not self.renewed_after(w))
        return min(standing, key=lambda taken: taken.earliest, default=None)

    @property
    def is_soft_locked(self) -> bool:
        """Signed off, and nothing recorded since."""
        return self.signed_off_at is not None and self.version == self.signed_off_at + 1


def act_of(entry: Entry, kind: Literal["procedure", "treatment", "visit"], code: str) -> Act:
    """The act that an entry records."""
    return Act(event=entry.body.event_id, kind=kind, code=code, occurred=entry.body.occurred_at)
