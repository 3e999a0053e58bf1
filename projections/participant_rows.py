"""What is known of one participant, each value with the entry behind it. No arm, and nothing sealed, stands here."""

from typing import Literal
from uuid import UUID

from domain.eligibility.rule import FactValue
from domain.participant.facts import ConsentScope, CriterionResult
from domain.values import Code, Hex64, Name, PartialDate, Value
from projections.fold import Moment, Person

TreatmentState = Literal["not_started", "on", "interrupted", "stopped", "completed"]
FollowUpState = Literal["not_started", "in", "completed", "left", "lost", "found_again"]
VitalState = Literal["unknown", "alive", "dead"]


class Screening(Value):
    """The screening number was issued at a site."""

    behind: Moment
    previous: Code | None
    site: Code


class ConsentAct(Value):
    """Consent as given once, on a version of the document."""

    behind: Moment
    copy_handed_over: bool | None
    document: Code
    informed_by: Code | None
    language: Code
    scopes: tuple[ConsentScope, ...]
    signer: Literal["participant", "representative", "witness"]
    version: Code


class Withdrawal(Value):
    """Consent taken back for some scopes."""

    behind: Moment
    scopes: tuple[ConsentScope, ...]


class ScopeState(Value):
    """Whether consent for a scope stands, and since which entry."""

    behind: Moment
    scope: ConsentScope
    state: Literal["given", "withdrawn"]


class FactEntry(Value):
    """One recorded value of a fact, the entry behind it, and the entries that corrected it."""

    behind: Moment
    corrections: tuple[Moment, ...]
    value: FactValue


class KnownFact(Value):
    """All recorded values of a fact, in the order in which they held; the last one counts."""

    entries: tuple[FactEntry, ...]
    fact: Code


class Judgement(Value):
    """A criterion of clinical judgement, as judged."""

    behind: Moment
    by: Person
    criterion: Code
    result: Literal["yes", "no"]


class Decision(Value):
    """Eligibility as decided once, with the result of every criterion."""

    behind: Moment
    by: Person
    eligible: bool
    failed: tuple[Code, ...]
    results: tuple[CriterionResult, ...]


class ScreeningEnd(Value):
    """Screening ended without a decision."""

    behind: Moment
    how: Literal["left", "lost", "died"]


class Enrolment(Value):
    """Enrolled, in a stratum fixed by facts."""

    behind: Moment
    facts: tuple[UUID, ...]
    stratum: Code


class AllocationRef(Value):
    """The allocation as a blinded reader knows it: its number and stratum, never an arm."""

    behind: Moment
    by: Person
    randomisation_number: Code
    stratum: Code


class AllocationError(Value):
    """An error around the allocation; what was used stays, the truth stands beside it."""

    behind: Moment
    error: Code
    other_participant: Code | None
    stratum_used: Code | None
    true_stratum: Code | None


class Dose(Value):
    """Study treatment was given; what it was stands elsewhere."""

    behind: Moment
    dose: int


class TreatmentChange(Value):
    """Treatment changed its state."""

    behind: Moment
    state: Literal["on", "interrupted", "stopped", "completed"]


class FollowUpChange(Value):
    """Follow-up changed its state."""

    behind: Moment
    state: Literal["completed", "left", "lost", "found_again"]


class VitalRecord(Value):
    """Alive as of a date, or dead, with the date as exact as known."""

    behind: Moment
    case: Code | None
    date: PartialDate | None
    is_explained: bool
    source: Name
    status: VitalState


class Act(Value):
    """A procedure, or a planned visit that took place or did not."""

    behind: Moment
    code: Code
    done: bool
    kind: Literal["procedure", "visit"]


class SignOff(Value):
    """The investigator vouched for the record up to a version; the signature stands beside it, in the signature log."""

    behind: Moment
    by: Person
    record_digest: Hex64
    record_version: int


class CorrectionNote(Value):
    """A value of an entry was corrected."""

    behind: Moment
    pointer: Name
    target: UUID


class ParticipantRow(Value):
    """One screening number and what followed from it; lists stand in the order in which things happened.

    The four states are independent: `consent` (per scope), `treatment`, `follow_up` and `vital`.
    """

    number: Code
    screening: Screening | None
    next: tuple[Code, ...]
    consents: tuple[ConsentAct, ...]
    withdrawals: tuple[Withdrawal, ...]
    consent: tuple[ScopeState, ...]
    facts: tuple[KnownFact, ...]
    judgements: tuple[Judgement, ...]
    decisions: tuple[Decision, ...]
    screening_end: ScreeningEnd | None
    enrolment: Enrolment | None
    allocation: AllocationRef | None
    allocation_errors: tuple[AllocationError, ...]
    doses: tuple[Dose, ...]
    treatment_changes: tuple[TreatmentChange, ...]
    follow_up_changes: tuple[FollowUpChange, ...]
    vital_records: tuple[VitalRecord, ...]
    acts: tuple[Act, ...]
    sign_offs: tuple[SignOff, ...]
    corrections: tuple[CorrectionNote, ...]
    treatment: TreatmentState
    follow_up: FollowUpState
    vital: VitalState

    @property
    def site(self) -> str | None:
        """The site that screened."""
        return self.screening.site if self.screening else None

    @property
    def death(self) -> VitalRecord | None:
        """The record of the death, if the last record says dead."""
        return self.vital_records[-1] if self.vital == "dead" else None

    @property
    def eligible(self) -> bool | None:
        """The last decision; None while there is none."""
        return self.decisions[-1].eligible if self.decisions else None

    @property
    def is_in_trial(self) -> bool:
        """Enrolled, or allocated: nobody who was allocated ever leaves the count of the enrolled."""
        return self.enrolment is not None or self.allocation is not None

    def consent_to(self, scope: ConsentScope) -> ScopeState | None:
        """The state of consent for a scope; None where it was never given nor withdrawn."""
        return next((state for state in self.consent if state.scope == scope), None)

    def value_of(self, fact: str) -> FactEntry | None:
        """The value of a fact that counts."""
        known = next((known for known in self.facts if known.fact == fact), None)
        return known.entries[-1] if known else None


def unknown(number: str) -> ParticipantRow:
    """Nothing is recorded under this number yet."""
    return ParticipantRow(
        number=number,
        screening=None,
        next=(),
        consents=(),
        withdrawals=(),
        consent=(),
        facts=(),
        judgements=(),
        decisions=(),
        screening_end=None,
        enrolment=None,
        allocation=None,
        allocation_errors=(),
        doses=(),
        treatment_changes=(),
        follow_up_changes=(),
        vital_records=(),
        acts=(),
        sign_offs=(),
        corrections=(),
        treatment="not_started",
        follow_up="not_started",
        vital="unknown",
    )
