"""Facts about adverse events. Terms and narratives are sealed; a missing judgement is None and counts as the worse."""

from typing import Literal
from uuid import UUID

from domain.allocation.facts import VaultFact
from domain.catalogue import Retention, recorded_as
from domain.fields import Open, Prose256, Prose16384, Safety, TrialTeam
from domain.record import Fact
from domain.times import Occurred
from domain.values import Code, Name, PartialDate

SeriousCriterion = Literal[
    "death", "life_threatening", "hospitalisation", "disability", "congenital_anomaly", "medically_important"
]  # fmt: skip
Side = Literal["investigator", "sponsor"]
SuspectProduct = Literal["study_treatment", "other_medicine"]
"""A name here could tell an arm; what exactly was given stands in the vault, other medicines in the narrative."""
Outcome = Literal["recovered", "recovering", "not_recovered", "recovered_with_sequelae", "fatal", "unknown"]
Severity = Literal["mild", "moderate", "severe"]


@recorded_as("adverse_event.reported.v1", retention=Retention.SAFETY_RECORD, predicate="21 CFR 312.64(b)")
class AdverseEventReported(Fact):
    """An untoward occurrence was reported: reporter, participant, event, product or None (UNKNOWN) suffice."""

    aware_at: Open[Occurred | None]
    case: Open[Code]
    criteria: Open[tuple[SeriousCriterion, ...]]
    narrative: Prose16384[Safety] | None
    onset: Open[PartialDate | None]
    participant: Open[Code]
    product: Open[SuspectProduct | None]
    reporter: Open[Name]
    serious: Open[bool | None]
    severity: Open[Severity | None]
    term: Prose256[TrialTeam]


@recorded_as("adverse_event.followed_up.v1", retention=Retention.SAFETY_RECORD, predicate="21 CFR 312.32(d)")
class FollowUpReceived(Fact):
    """More became known about the case: a new version of it."""

    ended: Open[PartialDate | None]
    narrative: Prose16384[Safety] | None
    outcome: Open[Outcome]
    severity: Open[Severity | None]
    version: Open[int]


@recorded_as("adverse_event.seriousness_assessed.v1", retention=Retention.SAFETY_RECORD, predicate="21 CFR 312.32(c)")
class SeriousnessAssessed(Fact):
    """One side judged whether the event is serious, and by which criteria."""

    criteria: Open[tuple[SeriousCriterion, ...]]
    serious: Open[bool]
    side: Open[Side]


@recorded_as("adverse_event.causality_assessed.v1", retention=Retention.SAFETY_RECORD, predicate="21 CFR 312.32(c)")
class CausalityAssessed(Fact):
    """One side judged the relation to the product; the investigator's is never downgraded by the sponsor's."""

    related: Open[bool]
    side: Open[Side]


@recorded_as("adverse_event.expectedness_assessed.v1", retention=Retention.SAFETY_RECORD, predicate="21 CFR 312.32(a)")
class ExpectednessAssessed(Fact):
    """The sponsor judged the event against a version of the reference safety information."""

    expected: Open[bool]
    reference: Open[Name]


@recorded_as("adverse_event.coded.v1", retention=Retention.SAFETY_RECORD, predicate="ICH E6(R3) 3.13")
class AdverseEventCoded(Fact):
    """The verbatim term was coded in a dictionary of a version."""

    code: Open[Code]
    dictionary: Open[Code]
    dictionary_version: Open[Code]


@recorded_as("adverse_event.awareness_corrected.v1", retention=Retention.SAFETY_RECORD, predicate="21 CFR 312.32(c)")
class AwarenessCorrected(Fact):
    """The anchor of the clocks was wrong; the old due dates stay beside the new ones."""

    anchor: Open[Literal["site_awareness", "sponsor_receipt"]]
    aware_at: Open[Occurred]


@recorded_as("adverse_event.received_by_sponsor.v1", retention=Retention.SAFETY_RECORD, predicate="21 CFR 312.32(c)")
class ReceivedBySponsor(Fact):
    """The sponsor first received the information: the anchor of most clocks."""

    channel: Open[Name]


@recorded_as("adverse_event.nullified.v1", retention=Retention.SAFETY_RECORD, predicate="ICH E2B(R3) C.1.11")
class CaseNullified(Fact):
    """The case does not hold; it stays visible."""


@recorded_as("adverse_event.obligation_met.v1", retention=Retention.SAFETY_RECORD, predicate="21 CFR 312.32(c)")
class ObligationMet(Fact):
    """A duty that a clock counts was dealt with; what was submitted, or that nothing was, stands in the vault."""

    obligation: Open[Code]
    reference: Open[Name]


@recorded_as("adverse_event.narrative_released.v1", retention=Retention.SAFETY_RECORD, predicate="ICH E6(R3) 4.1.1")
class NarrativeReleased(Fact):
    """An unblinded reviewer released a narrative to blinded readers, without what could tell the arm.

    The original stays with safety readers and the site that wrote it.
    """

    of: Open[UUID]
    text: Prose16384[TrialTeam]


@recorded_as("narrative.reviewed.v1", ledger="vault", retention=Retention.SAFETY_RECORD, predicate="ICH E6(R3) 4.1.1")
class NarrativeReviewed(VaultFact):
    """Whether anything was taken out of a narrative: that there was something to take out could tell the arm."""

    masked: Open[bool]
    of: Open[UUID]
    release: Open[UUID]
