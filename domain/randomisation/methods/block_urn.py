"""The block urn design (Zhao and Weng, Contemp Clin Trials 2011; 32: 953-961): blocks without ends."""

from collections.abc import Sequence
from typing import Self

from domain.randomisation.method import Chances, ListMethod, Parameters, only, whole_number

Drawn = tuple[int, ...]
"""How many balls of each arm are out of the urn; a full set goes back at once."""


class BlockUrn(ListMethod[Drawn]):
    """Parameter `lambda`: how many sets, each of the ratio, the urn holds at the start; any ratio.

    A drawn ball stays out until one whole set is out; then the set goes back. With one set it is permuted blocks.
    """

    NAME = "block_urn"

    def __init__(self, ratio: Sequence[int], sets: int) -> None:
        super().__init__(ratio)
        self.sets = sets

    @classmethod
    def of(cls, ratio: Sequence[int], parameters: Parameters) -> Self:
        """Refuse other parameters, and a number of sets below one."""
        only(parameters, "lambda")
        return cls(ratio, whole_number(parameters, "lambda"))

    def start(self) -> Drawn:
        """All balls are in the urn."""
        return (0,) * len(self.ratio)

    def chances(self, state: Drawn) -> Chances:
        """The balls in the urn."""
        return tuple(self.sets * share - drawn for share, drawn in zip(self.ratio, state, strict=True))

    def after(self, state: Drawn, arm: int) -> Drawn:
        """One ball more is out; a set that is complete goes back."""
        out = tuple(drawn + (at == arm) for at, drawn in enumerate(state))
        if any(drawn < share for drawn, share in zip(out, self.ratio, strict=True)):
            return out
        return tuple(drawn - share for drawn, share in zip(out, self.ratio, strict=True))
