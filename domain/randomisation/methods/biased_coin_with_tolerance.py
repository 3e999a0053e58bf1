"""The biased coin with an imbalance tolerance (Chen, Stat Probab Lett 1999; 44: 195-202), BCDIT for short."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Self

from domain.randomisation.method import (
    Chances,
    ListMethod,
    Parameters,
    fraction,
    only,
    two_equal_arms,
    whole_number,
)
from domain.randomisation.methods.biased_coin import FAIR, coin
from domain.randomisation.rand_v1 import refused


class BiasedCoinWithTolerance(ListMethod[int]):
    """Parameters `p`, as of the biased coin, and `tolerance`, as of the big stick. The state is the first's lead."""

    NAME = "biased_coin_with_tolerance"

    def __init__(self, ratio: Sequence[int], p: Fraction, tolerance: int) -> None:
        super().__init__(ratio)
        self.p = p
        self.tolerance = tolerance

    @classmethod
    def of(cls, ratio: Sequence[int], parameters: Parameters) -> Self:
        """Refuse a coin against the arm that is behind, or certain; more arms than two, and unequal ones."""
        only(parameters, "p", "tolerance")
        two_equal_arms(ratio)
        p = fraction(parameters, "p")
        if not FAIR <= p < 1:
            raise refused("p", "The coin's probability is at least a half, and below one.")
        return cls(ratio, p, whole_number(parameters, "tolerance"))

    def start(self) -> int:
        """Neither arm leads."""
        return 0

    def chances(self, state: int) -> Chances:
        """The biased coin; at the tolerance only the arm that is behind."""
        return coin(state, self.p if abs(state) < self.tolerance else Fraction(1))

    def after(self, state: int, arm: int) -> int:
        """The first arm's lead, one more or one less."""
        return state + (1, -1)[arm]
