"""Tokens for tests, made by hand so that they may be wrong in any way; the keys are made for the tests alone."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

Sign = Callable[[bytes], bytes]


class KeyPair(NamedTuple):
    """A private key that signs, and the JWK of its public half."""

    algorithm: str
    sign: Sign
    public: dict[str, str]

    @property
    def text(self) -> str:
        """The canonical JWK (RFC 7638)."""
        return json.dumps(self.public, sort_keys=True, separators=(",", ":"))

    @property
    def thumbprint(self) -> str:
        """Its SHA-256, in hex."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def kid(self) -> str:
        """Its SHA-256, as tokens write it."""
        return b64(sha256(self.text.encode()).digest())


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def number(value: int, size: int) -> str:
    return b64(value.to_bytes(size))


@cache
def ed25519_key(seed: str) -> KeyPair:
    private = Ed25519PrivateKey.from_private_bytes(sha256(seed.encode()).digest())
    public = {"crv": "Ed25519", "kty": "OKP", "x": b64(private.public_key().public_bytes_raw())}
    return KeyPair("Ed25519", private.sign, public)


@cache
def es256_key(seed: str) -> KeyPair:
    private = ec.derive_private_key(int.from_bytes(sha256(seed.encode()).digest()), ec.SECP256R1())
    point = private.public_key().public_numbers()

    def sign(signed: bytes) -> bytes:
        r, s = decode_dss_signature(private.sign(signed, ec.ECDSA(SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)

    public = {"crv": "P-256", "kty": "EC", "x": number(point.x, 32), "y": number(point.y, 32)}
    return KeyPair("ES256", sign, public)


@cache
def rs256_key(seed: str, bits: int = 2048) -> KeyPair:
    """A key of that many bits; `seed` only tells keys apart, RSA keys are drawn anew."""
    del seed
    private = rsa.generate_private_key(65537, bits)
    numbers = private.public_key().public_numbers()
    public = {"e": number(numbers.e, 3), "kty": "RSA", "n": number(numbers.n, bits // 8)}

    def sign(signed: bytes) -> bytes:
        return private.sign(signed, padding.PKCS1v15(), SHA256())

    return KeyPair("RS256", sign, public)


def hmac_with(secret: bytes) -> Sign:
    return lambda signed: hmac.digest(secret, signed, "sha256")


def always(signature: bytes) -> Sign:
    return lambda _: signature


def written(value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def token(header: Any, claims: Any, sign: Sign) -> str:
    """A compact JWS of a header and claims, given as values or as the bytes to be written."""
    signed = f"{b64(written(header))}.{b64(written(claims))}"
    return f"{signed}.{b64(sign(signed.encode()))}"
