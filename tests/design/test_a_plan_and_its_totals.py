"""Whether full lists end as planned, and whether those who come fill the strata; readings R1 to R6 of the record."""

from fractions import Fraction
from math import comb

import pytest

from compliance.design.balance import totals_of_arm, variance_of_arm
from compliance.design.guessing import guesses
from compliance.design.plan import chance_any_misses, chance_of_missing, chance_strata_fill, planned_totals
from compliance.design.readings import readings
from tests.design.given_designs import blocks, listing, rows

SHARES = rows("seed_trial_readings.csv")
HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("sizes", "missed"),
    [((3,), Fraction()), ((15,), Fraction()), ((3, 6), Fraction(11, 80)), ((3, 12), Fraction(411, 1_760))],
    ids=str,
)
def test_sizes_drawn_anew_for_each_block_miss_ten_to_five_where_a_cut_block_can_stand_last(
    sizes: tuple[int, ...], missed: Fraction
) -> None:
    ends = guesses(blocks((2, 1), *sizes), 15).ends

    assert chance_of_missing(ends, (2, 1), 15) == missed


def test_the_chance_of_missing_is_what_counting_every_list_gives() -> None:
    """Hidden sizes 2 and 4 in six slots: only a block of four that is cut in its middle can leave the arms uneven."""
    ends = guesses(blocks((1, 1), 2, 4), 6).ends
    cut = Fraction(1, 8) + Fraction(1, 4)  # 2+2+(4) and 4+(4): the last block of four gives two slots
    level = Fraction(comb(2, 1) * comb(2, 1), comb(4, 2))

    assert chance_of_missing(ends, (1, 1), 6) == cut * (1 - level)


def test_a_cap_that_the_ratio_does_not_divide_is_missed_for_certain() -> None:
    assert planned_totals((2, 1), 14) is None
    assert chance_of_missing({(9, 5): Fraction(1)}, (2, 1), 14) == 1


def test_strata_miss_independently_of_each_other() -> None:
    assert chance_any_misses([Fraction(11, 80), Fraction(11, 80)]) == 1 - Fraction(69, 80) ** 2
    assert chance_any_misses([]) == 0


def test_the_totals_of_one_arm_spread_as_tosses_do() -> None:
    ends = guesses(listing("simple", (1, 1)), 4).ends

    assert totals_of_arm(ends, 0) == {count: Fraction(comb(4, count), 16) for count in range(5)}
    assert variance_of_arm(ends, 1) == 1


def test_arrivals_fill_two_strata_as_in_the_binomial() -> None:
    assert chance_strata_fill((15, 15), (HALF, HALF)) == Fraction(comb(30, 15), 2**30)


def test_arrivals_fill_three_strata_as_in_the_multinomial() -> None:
    assert chance_strata_fill((1, 1, 1), (HALF, Fraction(1, 4), Fraction(1, 4))) == 6 * Fraction(1, 32)


@pytest.mark.parametrize("row", SHARES, ids=[f"share {row[0]}" for row in SHARES])
def test_the_readings_of_the_seed_trial_are_as_feasible_as_in_the_exact_table(row: list[str]) -> None:
    found = {one.reading: one for one in readings(10, Fraction(row[0]))}

    r1 = found["R1"]
    values = [r1.violations, r1.chance, *(found[name].chance for name in ("R3", "R3 by 2:1", "R4", "R5", "R6"))]
    assert [float(value or 0) for value in values] == pytest.approx([float(text) for text in row[1:]], abs=1e-9)


def test_only_people_with_the_disease_make_the_second_reading_sure() -> None:
    assert [readings(10, share)[1].chance for share in (Fraction(1), HALF)] == [1, HALF**30]


def test_an_odd_number_has_no_two_equal_strata() -> None:
    assert readings(3, HALF)[3].chance == 0
