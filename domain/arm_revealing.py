"""What reveals an arm, as data: event types that belong to the vault alone, and words that have no open home.

It is the list that a design decision on arm-revealing event types confirms. The register refuses at import an event
of this list in any other ledger; the commands that take free codes refuse the words once there is an arm to reveal.
"""

import re
from collections.abc import Mapping
from typing import Final

from domain.errors import InvalidInputError

ARM_REVEALING: Final[Mapping[str, str]] = {
    "design.declared": "arms, method and hidden parameters",
    "disclosure.recorded": "the arm as disclosed to one recipient",
    "kits.mapped": "arm and lot of each kit",
    "list.sealed": "seed, arms and hidden parameters of a list",
    "list.slot_drawn": "the arm of an allocation",
    "narrative.reviewed": "whether a narrative held what could tell the arm",
    "regulatory.submission_recorded": "a report of which the authority was told the arm",
    "release.recorded": "what was released of the lists",
    "seed.share_revealed": "a share of the seed",
    "treatment.detail_recorded": "product, amount and lot of a dose",
    "treatment.observed": "premedication and infusion reactions around a dose",
}
"""Stored name without its version -> what it would tell."""

WORDS: Final = frozenset(
    {
        "batch", "comparator", "infusion", "lot", "placebo", "premedication", "product", "reinfusion", "sham",
        "transplantation",
    }
)  # fmt: skip
"""Words of a code that would tell of one participant what was given, or that something was given in one arm only."""


def is_of_the_vault(stored_name: str) -> bool:
    """Whether an event of this name, in whatever version, may stand in the vault alone."""
    return stored_name.rpartition(".")[0] in ARM_REVEALING


def refuse_telling(code: str, field: str) -> None:
    """Refuse a code that would tell an arm in the trial's ledger; the same for every arm.

    It counts as unreadable input, which writes nothing: the record of a refusal would tell as much as the code.
    """
    if not WORDS.isdisjoint(re.split(r"[._:+-]+", code.lower())):
        raise InvalidInputError(
            "belongs_to_the_vault",
            "What was given in one arm only is not recorded here, for any arm.",
            field=field,
            next_step="Let the unblinded side record it with `record_treatment_detail`.",
        )
