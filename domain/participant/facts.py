"""Facts about a participant, up to the allocation. No name, initials, hospital number or birth date exists here."""

from typing import Literal
from uuid import UUID

from domain.catalogue import Retention, recorded_as
from domain.eligibility.rule import FactValue, Result
from domain.fields import Open, Prose1024, SealedArm, TrialTeam
from domain.record import Fact
from domain.values import Code, Hex64, Value

ConsentScope = Literal["treatment", "follow_up", "samples", "data_use"]


@recorded_as("participant.screening_opened.v2", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.62(b)")
class ScreeningOpened(Fact):
    """A screening number was issued (never refused). A re-screening is a new number, linked to the earlier one."""

    number: Open[Code]
    previous: Open[Code | None]
    site: Open[Code]


@recorded_as("screening.number_issued.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.62(b)")
class ScreeningNumberIssued(Fact):
    """The next number of the trial-wide sequence was issued."""

    number: Open[Code]


@recorded_as("participant.rescreened.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.62(b)")
class Rescreened(Fact):
    """This person was screened again under a later number: the other half of the link."""

    next: Open[Code]


@recorded_as("participant.consent_given.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 50.27(a)")
class ConsentGiven(Fact):
    """Consent was given on a version of the document, in a language, informed by a person."""

    copy_handed_over: Open[bool | None]
    document: Open[Code]
    informed_by: Open[Code | None]
    language: Open[Code]
    scopes: Open[tuple[ConsentScope, ...]]
    signer: Open[Literal["participant", "representative", "witness"]]
    version: Open[Code]


@recorded_as("participant.consent_withdrawn.v1", retention=Retention.PARTICIPANT_RECORD, predicate="ICH E6(R3) 2.8.8")
class ConsentWithdrawn(Fact):
    """Consent was withdrawn for some scopes; it needs no reason, and what was lawfully collected stays."""

    scopes: Open[tuple[ConsentScope, ...]]


@recorded_as("participant.fact_recorded.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.62(b)")
class FactRecorded(Fact):
    """A typed fact about the participant (age at consent, a laboratory value, a class): what rules compute with."""

    fact: Open[Code]
    value: Open[FactValue]


@recorded_as("participant.procedure_performed.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.62(b)")
class ProcedurePerformed(Fact):
    """A trial procedure was done."""

    procedure: Open[Code]


@recorded_as("participant.criterion_judged.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.60")
class CriterionJudged(Fact):
    """The investigator judged a criterion that is marked as clinical judgement."""

    criterion: Open[Code]
    rationale: Prose1024[TrialTeam]
    result: Open[Literal["yes", "no"]]


class CriterionResult(Value):
    """What one criterion gave: its result, the rule version and reading used, and the facts behind it."""

    criterion: Code
    facts: tuple[UUID, ...]
    interpretation: Code | None
    met: Result
    rule_version: int


@recorded_as("participant.eligibility_decided.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.60")
class EligibilityDecided(Fact):
    """A delegated investigator decided, on the results of every criterion; `failed` are those not met."""

    eligible: Open[bool]
    failed: Open[tuple[Code, ...]]
    results: Open[tuple[CriterionResult, ...]]


@recorded_as("participant.screening_ended.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.62(b)")
class ScreeningEnded(Fact):
    """Screening ended without a decision: the person left, was lost, or died before enrolment."""

    how: Open[Literal["left", "lost", "died"]]


@recorded_as("participant.enrolled.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.62(b)")
class Enrolled(Fact):
    """The participant is in the trial, in a stratum fixed by recorded facts."""

    stratum: Open[Code]
    stratum_facts: Open[tuple[UUID, ...]]


@recorded_as("participant.allocated.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E9 2.3")
class Allocated(Fact):
    """A slot of the committed list was drawn; the arm is in the envelope and the vault only."""

    envelope: SealedArm
    list_root: Open[Hex64]
    randomisation_number: Open[Code]
    seed_commitment: Open[Hex64]
    stratum: Open[Code]


@recorded_as("participant.allocation_error_found.v1", retention=Retention.PARTICIPANT_RECORD, predicate="ICH E9 5.2")
class AllocationErrorFound(Fact):
    """An error around the allocation came to light. Slot and stratum used stay for ever; the truth stands beside."""

    error: Open[
        Literal[
            "ineligible",
            "wrong_stratum",
            "wrong_participant",
            "duplicate_person",
            "allocated_before_consent",
            "withdrew_before_dosing",
            "wrong_kit",
            "wrong_treatment",
        ]
    ]
    other_participant: Open[Code | None]
    stratum_used: Open[Code | None]
    true_stratum: Open[Code | None]
