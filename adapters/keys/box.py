"""One locked box: AES-256-GCM at a known length, tied to one key and to what it belongs to.

GCM alone lets somebody who chose two keys open one ciphertext in two ways. The commitment, an HMAC under the
key that is authenticated as well, ties the ciphertext to one key.
"""

import hmac
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.keys.store import Key
from domain.randomisation.rand_v1 import lp

TAG_BYTES: Final = 16


class Box(NamedTuple):
    """What is stored of something sealed: nothing in it depends on the words but the ciphertext."""

    ciphertext: bytes
    commitment: bytes
    key: bytes
    nonce: bytes


def lock(plain: bytes, key: Key, nonce: bytes, *bound_to: str) -> Box:
    """Lock bytes that were padded already; `bound_to` begins with the label of the scheme."""
    commitment = _commitment(key.key, bound_to)
    ciphertext = AESGCM(key.key).encrypt(nonce, plain, lp(*bound_to, key.id, commitment))
    return Box(ciphertext, commitment, key.id, nonce)


def unlock(box: Box, key: bytes, *bound_to: str) -> bytes:
    """Give the padded bytes; ValueError where anything was altered, exchanged or moved."""
    if not hmac.compare_digest(box.commitment, _commitment(key, bound_to)):
        raise ValueError("it is committed to another key")
    try:
        return AESGCM(key).decrypt(box.nonce, box.ciphertext, lp(*bound_to, box.key, box.commitment))
    except InvalidTag as error:
        raise ValueError("it was altered, or moved from where it belongs") from error


def _commitment(key: bytes, bound_to: tuple[str, ...]) -> bytes:
    return hmac.digest(key, bound_to[0].encode(), "sha256")
