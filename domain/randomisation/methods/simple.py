"""Complete randomisation: every draw for itself, whatever came before."""

from collections.abc import Sequence
from typing import Self

from domain.randomisation.method import Chances, ListMethod, Parameters, only

Nothing = tuple[()]


class Simple(ListMethod[Nothing]):
    """No parameters; any ratio. Nothing can be guessed better than by the ratio, and nothing is balanced."""

    NAME = "simple"

    @classmethod
    def of(cls, ratio: Sequence[int], parameters: Parameters) -> Self:
        """Refuse any parameter."""
        only(parameters)
        return cls(ratio)

    def start(self) -> Nothing:
        """Nothing is remembered."""
        return ()

    def chances(self, state: Nothing) -> Chances:
        """The ratio."""
        del state
        return self.ratio

    def after(self, state: Nothing, arm: int) -> Nothing:
        """Nothing is remembered."""
        del arm
        return state
