"""Permuted blocks, of one size or of hidden random sizes (ICH E9 2.3.2): every complete block keeps the ratio."""

from collections.abc import Sequence
from typing import Self

from domain.randomisation.method import Chances, ListMethod, Parameters, only, whole_numbers
from domain.randomisation.rand_v1 import Stream, refused

Left = tuple[int, ...]
"""How many slots of each arm the block still has; nothing is left between blocks."""


class PermutedBlocks(ListMethod[Left]):
    """Parameter `sizes`: multiples of the sum of the ratio; of several, each block's is drawn evenly."""

    NAME = "permuted_blocks"

    def __init__(self, ratio: Sequence[int], sizes: Sequence[int]) -> None:
        super().__init__(ratio)
        self.sizes = tuple(sizes)

    @classmethod
    def of(cls, ratio: Sequence[int], parameters: Parameters) -> Self:
        """Refuse a size that breaks the ratio."""
        only(parameters, "sizes")
        sizes = whole_numbers(parameters, "sizes")
        if any(size % sum(ratio) for size in sizes):
            raise refused("sizes", "A block size is not a multiple of the sum of the ratio.")
        return cls(ratio, sizes)

    def start(self) -> Left:
        """Between blocks."""
        return (0,) * len(self.ratio)

    def openings(self, state: Left) -> tuple[tuple[int, Left], ...]:
        """At the start of a block, one of each size."""
        return ((1, state),) if any(state) else tuple((1, self._block(size)) for size in self.sizes)

    def chances(self, state: Left) -> Chances:
        """What is left of each arm."""
        return state

    def after(self, state: Left, arm: int) -> Left:
        """One less of that arm."""
        return tuple(left - (at == arm) for at, left in enumerate(state))

    def drawn(self, stream: Stream, count: int) -> tuple[int, ...]:
        """Draw block by block, as `rand/v1` fixed it: the size, then a shuffle; cut off after `count` slots."""
        return self.blocks(stream, count)[0][:count]

    def blocks(self, stream: Stream, count: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The slots of as many whole blocks as `count` slots need, and the size of each."""
        slots, sizes = list[int](), list[int]()
        while len(slots) < count:
            size = self.sizes[stream.below(len(self.sizes)) if len(self.sizes) > 1 else 0]
            slots += _shuffled([arm for arm, share in enumerate(self._block(size)) for _ in range(share)], stream)
            sizes.append(size)
        return tuple(slots), tuple(sizes)

    def _block(self, size: int) -> Left:
        return tuple(share * (size // sum(self.ratio)) for share in self.ratio)


def _shuffled(block: list[int], stream: Stream) -> list[int]:
    """Fisher and Yates, from the last place down."""
    for last in range(len(block) - 1, 0, -1):
        other = stream.below(last + 1)
        block[last], block[other] = block[other], block[last]
    return block
