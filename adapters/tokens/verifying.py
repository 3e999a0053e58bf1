"""Checking a token's signature with one key under one algorithm, both chosen here and never by the token."""

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from adapters.tokens.reading import Token, UnprovenError

Key = ECKey | OKPKey | RSAKey
"""Public keys alone: with a type for shared secrets, a public key could be taken for one."""


def check_signature(token: Token, key: Key, algorithm: str) -> None:
    """UnprovenError unless the token names this algorithm and its signature was made with this key."""
    if token.header.text("alg") != algorithm:
        raise UnprovenError("another algorithm than the key's")
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    try:
        jws.deserialize_compact(token.raw, key, registry=registry)
    except (JoseError, ValueError) as error:
        raise UnprovenError("the signature does not hold") from error
