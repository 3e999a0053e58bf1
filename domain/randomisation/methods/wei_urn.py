"""Wei's urn, UD(alpha, beta) (Wei, Ann Stat 1978; 6: 92-100): it balances a small trial and lets a large one be."""

from collections.abc import Sequence
from typing import Self

from domain.randomisation.method import Chances, ListMethod, Parameters, only, whole_number
from domain.randomisation.rand_v1 import refused

Counts = tuple[int, ...]


class WeiUrn(ListMethod[Counts]):
    """Parameters `alpha`, the balls of each arm at the start, and `beta`, those added of each other arm by a draw.

    Any number of arms of equal shares. An urn that begins empty draws its first ball evenly. The state counts draws.
    """

    NAME = "wei_urn"

    def __init__(self, ratio: Sequence[int], alpha: int, beta: int) -> None:
        super().__init__(ratio)
        self.alpha = alpha
        self.beta = beta

    @classmethod
    def of(cls, ratio: Sequence[int], parameters: Parameters) -> Self:
        """Refuse unequal shares, and an urn to which nothing is added."""
        only(parameters, "alpha", "beta")
        if len(set(ratio)) > 1:
            raise refused("ratio", "This method keeps equal shares only.")
        return cls(ratio, whole_number(parameters, "alpha", least=0), whole_number(parameters, "beta"))

    def start(self) -> Counts:
        """Nothing drawn."""
        return (0,) * len(self.ratio)

    def chances(self, state: Counts) -> Chances:
        """The balls in the urn."""
        balls = tuple(self.alpha + self.beta * (sum(state) - drawn) for drawn in state)
        return balls if any(balls) else (1,) * len(self.ratio)

    def after(self, state: Counts, arm: int) -> Counts:
        """One more draw of that arm."""
        return tuple(drawn + (at == arm) for at, drawn in enumerate(state))
