"""The exact tables of the reference, row by row, by a programme that has nothing in common with theirs."""

from fractions import Fraction
from math import sqrt

import pytest

from compliance.design.balance import apart, expected, on_the_way
from compliance.design.guessing import guesses
from compliance.design.inferring import inferred
from compliance.design.plan import planned_totals
from tests.design.given_designs import blocks, designed, rows, three_armed

NEAR = 1e-9
TWO_ARMS = rows("two_arm_exact.csv")
MORE = rows("three_arm_and_unequal_exact.csv")


def named(table: list[list[str]]) -> list[str]:
    return [f"{row[0]} n={row[1]}" for row in table]


@pytest.mark.parametrize("row", TWO_ARMS, ids=named(TWO_ARMS))
def test_two_arms_come_out_as_in_the_exact_table(row: list[str]) -> None:
    design, length, guess, fraction, *rest = row
    method = designed(design, int(length))

    found = guesses(method, int(length))
    worst = on_the_way(method, int(length))

    assert float(found.by_counting) == pytest.approx(float(guess), abs=NEAR)
    assert not fraction or found.by_counting == Fraction(fraction)
    squares = expected(found.ends, lambda totals: apart(totals) ** 2)
    assert [
        float(expected(found.ends, apart)),
        sqrt(squares),
        float(worst.expected),
        float(worst.largest),
        float(found.certain_by_sight),
        float(found.balanced),
    ] == pytest.approx([float(value) for value in rest], abs=NEAR)


@pytest.mark.parametrize("row", MORE, ids=named(MORE))
def test_three_arms_and_unequal_ratios_come_out_as_in_the_exact_table(row: list[str]) -> None:
    design, length = row[0], int(row[1])
    method = three_armed(design, length)

    found = guesses(method, length)

    exact = found.ends.get(planned_totals(method.ratio, length) or (), Fraction())
    assert [
        float(found.by_counting),
        float(found.by_sight),
        float(found.certain_by_sight),
        float(expected(found.ends, apart)),
        max(apart(totals) for totals in found.ends),
        float(exact),
    ] == pytest.approx([float(value) for value in row[2:]], abs=NEAR)


@pytest.mark.parametrize(
    ("sizes", "correct", "certain"), [((3, 6), 0.573, 0.083), ((3, 6, 9), 0.547, 0.034)], ids=["3,6", "3,6,9"]
)
def test_hidden_sizes_are_inferred_as_often_as_was_simulated(
    sizes: tuple[int, ...], correct: float, certain: float
) -> None:
    """Six thousand simulated lists, printed to three places.

    From list to list the share of correct guesses has a standard deviation below 0.075, that of certain slots below
    0.05 (600 lists, drawn and guessed: 0.070 and 0.049 for 3 and 6, 0.074 and 0.038 for 3, 6 and 9).
    """
    found = inferred(blocks((1, 1, 1), *sizes), 30)

    assert found is not None
    assert float(found.correct) == pytest.approx(correct, abs=4 * 0.075 / sqrt(6_000) + 0.0005)
    assert float(found.certain) == pytest.approx(certain, abs=4 * 0.05 / sqrt(6_000) + 0.0005)


def test_nothing_is_left_to_infer_where_nothing_is_hidden() -> None:
    fixed = blocks((2, 1), 6)

    found, seen = inferred(fixed, 15), guesses(fixed, 15)

    assert found == (seen.by_sight, seen.certain_by_sight)


def test_too_many_beliefs_give_no_answer_rather_than_a_rough_one() -> None:
    assert inferred(blocks((1, 1, 1), 3, 6), 30, most=10) is None
