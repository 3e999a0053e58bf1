"""The number that is handed out tells no arm: shown by going through every case of small shipments.

The ideal of the twin runs hands out the next kit whatever the arm. What that leaves to show stands here: with the
real choice, which looks at the arm, the sequence of numbers has the same distribution for all arms.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import permutations, product

import pytest

from domain.kits.facts import MappedKit
from domain.kits.mapping import NUMBERS, drawn_numbers, next_kit, shuffled
from domain.randomisation.rand_v1 import Stream


class Scripted:
    """Draws that were decided beforehand."""

    def __init__(self, draws: Iterable[int]) -> None:
        self._draws = iter(draws)
        self.bounds: list[int] = []

    def below(self, bound: int) -> int:
        self.bounds.append(bound)
        return next(self._draws)


def handed_out(kits: Sequence[MappedKit], arms: Sequence[str]) -> tuple[str, ...]:
    """The numbers that participants of these arms get, one after the other."""
    gone: list[str] = []
    for arm in arms:
        kit = next_kit(kits, arm, gone)
        assert kit is not None
        gone.append(kit)
    return tuple(gone)


def mapped(contents: Sequence[str], numbers: Sequence[str]) -> tuple[MappedKit, ...]:
    return tuple(MappedKit(arm=arm, kit=number, lot=None) for arm, number in zip(contents, numbers, strict=True))


@pytest.mark.requirement("E6-08")
@pytest.mark.parametrize("contents", ["AABB", "ABAB", "AABBB", "ABCABC"])
def test_over_all_permutations_the_numbers_handed_out_have_one_distribution_whatever_the_arms(contents: str) -> None:
    numbers = [str(number) for number in range(len(contents))]
    cover = min(Counter(contents).values())

    found = {
        arms: Counter(handed_out(mapped(contents, order), arms) for order in permutations(numbers))
        for arms in product(sorted(set(contents)), repeat=cover)
    }

    assert len(found) == len(set(contents)) ** cover
    assert len({tuple(sorted(counts.items())) for counts in found.values()}) == 1
    for counts in found.values():
        assert set(counts) == set(permutations(numbers, cover))
        assert len(set(counts.values())) == 1


@pytest.mark.requirement("E6-08")
def test_the_same_holds_when_a_kit_arrived_damaged() -> None:
    numbers = ["1", "2", "3", "4"]

    def given(order: Sequence[str], arm: str) -> str | None:
        return next_kit(mapped("AABB", order), arm, ("1",))

    found = {arm: Counter(given(order, arm) for order in permutations(numbers)) for arm in "AB"}

    assert found["A"] == found["B"] == Counter({"2": 8, "3": 8, "4": 8})


def test_every_order_comes_from_as_many_draws_as_every_other() -> None:
    bounds = [4, 3, 2]

    found = Counter(shuffled(Scripted(draws), "abcd") for draws in product(*map(range, bounds)))

    assert set(found) == set(permutations("abcd"))
    assert set(found.values()) == {1}
    asked = Scripted([0, 0, 0])
    shuffled(asked, "abcd")
    assert asked.bounds == bounds


def test_a_number_that_came_before_or_is_taken_is_drawn_again() -> None:
    draws = Scripted([7, 7, 12, 99, 5])

    assert drawn_numbers(draws, "01", 3, {"01-000012"}) == ("01-000007", "01-000099", "01-000005")
    assert set(draws.bounds) == {NUMBERS}


def test_each_shipment_has_an_order_of_its_own() -> None:
    def order(secret: int, site: str) -> tuple[int, ...]:
        return shuffled(Stream(bytes([secret]) * 32, "T1", "kits", site, "s1"), range(30))

    assert len({order(1, "01"), order(2, "01"), order(1, "02"), tuple(range(30))}) == 4


def test_where_no_kit_of_the_arm_is_left_there_is_none() -> None:
    assert next_kit(mapped("AB", "12"), "A", ("1",)) is None
    assert next_kit((), "A", ()) is None
