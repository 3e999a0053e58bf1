"""rand/v1 as the rules ask for it: slots from sealed parameters, and what commits to them."""

from collections.abc import Sequence

from compliance.proofs.tree import root_of
from domain import randomisation
from domain.allocation.facts import ListSealed


class RandV1:
    """The list method of this version; adding another is another class of this shape."""

    def slots(self, sealed: ListSealed, trial: str) -> tuple[str, ...]:
        """Draw the whole list again from its seed."""
        return randomisation.permuted_blocks(
            sealed.seed,
            trial,
            sealed.stratum,
            arms=[listed.arm for listed in sealed.arms],
            ratio=sealed.ratio,
            sizes=sealed.block_sizes,
            count=sealed.length,
        ).slots

    def seed_commitment(self, seed: bytes, trial: str) -> str:
        """Commit to the seed."""
        return randomisation.commitment(seed, trial).hex()

    def root(self, lists: Sequence[ListSealed], trial: str) -> str:
        """Commit to every slot of every list, each leaf salted by a nonce of its own."""
        leaves = [
            leaf
            for sealed in lists
            for leaf in randomisation.slot_leaves(sealed.seed, trial, sealed.stratum, self.slots(sealed, trial))
        ]
        return root_of(leaves).hex()
