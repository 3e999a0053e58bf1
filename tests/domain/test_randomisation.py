"""Lists drawn by `rand/v1`: the same on any machine, exact in every block, committed and opened slot by slot."""

import json
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.proofs.tree import inclusion_proof, root_of, verify_inclusion
from domain.errors import InvalidInputError
from domain.randomisation import (
    WORDS,
    PermutedList,
    Stream,
    commitment,
    lp,
    permuted_blocks,
    slot_leaf,
    slot_leaves,
    slot_nonce,
)

REFERENCE: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[1] / "vectors" / "rand_v1_reference.json").read_bytes()
)
SEED = bytes.fromhex(REFERENCE["seed_hex"])
TRIAL: str = REFERENCE["trial"]

seeds = st.binary(min_size=32, max_size=32)


@st.composite
def designs(draw: st.DrawFn) -> dict[str, Any]:
    ratio = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    multiples = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    return {
        "arms": [f"arm-{number}" for number in range(len(ratio))],
        "ratio": ratio,
        "sizes": [sum(ratio) * multiple for multiple in multiples],
        "count": draw(st.integers(1, 60)),
    }


def drawn(entry: dict[str, Any]) -> PermutedList:
    return permuted_blocks(
        SEED,
        TRIAL,
        entry["stratum"],
        arms=entry["arms"],
        ratio=entry["ratio"],
        sizes=entry["sizes"],
        count=entry["n"],
    )


def committed_leaves() -> list[bytes]:
    return [
        leaf
        for entry in REFERENCE["lists"][:2]
        for leaf in slot_leaves(SEED, TRIAL, entry["stratum"], drawn(entry).slots)
    ]


@pytest.mark.requirement("ST-02")
@pytest.mark.parametrize("entry", REFERENCE["lists"], ids=lambda entry: entry["stratum"])
def test_reference_list_is_drawn_again_slot_by_slot(entry: dict[str, Any]) -> None:
    found = drawn(entry)

    assert list(found.slots) == entry["allocation"]
    assert list(found.block_sizes) == entry["block_sizes"]


def test_first_words_of_the_stream_are_those_of_the_reference() -> None:
    stream = Stream(SEED, TRIAL, "list", "SLE")

    assert [f"{stream.word(counter):012x}" for counter in range(4)] == REFERENCE["first_words_SLE"]


def test_commitment_to_the_seed_is_that_of_the_reference() -> None:
    assert commitment(SEED, TRIAL).hex() == REFERENCE["seed_commitment"]


def test_root_over_the_slots_of_all_strata_is_that_of_the_reference() -> None:
    leaves = committed_leaves()

    assert len(leaves) == REFERENCE["merkle"]["n_leaves"]
    assert root_of(leaves).hex() == REFERENCE["merkle"]["root"]


def test_one_slot_opens_with_its_nonce_and_path_alone() -> None:
    opened = REFERENCE["single_slot_disclosure"]
    nonce = slot_nonce(SEED, TRIAL, opened["stratum"], opened["index"])
    leaf = slot_leaf(TRIAL, opened["stratum"], opened["index"], opened["arm"], nonce)
    leaves = committed_leaves()
    path = inclusion_proof(opened["index"], leaves)

    assert (nonce.hex(), leaf.hex()) == (opened["nonce"], opened["leaf"])
    assert [step.hex() for step in path] == [step for _, step in opened["path"]]
    assert verify_inclusion(leaf, opened["index"], len(leaves), path, root_of(leaves))


