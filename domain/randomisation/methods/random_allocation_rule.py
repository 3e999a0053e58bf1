"""The random allocation rule: all slots in one shuffled block, so that the ratio is exact at the end alone."""

from collections.abc import Sequence
from typing import Self

from domain.randomisation.method import Parameters, only, whole_number
from domain.randomisation.methods.permuted_blocks import PermutedBlocks
from domain.randomisation.rand_v1 import refused


class RandomAllocationRule(PermutedBlocks):
    """Parameter `total`: how many slots the block has. A list that is padded goes on with another such block."""

    NAME = "random_allocation_rule"

    @classmethod
    def of(cls, ratio: Sequence[int], parameters: Parameters) -> Self:
        """Refuse a total that breaks the ratio."""
        only(parameters, "total")
        total = whole_number(parameters, "total")
        if total % sum(ratio):
            raise refused("total", "The total is not a multiple of the sum of the ratio.")
        return cls(ratio, (total,))
