"""Permuted blocks of given sizes in a hidden random order: every round of all sizes keeps the ratio and its length.

With sizes that sum to a stratum's cap the planned totals are met for certain, and the order of the blocks stays
hidden; with sizes that are drawn anew for each block (`permuted_blocks`) the last block may be cut off.
"""

from collections.abc import Sequence
from typing import Self

from domain.randomisation.method import Chances, ListMethod, Parameters, only, whole_numbers
from domain.randomisation.rand_v1 import refused

Waiting = tuple[int, ...]
"""The sizes of the round that are still to come, in rising order."""
Round = tuple[Waiting, tuple[int, ...]]
"""The sizes that wait, and how many slots of each arm the open block still has."""


class ShuffledBlockSizes(ListMethod[Round]):
    """Parameter `sizes`: multiples of the sum of the ratio; each is used once in a round, in a random order."""

    NAME = "shuffled_block_sizes"

    def __init__(self, ratio: Sequence[int], sizes: Sequence[int]) -> None:
        super().__init__(ratio)
        self.sizes = tuple(sorted(sizes))

    @classmethod
    def of(cls, ratio: Sequence[int], parameters: Parameters) -> Self:
        """Refuse a size that breaks the ratio."""
        only(parameters, "sizes")
        sizes = whole_numbers(parameters, "sizes")
        if any(size % sum(ratio) for size in sizes):
            raise refused("sizes", "A block size is not a multiple of the sum of the ratio.")
        return cls(ratio, sizes)

    def start(self) -> Round:
        """Before a round."""
        return (), (0,) * len(self.ratio)

    def openings(self, state: Round) -> tuple[tuple[int, Round], ...]:
        """At the start of a block, one of the sizes that wait; where none waits, a round begins."""
        waiting, left = state
        if any(left):
            return ((1, state),)
        waiting = waiting or self.sizes
        return tuple((waiting.count(size), self._opened(waiting, size)) for size in dict.fromkeys(waiting))

    def chances(self, state: Round) -> Chances:
        """What is left of each arm in the open block."""
        return state[1]

    def after(self, state: Round, arm: int) -> Round:
        """One less of that arm."""
        waiting, left = state
        return waiting, tuple(count - (at == arm) for at, count in enumerate(left))

    def _opened(self, waiting: Waiting, size: int) -> Round:
        at = waiting.index(size)
        block = tuple(share * (size // sum(self.ratio)) for share in self.ratio)
        return (*waiting[:at], *waiting[at + 1 :]), block
