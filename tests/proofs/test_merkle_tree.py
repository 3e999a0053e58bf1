"""The tree is the one of RFC 6962: compared with its definition, and with the public proof vectors."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.proofs.tree import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "reference" / "vectors" / "merkle"
ABSENT = "the public proof vectors are not beside this checkout"
LEAVES = [leaf_hash(b"entry %d" % number) for number in range(300)]


def vectors(kind: str) -> list[Any]:
    """Give one test case per file, or one that is skipped."""
    files = sorted((VECTORS / kind).rglob("*.json"))
    absent = pytest.param(Path(), id="absent", marks=pytest.mark.skip(reason=ABSENT))
    return [pytest.param(file, id=str(file.relative_to(VECTORS))) for file in files] or [absent]


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = max(1 << power for power in range(10) if 1 << power < len(leaves))
    return node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


def hashes(texts: list[str] | None) -> list[bytes]:
    return [b64decode(text) for text in texts or []]


@pytest.mark.parametrize("file", vectors("inclusion"))
def test_inclusion_vector_is_judged_as_published(file: Path) -> None:
    case = json.loads(file.read_bytes())

    accepted = verify_inclusion(
        b64decode(case["leafHash"]),
        case["leafIdx"],
        case["treeSize"],
        hashes(case["proof"]),
        b64decode(case["root"]),
    )

    assert accepted is not case["wantErr"]


@pytest.mark.parametrize("file", vectors("consistency"))
def test_consistency_vector_is_judged_as_published(file: Path) -> None:
    case = json.loads(file.read_bytes())

    accepted = verify_consistency(
        case["size1"], case["size2"], b64decode(case["root1"]), b64decode(case["root2"]), hashes(case["proof"])
    )

    assert accepted is not case["wantErr"]


@pytest.mark.skipif(not VECTORS.is_dir(), reason=ABSENT)
def test_all_196_vectors_are_there() -> None:
    assert [len(vectors(kind)) for kind in ("inclusion", "consistency")] == [98, 98]


def test_empty_tree_has_the_published_root() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_of([]) == Frontier.empty().root() == EMPTY_ROOT


def test_frontier_gives_the_root_of_the_definition_at_every_size_up_to_300() -> None:
    frontier = Frontier.empty()
    for size, leaf in enumerate(LEAVES):
        assert (frontier.size, frontier.root()) == (size, by_definition(LEAVES[:size]))
        frontier = frontier.append(leaf)
    assert frontier.root() == by_definition(LEAVES) == root_of(iter(LEAVES))


@given(size=st.integers(0, 300), first=st.integers(0, 300))
def test_frontier_survives_being_stored_anywhere_on_its_way(size: int, first: int) -> None:
    stored = Frontier.empty().extend(LEAVES[:first])

    read = Frontier.from_bytes(stored.size, stored.to_bytes())

    assert read == stored
    assert read.extend(LEAVES[first:size]).root() == root_of(LEAVES[: max(first, size)])


def test_appending_leaves_the_earlier_frontier_as_it_was() -> None:
    earlier = Frontier.empty().extend(LEAVES[:3])

    later = earlier.append(LEAVES[3])

    assert (earlier.size, earlier.root()) == (3, by_definition(LEAVES[:3]))
    assert (later.size, later.root()) == (4, by_definition(LEAVES[:4]))


@pytest.mark.parametrize(("size", "length"), [(0, 32), (1, 0), (3, 32), (3, 65), (4, 64), (-1, 32)])
def test_stored_frontier_of_a_wrong_length_is_refused(size: int, length: int) -> None:
    with pytest.raises(ValueError, match="frontier of size"):
        Frontier.from_bytes(size, bytes(length))


@pytest.mark.parametrize("leaf", [b"", bytes(31), bytes(33)])
def test_leaf_of_a_wrong_length_is_refused(leaf: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Frontier.empty().append(leaf)


def test_every_inclusion_proof_up_to_size_40_holds_for_its_own_place_only() -> None:
    for size in range(1, 41):
        leaves = LEAVES[:size]
        root = root_of(leaves)
        for index, leaf in enumerate(leaves):
            proof = inclusion_proof(index, leaves)
            held_at = [at for at in range(-1, size + 2) if verify_inclusion(leaf, at, size, proof, root)]
            assert held_at == [index]


def test_every_consistency_proof_up_to_size_40_holds() -> None:
    for new_size in range(1, 41):
        for old_size in range(1, new_size + 1):
            proof = consistency_proof(old_size, LEAVES[:new_size])
            old_root, new_root = root_of(LEAVES[:old_size]), root_of(LEAVES[:new_size])
            assert verify_consistency(old_size, new_size, old_root, new_root, proof)


@given(data=st.data())
def test_inclusion_proof_with_one_altered_bit_fails(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    parts = [LEAVES[index], root_of(LEAVES[:size]), *inclusion_proof(index, LEAVES[:size])]
    at = data.draw(st.integers(0, len(parts) - 1))

    parts[at] = with_flipped_bit(parts[at], data.draw(st.integers(0, 255)))

    assert not verify_inclusion(parts[0], index, size, parts[2:], parts[1])


@given(data=st.data())
def test_consistency_proof_with_one_altered_bit_fails(data: st.DataObject) -> None:
    new_size = data.draw(st.integers(2, 300))
    old_size = data.draw(st.integers(1, new_size - 1))
    proof = consistency_proof(old_size, LEAVES[:new_size])
    parts = [root_of(LEAVES[:old_size]), root_of(LEAVES[:new_size]), *proof]
    at = data.draw(st.integers(0, len(parts) - 1))

    parts[at] = with_flipped_bit(parts[at], data.draw(st.integers(0, 255)))

    assert not verify_consistency(old_size, new_size, parts[0], parts[1], parts[2:])


@given(data=st.data())
def test_a_forked_tree_is_not_consistent_with_the_old_one(data: st.DataObject) -> None:
    new_size = data.draw(st.integers(2, 120))
    old_size = data.draw(st.integers(1, new_size - 1))
    forked = list(LEAVES[:new_size])
    forked[data.draw(st.integers(0, old_size - 1))] = leaf_hash(b"another")

    proof = consistency_proof(old_size, forked)

    assert not verify_consistency(old_size, new_size, root_of(LEAVES[:old_size]), root_of(forked), proof)


def test_hash_of_another_length_never_takes_part_in_a_proof() -> None:
    leaves = LEAVES[:4]
    root, proof = root_of(leaves), inclusion_proof(1, leaves)

    assert not verify_inclusion(b"", 0, 1, (), b"")
    assert not verify_inclusion(leaves[1][:31], 1, 4, proof, root)
    assert not verify_inclusion(leaves[1], 1, 4, (proof[0] + b"\x00", *proof[1:]), root)
    assert not verify_consistency(1, 4, leaves[0], root + b"\x00", consistency_proof(1, leaves))
    assert not verify_consistency(1, 4, leaves[0], root, (b"", *consistency_proof(1, leaves)[1:]))


@pytest.mark.parametrize(("old_size", "new_size"), [(0, 0), (0, 3), (-1, 3), (4, 3)])
def test_no_consistency_is_claimed_from_an_empty_or_larger_tree(old_size: int, new_size: int) -> None:
    assert not verify_consistency(old_size, new_size, EMPTY_ROOT, root_of(LEAVES[:new_size]), ())
    with pytest.raises(ValueError, match="No proof from size"):
        consistency_proof(old_size, LEAVES[:new_size])


def test_trees_of_one_size_are_consistent_if_and_only_if_they_are_the_same() -> None:
    root, other = root_of(LEAVES[:4]), root_of(LEAVES[1:5])

    assert consistency_proof(4, LEAVES[:4]) == ()
    assert verify_consistency(4, 4, root, root, ())
    assert not verify_consistency(4, 4, root, other, ())
    assert not verify_consistency(4, 4, root, root, (root,))


@pytest.mark.parametrize(("old_size", "new_size"), [(1, 2), (2, 5), (4, 8), (5, 9), (6, 8), (7, 200)])
def test_proof_with_a_hash_less_or_a_hash_more_fails(old_size: int, new_size: int) -> None:
    leaves = LEAVES[:new_size]
    old_root, new_root = root_of(leaves[:old_size]), root_of(leaves)
    growth, path = consistency_proof(old_size, leaves), inclusion_proof(old_size, leaves)

    for proof in (growth[1:], growth[:-1], (*growth, new_root), (old_root, *growth), ()):
        assert not verify_consistency(old_size, new_size, old_root, new_root, proof)
    for proof in (path[1:], path[:-1], (*path, new_root), (old_root, *path), ()):
        assert not verify_inclusion(leaves[old_size], old_size, new_size, proof, new_root)


def test_proof_of_a_smaller_tree_is_none_of_a_larger_one() -> None:
    """A path that reaches the root too early must not count, although its hashes fit."""
    leaves = LEAVES[:4]
    old_root, new_root, proof = root_of(leaves[:2]), root_of(leaves), consistency_proof(2, leaves)

    assert not verify_consistency(2, 8, old_root, new_root, proof)
    assert not verify_inclusion(leaves[0], 0, 8, inclusion_proof(0, leaves), new_root)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_no_inclusion_proof_is_made_for_a_leaf_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="No leaf"):
        inclusion_proof(index, LEAVES[:size])


def with_flipped_bit(value: bytes, bit: int) -> bytes:
    return (int.from_bytes(value, "big") ^ 1 << bit).to_bytes(32, "big")
