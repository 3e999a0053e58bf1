"""A list that was made outside: how its file is written, and whether it keeps what was decided.

Who sends it may be blinded to it: the answer is a list or none, never a reason.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError

from domain.allocation.design_commands import ArmPart, Settled
from domain.allocation.slots import DIGITS
from domain.input import Code, Digest, Reference
from domain.randomisation.method import FEWEST_ARMS
from domain.trial.commands import Part

LONGEST: Final = 32_768


class OriginPart(Part):
    """The program that made the list: its name, its version, and the digest of its file."""

    name: Reference
    sha256: Digest
    version: Reference


class SlotPart(Part):
    """One slot of a list: its number from 1, and the arm."""

    arm: Annotated[str, Field(repr=False)]
    slot: int


class ListPart(Part):
    """The list of a stratum."""

    slots: Annotated[tuple[SlotPart, ...], Field(min_length=1, max_length=LONGEST, repr=False)]
    stratum: Code


class ListFile(Part):
    """The whole file, as it is before it is sealed."""

    arms: Annotated[tuple[ArmPart, ...], Field(min_length=FEWEST_ARMS, max_length=len(DIGITS), repr=False)]
    format: Literal["trialproof-list/1"]
    lists: Annotated[tuple[ListPart, ...], Field(repr=False)]
    program: OriginPart
    trial: Code

    def slots_of(self, stratum: str) -> str:
        """The slots of a stratum in order, each by its arm's place."""
        places = {part.arm: DIGITS[place] for place, part in enumerate(self.arms)}
        (found,) = (part for part in self.lists if part.stratum == stratum)
        return "".join(places[slot.arm] for slot in sorted(found.slots, key=lambda slot: slot.slot))


def read_list(raw: bytes, trial: str, settled: Settled, tolerance: int) -> ListFile | None:
    """The file, if it is one, of this trial, and keeps strata, caps and ratio as decided; else None."""
    try:
        file = ListFile.model_validate_json(raw)
    except ValidationError:
        return None
    return file if file.trial == trial and _keeps(file, settled, tolerance) else None


def _keeps(file: ListFile, settled: Settled, tolerance: int) -> bool:
    arms = [part.arm for part in file.arms]
    caps = {stratum.code: stratum.cap for stratum in settled.strata}
    return (
        len(set(arms)) == len(arms) == len(settled.ratio)
        and sorted(part.stratum for part in file.lists) == sorted(caps)
        and all(_whole(part, caps[part.stratum]) for part in file.lists)
        and all(_in_ratio(part, arms, settled.ratio, tolerance) for part in file.lists)
    )


def _whole(part: ListPart, cap: int) -> bool:
    """Every slot once, and enough of them."""
    numbers = sorted(slot.slot for slot in part.slots)
    return numbers == list(range(1, len(numbers) + 1)) and len(numbers) >= cap


def _in_ratio(part: ListPart, arms: Sequence[str], ratio: Sequence[int], tolerance: int) -> bool:
    """Known arms only, none further from its exact share of the list than so many slots."""
    counts = Counter(slot.arm for slot in part.slots)
    exact = (len(part.slots) * share for share in ratio)
    off = (abs(counts[arm] * sum(ratio) - due) for arm, due in zip(arms, exact, strict=True))
    return counts.keys() <= set(arms) and all(slots <= tolerance * sum(ratio) for slots in off)