@pytest.mark.parametrize(
    "change",
    [
        {"trial": "DEMO-002"},
        {"stratum": "LN"},
        {"index": 6},
        {"arm": "control"},
        {"arm": "experimental "},
        {"nonce": bytes(32)},
    ],
    ids=repr,
)
def test_slot_does_not_open_as_anything_else(change: dict[str, Any]) -> None:
    opened = REFERENCE["single_slot_disclosure"]
    leaves = committed_leaves()
    path = inclusion_proof(opened["index"], leaves)
    shown: dict[str, Any] = {
        "trial": TRIAL,
        "stratum": opened["stratum"],
        "index": opened["index"],
        "arm": opened["arm"],
        "nonce": bytes.fromhex(opened["nonce"]),
    }

    claimed = slot_leaf(**{**shown, **change})

    assert not verify_inclusion(claimed, opened["index"], len(leaves), path, root_of(leaves))


@pytest.mark.requirement("ST-02")
@given(seed=seeds, design=designs())
def test_same_seed_and_design_give_the_same_list(seed: bytes, design: dict[str, Any]) -> None:
    assert permuted_blocks(seed, TRIAL, "s", **design) == permuted_blocks(seed, TRIAL, "s", **design)


@given(seed=seeds, design=designs())
def test_every_complete_block_has_the_exact_ratio_and_only_the_last_is_cut(seed: bytes, design: dict[str, Any]) -> None:
    found = permuted_blocks(seed, TRIAL, "s", **design)

    assert len(found.slots) == design["count"]
    assert sum(found.block_sizes[:-1]) < design["count"] <= sum(found.block_sizes)
    assert set(found.block_sizes) <= set(design["sizes"])
    ends = list(accumulate(found.block_sizes, initial=0))
    for start, end in pairwise(ends):
        times = (end - start) // sum(design["ratio"])
        full = Counter({arm: share * times for arm, share in zip(design["arms"], design["ratio"], strict=True)})
        block = Counter(found.slots[start:end])
        assert block == full if end <= design["count"] else block <= full


@given(seed=seeds, design=designs())
def test_longer_list_begins_with_the_shorter_one(seed: bytes, design: dict[str, Any]) -> None:
    longer = permuted_blocks(seed, TRIAL, "s", **{**design, "count": design["count"] + 7})

    assert longer.slots[: design["count"]] == permuted_blocks(seed, TRIAL, "s", **design).slots


@given(seed=seeds, design=designs(), names=st.permutations(["zeta", "Alpha", "", "arm-0"]))
def test_other_names_for_the_arms_change_no_place_of_any_arm(
    seed: bytes, design: dict[str, Any], names: list[str]
) -> None:
    renamed = dict(zip(design["arms"], names, strict=False))
    relabelled: dict[str, Any] = {**design, "arms": list(renamed.values())}

    found = permuted_blocks(seed, TRIAL, "s", **design)
    again = permuted_blocks(seed, TRIAL, "s", **relabelled)

    assert again.slots == tuple(renamed[arm] for arm in found.slots)
    assert again.block_sizes == found.block_sizes


@given(design=designs())
def test_recorded_draw_at_any_place_needs_no_earlier_draw(design: dict[str, Any]) -> None:
    forwards, at_once = Stream(SEED, TRIAL, "min"), Stream(SEED, TRIAL, "min")
    values = [forwards.below(WORDS) for _ in range(design["count"])]

    assert at_once.word(design["count"] - 1) == values[-1]


def test_strata_trials_and_seeds_have_lists_of_their_own() -> None:
    design: dict[str, Any] = {"arms": ("a", "b"), "ratio": (1, 1), "sizes": (4,), "count": 64}

    lists = {
        permuted_blocks(seed, trial, stratum, **design).slots
        for seed in (SEED, bytes(32))
        for trial in ("T1", "T2")
        for stratum in ("x", "y")
    }

    assert len(lists) == 8


def test_all_orders_of_a_block_come_up_about_equally_often() -> None:
    found = permuted_blocks(SEED, TRIAL, "s", arms="abc", ratio=(1, 1, 1), sizes=(3,), count=9000)

    orders = Counter(found.slots[start : start + 3] for start in range(0, 9000, 3))

    chi_square = sum((seen - 500) ** 2 / 500 for seen in orders.values())
    assert len(orders) == 6
    assert chi_square < 20.5  # 5 degrees of freedom: exceeded once in a thousand seeds; this seed is fixed


