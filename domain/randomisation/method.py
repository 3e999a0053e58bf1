"""What a method of randomisation is: the chances of each arm, as whole numbers, given what came before.

Arms are indices here: names and their order on a screen cannot change an allocation. The same chances draw a
list and give the exact properties of a design. Adding a method is adding one file in `methods/`.
"""

import re
from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from typing import ClassVar, Final, Generic, NamedTuple, Self, TypeVar

from domain.randomisation.rand_v1 import Stream, refused

FEWEST_ARMS: Final = 2
_NUMBER: Final = re.compile(r"\d{1,5}", re.ASCII)
"""No parameter has more digits: the sum of any chances stays far below what one word of a stream can draw evenly."""
_FRACTION: Final = re.compile(r"\d{1,5}(/[1-9]\d{0,4})?", re.ASCII)
Chances = tuple[int, ...]
"""For each arm a whole number; its share of their sum is the arm's probability. Exact: no floats."""
Parameters = Mapping[str, tuple[str, ...]]
"""What a method is set to, as texts: whole numbers, fractions such as `2/3`, words."""
State = TypeVar("State", bound=Hashable)


class Method:
    """A method, set to a design. `NAME` is what a design calls it."""

    NAME: ClassVar[str]
    LISTED: ClassVar[bool]
    """Whether all slots are fixed beforehand; else each is drawn when it is needed, from what is known then."""

    def __init__(self, ratio: Sequence[int]) -> None:
        self.ratio = tuple(ratio)

    @classmethod
    def of(cls, ratio: Sequence[int], parameters: Parameters) -> Self:
        """Set the method to a design; InvalidInputError, which shows no figure, says what it cannot do."""
        raise NotImplementedError(ratio, parameters)


class ListMethod(Method, Generic[State]):
    """A method whose lists are drawn beforehand, slot by slot."""

    LISTED = True

    def start(self) -> State:
        """Before the first slot."""
        raise NotImplementedError

    def openings(self, state: State) -> tuple[tuple[int, State], ...]:
        """What chance decides before a slot is drawn, such as a block's size: whole-number chances and states."""
        return ((1, state),)

    def chances(self, state: State) -> Chances:
        """The chances of each arm in a state that is open."""
        raise NotImplementedError(state)

    def after(self, state: State, arm: int) -> State:
        """The state once that arm was drawn."""
        raise NotImplementedError(state, arm)

    def drawn(self, stream: Stream, count: int) -> tuple[int, ...]:
        """Draw `count` slots: in each state one draw below the sum of its chances; a sure thing draws nothing."""
        state, slots = self.start(), list[int]()
        for _ in range(count):
            openings = self.openings(state)
            opened = openings[_picked(stream, tuple(chance for chance, _ in openings))][1]
            arm = _picked(stream, self.chances(opened))
            slots.append(arm)
            state = self.after(opened, arm)
        return tuple(slots)


class Earlier(NamedTuple):
    """One allocation that was drawn before: its levels of the design's factors, and the place that was drawn."""

    levels: tuple[str, ...]
    place: int


class Weighed(NamedTuple):
    """What a draw is made from: the score of each place, exact, as text, and the chances that follow."""

    scores: tuple[str, ...]
    chances: Chances


class DrawMethod(Method):
    """A method that draws each allocation when it is needed: minimisation. Its words are fixed beforehand.

    It draws one of several places, each of which stands for an arm; mostly they are the arms themselves.
    """

    LISTED = False
    factors: tuple[str, ...]
    """The facts whose levels it balances, in order."""

    def arm_of(self, place: int) -> int:
        """The arm that a place stands for."""
        raise NotImplementedError(place)

    def weighed(self, earlier: Sequence[Earlier], levels: tuple[str, ...]) -> Weighed:
        """The chances of each place for somebody with these levels."""
        raise NotImplementedError(earlier, levels)


def picked(word: int, chances: Chances) -> int:
    """The arm that a number from 0 to the sum of the chances less one falls on."""
    for arm, chance in enumerate(chances):
        if word < chance:
            return arm
        word -= chance
    raise AssertionError("the number is below the sum of the chances")


def _picked(stream: Stream, chances: Chances) -> int:
    certain = [arm for arm, chance in enumerate(chances) if chance]
    return certain[0] if len(certain) == 1 else picked(stream.below(sum(chances)), chances)


def check_arms(arms: Sequence[str], ratio: Sequence[int]) -> None:
    """Refuse arms that are no design: InvalidInputError."""
    if len(arms) < FEWEST_ARMS:
        raise refused("arms", "A list needs at least two arms.")
    if len(set(arms)) != len(arms):
        raise refused("arms", "An arm is named twice; its share belongs in the ratio.")
    if len(ratio) != len(arms):
        raise refused("ratio", "The ratio does not have one share for each arm.")
    if min(ratio) < 1:
        raise refused("ratio", "Each arm's share in the ratio is a whole number from 1.")


def whole_numbers(parameters: Parameters, name: str, *, least: int = 1) -> tuple[int, ...]:
    """Read a parameter of whole numbers; InvalidInputError where it is missing or of another form."""
    texts = parameters.get(name, ())
    if not texts or not all(_NUMBER.fullmatch(text) and int(text) >= least for text in texts):
        raise refused(name, f"The parameter `{name}` is made of whole numbers from {least}, of at most five digits.")
    return tuple(int(text) for text in texts)


def whole_number(parameters: Parameters, name: str, *, least: int = 1) -> int:
    """Read a parameter that is one whole number."""
    return _one(whole_numbers(parameters, name, least=least), name)


def fractions(parameters: Parameters, name: str) -> tuple[Fraction, ...]:
    """Read a parameter of whole numbers or fractions such as `2/3`, above nothing."""
    texts = parameters.get(name, ())
    if not texts or not all(_FRACTION.fullmatch(text) for text in texts):
        raise refused(name, f"The parameter `{name}` is made of whole numbers or fractions such as `a/b`.")
    if any(Fraction(text) <= 0 for text in texts):
        raise refused(name, f"The parameter `{name}` is above nothing.")
    return tuple(Fraction(text) for text in texts)


def fraction(parameters: Parameters, name: str) -> Fraction:
    """Read a parameter that is one fraction."""
    return _one(fractions(parameters, name), name)


def two_equal_arms(ratio: Sequence[int]) -> None:
    """Refuse what a method for two arms of equal shares cannot keep."""
    if len(ratio) != FEWEST_ARMS or len(set(ratio)) > 1:
        raise refused("ratio", "This method keeps two arms of equal shares only.")


T = TypeVar("T")


def _one(values: tuple[T, ...], name: str) -> T:
    first, *others = values
    if others:
        raise refused(name, f"The parameter `{name}` has one value.")
    return first


def only(parameters: Parameters, *names: str) -> None:
    """Refuse a parameter that the method does not know."""
    unknown = sorted(set(parameters) - set(names))
    if unknown:
        raise refused("parameters", f"This method has no parameter of that name; it has {', '.join(names) or 'none'}.")
