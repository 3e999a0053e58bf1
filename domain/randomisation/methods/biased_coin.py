"""The biased coin (Efron, Biometrika 1971; 58: 403-417): the arm that is behind is favoured, never certain."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, Self

from domain.randomisation.method import Chances, ListMethod, Parameters, fraction, only, two_equal_arms
from domain.randomisation.rand_v1 import refused

FAIR: Final = Fraction(1, 2)


class BiasedCoin(ListMethod[int]):
    """Parameter `p`: the probability, between 1/2 and 1, of the arm that is behind. The state is the first's lead."""

    NAME = "biased_coin"

    def __init__(self, ratio: Sequence[int], p: Fraction) -> None:
        super().__init__(ratio)
        self.p = p

    @classmethod
    def of(cls, ratio: Sequence[int], parameters: Parameters) -> Self:
        """Refuse a coin that is fair or certain, more arms than two, and unequal ones."""
        only(parameters, "p")
        two_equal_arms(ratio)
        p = fraction(parameters, "p")
        if not FAIR < p < 1:
            raise refused("p", "The coin is neither fair nor certain: its probability lies between a half and one.")
        return cls(ratio, p)

    def start(self) -> int:
        """Neither arm leads."""
        return 0

    def chances(self, state: int) -> Chances:
        """A fair coin between equals, else the biased one."""
        return coin(state, self.p)

    def after(self, state: int, arm: int) -> int:
        """The first arm's lead, one more or one less."""
        return state + (1, -1)[arm]


def coin(lead: int, p: Fraction) -> Chances:
    """The chances of two arms, where the one behind has `p`."""
    if not lead:
        return (1, 1)
    behind, ahead = p.numerator, p.denominator - p.numerator
    return (ahead, behind) if lead > 0 else (behind, ahead)