class Scripted(Stream):
    """A stream whose words were chosen by the test."""

    def __init__(self, words: Sequence[int]) -> None:
        super().__init__(bytes(32), TRIAL)
        self.words = words

    def word(self, counter: int) -> int:
        return self.words[counter]


def test_word_that_would_favour_an_arm_is_rejected_and_uses_its_counter() -> None:
    stream = Scripted([WORDS - 1, WORDS - WORDS % 3, WORDS - WORDS % 3 - 1, 4])

    assert [stream.below(3), stream.below(3)] == [2, 1]


@given(st.integers(1, 1000))
def test_draw_lies_below_its_bound(bound: int) -> None:
    stream = Stream(SEED, TRIAL, "bound")

    assert all(0 <= stream.below(bound) < bound for _ in range(20))


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_different_parts_never_join_to_the_same_bytes(one: list[str], other: list[str]) -> None:
    assert (lp(*one) == lp(*other)) == (one == other)


def test_parts_may_be_text_or_bytes() -> None:
    assert lp("é", b"\x00") == b"\x00\x00\x00\x02\xc3\xa9\x00\x00\x00\x01\x00"


def test_equal_arms_have_unequal_leaves_and_nonces() -> None:
    leaves = slot_leaves(SEED, TRIAL, "s", ["a"] * 50)
    nonces = {slot_nonce(SEED, TRIAL, "s", index) for index in range(50)}

    assert len(set(leaves)) == len(nonces) == 50


def test_other_seed_or_trial_has_another_commitment() -> None:
    assert len({commitment(SEED, TRIAL), commitment(bytes(32), TRIAL), commitment(SEED, "T2")}) == 3


GOOD: dict[str, Any] = {"arms": ("a", "b"), "ratio": (2, 1), "sizes": (3, 6), "count": 12}


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"arms": ("a",), "ratio": (1,)}, "arms", "at least two arms"),
        ({"arms": ()}, "arms", "at least two arms"),
        ({"arms": ("a", "a")}, "arms", "named twice"),
        ({"ratio": (2, 1, 1)}, "ratio", "one share for each arm"),
        ({"ratio": (2,)}, "ratio", "one share for each arm"),
        ({"ratio": (3, 0)}, "ratio", "whole number from 1"),
        ({"ratio": (4, -1)}, "ratio", "whole number from 1"),
        ({"sizes": ()}, "sizes", "at least one block size"),
        ({"sizes": (3, 7)}, "sizes", "not a multiple"),
        ({"sizes": (0,)}, "sizes", "not a multiple"),
        ({"sizes": (-3,)}, "sizes", "not a multiple"),
        ({"count": 0}, "count", "at least one slot"),
    ],
)
def test_design_that_cannot_be_drawn_is_refused_with_the_reason_and_no_figure(
    change: dict[str, Any], field: str, reason: str
) -> None:
    with pytest.raises(InvalidInputError, match=reason) as refused:
        permuted_blocks(SEED, TRIAL, "s", **{**GOOD, **change})

    assert (refused.value.code, refused.value.field) == (f"randomisation_{field}", field)
    assert "7" not in str(refused.value)


@pytest.mark.parametrize("seed", [b"", bytes(31), bytes(33)])
def test_seed_of_another_length_than_32_bytes_is_refused(seed: bytes) -> None:
    with pytest.raises(InvalidInputError, match="32 bytes"):
        permuted_blocks(seed, TRIAL, "s", **GOOD)


def test_list_does_not_show_itself_in_a_log_or_a_trace() -> None:
    found = permuted_blocks(SEED, TRIAL, "s", **GOOD)

    assert f"{found!r} {found}" == "PermutedList(concealed) PermutedList(concealed)"
