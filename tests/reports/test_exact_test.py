"""Fisher's exact test: against published and hand-made values, and against its own definition."""

from fractions import Fraction
from itertools import product
from math import comb, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.reports.exact_test import decimal_words, two_sided


@pytest.mark.parametrize(
    ("with_it", "sizes", "published"),
    [
        ((3, 1), (4, 4), "0.4857"),  # the lady tasting tea, as R's `fisher.test` prints it
        ((2, 15), (12, 18), "0.0005367"),  # convictions of twins (Fisher 1962), as R prints it
        ((1, 9), (12, 12), "0.002759"),  # who studies, men and women: the example of many textbooks
    ],
)
def test_published_values(with_it: tuple[int, ...], sizes: tuple[int, ...], published: str) -> None:
    places = len(published) - 2

    assert decimal_words(two_sided(with_it, sizes), places) == published


@pytest.mark.parametrize(
    ("with_it", "sizes", "expected"),
    [
        ((4, 0), (4, 4), Fraction(2, 70)),
        ((0, 0), (5, 7), Fraction(1)),
        ((5, 7), (5, 7), Fraction(1)),
        ((2, 0, 0), (2, 2, 2), Fraction(3, 15)),
        ((1, 1, 0), (2, 2, 2), Fraction(1)),
        ((), (), Fraction(1)),
    ],
)
def test_values_counted_by_hand(with_it: tuple[int, ...], sizes: tuple[int, ...], expected: Fraction) -> None:
    assert two_sided(with_it, sizes) == expected


@given(st.lists(st.integers(0, 6), min_size=1, max_size=3), st.data())
def test_it_is_the_share_of_all_ways_that_are_no_likelier(sizes: list[int], data: st.DataObject) -> None:
    seen = [data.draw(st.integers(0, size)) for size in sizes]
    ways = [table for table in product(*(range(size + 1) for size in sizes)) if sum(table) == sum(seen)]
    weight = {table: prod(map(comb, sizes, table)) for table in ways}

    expected = Fraction(sum(w for w in weight.values() if w <= weight[tuple(seen)]), sum(weight.values()))

    assert two_sided(seen, sizes) == expected
    assert 0 < two_sided(seen, sizes) <= 1


@given(st.permutations([(3, 5), (0, 4), (2, 6)]))
def test_the_order_of_the_arms_changes_nothing(arms: list[tuple[int, int]]) -> None:
    assert two_sided([have for have, _ in arms], [size for _, size in arms]) == two_sided((3, 0, 2), (5, 4, 6))


@pytest.mark.parametrize(
    ("value", "places", "words"),
    [
        (Fraction(1), 4, "1.0000"),
        (Fraction(0), 4, "0.0000"),
        (Fraction(1, 3), 4, "0.3333"),
        (Fraction(1, 20000), 4, "0.0001"),
        (Fraction(1, 10**9), 4, "0.0001"),
        (Fraction(5, 2), 1, "2.5"),
        (Fraction(99995, 100000), 4, "1.0000"),
    ],
)
def test_a_fraction_in_words(value: Fraction, places: int, words: str) -> None:
    assert decimal_words(value, places) == words
