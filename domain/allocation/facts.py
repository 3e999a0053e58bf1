"""Facts about randomisation: the public commitment in the trial ledger, everything that tells in the vault."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from domain.catalogue import Retention, recorded_as
from domain.fields import Concealed, Open
from domain.record import Fact
from domain.values import Bytes32, Code, Hex64, Name, Quantity, Value


class VaultFact(Concealed, Fact):
    """A fact of the vault."""


class CommittedStratum(Value):
    """What is public of a stratum's list: its code, cap and opaque id; never block sizes, never its length.

    `site` is None where one list serves all sites. The cap is the stratum's, over all sites.
    """

    cap: int
    list_id: Code
    site: Code | None
    stratum: Code


Scheme = Literal["rand/v1", "import/v1"]
"""How the slots came to be: drawn from the committed seed, or made outside and handed in sealed."""


@recorded_as("randomisation.design_declared.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E9 2.3.2")
class DesignDeclared(Fact):
    """Arms, method and hidden parameters were fixed in the vault; here stands only a salted commitment to them.

    It comes before any share of the seed is known: nobody tries designs until a list pleases.
    """

    beacon: Open[Name | None]
    commitment: Open[Hex64]
    vault_entry: Open[UUID]
    version: Open[int]


@recorded_as("randomisation.share_committed.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E9 2.3.2")
class ShareCommitted(Fact):
    """An officer committed to a share of the seed, before anybody's share was known."""

    commitment: Open[Hex64]
    version: Open[int]


@recorded_as("randomisation.share_revealed.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E9 2.3.2")
class ShareRevealed(Fact):
    """An officer handed the share in; it agrees with the commitment, and stands in the vault."""

    vault_entry: Open[UUID]
    version: Open[int]


@recorded_as("randomisation.committed.v2", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E9 2.3.2")
class RandomisationCommitted(Fact):
    """The lists were fixed: a salted root over all slots and a commitment to the seed, before any enrolment.

    A change of design is a new version with lists of its own; what was allocated keeps its slot. Where each site
    has lists of its own, those of a site are one commitment, made before its first enrolment from the same seed.
    """

    beacon_value: Open[Name | None]
    ratio: Open[tuple[int, ...]]
    root: Open[Hex64]
    scheme: Open[Scheme]
    seed_commitment: Open[Hex64]
    strata: Open[tuple[CommittedStratum, ...]]
    version: Open[int]


@recorded_as("stratum.place_taken.v1", retention=Retention.PARTICIPANT_RECORD, predicate="ICH E6(R3) B.4")
class PlaceTaken(Fact):
    """An enrolment took a place of its stratum."""

    participant: Open[Code]
    stratum: Open[Code]


class ListedArm(Concealed):
    """An arm of a list: an opaque id, and the words for it that only the vault holds."""

    arm: Code
    label: Name


class Parameter(Concealed):
    """One hidden parameter of a method, such as its block sizes."""

    name: Code
    values: tuple[Name, ...]


class DesignStratum(Concealed):
    """A stratum of a design with its cap."""

    cap: int
    stratum: Code


@recorded_as("design.declared.v1", ledger="vault", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E9 2.3.2")
class SealedDesign(VaultFact):
    """The design of one version as it was committed to: arms in declared order, method, hidden parameters, salt.

    With `per_site` each stratum has a list for each site.
    """

    arms: Open[tuple[ListedArm, ...]]
    beacon: Open[Name | None]
    method: Open[Code]
    parameters: Open[tuple[Parameter, ...]]
    per_site: Open[bool]
    ratio: Open[tuple[int, ...]]
    salt: Open[Bytes32]
    strata: Open[tuple[DesignStratum, ...]]
    version: Open[int]


@recorded_as(
    "seed.share_revealed.v1", ledger="vault", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E9 2.3.2"
)
class SeedShare(VaultFact):
    """An officer's share of the seed."""

    officer: Open[Name]
    share: Open[Bytes32]
    version: Open[int]


ImportedSlots = Annotated[str, Meta(min_length=1, max_length=32_768)]
"""One character for each slot: the place of its arm in the declared order, in base 36."""


class ListOrigin(Concealed):
    """Where a list that was made outside comes from: the program, its version, and the digest of its file."""

    program: Name
    program_sha256: Hex64
    version: Name


@recorded_as("list.sealed.v2", ledger="vault", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E9 2.3.2")
class ListSealed(VaultFact):
    """A stratum's list is fixed by seed, arms in declared order, ratio, method, hidden parameters and length.

    `slots` holds a list that was made outside, which no seed gives again; None for one that was drawn.
    `site` is None for a list that serves all sites.
    """

    arms: Open[tuple[ListedArm, ...]]
    first_leaf: Open[int]
    length: Open[int]
    list_id: Open[Code]
    method: Open[Code]
    origin: Open[ListOrigin | None]
    parameters: Open[tuple[Parameter, ...]]
    ratio: Open[tuple[int, ...]]
    root: Open[Hex64]
    seed: Open[Bytes32]
    seed_commitment: Open[Hex64]
    site: Open[Code | None]
    slots: Open[ImportedSlots | None]
    stratum: Open[Code]
    version: Open[int]

    @property
    def label(self) -> str:
        """What its draws, nonces and leaves are labelled by: stratum, or stratum and site; no code holds a slash."""
        return self.stratum if self.site is None else f"{self.stratum}/{self.site}"


class Level(Concealed):
    """One fact that a draw was made from: a factor of the design, and the participant's level at that moment."""

    factor: Code
    level: Code


class DrawInputs(Concealed):
    """What a minimised allocation was drawn from, so that anyone can draw it again.

    `scores` and `chances` stand in the declared order of the arms, of fake arms all those of an arm beside each
    other; scores are exact, as text. `place`, from 0, is the one that was drawn.
    """

    chances: tuple[int, ...]
    levels: tuple[Level, ...]
    place: int
    scores: tuple[Name, ...]
    word: Code


@recorded_as("list.slot_drawn.v2", ledger="vault", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E9 2.3.2")
class SlotDrawn(VaultFact):
    """The next slot of the list was used for a participant, in the same transaction as the allocation."""

    allocation: Open[UUID]
    arm: Open[Code]
    index: Open[int]
    inputs: Open[DrawInputs | None]
    participant: Open[Code]
    randomisation_number: Open[Code]


@recorded_as(
    "treatment.detail_recorded.v1",
    ledger="vault",
    retention=Retention.PARTICIPANT_RECORD,
    predicate="21 CFR 312.62(a)",
)
class TreatmentDetailRecorded(VaultFact):
    """What was really given, as reported by the unblinded side."""

    amount: Open[Quantity | None]
    dose: Open[int]
    lot: Open[Name | None]
    participant: Open[Code]
    product: Open[Name]


@recorded_as(
    "treatment.observed.v1",
    ledger="vault",
    retention=Retention.PARTICIPANT_RECORD,
    predicate="21 CFR 312.62(b)",
)
class TreatmentObserved(VaultFact):
    """What was seen or given around a dose, and would tell the arm: premedication, a reaction to the infusion."""

    dose: Open[int]
    infusion_reaction: Open[Name | None]
    participant: Open[Code]
    premedication: Open[Name | None]


@recorded_as(
    "disclosure.recorded.v1",
    ledger="vault",
    retention=Retention.RANDOMISATION_RECORD,
    predicate="ICH E6(R3) 4.1.4",
)
class DisclosureRecorded(VaultFact):
    """Which arm was disclosed to whom."""

    arm: Open[Code]
    label: Open[Name]
    participant: Open[Code]
    recipient: Open[Name]
    request: Open[Code]
