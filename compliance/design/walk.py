"""Every way a list can go, each with its exact chance: whole numbers over one denominator, never a float.

Ways that agree in the method's state and in what the caller keeps of them are one way; their chances add up.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from fractions import Fraction
from math import gcd, lcm
from typing import Final, Generic, NamedTuple, TypeVar

from domain.errors import InvalidInputError
from domain.randomisation.method import Chances, ListMethod, State

MOST_WAYS: Final = 100_000
"""Beyond this a walk is refused rather than left to run for hours."""
Kept = TypeVar("Kept", bound=Hashable)
Ways = Mapping[tuple[State, Kept], int]


class Situation(NamedTuple, Generic[State, Kept]):
    """Where lists may stand: by the method's state and what is kept of the way there, chances out of `whole`."""

    ways: Ways[State, Kept]
    whole: int

    def share(self, weight: int) -> Fraction:
        """A number of chances as a probability."""
        return Fraction(weight, self.whole)

    def by_kept(self) -> dict[Kept, Fraction]:
        """The probability of each value of what is kept."""
        found: defaultdict[Kept, int] = defaultdict(int)
        for (_, kept), weight in self.ways.items():
            found[kept] += weight
        return {kept: self.share(weight) for kept, weight in found.items()}


def walk(
    method: ListMethod[State], length: int, start: Kept, after: Callable[[Kept, int], Kept]
) -> Iterator[Situation[State, Kept]]:
    """The situation before each slot, its block or the like opened, and at last the one after the list."""
    now: Situation[State, Kept] = Situation({(method.start(), start): 1}, 1)
    for _ in range(length):
        now = _opened(method, now)
        yield now
        now = _drawn(method, now, after)
    yield now


def chances_in(method: ListMethod[State], situation: Situation[State, Kept]) -> dict[State, Chances]:
    """The chances of each arm in every state of an open situation."""
    return {state: method.chances(state) for state in {state for state, _ in situation.ways}}


def _opened(method: ListMethod[State], now: Situation[State, Kept]) -> Situation[State, Kept]:
    openings = {state: method.openings(state) for state in {state for state, _ in now.ways}}
    totals = {state: sum(chance for chance, _ in rows) for state, rows in openings.items()}
    scale = lcm(*totals.values())
    found: defaultdict[tuple[State, Kept], int] = defaultdict(int)
    for (state, kept), weight in now.ways.items():
        part = weight * (scale // totals[state])
        for chance, opened in openings[state]:
            found[opened, kept] += part * chance
    return _reduced(found, now.whole * scale)


def _drawn(
    method: ListMethod[State], now: Situation[State, Kept], after: Callable[[Kept, int], Kept]
) -> Situation[State, Kept]:
    chances = chances_in(method, now)
    scale = lcm(*(sum(row) for row in chances.values()))
    found: defaultdict[tuple[State, Kept], int] = defaultdict(int)
    for (state, kept), weight in now.ways.items():
        part = weight * (scale // sum(chances[state]))
        for arm, chance in enumerate(chances[state]):
            if chance:
                found[method.after(state, arm), after(kept, arm)] += part * chance
    return _reduced(found, now.whole * scale)


def _reduced(ways: Mapping[tuple[State, Kept], int], whole: int) -> Situation[State, Kept]:
    if len(ways) > MOST_WAYS:
        raise InvalidInputError(
            "design_too_large",
            "This list can go in too many ways to be evaluated exactly.",
            next_step="Evaluate a shorter list, fewer arms or smaller blocks.",
        )
    common = gcd(whole, *ways.values())
    return Situation({way: weight // common for way, weight in ways.items()}, whole // common)
