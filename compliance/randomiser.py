"""rand/v1 as the rules ask for it: slots from sealed parameters, and what commits to them."""

from collections.abc import Collection, Sequence

from compliance.proofs.tree import root_of
from domain.allocation import slots
from domain.allocation.facts import Level, ListSealed, SlotDrawn
from domain.allocation.slots import Slot
from domain.kits import mapping
from domain.kits.facts import MappedKit
from domain.randomisation import rand_v1


class RandV1:
    """Real draws and real commitments; twin tests put an ideal of the same shape in its place."""

    def slots(self, sealed: ListSealed, trial: str) -> tuple[str, ...]:
        """Give the whole list again: from its seed, or as it was handed in."""
        return slots.contents(sealed, trial)

    def next_slot(
        self, sealed: ListSealed, trial: str, earlier: Sequence[SlotDrawn], levels: Sequence[Level]
    ) -> Slot | None:
        """The slot after those that were drawn; None where there is none."""
        return slots.next_slot(sealed, self.slots(sealed, trial), trial, earlier, levels)

    def next_kit(self, kits: Sequence[MappedKit], arm: str, gone: Collection[str]) -> str | None:
        """The next kit of that arm in the mapped order."""
        return mapping.next_kit(kits, arm, gone)

    def seed_commitment(self, seed: bytes, trial: str) -> str:
        """Commit to the seed."""
        return rand_v1.commitment(seed, trial).hex()

    def design_commitment(self, salt: bytes, canonical: bytes) -> str:
        """Commit to a design."""
        return rand_v1.design_commitment(salt, canonical).hex()

    def root(self, lists: Sequence[ListSealed], trial: str) -> str:
        """Commit to every slot of every list, each leaf salted by a nonce of its own."""
        leaves = [
            leaf
            for sealed in lists
            for leaf in rand_v1.slot_leaves(sealed.seed, trial, sealed.label, self.slots(sealed, trial))
        ]
        return root_of(leaves).hex()
