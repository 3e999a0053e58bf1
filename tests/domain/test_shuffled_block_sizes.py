"""Blocks of given sizes in a hidden order: planned totals are met at the end of every round, whatever the order."""

from collections import Counter
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.design.walk import walk
from domain.errors import InvalidInputError
from domain.randomisation.method import ListMethod
from domain.randomisation.methods import method_of
from domain.randomisation.rand_v1 import Stream

RATIO = (2, 1)


def set_to(*sizes: int) -> ListMethod[object]:
    method = method_of("shuffled_block_sizes", ("e", "c"), RATIO, {"sizes": tuple(map(str, sizes))})
    assert isinstance(method, ListMethod)
    return method


@given(st.binary(min_size=32, max_size=32))
def test_i6_every_round_of_sizes_that_sum_to_the_cap_keeps_the_ratio(seed: bytes) -> None:
    slots = set_to(3, 12).drawn(Stream(seed, "T1", "list", "SLE"), 60)

    for start in range(0, 60, 15):
        assert Counter(slots[start : start + 15]) == {0: 10, 1: 5}


def test_both_orders_come_and_each_block_keeps_the_ratio() -> None:
    ends: Counter[bool] = Counter()
    for number in range(200):
        slots = set_to(3, 12).drawn(Stream(number.to_bytes(32, "big"), "T1", "list", "SLE"), 15)
        controls = tuple(accumulate(slots))
        assert controls[2] == 1 or controls[11] == 4, "one of the two orders"
        ends[controls[2] == 1] += 1

    assert min(ends.values()) > 20


def test_planned_totals_are_never_missed() -> None:
    def counted(kept: tuple[int, int], arm: int) -> tuple[int, int]:
        return kept[0] + (arm == 0), kept[1] + (arm == 1)

    *_, last = walk(set_to(3, 12), 15, (0, 0), counted)

    assert last.by_kept() == {(10, 5): 1}


@pytest.mark.parametrize("sizes", [("4",), (), ("3", "0"), ("3.0",)])
def test_sizes_that_break_the_ratio_are_refused_without_a_figure(sizes: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        method_of("shuffled_block_sizes", ("e", "c"), RATIO, {"sizes": sizes})

    assert caught.value.code == "randomisation_sizes"
    assert not any(sign.isdigit() and sign != "1" for sign in str(caught.value))
