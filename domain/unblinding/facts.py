"""Facts about unblinding in the trial ledger: who, when, why, to whom. The arm itself never stands here."""

from typing import Literal
from uuid import UUID

from domain.allocation.facts import VaultFact
from domain.catalogue import Retention, recorded_as
from domain.fields import NeedToKnow, Open, Prose1024, Prose4096, TrialTeam
from domain.record import Fact, Instant
from domain.values import Code, Hex64, Name

Purpose = Literal["safety", "treatment_decision", "regulatory", "participant_request"]


@recorded_as("unblinding.requested.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.1.4")
class UnblindingRequested(Fact):
    """A routine disclosure of one participant's arm to named recipients was asked for."""

    expires: Open[Instant]
    participant: Open[Code]
    purpose: Open[Purpose]
    recipients: Open[tuple[Code, ...]]
    request: Open[Code]


@recorded_as("unblinding.approved.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.1.4")
class UnblindingApproved(Fact):
    """One of the two distinct approvers, neither the requester, approved."""


@recorded_as("unblinding.rejected.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.1.4")
class UnblindingRejected(Fact):
    """An approver rejected the request."""


@recorded_as("unblinding.withdrawn.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.1.4")
class UnblindingWithdrawn(Fact):
    """The requester took the request back."""


Flag = Literal[
    "training_overdue",
    "grant_review_overdue",
    "password_aged",
    "locked_out",
    "delegation_lapsed",
    "trial_paused",
    "trial_closed",
    "trial_locked",
    "site_held",
    "site_closed",
    "participant_withdrawn",
    "participant_dead",
]


@recorded_as("unblinding.invoked.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 2.11")
class EmergencyUnblindingInvoked(Fact):
    """An emergency code-break: never refused to those who may ask; what is out of order is flagged."""

    channel: Open[Literal["investigator", "code_break_desk"]]
    flags: Open[tuple[Flag, ...]]
    participant: Open[Code]
    recipient: Open[Name]
    request: Open[Code]


@recorded_as("unblinding.disclosed.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.1.4")
class ArmDisclosed(Fact):
    """The arm was disclosed to one recipient; recorded before it was revealed. `vault_entry` holds what."""

    recipient: Open[Name]
    vault_entry: Open[UUID]


@recorded_as("unblinding.acknowledged.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.1.4")
class DisclosureAcknowledged(Fact):
    """A recipient confirmed having learned the arm."""

    recipient: Open[Name]


@recorded_as("unblinding.narrative_recorded.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 2.11")
class NarrativeRecorded(Fact):
    """The explanation of an emergency code-break, due within 24 hours. No arm may be named in it."""

    narrative: Prose4096[TrialTeam]


@recorded_as("unblinding.impact_assessed.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.1.4")
class ImpactAssessed(Fact):
    """What the disclosure means for the participant's data and the trial."""

    impact: Open[Literal["none", "participant_data", "site", "trial"]]
    explanation: Prose1024[TrialTeam]


@recorded_as("unblinding.closed.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.1.4")
class UnblindingClosed(Fact):
    """Everything that follows a disclosure is done."""


@recorded_as("unblinding.accident_reported.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.1.4")
class AccidentReported(Fact):
    """Somebody learned, or may have learned, an arm by accident; the arm is not named."""

    account: Prose1024[TrialTeam]
    learned_by: Open[tuple[Name, ...]]
    participant: Open[Code | None]
    request: Open[Code]


@recorded_as("unblinding.susar_triggered.v1", retention=Retention.RANDOMISATION_RECORD, predicate="21 CFR 312.32(c)")
class SusarUnblindingTriggered(Fact):
    """A serious, related and unexpected case is to be reported with its arm, to one named safety person.

    Investigators and analysts stay blind; whether anything was submitted stands in the vault.
    """

    case: Open[Code]
    expires: Open[Instant]
    participant: Open[Code]
    recipients: Open[tuple[Code, ...]]
    request: Open[Code]


@recorded_as("unblinding.repeated.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.1.4")
class DisclosureRepeated(Fact):
    """Who had been told already asked again, and was given the same disclosure."""

    recipient: Open[Name]


@recorded_as("unblinding.notice_sent.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 3.16.1")
class BreakNotified(Fact):
    """Those who need to know were told that the blind was broken, of whom and by whom; never the arm."""

    notice: Prose1024[NeedToKnow]


@recorded_as("unblinding.entered_late.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.1.4")
class DisclosureEnteredLate(Fact):
    """The key store recorded and disclosed while this ledger could not write; this is that record, entered late.

    `number` and `chain` are its row in the key store's own log.
    """

    cause: Open[Name]
    chain: Open[Hex64]
    disclosed_at: Open[Instant]
    number: Open[int]


@recorded_as("unblinding.drill_run.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.1.1")
class UnblindingDrillRun(Fact):
    """The code-break was tried with a key that opens nothing of anybody's; how long it took.

    The key store's log quotes `receipt` as what the drill's key was taken out for.
    """

    channel: Open[Literal["investigator", "code_break_desk"]]
    milliseconds: Open[int]
    opened: Open[bool]
    receipt: Open[UUID]
    site: Open[Code | None]
    through_fallback: Open[bool]


@recorded_as(
    "regulatory.submission_recorded.v1",
    ledger="vault",
    retention=Retention.SAFETY_RECORD,
    predicate="21 CFR 312.32(c)",
)
class RegulatorySubmissionRecorded(VaultFact):
    """What was sent to an authority about an unblinded case, or why nothing was: telling either way."""

    case: Open[Code]
    destination: Open[Name]
    reference: Open[Name | None]
    sent: Open[bool]
