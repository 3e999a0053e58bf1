"""Facts about randomisation: the public commitment in the trial ledger, everything that tells in the vault."""

from typing import Any, Literal
from uuid import UUID

from domain.catalogue import Retention, recorded_as
from domain.fields import Open
from domain.record import Fact
from domain.values import Bytes32, Code, Hex64, Name, Quantity, Value


class Concealed(Value):
    """A value that may tell an arm: what a log, a trace or an error prints of it is its name alone."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(concealed)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Show nothing in a pretty trace either."""
        return []


class VaultFact(Concealed, Fact):
    """A fact of the vault."""


class CommittedStratum(Value):
    """What is public of a stratum's list: its code, cap and opaque id; never block sizes, never its length."""

    cap: int
    list_id: Code
    stratum: Code


@recorded_as("randomisation.committed.v1", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E9 2.3.2")
class RandomisationCommitted(Fact):
    """The lists were fixed: a salted root over all slots and a commitment to the seed, before any enrolment."""

    ratio: Open[tuple[int, ...]]
    root: Open[Hex64]
    scheme: Open[Literal["rand/v1"]]
    seed_commitment: Open[Hex64]
    strata: Open[tuple[CommittedStratum, ...]]


@recorded_as("stratum.place_taken.v1", retention=Retention.PARTICIPANT_RECORD, predicate="ICH E6(R3) B.4")
class PlaceTaken(Fact):
    """An enrolment took a place of its stratum."""

    participant: Open[Code]
    stratum: Open[Code]


class ListedArm(Concealed):
    """An arm of a list: an opaque id, and the words for it that only the vault holds."""

    arm: Code
    label: Name


@recorded_as("list.sealed.v1", ledger="vault", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E9 2.3.2")
class ListSealed(VaultFact):
    """A stratum's list is fixed by seed, arms in declared order, ratio, hidden block sizes and length."""

    arms: Open[tuple[ListedArm, ...]]
    block_sizes: Open[tuple[int, ...]]
    first_leaf: Open[int]
    length: Open[int]
    list_id: Open[Code]
    ratio: Open[tuple[int, ...]]
    root: Open[Hex64]
    seed: Open[Bytes32]
    seed_commitment: Open[Hex64]
    stratum: Open[Code]


@recorded_as("list.slot_drawn.v1", ledger="vault", retention=Retention.RANDOMISATION_RECORD, predicate="ICH E9 2.3.2")
class SlotDrawn(VaultFact):
    """The next slot of the list was used for a participant, in the same transaction as the allocation."""

    allocation: Open[UUID]
    arm: Open[Code]
    index: Open[int]
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
