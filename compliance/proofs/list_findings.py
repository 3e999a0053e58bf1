"""What a reconciliation of the lists can find wrong, each kind with its sentence: no mismatch goes without a name."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from domain.record import Entry

Mismatch = Literal[
    "design-missing",
    "design-commitment",
    "share-missing",
    "share-commitment",
    "officers",
    "order",
    "committed-late",
    "list-missing",
    "list-not-committed",
    "list-not-as-designed",
    "list-cannot-be-drawn",
    "seed-not-from-shares",
    "seed-commitment",
    "root",
    "slot-skipped",
    "slot-twice",
    "slot-beyond-list",
    "slot-out-of-order",
    "arm-not-listed",
    "draw-inputs",
    "leaf-outside-root",
    "slot-without-allocation",
    "allocation-without-slot",
    "allocation-twice",
    "participant-differs",
    "participant-twice",
    "number-differs",
    "stratum-differs",
    "root-differs",
]
SENTENCES: Final[Mapping[Mismatch, str]] = {
    "design-missing": "The vault holds no design behind this declaration.",
    "design-commitment": "The design in the vault is not the one that was committed to.",
    "share-missing": "An officer's share of the seed is not in the vault.",
    "share-commitment": "A share of the seed is not the one that its officer committed to.",
    "officers": "The seed does not come from two distinct persons.",
    "order": "Design, commitments to shares, shares and root do not follow one another in this order.",
    "committed-late": "The first root was not committed before the first enrolment.",
    "list-missing": "The vault does not hold this committed list.",
    "list-not-committed": "The vault holds a list that no commitment names.",
    "list-not-as-designed": "The list does not say what design and commitment say of it.",
    "list-cannot-be-drawn": "The list cannot be made again from what the vault holds of it.",
    "seed-not-from-shares": "The seed of the list does not come from the officers' shares.",
    "seed-commitment": "The seed of the list is not the one that was committed to.",
    "root": "The lists made again do not give the committed root.",
    "slot-skipped": "A slot was passed over: later slots of its list are used.",
    "slot-twice": "A slot was used more than once.",
    "slot-beyond-list": "A slot was used that the list does not have.",
    "slot-out-of-order": "Slots were not used in the order of the allocations.",
    "arm-not-listed": "The arm that was used is not the one that list or draw gives again.",
    "draw-inputs": "The draw made again has other scores, chances or words than were recorded.",
    "leaf-outside-root": "The slot does not open under the committed root.",
    "slot-without-allocation": "A slot was used for which there is no allocation.",
    "allocation-without-slot": "An allocation has no slot.",
    "allocation-twice": "An allocation has more than one slot.",
    "participant-differs": "Slot and allocation name different participants.",
    "participant-twice": "A participant has more than one allocation.",
    "number-differs": "Slot and allocation name different allocation references.",
    "stratum-differs": "The allocation names another stratum than its list is for.",
    "root-differs": "The allocation names another root or seed commitment than its list.",
}


class Finding(NamedTuple):
    """One mismatch: which, what it is about in words, and the entry that shows it."""

    mismatch: Mismatch
    about: str
    entry: Entry

    @property
    def sentence(self) -> str:
        """The mismatch in a sentence."""
        return SENTENCES[self.mismatch]
