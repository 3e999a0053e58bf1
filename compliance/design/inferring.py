"""The best guesser who knows the design but not its hidden choices, and infers them from the arms so far.

It holds a belief: how likely each state of the method is. Beliefs that agree are one. Exact; where there are too
many beliefs there is no answer, and the guesser who sees the hidden choices stands in its place as the worse case.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import gcd, lcm
from typing import Final, Generic, NamedTuple

from domain.randomisation.method import ListMethod, State

MOST_BELIEFS: Final = 5_000
"""Held at one slot; beyond it the walk ends without an answer."""


class Inferred(NamedTuple):
    """Shares of all slots of a list."""

    correct: Fraction
    """Right by naming the likeliest arm."""
    certain: Fraction
    """Slots whose arm is certain to this guesser."""


class _Belief(NamedTuple, Generic[State]):
    states: frozenset[tuple[State, int]]

    def opened(self, method: ListMethod[State]) -> dict[State, Fraction]:
        """How likely each state is once the block or the like is open."""
        whole = sum(weight for _, weight in self.states)
        found: defaultdict[State, Fraction] = defaultdict(Fraction)
        for state, weight in self.states:
            openings = method.openings(state)
            total = sum(chance for chance, _ in openings)
            for chance, opened in openings:
                found[opened] += Fraction(weight * chance, whole * total)
        return found


def inferred(method: ListMethod[State], length: int, most: int = MOST_BELIEFS) -> Inferred | None:
    """Guess every slot of all lists of a length; None where more beliefs than `most` would have to be held."""
    held: Mapping[_Belief[State], Fraction] = {_Belief(frozenset({(method.start(), 1)})): Fraction(1)}
    correct = certain = Fraction()
    for _ in range(length):
        following: defaultdict[_Belief[State], Fraction] = defaultdict(Fraction)
        for belief, chance in held.items():
            arms = _by_arm(method, belief.opened(method))
            likely = [sum(states.values(), Fraction()) for states in arms.values()]
            correct += chance * max(likely)
            certain += chance * (len(likely) == 1)
            for states, share in zip(arms.values(), likely, strict=True):
                following[_believed(states.items())] += chance * share
        if len(following) > most:
            return None
        held = following
    return Inferred(correct / length, certain / length)


def _by_arm(method: ListMethod[State], opened: Mapping[State, Fraction]) -> dict[int, dict[State, Fraction]]:
    """For each arm that can come next, the states that it leads to and how likely that is."""
    found: defaultdict[int, defaultdict[State, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for state, likely in opened.items():
        chances = method.chances(state)
        for arm, chance in enumerate(chances):
            if chance:
                found[arm][method.after(state, arm)] += likely * Fraction(chance, sum(chances))
    return {arm: dict(states) for arm, states in found.items()}


def _believed(states: Iterable[tuple[State, Fraction]]) -> _Belief[State]:
    rows = list(states)
    scale = lcm(*(likely.denominator for _, likely in rows))
    weights = [likely.numerator * (scale // likely.denominator) for _, likely in rows]
    common = gcd(*weights)
    return _Belief(frozenset((state, weight // common) for (state, _), weight in zip(rows, weights, strict=True)))
