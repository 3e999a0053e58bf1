"""What the statistician asks about: arms by their number alone, ratio, strata with caps, and methods to choose from."""

from fractions import Fraction
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.errors import InvalidInputError
from domain.input import Code
from domain.randomisation.method import ListMethod
from domain.randomisation.methods import method_of

MOST_IN_A_LIST: Final = 300
Share = Annotated[int, Field(ge=1, le=100)]
Word = Annotated[str, Field(min_length=1, max_length=200)]
FractionText = Annotated[str, Field(pattern=r"^(0|1|0\.[0-9]{1,9}|[1-9][0-9]{0,8}/[1-9][0-9]{0,8})$")]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class StratumPlan(_Strict):
    """A stratum, how many it takes, and, where it is known, which share of those who come belongs to it."""

    code: Code
    cap: Annotated[int, Field(ge=1, le=MOST_IN_A_LIST)]
    share: FractionText | None = None


class Choice(_Strict):
    """A method and its hidden parameters."""

    method: Word
    parameters: dict[str, tuple[Word, ...]] = {}

    def words(self) -> str:
        """The method with its parameters, as people write it."""
        said = "; ".join(f"{name} {', '.join(values)}" for name, values in sorted(self.parameters.items()))
        return f"{self.method}: {said}" if said else self.method


class Proposal(_Strict):
    """One trial's plan, and one or several methods for it; what is not said is not known."""

    ratio: Annotated[tuple[Share, ...], Field(min_length=2, max_length=8)]
    strata: Annotated[tuple[StratumPlan, ...], Field(min_length=1, max_length=50)]
    methods: Annotated[tuple[Choice, ...], Field(min_length=1, max_length=20)]
    endpoint: Word | None = None
    effect: Word | None = None
    sham: bool | None = None
    """Whether the control is made to look like the treatment."""

    @model_validator(mode="after")
    def _says_each_thing_once(self) -> Self:
        if len({stratum.code for stratum in self.strata}) != len(self.strata):
            raise ValueError("a stratum is named twice")
        if len({choice.words() for choice in self.methods}) != len(self.methods):
            raise ValueError("a method is named twice with the same parameters")
        if sum(self.shares or (), Fraction()) not in {0, 1}:
            raise ValueError("the shares of the strata add up to one")
        return self

    @property
    def shares(self) -> tuple[Fraction, ...] | None:
        """The share of each stratum among those who come; None where any is unknown."""
        given = [Fraction(stratum.share) for stratum in self.strata if stratum.share is not None]
        return tuple(given) if len(given) == len(self.strata) else None

    @property
    def caps(self) -> tuple[int, ...]:
        """How many each stratum takes."""
        return tuple(stratum.cap for stratum in self.strata)


def listing(choice: Choice, ratio: tuple[int, ...]) -> ListMethod[Any]:
    """The method set to a ratio; InvalidInputError where it cannot be, or draws without a list."""
    arms = tuple(f"arm-{number}" for number in range(1, len(ratio) + 1))
    method = method_of(choice.method, arms, ratio, choice.parameters)
    if not isinstance(method, ListMethod):
        raise InvalidInputError(
            "method_without_list",
            "This method draws each allocation from the facts of those enrolled; without them it has no figures.",
            field="method",
            next_step="Choose a method that draws lists, or simulate this one with the facts you expect.",
        )
    return method
