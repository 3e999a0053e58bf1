"""Facts about planned unblinding: who asked, who confirmed, who was handed what. No arm stands in the trial ledger."""

from typing import Literal
from uuid import UUID

from domain.allocation.facts import VaultFact
from domain.catalogue import Retention, recorded_as
from domain.fields import Open, Prose1024, TrialTeam
from domain.record import Fact, Instant
from domain.values import Bytes32, Code, Hex64, Name, Text

AnalysisSet = Literal["intention_to_treat", "full_analysis", "per_protocol", "safety"]


@recorded_as("analysis_plan.recorded.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E9 5.1")
class AnalysisPlanRecorded(Fact):
    """A version of the statistical analysis plan, by the digest of its document; it is signed."""

    digest: Open[Hex64]
    reference: Open[Text]
    version: Open[Code]


@recorded_as("analysis_set.exclusion_decided.v1", retention=Retention.PARTICIPANT_RECORD, predicate="ICH E9 5.2")
class ExclusionDecided(Fact):
    """A participant is left out of an analysis set: decided blind, before the lock, and signed.

    Nobody is left out of the intention-to-treat set.
    """

    analysis_set: Open[AnalysisSet]
    participant: Open[Code]
    rationale: Prose1024[TrialTeam]


@recorded_as("analysis_sets.fixed.v1", retention=Retention.TRIAL_MASTER_FILE, predicate="ICH E9 5.2")
class AnalysisSetsFixed(Fact):
    """All decisions on the analysis sets are made; it is signed."""

    exclusions: Open[int]


@recorded_as("reveal.requested.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.1.4")
class RevealRequested(Fact):
    """One officer asks for the planned unblinding, to named recipients; it is signed."""

    recipients: Open[tuple[Name, ...]]


@recorded_as("randomisation.revealed.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.1.4")
class RandomisationRevealed(Fact):
    """The second officer confirmed: the blind ends for the named recipients, after the lock and the signed plan."""

    lock: Open[UUID]
    plan: Open[UUID]
    recipients: Open[tuple[Name, ...]]
    request: Open[UUID]


@recorded_as("reveal.package_delivered.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.1.4")
class PackageDelivered(Fact):
    """A named recipient was handed the seed, the lists and the keys of all envelopes.

    `commitment` binds the package and hides it; its digest and the salt stand in the vault, under `vault_entry`.
    """

    allocations: Open[int]
    commitment: Open[Hex64]
    recipient: Open[Name]
    reveal: Open[UUID]
    vault_entry: Open[UUID]


@recorded_as("reveal.publication_decided.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.1.4")
class PublicationDecided(Fact):
    """The randomisation may be made public; it is signed."""

    rationale: Open[Text]


@recorded_as("interim.requested.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E9 4.5")
class InterimRequested(Fact):
    """A closed package for an interim analysis was asked for, for the committee's statistician alone.

    It is to hold the arms of what was allocated up to a position of this ledger.
    """

    analysis: Open[Code]
    committee: Open[Name]
    expires: Open[Instant]
    recipient: Open[Name]
    up_to: Open[int]


@recorded_as("interim.approved.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E9 4.5")
class InterimApproved(Fact):
    """One of two distinct persons, neither who asked, approved; it is signed."""

    request: Open[UUID]


@recorded_as("interim.delivered.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E9 4.5")
class InterimDelivered(Fact):
    """The closed package was handed over; `commitment` as in the planned release."""

    allocations: Open[int]
    commitment: Open[Hex64]
    recipient: Open[Name]
    request: Open[UUID]
    vault_entry: Open[UUID]


@recorded_as(
    "release.recorded.v1", ledger="vault", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E6(R3) 4.1.4"
)
class ReleaseRecorded(VaultFact):
    """What a package that was handed over held: the allocations up to a position of the trial ledger, and its digest.

    With its salt and that position the same package is made again, byte for byte. `analysis` is that of an interim one.
    """

    allocations: Open[int]
    analysis: Open[Code | None]
    digest: Open[Hex64]
    kind: Open[Literal["interim", "planned"]]
    recipient: Open[Name]
    salt: Open[Bytes32]
    up_to: Open[int]
    versions: Open[tuple[int, ...]]
