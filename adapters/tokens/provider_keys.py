"""The public keys of an identity provider (JWK set, RFC 7517): fetched, kept for a while, rotated.

A key that the provider took out stops counting with the next fetch; when no fetch succeeds for an hour, none
counts any more. An unknown key id leads to one fetch, and to no other within a minute, whoever asks.
"""

from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Mapping
from threading import Lock
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from adapters.tokens.reading import UnprovenError
from adapters.tokens.verifying import Key
from compliance.envelope import strict_json
from domain.errors import InvalidInputError

KINDS: Final[Mapping[str, tuple[type[Key], str]]] = {
    "RS256": (RSAKey, ""),
    "RS384": (RSAKey, ""),
    "RS512": (RSAKey, ""),
    "PS256": (RSAKey, ""),
    "PS384": (RSAKey, ""),
    "PS512": (RSAKey, ""),
    "ES256": (ECKey, "P-256"),
    "ES384": (ECKey, "P-384"),
    "Ed25519": (OKPKey, "Ed25519"),
}
"""The algorithms that a provider may be pinned to, each with its type of key and its curve."""
TYPES: Final[Mapping[str, type[Key]]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
PRIVATE: Final = frozenset({"d", "p", "q", "k"})
LEAST_RSA_BITS: Final = 2048
AGAIN: Final = 60.0
"""Seconds between two fetches."""
FRESH: Final = 600.0
"""Seconds after which keys are fetched anew."""
COUNTS: Final = 3600.0
"""Seconds after which keys that could not be fetched anew count no more."""
LONG_AGO: Final = float("-inf")


class KeysUnavailableError(Exception):
    """The provider's keys could not be had; whoever hands in a source raises this."""


Source = Callable[[], bytes]


class ProviderKeys:
    """The keys by their ids; safe for several threads."""

    def __init__(self, source: Source, elapsed: Callable[[], float]) -> None:
        self._source, self._elapsed = source, elapsed
        self._guard = Lock()
        self._keys: Mapping[str, Key] = {}
        self._fetched, self._tried = LONG_AGO, LONG_AGO

    def key(self, kid: str, algorithm: str) -> Key:
        """The key of that id, fit for that algorithm; UnprovenError where the provider has none."""
        found = self._found(kid)
        if found is None:
            with self._guard:
                found = self._found(kid)
                if found is None and self._elapsed() - self._tried >= AGAIN:
                    self._fetch()
                found = self._keys.get(kid)
            if self._elapsed() - self._fetched >= COUNTS:
                raise UnprovenError("the provider's keys are too old")
        if found is None or not fits(found, algorithm):
            raise UnprovenError("the provider has no such key")
        return found

    def _found(self, kid: str) -> Key | None:
        """A key that counts without another look at the provider."""
        return self._keys.get(kid) if self._elapsed() - self._fetched < FRESH else None

    def _fetch(self) -> None:
        self._tried = self._elapsed()
        try:
            self._keys = dict(read_keys(self._source()))
        except (KeysUnavailableError, InvalidInputError, ValueError):
            return  # what was known goes on until it is too old
        self._fetched = self._tried


def fits(key: Key, algorithm: str) -> bool:
    """Whether the key is of the type and curve that the algorithm asks for."""
    kind, curve = KINDS[algorithm]
    if type(key) is not kind or key.alg not in {None, algorithm}:
        return False
    return isinstance(key, RSAKey) or key.curve_name == curve


def read_keys(text: bytes) -> Iterator[tuple[str, Key]]:
    """The public keys for signatures in a JWK set, by id; what is anything else, or stands twice, is left out."""
    data = strict_json(text)
    members: Any = data.get("keys") if isinstance(data, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]  # a parsed JSON object
    if not isinstance(members, list):
        raise ValueError("not a JWK set")  # noqa: TRY004 (what was read, not how it was called)
    candidates: list[tuple[Any, Key | None]] = [(one.get("kid"), _key(one)) for one in members if isinstance(one, dict)]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType, reportUnknownMemberType]  # parsed JSON objects
    ids = [kid for kid, _ in candidates]
    for kid, key in candidates:
        if isinstance(kid, str) and key is not None and ids.count(kid) == 1:
            yield kid, key


def _key(members: dict[str, Any]) -> Key | None:
    kind = TYPES.get(str(members.get("kty")))
    if kind is None or members.get("use", "sig") != "sig" or not PRIVATE.isdisjoint(members):
        return None
    try:
        if kind is RSAKey and _bits(members["n"]) < LEAST_RSA_BITS:
            return None
        key = kind.import_key(members)
        key.check_key_op("verify")
    except (JoseError, ValueError, TypeError, KeyError):
        return None  # a provider may publish what this version cannot read
    return key


def _bits(number: str) -> int:
    return int.from_bytes(urlsafe_b64decode(number + "=" * (-len(number) % 4))).bit_length()
