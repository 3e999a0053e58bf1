"""The program that verifies alone: its own cipher against published vectors, its own draws against the product's."""

import os
import random
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.standalone import verify_randomisation as program
from adapters.standalone.verify_randomisation import (
    Draws,
    Minimised,
    drawn_list,
    gcm_open,
    one_block,
    round_keys,
    tree_root,
)
from compliance.proofs.tree import root_of
from domain.randomisation.method import DrawMethod, Earlier, ListMethod
from domain.randomisation.methods import METHODS, method_of
from domain.randomisation.rand_v1 import Stream

KEY = "feffe9928665731c6d6a8f9467308308" * 2
IV = "cafebabefacedbaddecaf888"
PLAIN = (
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"
)
CIPHER = (
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
)
BOUND = "feedfacedeadbeeffeedfacedeadbeefabaddad2"
GCM_VECTORS = (
    ("00" * 32, "00" * 12, "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
    ("00" * 32, "00" * 12, "00" * 16, "", "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919"),
    (KEY, IV, PLAIN, "", CIPHER, "b094dac5d93471bdec1a502270e3cc6c"),
    (KEY, IV, PLAIN[:120], BOUND, CIPHER[:120], "76fc6ece0f4e1768cddf8853bb2d551b"),
)
"""Test cases 13 to 16 of the GCM specification submitted to NIST: key, nonce, plain, bound to, cipher, tag."""
SEED = bytes(range(32))
ARMS = ("a", "b", "c")


def test_the_block_cipher_gives_the_published_block_of_fips_197() -> None:
    key, plain = bytes(range(32)), bytes.fromhex("00112233445566778899aabbccddeeff")

    assert one_block(round_keys(key), plain).hex() == "8ea2b7ca516745bfeafc49904b496089"


@pytest.mark.parametrize(("key", "nonce", "plain", "bound", "cipher", "tag"), GCM_VECTORS)
def test_the_published_vectors_open(key: str, nonce: str, plain: str, bound: str, cipher: str, tag: str) -> None:
    sealed = bytes.fromhex(cipher + tag)

    opened = gcm_open(bytes.fromhex(key), bytes.fromhex(nonce), sealed, bytes.fromhex(bound))

    assert opened.hex() == plain


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 64, 100])
def test_what_another_implementation_sealed_opens_and_one_changed_bit_anywhere_does_not(size: int) -> None:
    key, nonce, bound, plain = os.urandom(32), os.urandom(12), os.urandom(3 * size), os.urandom(size)
    sealed = AESGCM(key).encrypt(nonce, plain, bound)

    assert gcm_open(key, nonce, sealed, bound) == plain
    for one in (
        (_flipped(key), nonce, sealed, bound),
        (key, _flipped(nonce), sealed, bound),
        (key, nonce, _flipped(sealed), bound),
        (key, nonce, sealed, _flipped(bound or b"\0")),
    ):
        with pytest.raises(ValueError, match="does not open"):
            gcm_open(*one)


def _flipped(given: bytes) -> bytes:
    at = random.Random(1).randrange(len(given))
    return given[:at] + bytes([given[at] ^ 1]) + given[at + 1 :]


LISTED: tuple[tuple[str, tuple[int, ...], dict[str, tuple[str, ...]]], ...] = (
    ("permuted_blocks", (2, 1), {"sizes": ("3", "6")}),
    ("permuted_blocks", (1, 1, 1), {"sizes": ("6",)}),
    ("permuted_blocks", (3, 2), {"sizes": ("5", "10", "15")}),
    ("random_allocation_rule", (2, 1), {"total": ("15",)}),
    ("shuffled_block_sizes", (2, 1), {"sizes": ("3", "3", "6", "9")}),
    ("shuffled_block_sizes", (1, 1, 1), {"sizes": ("6",)}),
    ("simple", (3, 1, 2), {}),
    ("block_urn", (2, 1), {"lambda": ("2",)}),
    ("block_urn", (1, 1, 1), {"lambda": ("1",)}),
    ("big_stick", (1, 1), {"tolerance": ("3",)}),
    ("big_stick", (1, 1), {"tolerance": ("1",)}),
    ("biased_coin", (1, 1), {"p": ("2/3",)}),
    ("biased_coin_with_tolerance", (1, 1), {"p": ("2/3",), "tolerance": ("2",)}),
    ("wei_urn", (1, 1), {"alpha": ("0",), "beta": ("1",)}),
    ("wei_urn", (1, 1, 1), {"alpha": ("2",), "beta": ("3",)}),
)


@pytest.mark.parametrize(("method", "ratio", "parameters"), LISTED)
def test_every_listed_method_draws_the_same_list_as_the_product(
    method: str, ratio: tuple[int, ...], parameters: dict[str, tuple[str, ...]]
) -> None:
    known = method_of(method, ARMS[: len(ratio)], ratio, parameters)
    assert isinstance(known, ListMethod)

    design = {"method": method, "parameters": parameters, "ratio": list(ratio)}
    again = drawn_list(design, Draws(SEED, "T1", "list", "A"), 128)

    assert tuple(again) == known.drawn(Stream(SEED, "T1", "list", "A"), 128)


def test_no_method_of_the_product_is_left_out() -> None:
    assert {name for name, _, _ in LISTED} | {"minimisation"} == set(METHODS) == program.METHODS


MINIMISED: tuple[tuple[tuple[int, ...], dict[str, tuple[str, ...]]], ...] = (
    ((1, 1, 1), {"factors": ("site", "sex"), "measure": ("range",), "p": ("4/5",)}),
    ((1, 1, 1), {"factors": ("site", "sex"), "measure": ("sd",), "p": ("4/5",), "weights": ("2", "1/3")}),
    ((1, 1), {"factors": ("site", "sex"), "measure": ("variance",), "p": ("3/4",)}),
    ((2, 1), {"factors": ("site", "sex"), "measure": ("sd",), "p": ("4/5",), "form": ("fake_arms",)}),
)


@pytest.mark.parametrize(("ratio", "parameters"), MINIMISED)
def test_minimisation_weighs_the_same_from_the_same_inputs(
    ratio: tuple[int, ...], parameters: dict[str, tuple[str, ...]]
) -> None:
    known = method_of("minimisation", ARMS[: len(ratio)], ratio, parameters)
    assert isinstance(known, DrawMethod)
    again = Minimised({"parameters": parameters, "ratio": list(ratio)})
    chance, earlier = random.Random(7), list[Earlier]()

    for number in range(40):
        levels = (chance.choice("12"), chance.choice("fm"))
        recorded: list[dict[str, Any]] = [
            {"levels": [{"level": level} for level in one.levels], "place": one.place} for one in earlier
        ]
        scores, chances = again.weighed(recorded, levels)

        assert (tuple(scores), tuple(chances)) == known.weighed(earlier, levels)
        place = Draws(SEED, "T1", "min", "A", str(number)).fall(chances)
        assert again.arms[place] == known.arm_of(place)
        earlier.append(Earlier(levels, place))


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 21])
def test_the_tree_has_the_same_root(size: int) -> None:
    leaves = [bytes([at]) * 32 for at in range(size)]

    assert tree_root(leaves) == root_of(leaves).hex()
