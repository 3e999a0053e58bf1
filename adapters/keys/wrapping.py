"""The embedded root: one secret in a file, from which HKDF-SHA256 derives what wraps keys with AES-256-GCM."""

import hmac
from collections.abc import Callable
from itertools import chain
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapters.keys.root import EncryptionContext, Wrapped
from domain.randomisation.rand_v1 import lp

NONCE_BYTES: Final = 12


class Wrapping:
    """Wraps and unwraps keys. Each is bound to what it is for, so that rows cannot be exchanged."""

    def __init__(self, secret: bytes, salt: bytes, randomness: Callable[[int], bytes]) -> None:
        self._proof = _derived(secret, salt, b"trialproof.keystore.proof.v1")
        self._aead = AESGCM(_derived(secret, salt, b"trialproof.keystore.wrap.v1"))
        self._randomness = randomness

    def proof(self) -> bytes:
        """What only this secret gives."""
        return self._proof

    def proves(self, proof: bytes) -> bool:
        """Tell whether this is the secret that the store was made with."""
        return hmac.compare_digest(self._proof, proof)

    def wrap(self, key: bytes, context: EncryptionContext) -> Wrapped:
        """Wrap a key under a nonce of its own; the store refuses one that comes twice."""
        nonce = self._randomness(NONCE_BYTES)
        return Wrapped(self._aead.encrypt(nonce, key, _bound_to(context)), nonce)

    def unwrap(self, wrapped: Wrapped, context: EncryptionContext) -> bytes:
        """Give the key; ValueError where the row was altered or belongs elsewhere."""
        try:
            return self._aead.decrypt(wrapped.nonce or b"", wrapped.blob, _bound_to(context))
        except InvalidTag as error:
            raise ValueError("it was altered, or moved from another row") from error


def _bound_to(context: EncryptionContext) -> bytes:
    return lp(*chain.from_iterable(sorted(context.items())))


def _derived(secret: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=salt, info=purpose).derive(secret)
