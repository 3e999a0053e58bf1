"""The big stick design (Soares and Wu 1983): a fair coin, until one arm is too far ahead."""

from collections.abc import Sequence
from typing import Self

from domain.randomisation.method import Chances, ListMethod, Parameters, only, two_equal_arms, whole_number


class BigStick(ListMethod[int]):
    """Parameter `tolerance`: by how many the first of two equal arms may lead or trail. The state is its lead."""

    NAME = "big_stick"

    def __init__(self, ratio: Sequence[int], tolerance: int) -> None:
        super().__init__(ratio)
        self.tolerance = tolerance

    @classmethod
    def of(cls, ratio: Sequence[int], parameters: Parameters) -> Self:
        """Refuse more arms than two, and unequal ones."""
        only(parameters, "tolerance")
        two_equal_arms(ratio)
        return cls(ratio, whole_number(parameters, "tolerance"))

    def start(self) -> int:
        """Neither arm leads."""
        return 0

    def chances(self, state: int) -> Chances:
        """A fair coin; at the tolerance only the arm that is behind."""
        return (int(state < self.tolerance), int(-state < self.tolerance))

    def after(self, state: int, arm: int) -> int:
        """The first arm's lead, one more or one less."""
        return state + (1, -1)[arm]
