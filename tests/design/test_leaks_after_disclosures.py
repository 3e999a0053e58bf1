"""Whose arm becomes certain once some arms are known: exact, where the reference table was simulated."""

from fractions import Fraction
from hashlib import sha256
from itertools import combinations, product
from math import comb, sqrt

import pytest

from compliance.design.leaks import (
    certain_after,
    certain_in_blocks,
    expected_in_blocks,
    possible,
    public_estimate,
    simulated,
)
from compliance.design.own_list import certain_of
from domain.allocation.facts import ListedArm, ListSealed, Parameter
from domain.randomisation.rand_v1 import Stream
from tests.design.given_designs import blocks, listing, rows

RUNS, LENGTH, EQUAL = 20_000, 30, (1, 1, 1)
Texts = dict[str, tuple[str, ...]]
SIMULATED = rows("leak_after_k_unblindings.csv")


def stream(label: str) -> Stream:
    return Stream(sha256(label.encode()).digest(), "TEST", label)


@pytest.mark.parametrize("row", SIMULATED, ids=[f"{row[0]} known, blocks of {row[1]}" for row in SIMULATED])
def test_the_exact_mean_lies_within_four_standard_errors_of_the_simulated_one(row: list[str]) -> None:
    """The error is that of 20,000 runs with the exact variance, plus half a unit of the third place."""
    known, size, mean = int(row[0]), int(row[1]), float(row[2])
    exact, variance = moments(size, known)

    found = expected_in_blocks(EQUAL, size, LENGTH, known)

    assert found == exact
    assert mean == pytest.approx(float(found), abs=4 * sqrt(variance / RUNS) + 0.0005)


