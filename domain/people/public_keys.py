"""Public keys of service accounts, in the one form in which they are kept: the canonical JWK of RFC 7638.

A key has one text, so its thumbprint is the SHA-256 of that text, and whatever else a JWK may hold (private
members, other types, certificates, addresses to fetch from) has no place in it.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Final, Literal

from domain.input import fault

Algorithm = Literal["ES256", "Ed25519"]
"""Signature algorithms of service accounts, by their names of today (RFC 7518, RFC 9864)."""

_PART: Final = r"([A-Za-z0-9_-]{43})"
FORMS: Final[Mapping[Algorithm, re.Pattern[str]]] = {
    "ES256": re.compile(rf'\{{"crv":"P-256","kty":"EC","x":"{_PART}","y":"{_PART}"\}}'),
    "Ed25519": re.compile(rf'\{{"crv":"Ed25519","kty":"OKP","x":"{_PART}"\}}'),
}
PRIVATE: Final = re.compile(r'"(d|p|q|dp|dq|qi|oth|k)"')

P256: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1
P256_B: Final = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
P25519: Final = 2**255 - 19
ED25519_D: Final = -121665 * pow(121666, -1, P25519) % P25519


def thumbprint(public: str, algorithm: Algorithm) -> str:
    """The RFC 7638 thumbprint in hex; an input error unless the text is such a key and nothing more."""
    if PRIVATE.search(public):
        raise fault("private_key_given", "a private key was given; it is compromised now, make another one")
    form = FORMS[algorithm].fullmatch(public)
    if form is None:
        raise fault("bad_public_key", f"expected the canonical JWK (RFC 7638) of a public {algorithm} key")
    parts = [_bytes(part) for part in form.groups()]
    if not (_on_p256(*parts) if algorithm == "ES256" else _on_ed25519(*parts)):
        raise fault("bad_public_key", "these numbers are no point that proves anything on the key's curve")
    return sha256(public.encode()).hexdigest()


def kid_of(key: str) -> str:
    """A thumbprint as tokens write it (`kid`): base64url, where the record has hex."""
    return urlsafe_b64encode(bytes.fromhex(key)).decode().rstrip("=")


def device_of(key: str) -> str:
    """What stands for the device in the record of a session that a key opened; with the key, the session is over."""
    return f"key {key}"


def _bytes(part: str) -> bytes:
    decoded = urlsafe_b64decode(f"{part}=")
    if urlsafe_b64encode(decoded).decode().rstrip("=") != part:
        raise fault("bad_public_key", "a number is not written as RFC 7515 writes it")
    return decoded


def _on_p256(first: bytes, second: bytes) -> bool:
    x, y = int.from_bytes(first), int.from_bytes(second)
    return max(x, y) < P256 and (y * y - x**3 + 3 * x - P256_B) % P256 == 0


def _on_ed25519(encoded: bytes) -> bool:
    """A point of the curve (RFC 8032, 5.1.3), and none of order 1, 2, 4 or 8: for those, anybody can sign."""
    y = int.from_bytes(encoded, "little") % 2**255
    square = (y * y - 1) * pow(ED25519_D * y * y + 1, -1, P25519) % P25519
    small = y == 0 or square == 0 or (square + y * y) % P25519 == 0
    return y < P25519 and not small and pow(square, (P25519 - 1) // 2, P25519) == 1
