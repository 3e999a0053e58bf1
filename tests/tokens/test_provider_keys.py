"""A provider's keys come and go: new ones are found at once, removed ones stop counting, nobody makes us ask often."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from adapters.tokens.provider_keys import AGAIN, COUNTS, FRESH, KeysUnavailableError, ProviderKeys, read_keys
from adapters.tokens.reading import UnprovenError
from tests.tokens.identity_provider import jwk
from tests.tokens.signing import ed25519_key, es256_key, rs256_key

ONE, TWO = es256_key("provider 1"), es256_key("provider 2")


class Published:
    """What a provider publishes, and how often it was asked; the clock stands until it is moved."""

    def __init__(self, *keys: Any) -> None:
        self.keys: list[Any] = list(keys)
        self.text: bytes | None = None
        self.asked, self.elapsed, self.down = 0, 1000.0, False
        self.known = ProviderKeys(self.fetch, lambda: self.elapsed)

    def fetch(self) -> bytes:
        self.asked += 1
        if self.down:
            raise KeysUnavailableError
        return self.text if self.text is not None else json.dumps({"keys": self.keys}).encode()

    def counts(self, kid: str, algorithm: str = "ES256") -> bool:
        try:
            self.known.key(kid, algorithm)
        except UnprovenError:
            return False
        return True


def test_keys_are_asked_for_once_as_long_as_they_are_fresh() -> None:
    published = Published(jwk(ONE, "1"), jwk(TWO, "2"))

    assert published.counts("1")
    assert published.counts("2")
    published.elapsed += FRESH - 1
    assert published.counts("1")

    assert published.asked == 1


def test_a_new_key_is_found_when_it_is_first_seen() -> None:
    published = Published(jwk(ONE, "1"))
    assert published.counts("1")
    published.elapsed += AGAIN

    published.keys.append(jwk(TWO, "2"))

    assert published.counts("2")
    assert published.asked == 2


def test_unknown_ids_lead_to_one_question_a_minute() -> None:
    published = Published(jwk(ONE, "1"))

    for guess in range(50):
        assert not published.counts(f"guess {guess}")
    assert published.asked == 1
    published.elapsed += AGAIN
    for guess in range(50):
        assert not published.counts(f"guess {guess}")

    assert published.asked == 2
    assert published.counts("1")


def test_a_removed_key_stops_counting_with_the_next_look() -> None:
    published = Published(jwk(ONE, "1"), jwk(TWO, "2"))
    assert published.counts("1")

    published.keys.pop(0)
    published.elapsed += FRESH

    assert not published.counts("1")
    assert published.counts("2")


def test_a_key_exchanged_under_its_id_is_the_new_one() -> None:
    published = Published(jwk(ONE, "1"))
    before = published.known.key("1", "ES256")

    published.keys = [jwk(TWO, "1")]
    published.elapsed += FRESH

    assert published.known.key("1", "ES256") != before


@pytest.mark.parametrize("broken", [None, b"", b"{", b"[]", b"7", b'{"keys": {}}', b'{"keys": [], "keys": []}'])
def test_a_provider_that_fails_keeps_its_keys_for_an_hour_and_no_longer(broken: bytes | None) -> None:
    published = Published(jwk(ONE, "1"))
    assert published.counts("1")

    published.down, published.text = broken is None, broken
    published.elapsed += COUNTS - 1
    assert published.counts("1")
    assert published.counts("1")
    assert published.asked == 2
    published.elapsed += 1
    assert not published.counts("1")

    published.down, published.text = False, None
    published.elapsed += AGAIN
    assert published.counts("1")


def test_a_provider_that_never_answered_has_no_keys() -> None:
    published = Published()
    published.down = True

    assert not published.counts("1")
    assert not published.counts("1")

    assert published.asked == 1


def test_many_who_come_at_once_ask_once() -> None:
    published = Published(jwk(ONE, "1"))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(published.counts, ["1"] * 32))

    assert published.asked == 1


@pytest.mark.parametrize(
    "unfit",
    [
        jwk(TWO, "2", use="enc"),
        jwk(TWO, "2", key_ops=["sign"]),
        jwk(TWO, "2", key_ops="verify"),
        jwk(TWO, "2", key_ops=7),
        jwk(TWO, "2", d="AAAA"),
        jwk(TWO, "2", x="AAAA"),
        jwk(TWO, "2", x=7),
        jwk(TWO, "2", crv="P-257"),
        {**TWO.public, "use": "sig"},
        {**TWO.public, "kid": 2},
        {"kid": "2", "kty": "oct", "k": "c2VjcmV0"},
        {"kid": "2", "kty": "RSA", "e": "AQAB"},
        {"kid": "2", "kty": "RSA", "e": "AQAB", "n": 7},
        {"kid": "2", "kty": "RSA", "e": "AQAB", "n": "A" * 400},
        {"kid": "2", "kty": ["EC"]},
        jwk(rs256_key("short", 1024), "2"),
        "2",
        7,
        None,
    ],
)
def test_what_is_no_public_key_for_signatures_is_left_out(unfit: Any) -> None:
    text = json.dumps({"keys": [unfit, jwk(ONE, "1")]}).encode()

    assert [kid for kid, _ in read_keys(text)] == ["1"]


def test_two_keys_under_one_id_are_neither() -> None:
    text = json.dumps({"keys": [jwk(ONE, "1"), jwk(TWO, "1"), jwk(TWO, "2")]}).encode()

    assert [kid for kid, _ in read_keys(text)] == ["2"]


def test_a_key_fits_the_algorithms_of_its_type_and_curve_alone() -> None:
    published = Published(
        jwk(ONE, "ec"), jwk(rs256_key("p"), "rsa"), jwk(ed25519_key("p"), "ed"), jwk(TWO, "a", alg="ES256")
    )
    fitting = {
        (kid, algorithm)
        for kid in ("ec", "rsa", "ed", "a")
        for algorithm in ("ES256", "ES384", "RS256", "PS512", "Ed25519")
        if published.counts(kid, algorithm)
    }

    assert fitting == {("ec", "ES256"), ("a", "ES256"), ("rsa", "RS256"), ("rsa", "PS512"), ("ed", "Ed25519")}