def moments(size: int, known: int) -> tuple[Fraction, Fraction]:
    """Mean and variance of how many are certain: block by block, by (known so far, certain so far)."""
    ways = {(0, 0): 1}
    for _ in range(LENGTH // size):
        following: dict[tuple[int, int], int] = {}
        for (told, certain), weight in ways.items():
            for here in range(min(size, known - told) + 1):
                of_one_arm = len(EQUAL) * comb(size // len(EQUAL), size - here) if here < size else 0
                for count, more in ((of_one_arm, size - here), (comb(size, here) - of_one_arm, 0)):
                    key = (told + here, certain + more)
                    following[key] = following.get(key, 0) + weight * count
        ways = following
    whole = comb(LENGTH, known)
    found = [(certain, Fraction(weight, whole)) for (told, certain), weight in ways.items() if told == known]
    mean = sum((certain * chance for certain, chance in found), Fraction())
    return mean, sum((certain**2 * chance for certain, chance in found), Fraction()) - mean**2


def test_simulated_lists_come_to_the_exact_mean() -> None:
    found = simulated(blocks(EQUAL, 3), LENGTH, 3, 400, stream("simulated"))

    exact = expected_in_blocks(EQUAL, 3, LENGTH, 3)
    assert found.variance > 0
    assert float(found.mean) == pytest.approx(float(exact), abs=4 * sqrt(found.variance / 400))


@pytest.mark.parametrize("sizes", [(3,), (6,), (3, 6)], ids=str)
def test_what_is_certain_is_what_every_list_that_fits_agrees_on(sizes: tuple[int, ...]) -> None:
    """Seven slots at 2:1, every list and every two that are known: the last block is cut."""
    method = blocks((2, 1), *sizes)
    lists = [slots for slots in product((0, 1), repeat=7) if can_come(sizes, slots)]

    for slots in lists:
        for known in combinations(range(7), 2):
            fitting = [other for other in lists if all(other[at] == slots[at] for at in known)]
            agreed = [at for at in range(7) if at not in known and len({other[at] for other in fitting}) == 1]
            assert list(certain_after(method, slots, known)) == agreed


def can_come(sizes: tuple[int, ...], slots: tuple[int, ...]) -> bool:
    """Whether blocks of these sizes can give the slots, the last one cut."""
    if not slots:
        return True
    for size in sizes:
        here, control = slots[:size], size // 3
        whole = len(here) == size and sum(here) == control
        cut = len(here) < size and sum(here) <= control and len(here) - sum(here) <= 2 * control
        if cut or (whole and can_come(sizes, slots[size:])):
            return True
    return False


def test_an_arm_that_no_list_allows_leaves_nothing_possible() -> None:
    assert possible(blocks((2, 1), 3), 3, {0: 1, 1: 1})[2] == frozenset()


def test_nothing_follows_from_independent_draws() -> None:
    assert certain_after(listing("simple", (2, 1)), (0, 1, 0), {0, 1}) == ()


def test_one_control_in_a_block_of_three_tells_both_others() -> None:
    slots = (0, 1, 0, 0, 0, 1)

    assert certain_in_blocks(slots, (2, 1), (3, 3), {1}) == (0, 2)
    assert certain_in_blocks(slots, (2, 1), (3, 3), {0}) == ()
    assert certain_in_blocks(slots, (2, 1), (3, 3), {0, 2, 3, 4, 5}) == (1,)


def test_a_block_that_reaches_beyond_the_list_still_counts_what_was_cut_off() -> None:
    slots = (0, 1, 0, 0, 0)

    assert certain_in_blocks(slots, (2, 1), (3, 6), {3, 4}) == ()
    assert certain_in_blocks(slots, (2, 1), (3, 3), {3, 4, 1}) == (0, 2)


def test_seeing_the_sizes_never_makes_fewer_certain_than_inferring_them() -> None:
    method, slots = blocks((2, 1), 3, 6), (0, 1, 0, 0, 0, 1, 1, 0, 0)

    for known in combinations(range(9), 3):
        inferred = certain_after(method, slots, known)
        assert set(inferred) <= set(certain_in_blocks(slots, (2, 1), (3, 6), known))


def test_the_public_estimate_takes_nothing_but_ratio_and_cap() -> None:
    rows = public_estimate((2, 1), 15)

    assert [row.known for row in rows] == list(range(1, 15))
    assert rows[0].smallest_blocks == Fraction(2, 3)
    assert [row.one_block for row in rows[:4]] == [0, 0, 0, 0]
    assert tuple(rows[-1]) == (14, Fraction(1), Fraction(1))


def test_the_public_estimate_of_a_cap_that_is_no_multiple_rounds_its_one_block_up() -> None:
    assert [row.one_block for row in public_estimate((2, 1), 4)] == [0, Fraction(2, 15), Fraction(1, 5)]


BLOCKS: Texts = {"sizes": ("3",)}
MINIMISED: Texts = {"factors": ("sex",), "measure": ("range",), "p": ("4/5",), "form": ("fake_arms",)}


def sealed(method: str, parameters: Texts, slots: str | None = None) -> ListSealed:
    return ListSealed(
        arms=(ListedArm(arm="k1", label="one"), ListedArm(arm="k2", label="two")),
        first_leaf=0,
        length=6,
        list_id="q1",
        method=method,
        origin=None,
        parameters=tuple(Parameter(name=name, values=values) for name, values in parameters.items()),
        ratio=(2, 1),
        root="0" * 64,
        seed=bytes(32),
        seed_commitment="0" * 64,
        site=None,
        slots=slots,
        stratum="S",
        version=1,
    )


def test_the_trials_own_list_is_judged_by_its_own_method() -> None:
    own = sealed("permuted_blocks", BLOCKS)

    found = certain_of(own, "T1", range(5), used=own.length)

    assert found == (5,)


@pytest.mark.parametrize(
    "own",
    [sealed("permuted_blocks", BLOCKS, slots="001001"), sealed("minimisation", MINIMISED)],
    ids=["imported", "minimised"],
)
def test_of_a_list_that_no_design_fixes_nothing_can_be_told(own: ListSealed) -> None:
    assert certain_of(own, "T1", {0}, used=own.length) is None
