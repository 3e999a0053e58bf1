"""Facts about the trial as a whole. Registry and design texts are public and Open; they are about no person."""

from typing import Literal
from uuid import UUID

from domain.catalogue import Retention, recorded_as
from domain.fields import Open, Prose16384, TrialTeam
from domain.record import Fact, Instant
from domain.values import Code, Hex64, Name, Text, Value


class RegisteredAge(Value):
    """An age limit as the registry has it: number, unit, and the words."""

    number: int
    unit: Literal["years", "months", "weeks", "days"]
    verbatim: Name


class RegisteredArm(Value):
    """An arm group as the registry words it; its type never tells which one is the control."""

    description: Text | None
    interventions: tuple[Name, ...]
    label: Name
    type: Name | None


class RegisteredIntervention(Value):
    """An intervention as the registry words it."""

    description: Text | None
    name: Name
    type: Name


class RegistryDesign(Value):
    """The verbatim design of a registry record; None is "not stated"."""

    allocation: Name | None
    arms: tuple[RegisteredArm, ...]
    conditions: tuple[Name, ...]
    criteria_sha256: Hex64
    dates: tuple[tuple[Name, Name], ...]
    enrolment: int | None
    enrolment_type: Name | None
    healthy_volunteers: bool | None
    interventions: tuple[RegisteredIntervention, ...]
    locations: int
    masking: Name | None
    maximum_age: RegisteredAge | None
    minimum_age: RegisteredAge | None
    model: Name | None
    official_title: Text | None
    organisation_study_id: Name | None
    overall_status: Name | None
    phases: tuple[Name, ...] | None
    primary_purpose: Name | None
    sex: Name | None
    sponsor: Name | None
    study_type: Name
    who_masked: tuple[Name, ...] | None


@recorded_as("trial.registered.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) C.2")
class TrialRegistered(Fact):
    """A trial became a DRAFT here, from a registry record kept verbatim; nothing is inferred from it."""

    design: Open[RegistryDesign]
    provenance: Open[Text]
    registry_id: Open[Code]
    source_date: Open[Name | None]
    source_sha256: Open[Hex64]
    title: Open[Text]
    trial: Open[Code]
    warnings: Open[tuple[Text, ...]]


class DesignOption(Value):
    """One way to answer a design question."""

    code: Code
    text: Text


@recorded_as("trial.question_raised.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 3.1")
class QuestionRaised(Fact):
    """The record leaves something open that must be decided before screening opens."""

    code: Open[Code]
    field: Open[Name | None]
    options: Open[tuple[DesignOption, ...]]
    question: Open[Text]
    record_says: Open[Text]
    title: Open[Text]


class Stratum(Value):
    """A stratum: its code, how it is told apart (facts, time, source), its cap, and the public ratio in it."""

    cap: int
    code: Code
    definition: Text
    label: Text


MaskedRole = Literal["participant", "care_provider", "investigator", "outcomes_assessor", "statistician"]


class DesignSettings(Value):
    """The typed part of a design decision: what rules and reports compute with; None where it sets nothing."""

    allow_over_enrolment: bool | None
    masked_roles: tuple[MaskedRole, ...] | None
    planned_enrolment: int | None
    ratio: tuple[int, ...] | None
    strata: tuple[Stratum, ...] | None
    zone: Name | None


@recorded_as("trial.decision_proposed.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 3.1")
class DecisionProposed(Fact):
    """Somebody proposes how to answer a design question; the registry's words stand beside it."""

    choice: Open[Text]
    option: Open[Code | None]
    question: Open[Code]
    rationale: Open[Text]
    settings: Open[DesignSettings]


@recorded_as("trial.decision_approved.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 3.1")
class DecisionApproved(Fact):
    """A named approver, not the proposer, approves; two are needed, and each signs the approval."""

    proposal: Open[UUID]
    question: Open[Code]


@recorded_as("trial.screening_opened.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 3.1")
class ScreeningOpened(Fact):
    """Eligibility decisions, enrolment and allocation may begin."""

    decisions: Open[tuple[Code, ...]]


@recorded_as("trial.paused.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 3.17")
class TrialPaused(Fact):
    """No new permission is given until the trial is resumed; facts are recorded as before."""


@recorded_as("trial.resumed.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 3.17")
class TrialResumed(Fact):
    """The pause ended."""


@recorded_as("trial.closed.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E6(R3) 3.17")
class TrialClosed(Fact):
    """Closed to screening and enrolment; follow-up, safety and the lock go on."""


OpenKind = Literal[
    "unsigned",
    "eligibility_unknown",
    "open_deviation",
    "open_impact_assessment",
    "unreconciled_sae",
    "not_locked_softly",
    "signature_owed",
    "signature_superseded",
]
"""`unsigned`: never signed off; `not_locked_softly`: changed since it was signed off, so it needs re-signing.

`signature_owed`: an act has no signature though it needs one; `signature_superseded`: what was signed was altered,
or the signature was taken back. These two name the record, the kind of act and its position in the trial ledger.
"""


class OpenItem(Value):
    """Something unfinished at the lock, accepted as open with a reason."""

    about: Name
    kind: OpenKind


@recorded_as("trial.lock_requested.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="EMA 2023 A5.3")
class LockRequested(Fact):
    """One of two persons asks for the hard lock of what the ledger holds up to a position.

    `reasons` holds, for every item accepted as open, why: one canonical JSON text, sealed.
    """

    data_digest: Open[Hex64]
    open_items: Open[tuple[OpenItem, ...]]
    position: Open[int]
    reasons: Prose16384[TrialTeam] | None
    root: Open[Hex64]


@recorded_as("trial.locked.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="EMA 2023 A5.3")
class TrialLocked(Fact):
    """The second person confirmed: the data up to that position are locked, safety facts go on."""

    data_digest: Open[Hex64]
    position: Open[int]
    request: Open[UUID]
    root: Open[Hex64]


@recorded_as("trial.unlock_requested.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="EMA 2023 A5.3")
class UnlockRequested(Fact):
    """One of two persons asks to unlock a scope until a time, with a reason. It never restores blindness."""

    expires: Open[Instant]
    participants: Open[tuple[Code, ...] | None]


@recorded_as("trial.unlocked.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="EMA 2023 A5.3")
class TrialUnlocked(Fact):
    """The second person confirmed the unlock of that scope until that time."""

    expires: Open[Instant]
    participants: Open[tuple[Code, ...] | None]
    request: Open[UUID]
