"""How often the next arm is guessed: by counting arms, or by knowing the design and its hidden choices.

The baseline stands beside every share of correct guesses: who always names the arm with the largest share of the
ratio is right that often under any method.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import NamedTuple

from compliance.design.walk import Situation, chances_in, walk
from domain.randomisation.method import Chances, ListMethod, State

Totals = tuple[int, ...]
"""How many each arm has so far."""


class Guesses(NamedTuple):
    """Shares of all slots of a list, and the totals that it ends with."""

    baseline: Fraction
    """Right by always naming the arm with the largest share."""
    by_counting: Fraction
    """Right by naming the arm that has fewest so far for its share of the ratio; of equals, any of them evenly."""
    by_sight: Fraction
    """Right by naming the likeliest arm, knowing the design and what is hidden in it, such as this block's size."""
    certain_by_sight: Fraction
    """Slots whose arm is certain to the one who sees all that."""
    balanced: Fraction
    """Slots after which every arm has exactly its share."""
    ends: dict[Totals, Fraction]
    """The chance of each outcome at the list's end."""


class _Slot(NamedTuple):
    by_counting: Fraction
    by_sight: Fraction
    certain: Fraction
    balanced: Fraction


def guesses(method: ListMethod[State], length: int) -> Guesses:
    """Walk through all lists of a length, and guess each slot."""
    situations = list(walk(method, length, (0,) * len(method.ratio), one_more))
    slots = [_guessed(method, now, then) for now, then in pairwise(situations)]
    return Guesses(
        baseline=baseline(method.ratio),
        by_counting=_mean(slot.by_counting for slot in slots),
        by_sight=_mean(slot.by_sight for slot in slots),
        certain_by_sight=_mean(slot.certain for slot in slots),
        balanced=_mean(slot.balanced for slot in slots),
        ends=situations[-1].by_kept(),
    )


def baseline(ratio: Sequence[int]) -> Fraction:
    """The largest share of the ratio."""
    return Fraction(max(ratio), sum(ratio))


def one_more(totals: Totals, arm: int) -> Totals:
    """The totals after one more allocation."""
    return tuple(count + (at == arm) for at, count in enumerate(totals))


def in_shares(totals: Totals, ratio: Sequence[int]) -> tuple[int, ...]:
    """The totals for one share of each arm, all times one number, so that they stay whole."""
    common = lcm(*ratio)
    return tuple(count * (common // share) for count, share in zip(totals, ratio, strict=True))


def _guessed(method: ListMethod[State], now: Situation[State, Totals], then: Situation[State, Totals]) -> _Slot:
    chances = chances_in(method, now)
    fewest = {totals: _fewest(totals, method.ratio) for totals in {totals for _, totals in now.ways}}
    counting = sight = Fraction()
    certain = 0
    by_state: dict[State, int] = {}
    by_hit: dict[tuple[int, int, int], int] = {}
    for (state, totals), weight in now.ways.items():
        by_state[state] = by_state.get(state, 0) + weight
        hit = _hit(chances[state], fewest[totals])
        by_hit[hit] = by_hit.get(hit, 0) + weight
    for (right, whole, named), weight in by_hit.items():
        counting += Fraction(right * weight, whole * named)
    for state, weight in by_state.items():
        row = chances[state]
        sight += Fraction(max(row) * weight, sum(row))
        certain += weight * (max(row) == sum(row))
    level = sum(weight for (_, totals), weight in then.ways.items() if len(set(in_shares(totals, method.ratio))) == 1)
    return _Slot(counting / now.whole, sight / now.whole, now.share(certain), then.share(level))


def _fewest(totals: Totals, ratio: Sequence[int]) -> tuple[int, ...]:
    shares = in_shares(totals, ratio)
    return tuple(arm for arm, share in enumerate(shares) if share == min(shares))


def _hit(chances: Chances, named: tuple[int, ...]) -> tuple[int, int, int]:
    """The chances of the arms named, out of how many, and how many arms are named."""
    return sum(chances[arm] for arm in named), sum(chances), len(named)


def _mean(shares: Iterable[Fraction]) -> Fraction:
    found = list(shares)
    return sum(found, Fraction()) / len(found)
