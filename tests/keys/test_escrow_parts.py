"""Any two of the three officers' parts give the escrow key, one gives nothing, and a wrong one is named."""

from itertools import combinations, permutations
from typing import Any

import pytest
from Crypto.Protocol.SecretSharing import Shamir
from hypothesis import given
from hypothesis import strategies as st
from msgspec import convert

from adapters.chance import SeededBytes
from adapters.keys.escrow import OfficersPart, escrow_private, established_by, make_parts
from adapters.keys.sharing import Part, joined, split
from domain.errors import InvalidInputError
from domain.escrow.facts import EscrowEstablished

OFFICERS = ("off1", "off2", "off3")
secrets = st.binary(min_size=32, max_size=32)


def parts_of(seed: str = "ceremony", trial: str = "DEMO") -> tuple[OfficersPart, ...]:
    return make_parts(trial, OFFICERS, SeededBytes(seed))


def established(parts: tuple[OfficersPart, ...]) -> EscrowEstablished:
    return convert({**established_by(parts), "threshold": 2}, EscrowEstablished)


def opened(*parts: OfficersPart, by: tuple[OfficersPart, ...] | None = None) -> str:
    private = escrow_private("DEMO", established(by or parts_of()), parts)
    return private.public_key().public_bytes_raw().hex()


@given(secret=secrets, seed=st.text())
def test_any_two_parts_in_any_order_give_the_secret(secret: bytes, seed: str) -> None:
    parts = split(secret, SeededBytes(seed))

    assert [part.number for part in parts] == [1, 2, 3]
    assert all(joined(two) == secret for two in permutations(parts, 2))


@given(one=secrets, other=secrets, seed=st.text())
def test_one_part_fits_every_secret(one: bytes, other: bytes, seed: str) -> None:
    """For the part that somebody holds and any secret there is a second part that would complete it."""
    for held in split(one, SeededBytes(seed)):
        number = held.number % 3 + 1
        halves = [
            Shamir.combine([(number, other[cut]), (number ^ held.number, held.value[cut])])
            for cut in (slice(16), slice(16, 32))
        ]
        completing = Part(number, b"".join(halves))

        assert joined([held, completing]) == other


@given(secret=secrets)
def test_parts_made_by_the_library_itself_are_read_alike(secret: bytes) -> None:
    low, high = Shamir.split(2, 3, secret[:16]), Shamir.split(2, 3, secret[16:])
    parts = [Part(number, half + other) for (number, half), (_, other) in zip(low, high, strict=True)]

    assert all(joined(two) == secret for two in combinations(parts, 2))


def test_parts_of_the_same_secret_never_look_the_same_twice() -> None:
    chance = SeededBytes("x")

    values = {part.value for _ in range(50) for part in split(bytes(32), chance)}

    assert len(values) == 150


@pytest.mark.requirement("E6-08")
def test_any_two_officers_open_the_escrow_key() -> None:
    parts = parts_of()

    assert {opened(*two) for two in permutations(parts, 2)} == {parts[0].public_key}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_fewer_and_more_than_two_open_nothing(count: int) -> None:
    with pytest.raises(InvalidInputError) as refused:
        opened(*parts_of()[:count])

    assert refused.value.code == "escrow_parts_needed"


def test_one_part_brought_twice_opens_nothing() -> None:
    with pytest.raises(InvalidInputError) as refused:
        opened(parts_of()[0], parts_of()[0])

    assert refused.value.code == "escrow_parts_needed"


@pytest.mark.parametrize(
    "altered",
    [
        {"value": bytes(32)},
        {"salt": bytes(32)},
        {"number": 3},
        {"number": 9},
        {"officer": "off1"},
        {"trial": "OTHER"},
    ],
)
def test_a_part_that_was_altered_is_named(altered: dict[str, Any]) -> None:
    first, second, _ = parts_of()

    with pytest.raises(InvalidInputError, match=r"Part \d of off\d") as refused:
        opened(first, second._replace(**altered))

    assert refused.value.code == "wrong_escrow_part"
    assert second.value.hex() not in str(refused.value)


def test_every_bit_of_a_part_counts() -> None:
    first, second, _ = parts_of()

    for at in range(256):
        value = (int.from_bytes(second.value) ^ 1 << at).to_bytes(32)
        with pytest.raises(InvalidInputError, match="Part 2 of off2"):
            opened(first, second._replace(value=value))


def test_a_part_of_another_ceremony_is_named() -> None:
    with pytest.raises(InvalidInputError, match="Part 2 of off2"):
        opened(parts_of()[0], parts_of("another")[1], by=parts_of())


def test_a_part_does_not_show_in_messages() -> None:
    part = parts_of()[0]

    assert part.value.hex() not in repr(part) + str(part)
    assert repr(Part(1, b"x" * 32)) == "Part(1)"


def test_a_commitment_tells_nothing_of_the_part_without_its_salt() -> None:
    parts = parts_of()

    assert len({part.commitment for part in parts}) == 3
    assert parts[0]._replace(salt=bytes(32)).commitment != parts[0].commitment
