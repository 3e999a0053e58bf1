"""Assertions that prove nothing: each differs from one that holds in one thing, and each is told the same words."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.chance import SeededBytes, SetClock
from adapters.tokens.assertions import DECOY, audience_of
from adapters.wiring import Sources
from domain.people.public_keys import kid_of
from tests.compliance.stores import START, open_desk
from tests.tokens.gatehouse import KEY, OTHER_KEY, SERVICE, Gatehouse, twice
from tests.tokens.signing import always, b64, ed25519_key, es256_key, hmac_with, rs256_key, token

STRANGER = ed25519_key("a stranger")
RFC_8032_SECRET = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
"""The private half of a key that is printed in a standard (RFC 8032, 7.1, test 1): everybody has it."""
SECRETS = (OTHER_KEY.text, json.dumps(OTHER_KEY.public), OTHER_KEY.public["x"], OTHER_KEY.kid, "")

SPOILT: tuple[Callable[[str], str], ...] = (
    lambda _: "",
    lambda _: "not a token",
    lambda _: "tps_session-token",
    lambda whole: whole.rpartition(".")[0],
    lambda whole: f"{whole.rpartition('.')[0]}.",
    lambda whole: f"{whole}.{whole}",
    lambda whole: f".{whole}",
    lambda whole: f"{whole}\n",
    lambda whole: f" {whole}",
    lambda whole: f"{whole}=",
    lambda whole: f"{whole}A",
    lambda whole: f"{whole}AAA",
    lambda whole: whole[:-1],
    lambda whole: whole.replace(".", "..", 1),
    lambda whole: f"{whole[:-1]}é",
    lambda whole: f"{whole[:-1]}\0",
    lambda whole: json.dumps(dict(zip(("protected", "payload", "signature"), whole.split("."), strict=True))),
    lambda whole: f"{whole.split('.')[0]}..{whole.split('.')[2]}",
)
"""What makes of a token something that could be taken for it."""


@pytest.mark.requirement("P11-13")
def test_the_assertion_that_the_attacks_start_from_holds(attacked: Gatehouse) -> None:
    assert attacked.log_in(attacked.assertion())
    assert attacked.log_in(attacked.assertion(OTHER_KEY))
    attacked.issued.clear()


@pytest.mark.parametrize("name", ["none", "None", "NONE", ""])
@pytest.mark.parametrize("signature", [b"", b"\0", b"\0" * 64])
def test_no_algorithm_is_no_proof(attacked: Gatehouse, name: str, signature: bytes) -> None:
    attacked.refuses(attacked.assertion(header={"alg": name}, sign=always(signature)))


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "ES256"])
def test_a_public_key_is_no_shared_secret(attacked: Gatehouse, secret: str, algorithm: str) -> None:
    forged = hmac_with(secret.encode())

    attacked.refuses(attacked.assertion(OTHER_KEY, header={"alg": algorithm}, sign=forged))


def test_another_algorithm_than_the_keys_is_refused(attacked: Gatehouse) -> None:
    attacked.refuses(attacked.assertion(KEY, header={"alg": "EdDSA"}))
    attacked.refuses(attacked.assertion(KEY, header={"alg": "ES256"}))
    attacked.refuses(attacked.assertion(KEY, header={"alg": "ES256"}, sign=OTHER_KEY.sign))
    attacked.refuses(attacked.assertion(OTHER_KEY, header={"alg": "RS256"}, sign=rs256_key("x").sign))
    attacked.refuses(attacked.assertion(KEY, header={"alg": ["Ed25519"]}))
    attacked.refuses(attacked.assertion(KEY, header={"alg": None}))


def test_a_signature_of_somebody_else_is_refused(attacked: Gatehouse) -> None:
    attacked.refuses(attacked.assertion(sign=STRANGER.sign))
    attacked.refuses(attacked.assertion(sign=always(bytes(64))))
    attacked.refuses(attacked.assertion(OTHER_KEY, sign=es256_key("a stranger").sign))
    attacked.refuses(attacked.assertion(OTHER_KEY, sign=always(bytes(64))))


def test_a_key_that_nobody_registered_is_refused(attacked: Gatehouse) -> None:
    attacked.refuses(attacked.assertion(STRANGER))


def test_a_kid_leads_to_keys_of_this_account_alone(attacked: Gatehouse) -> None:
    attacked.add_service("lab", STRANGER)
    for kid in (STRANGER.kid, OTHER_KEY.kid, KEY.thumbprint, "../../dev/null", "' OR 1=1 --", "", 7, None):
        attacked.refuses(attacked.assertion(header={"kid": kid}))
    attacked.refuses(attacked.assertion(STRANGER))
    attacked.refuses(attacked.assertion(STRANGER, iss="lab"))


@pytest.mark.parametrize(
    "header",
    [
        {"crit": []},
        {"crit": ["exp"], "exp": 1},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"b64": True},
        {"jwk": STRANGER.public},
        {"jku": "https://attacker.example/keys"},
        {"x5u": "https://attacker.example/chain"},
        {"x5c": ["MIIB"]},
        {"zip": "DEF"},
        {"cty": "JWT"},
        {"typ": "at+jwt"},
        {"typ": 7},
        {"something": "else"},
    ],
)
def test_a_header_brings_no_key_and_no_other_reading(attacked: Gatehouse, header: dict[str, Any]) -> None:
    attacked.refuses(attacked.assertion(header=header))
    attacked.refuses(attacked.assertion(header=header, sign=STRANGER.sign))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "someone"},
        {"iss": "lead", "sub": "lead"},
        {"iss": "nobody", "sub": "nobody"},
        {"iss": "a\nb", "sub": "a\nb"},
        {"iss": "../edc", "sub": "../edc"},
        {"iss": "", "sub": ""},
        {"iss": 7, "sub": 7},
        {"iss": "x" * 65, "sub": "x" * 65},
        {"sub": "lab"},
        {"iss": None},
        {"sub": None},
        {"aud": None},
        {"aud": ""},
        {"aud": []},
        {"aud": 7},
        {"aud": [7]},
        {"aud": "trialproof"},
        {"aud": "https://trialproof.example/token"},
        {"aud": f"trialproof:{'0' * 32}"},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 129},
        {"jti": "two words"},
        {"iat": None},
        {"exp": None},
    ],
)
def test_a_claim_that_is_missing_or_another_refuses(attacked: Gatehouse, changes: dict[str, Any]) -> None:
    claims = attacked.claims(**{name: value for name, value in changes.items() if value is not None})
    kept = {name: value for name, value in claims.items() if name not in changes or changes[name] is not None}
    header = {"alg": KEY.algorithm, "kid": KEY.kid}

    attacked.refuses(token(header, kept, KEY.sign))


def test_an_assertion_for_two_audiences_is_for_none(attacked: Gatehouse) -> None:
    audience = attacked.services.audience

    attacked.refuses(attacked.assertion(aud=[audience, "https://other.example"]))
    attacked.refuses(attacked.assertion(aud=[audience, audience]))


def test_an_assertion_for_another_deployment_of_the_product_fails(attacked: Gatehouse, tmp_path: Path) -> None:
    with open_desk(tmp_path, Sources(SetClock(START), SeededBytes("elsewhere"), seeded=True)) as elsewhere:
        audience = audience_of(elsewhere.store.ledger)

    assert audience != attacked.services.audience
    attacked.refuses(attacked.assertion(aud=audience))


@pytest.mark.parametrize(
    ("issued", "expires", "starts"),
    [
        (-300, 0, None),
        (-301, -1, None),
        (-86_400, -86_100, None),
        (-86_400, 60, None),
        (0, 301, None),
        (-1, 300, None),
        (0, 0, None),
        (0, -1, None),
        (10, 10, None),
        (31, 300, None),
        (3600, 3800, None),
        (0, 300, 31),
        (0, 300, 299),
    ],
)
def test_an_assertion_counts_for_five_minutes_from_its_issue(
    attacked: Gatehouse, issued: int, expires: int, starts: int | None
) -> None:
    now = attacked.now
    times: dict[str, Any] = {"iat": now + issued, "exp": now + expires}
    times["nbf"] = None if starts is None else now + starts

    attacked.refuses(attacked.assertion(**times))


@pytest.mark.parametrize("name", ["iat", "exp", "nbf"])
@pytest.mark.parametrize("value", ["soon", True, -1, 253_402_300_800, 2**53, [], {}])
def test_times_are_whole_seconds(attacked: Gatehouse, name: str, value: Any) -> None:
    for given in (value, str(attacked.now)):
        changes: dict[str, Any] = {name: given}
        attacked.refuses(attacked.assertion(**changes))


@pytest.mark.parametrize("written", ["{}.5", "{}e0", "NaN", "Infinity", "9" * 5000, "1" + "0" * 400])
def test_a_time_that_readers_take_differently_is_none(attacked: Gatehouse, written: str) -> None:
    claims = attacked.claims()
    text = json.dumps({**claims, "exp": "EXP"}).replace('"EXP"', written.format(claims["exp"])).encode()

    attacked.refuses(token({"alg": KEY.algorithm, "kid": KEY.kid}, text, KEY.sign))


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "exp", "jti"])
def test_a_claim_that_stands_twice_is_refused(attacked: Gatehouse, name: str) -> None:
    claims, header = attacked.claims(), {"alg": KEY.algorithm, "kid": KEY.kid}

    attacked.refuses(token(header, twice(claims, name, claims[name]), KEY.sign))
    attacked.refuses(token(header, twice(claims, name, "another"), KEY.sign))


def test_a_header_member_that_stands_twice_is_refused(attacked: Gatehouse) -> None:
    header = {"alg": KEY.algorithm, "kid": KEY.kid}

    attacked.refuses(token(twice(header, "alg", "none"), attacked.claims(), KEY.sign))
    attacked.refuses(token(twice(header, "kid", STRANGER.kid), attacked.claims(), KEY.sign))


@pytest.mark.parametrize(
    "payload",
    [b"[]", b'"text"', b"7", b"null", b"", b"{", b"\xff\xfe", "{}".encode("utf-16"), b"\xef\xbb\xbf{}", b"[" * 2000],
)
def test_a_payload_that_is_no_json_object_is_refused(attacked: Gatehouse, payload: bytes) -> None:
    header = {"alg": KEY.algorithm, "kid": KEY.kid}

    attacked.refuses(token(header, payload, KEY.sign))
    attacked.refuses(token(payload, attacked.claims(), KEY.sign))


@pytest.mark.parametrize("change", SPOILT)
def test_what_is_not_a_token_in_its_one_form_is_refused(attacked: Gatehouse, change: Callable[[str], str]) -> None:
    attacked.refuses(change(attacked.assertion()))


def test_one_changed_sign_anywhere_breaks_the_signature(attacked: Gatehouse) -> None:
    whole = attacked.assertion()
    for at in range(0, len(whole), 7):
        changed = "A" if whole[at] != "A" else "B"
        if whole[at] != ".":
            attacked.refuses(whole[:at] + changed + whole[at + 1 :])


def test_an_oversized_token_is_not_looked_at(attacked: Gatehouse) -> None:
    attacked.refuses(attacked.assertion(more="x" * 4096))
    attacked.refuses("x" * 10_000_000)


def test_a_failed_attempt_is_told_of_accounts_that_exist_alone(attacked: Gatehouse) -> None:
    attacked.refuses(attacked.assertion(sign=STRANGER.sign))
    attacked.refuses(attacked.assertion(iss="hunter2", sub="hunter2"))
    attacked.refuses("not a token")

    assert [person for _, _, person in attacked.failed[-3:]] == [SERVICE, None, None]


def test_the_key_that_unknown_accounts_are_checked_with_is_no_bodys(attacked: Gatehouse) -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(RFC_8032_SECRET))
    assert b64(private.public_key().public_bytes_raw()) in DECOY.public

    for kid in (kid_of(DECOY.key), STRANGER.kid):
        for person in (SERVICE, "nobody"):
            attacked.refuses(attacked.assertion(header={"kid": kid}, sign=private.sign, iss=person, sub=person))


@pytest.mark.requirement("P11-13")
def test_a_service_that_holds_no_key_is_let_in_by_nothing(attacked: Gatehouse) -> None:
    attacked.add_service("keyless")

    attacked.refuses(attacked.assertion(iss="keyless", sub="keyless"))

    assert attacked.failed[-1][2] == "keyless"
