"""Published figures of 5,000 simulated lists each, within four standard errors of the exact ones.

The error is that of 5,000 lists: the spread from list to list, computed exactly for the imbalances, and for the two
shares by carrying the mean and the mean square of the count along with each state; plus half a unit of the last of
the three printed places.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable
from math import sqrt

import pytest

from compliance.design.balance import apart, expected, on_the_way
from compliance.design.guessing import guesses, one_more
from tests.design.given_designs import Method, designed, rows

LISTS, LENGTH, ERRORS, ROUNDING = 5_000, 100, 4, 0.0005
PUBLISHED = rows("published_zhao2012_table4_N100_vs_exact.csv")
Totals = tuple[int, ...]


@pytest.mark.parametrize("row", PUBLISHED, ids=[row[0] for row in PUBLISHED])
def test_the_published_table_lies_within_four_standard_errors(row: list[str]) -> None:
    maximum, guess, certain, deviation = (float(value) for value in row[1::2])
    method = designed(row[0], LENGTH)

    found = guesses(method, LENGTH)
    worst = on_the_way(method, LENGTH)

    spread = sum(float(chance) * float(value - worst.expected) ** 2 for value, chance in worst.chances.items())
    assert maximum == pytest.approx(float(worst.expected), abs=allowed(sqrt(spread)))
    assert guess == pytest.approx(float(found.by_counting), abs=allowed(spread_of_share(method, counted)))
    assert certain == pytest.approx(float(found.certain_by_sight), abs=allowed(spread_of_share(method, sure)))
    square = float(expected(found.ends, lambda totals: apart(totals) ** 2))
    fourth = float(expected(found.ends, lambda totals: apart(totals) ** 4))
    of_root = sqrt(fourth - square**2) / (2 * sqrt(square)) if square else 0.0
    assert deviation == pytest.approx(sqrt(square), abs=allowed(of_root))


def allowed(spread: float) -> float:
    return ERRORS * spread / sqrt(LISTS) + ROUNDING


def counted(_: tuple[int, ...], totals: Totals, arm: int) -> float:
    """How likely the one who counts arms is right, when this arm comes."""
    fewest = [at for at, count in enumerate(totals) if count == min(totals)]
    return (arm in fewest) / len(fewest)


def sure(chances: tuple[int, ...], _: Totals, arm: int) -> float:
    return float(chances[arm] == sum(chances))


def spread_of_share(method: Method, right: Callable[[tuple[int, ...], Totals, int], float]) -> float:
    """The standard deviation, from list to list, of the share of slots that are right."""
    moments: dict[tuple[Hashable, Totals], tuple[float, float, float]] = {(method.start(), (0, 0)): (1.0, 0.0, 0.0)}
    for _ in range(LENGTH):
        following: dict[tuple[Hashable, Totals], tuple[float, float, float]] = defaultdict(lambda: (0.0, 0.0, 0.0))
        for (state, totals), (weight, mean, square) in moments.items():
            chances = method.chances(method.openings(state)[0][1])
            for arm, chance in enumerate(chances):
                if not chance:
                    continue
                hit, part = right(chances, totals, arm), chance / sum(chances)
                key = (method.after(method.openings(state)[0][1], arm), one_more(totals, arm))
                one, two, three = following[key]
                more = (part * weight, part * (mean + hit * weight), part * (square + hit * (2 * mean + weight)))
                following[key] = (one + more[0], two + more[1], three + more[2])
        moments = following
    mean = sum(row[1] for row in moments.values()) / LENGTH
    square = sum(row[2] for row in moments.values()) / LENGTH**2
    return sqrt(max(0.0, square - mean**2))
