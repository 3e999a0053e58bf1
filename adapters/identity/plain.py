"""One-time secrets, session tokens, and words from outside in the form that the ledger takes."""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Final
from unicodedata import category, normalize

from adapters.chance import ALPHABET

GROUPS: Final = 6
GROUP: Final = 5
"""Thirty signs of an alphabet of 31: 148 bits, and still read aloud."""
TOKEN_PREFIX: Final = "tps_"  # noqa: S105 (what every session token begins with, so that a scanner finds a lost one)
TOKEN_BYTES: Final = 32
LONGEST_NAME: Final = 200
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,63}", re.ASCII)


def printable_secret(randomness: Callable[[int], bytes]) -> str:
    """A secret for one person, printed once: `k7m2p-…`, evenly drawn."""
    signs: list[str] = []
    while len(signs) < GROUPS * GROUP:
        limit = 256 - 256 % len(ALPHABET)
        signs += [ALPHABET[byte % len(ALPHABET)] for byte in randomness(GROUP) if byte < limit]
    return "-".join("".join(signs[at : at + GROUP]) for at in range(0, GROUPS * GROUP, GROUP))


def digest_of(secret: str, credential: str) -> bytes:
    """What is kept of a printed secret; blanks, hyphens and capitals are nothing that a person has to get right."""
    plain = "".join(sign for sign in secret.lower() if sign.isalnum())
    return hmac.digest(credential.encode(), plain.encode(errors="replace"), "sha256")


def new_token(randomness: Callable[[int], bytes]) -> str:
    """A session token of 256 random bits."""
    return TOKEN_PREFIX + urlsafe_b64encode(randomness(TOKEN_BYTES)).rstrip(b"=").decode()


def digest_of_token(token: str) -> bytes:
    """What is kept of a session token."""
    return sha256(token.encode(errors="replace")).digest()


def is_id(given: str) -> bool:
    """Whether this can be the id of an account at all."""
    return _ID.fullmatch(given) is not None


def as_name(given: str) -> str:
    """Words about a device or a source as one bounded line; what cannot stand in an entry is left out."""
    kept = "".join(sign for sign in normalize("NFC", given) if category(sign)[0] != "C")
    return normalize("NFC", kept)[:LONGEST_NAME].strip() or "unknown"
