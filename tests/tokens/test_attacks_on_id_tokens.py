"""ID tokens that prove nobody: each differs from one that holds in one thing, and each is told the same words."""

import json
from collections.abc import Generator
from typing import Any

import pytest

from tests.tokens.gatehouse import open_gatehouse, twice
from tests.tokens.identity_provider import BROWSER, CLIENT, KEY, RSA_KEY, SUBJECT, IdentityProvider, link
from tests.tokens.signing import always, ed25519_key, es256_key, hmac_with, rs256_key, token

STRANGER = es256_key("a stranger")


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Generator[IdentityProvider]:
    with open_gatehouse(tmp_path_factory.mktemp("provider")) as house:
        link(house)
        yield IdentityProvider(house)


def test_the_token_that_the_attacks_start_from_holds(provider: IdentityProvider) -> None:
    assert provider.logged_in().person == "lead"


@pytest.mark.parametrize("name", ["none", "None", "", None, 7, ["ES256"]])
def test_no_algorithm_is_no_proof(provider: IdentityProvider, name: Any) -> None:
    provider.refuses_change(header={"alg": name})
    provider.refuses_change(header={"alg": name}, sign=always(b""))
    provider.refuses_change(header={"alg": name}, sign=always(bytes(1)))


@pytest.mark.parametrize("key", [KEY, RSA_KEY], ids=["ES256", "RS256"])
def test_a_public_key_is_no_shared_secret(provider: IdentityProvider, key: Any) -> None:
    for secret in (key.text, json.dumps(key.public), key.public.get("n", key.public.get("x"))):
        kid = "1" if key is KEY else "rsa"
        provider.refuses_change(kid=kid, header={"alg": "HS256"}, sign=hmac_with(secret.encode()))
        provider.refuses_change(kid=kid, key=key, sign=hmac_with(secret.encode()))


def test_another_algorithm_than_the_keys_or_the_settings_is_refused(provider: IdentityProvider) -> None:
    provider.keys += [
        {**ed25519_key("p").public, "kid": "ed"},
        {**rs256_key("ps").public, "kid": "any", "alg": "PS256"},
    ]
    provider.elapsed += 60
    assert provider.logged_in(key=RSA_KEY, kid="rsa")

    provider.refuses_change(key=ed25519_key("p"), kid="ed")
    provider.refuses_change(key=rs256_key("ps"), kid="any")
    provider.refuses_change(key=KEY, kid="rsa")
    provider.refuses_change(key=RSA_KEY, kid="1")
    provider.refuses_change(header={"alg": "RS256"})


def test_a_signature_of_somebody_else_is_refused(provider: IdentityProvider) -> None:
    provider.refuses_change(sign=STRANGER.sign)
    provider.refuses_change(key=STRANGER)
    provider.refuses_change(sign=always(bytes(64)))
    provider.refuses_change(key=RSA_KEY, kid="rsa", sign=always(bytes(256)))


@pytest.mark.parametrize("kid", ["2", "", "../1", 1, None, "ES256"])
def test_a_kid_leads_to_the_providers_keys_alone(provider: IdentityProvider, kid: Any) -> None:
    provider.refuses_change(header={"kid": kid})


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"]},
        {"b64": False},
        {"jwk": STRANGER.public},
        {"jku": "https://attacker.example/keys"},
        {"x5u": "https://attacker.example/chain"},
        {"x5c": ["MIIB"]},
        {"zip": "DEF"},
        {"cty": "JWT"},
        {"typ": "at+jwt"},
        {"typ": "logout+jwt"},
    ],
)
def test_a_header_brings_no_key_and_no_other_reading(provider: IdentityProvider, header: dict[str, Any]) -> None:
    provider.refuses_change(header=header)
    provider.refuses_change(header=header, sign=STRANGER.sign)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://login.sponsor.example/"},
        {"iss": "https://login.sponsor.example.attacker.example"},
        {"iss": "http://login.sponsor.example"},
        {"iss": 7},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"aud": [CLIENT, CLIENT]},
        {"aud": []},
        {"aud": {CLIENT: 1}},
        {"azp": "another-client"},
        {"azp": 7},
        {"azp": [CLIENT]},
        {"nonce": "another nonce"},
        {"nonce": 7},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": f"{SUBJECT} "},
        {"sub": f"{SUBJECT}\n"},
        {"sub": 248289761001},
        {"exp": "soon"},
        {"auth_time": "now"},
        {"auth_time": True},
        {"iat": 1.5},
    ],
)
def test_a_claim_that_is_another_refuses(provider: IdentityProvider, changes: dict[str, Any]) -> None:
    provider.refuses_change(**changes)


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "nonce", "auth_time", "iat", "exp"])
def test_a_claim_that_is_missing_refuses(provider: IdentityProvider, name: str) -> None:
    nonce = provider.logins.begin(BROWSER)
    claims = provider.claims(nonce)
    del claims[name]

    provider.refuses(token({"alg": "ES256", "kid": "1"}, claims, KEY.sign), nonce)


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "nonce", "exp"])
def test_a_claim_that_stands_twice_is_refused(provider: IdentityProvider, name: str) -> None:
    nonce = provider.logins.begin(BROWSER)
    claims = provider.claims(nonce)

    provider.refuses(token({"alg": "ES256", "kid": "1"}, twice(claims, name, claims[name]), KEY.sign), nonce)


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("exp", 0),
        ("exp", -1),
        ("exp", -86_400),
        ("iat", 31),
        ("iat", -601),
        ("nbf", 31),
        ("auth_time", 31),
        ("auth_time", -43_201),
    ],
)
def test_a_token_of_another_time_is_refused(provider: IdentityProvider, name: str, seconds: int) -> None:
    provider.refuses_change(**{name: provider.house.now + seconds})


def test_an_oversized_token_is_not_looked_at(provider: IdentityProvider) -> None:
    provider.refuses_change(more="x" * 16_384)
    provider.refuses("x" * 10_000_000, provider.logins.begin(BROWSER))


def test_an_answer_to_somebody_elses_question_is_refused(provider: IdentityProvider) -> None:
    mine, theirs = provider.logins.begin(BROWSER), provider.logins.begin("another browser")

    provider.refuses(provider.id_token(theirs), mine)
    provider.refuses(provider.id_token(theirs), theirs)


def test_what_is_not_a_token_is_refused(provider: IdentityProvider) -> None:
    nonce = provider.logins.begin(BROWSER)
    whole = provider.id_token(nonce)

    for given in ("", "not a token", whole.rpartition(".")[0], f"{whole}=", f"{whole}.", f"{whole}é", whole[:-1]):
        provider.refuses(given, nonce)


def test_the_folder_of_the_store_holds_no_token(provider: IdentityProvider) -> None:
    nonce = provider.logins.begin(BROWSER)
    id_token = provider.id_token(nonce)
    provider.log_in(id_token, nonce)

    for file in provider.house.store.folder.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert SUBJECT.encode() not in content
        assert id_token.encode() not in content
