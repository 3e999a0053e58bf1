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
from domain.randomisation.methods import method_of
from domain.randomisation.methods.permuted_blocks import PermutedBlocks
from domain.randomisation.rand_v1 import (
    WORDS,
    Stream,
    commitment,
    design_commitment,
    joint_seed,
    lp,
    share_commitment,
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
def designs(draw: st.DrawFn) -> tuple[PermutedBlocks, int]:
    """A method of blocks, and how many slots are wanted."""
    ratio = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    multiples = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    return PermutedBlocks(ratio, [sum(ratio) * multiple for multiple in multiples]), draw(st.integers(1, 60))


def blocks(entry: dict[str, Any]) -> PermutedBlocks:
    """The method of a reference list, set as a design sets it."""
    sizes = tuple(map(str, entry["sizes"]))
    method = method_of("permuted_blocks", tuple(entry["arms"]), tuple(entry["ratio"]), {"sizes": sizes})
    assert isinstance(method, PermutedBlocks)
    return method


def arms(entry: dict[str, Any]) -> tuple[str, ...]:
    """The slots of a reference list, drawn again."""
    drawn = blocks(entry).drawn(Stream(SEED, TRIAL, "list", entry["stratum"]), entry["n"])
    return tuple(entry["arms"][arm] for arm in drawn)


def committed_leaves() -> list[bytes]:
    return [
        leaf for entry in REFERENCE["lists"][:2] for leaf in slot_leaves(SEED, TRIAL, entry["stratum"], arms(entry))
    ]


def stream(seed: bytes = SEED, stratum: str = "s", trial: str = TRIAL) -> Stream:
    return Stream(seed, trial, "list", stratum)


@pytest.mark.requirement("ST-02")
@pytest.mark.parametrize("entry", REFERENCE["lists"], ids=lambda entry: entry["stratum"])
def test_i5_reference_list_is_drawn_again_slot_by_slot(entry: dict[str, Any]) -> None:
    _, sizes = blocks(entry).blocks(Stream(SEED, TRIAL, "list", entry["stratum"]), entry["n"])

    assert list(arms(entry)) == entry["allocation"]
    assert list(sizes) == entry["block_sizes"]


def test_first_words_of_the_stream_are_those_of_the_reference() -> None:
    words = Stream(SEED, TRIAL, "list", "SLE")

    assert [f"{words.word(counter):012x}" for counter in range(4)] == REFERENCE["first_words_SLE"]


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


@given(seed=seeds, design=designs())
def test_i6_every_complete_block_has_the_exact_ratio_and_only_the_last_is_cut(
    seed: bytes, design: tuple[PermutedBlocks, int]
) -> None:
    method, count = design

    found = method.drawn(stream(seed), count)
    _, sizes = method.blocks(stream(seed), count)

    assert len(found) == count
    assert sum(sizes[:-1]) < count <= sum(sizes)
    assert set(sizes) <= set(method.sizes)
    for start, end in pairwise(accumulate(sizes, initial=0)):
        times = (end - start) // sum(method.ratio)
        full = Counter({arm: share * times for arm, share in enumerate(method.ratio)})
        block = Counter(found[start:end])
        assert block == full if end <= count else block <= full


@given(seed=seeds, design=designs())
def test_longer_list_begins_with_the_shorter_one(seed: bytes, design: tuple[PermutedBlocks, int]) -> None:
    method, count = design

    assert method.drawn(stream(seed), count + 7)[:count] == method.drawn(stream(seed), count)


@given(count=st.integers(1, 60))
def test_recorded_draw_at_any_place_needs_no_earlier_draw(count: int) -> None:
    forwards, at_once = Stream(SEED, TRIAL, "min"), Stream(SEED, TRIAL, "min")
    values = [forwards.below(WORDS) for _ in range(count)]

    assert at_once.word(count - 1) == values[-1]


def test_strata_trials_and_seeds_have_lists_of_their_own() -> None:
    method = PermutedBlocks((1, 1), (4,))

    lists = {
        method.drawn(stream(seed, stratum, trial), 64)
        for seed in (SEED, bytes(32))
        for trial in ("T1", "T2")
        for stratum in ("x", "y")
    }

    assert len(lists) == 8


def test_all_orders_of_a_block_come_up_about_equally_often() -> None:
    found = PermutedBlocks((1, 1, 1), (3,)).drawn(stream(), 9000)

    orders = Counter(found[start : start + 3] for start in range(0, 9000, 3))

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
    scripted = Scripted([WORDS - 1, WORDS - WORDS % 3, WORDS - WORDS % 3 - 1, 4])

    assert [scripted.below(3), scripted.below(3)] == [2, 1]


@given(st.integers(1, 1000))
def test_draw_lies_below_its_bound(bound: int) -> None:
    words = Stream(SEED, TRIAL, "bound")

    assert all(0 <= words.below(bound) < bound for _ in range(20))


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


@pytest.mark.parametrize("seed", [b"", bytes(31), bytes(33)])
def test_seed_of_another_length_than_32_bytes_is_refused(seed: bytes) -> None:
    with pytest.raises(InvalidInputError, match="32 bytes"):
        Stream(seed, TRIAL, "list", "s")


def test_neither_officer_nor_order_nor_version_nor_beacon_can_be_exchanged_unseen() -> None:
    one, other = bytes([1]) * 32, bytes([2]) * 32

    joined = {
        joint_seed("T1", 1, [one, other], None),
        joint_seed("T1", 1, [other, one], None),
        joint_seed("T1", 2, [one, other], None),
        joint_seed("T2", 1, [one, other], None),
        joint_seed("T1", 1, [one, other], "round 1000"),
        joint_seed("T1", 1, [one, one], None),
    }
    shares = {
        share_commitment("T1", 1, "a", one),
        share_commitment("T1", 1, "b", one),
        share_commitment("T1", 2, "a", one),
        share_commitment("T2", 1, "a", one),
        share_commitment("T1", 1, "a", other),
    }
    designs_bound = {design_commitment(one, b"{}"), design_commitment(other, b"{}"), design_commitment(one, b"[]")}

    assert (len(joined), len(shares), len(designs_bound)) == (6, 5, 3)
    assert {len(seed) for seed in joined} == {32}
