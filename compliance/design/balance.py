"""How far the arms are apart: at the end of a list, and at the worst on the way there.

Imbalance is counted in participants for one share of the ratio: at 2:1, eleven and five are half a participant
apart. With equal shares it is the difference between the largest and the smallest arm.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from compliance.design.guessing import Totals, in_shares, one_more
from compliance.design.walk import walk
from domain.randomisation.method import ListMethod, State

Ends = Mapping[Totals, Fraction]
"""The chance of each outcome at a list's end."""


class OnTheWay(NamedTuple):
    """The largest imbalance of a list at any slot."""

    expected: Fraction
    largest: Fraction
    """The worst that can happen."""
    chances: dict[Fraction, Fraction]


def imbalance(totals: Totals, ratio: Sequence[int]) -> Fraction:
    """How far apart the arms are, in participants for one share."""
    shares = in_shares(totals, ratio)
    return Fraction(apart(shares), lcm(*ratio))


def apart(totals: Totals) -> int:
    """How many more the largest arm has than the smallest, whatever the ratio."""
    return max(totals) - min(totals)


def expected(ends: Ends, measure: Callable[[Totals], Fraction | int]) -> Fraction:
    """The mean of a measure over all ends."""
    return sum((chance * measure(totals) for totals, chance in ends.items()), Fraction())


def imbalances(ends: Ends, ratio: Sequence[int]) -> dict[Fraction, Fraction]:
    """The chance of each final imbalance, in order."""
    return _spread((imbalance(totals, ratio), chance) for totals, chance in ends.items())


def variance_of_arm(ends: Ends, arm: int) -> Fraction:
    """The variance of an arm's total."""
    mean = expected(ends, lambda totals: totals[arm])
    return expected(ends, lambda totals: (totals[arm] - mean) ** 2)


def totals_of_arm(ends: Ends, arm: int) -> dict[int, Fraction]:
    """The chance of each total of one arm, in order."""
    found: dict[int, Fraction] = {}
    for totals, chance in sorted(ends.items()):
        found[totals[arm]] = found.get(totals[arm], Fraction()) + chance
    return dict(sorted(found.items()))


def on_the_way(method: ListMethod[State], length: int) -> OnTheWay:
    """The largest imbalance at any slot of all lists of a length."""
    ratio, common = method.ratio, lcm(*method.ratio)

    def after(kept: tuple[Totals, int], arm: int) -> tuple[Totals, int]:
        totals = one_more(kept[0], arm)
        return totals, max(kept[1], apart(in_shares(totals, ratio)))

    *_, last = walk(method, length, ((0,) * len(ratio), 0), after)
    chances = _spread((Fraction(worst, common), chance) for (_, worst), chance in last.by_kept().items())
    return OnTheWay(sum((worst * chance for worst, chance in chances.items()), Fraction()), max(chances), chances)


def _spread(found: Iterable[tuple[Fraction, Fraction]]) -> dict[Fraction, Fraction]:
    chances: defaultdict[Fraction, Fraction] = defaultdict(Fraction)
    for value, chance in found:
        chances[value] += chance
    return dict(sorted(chances.items()))
