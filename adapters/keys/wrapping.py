"""Keys under the one secret of the store: derived by HKDF-SHA256, wrapped with AES-256-GCM."""

import hmac
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.randomisation import lp

NONCE_BYTES: Final = 12


class Wrapping:
    """Wraps and unwraps keys. Each is bound to what it is for, so that rows cannot be exchanged."""

    def __init__(self, secret: bytes, salt: bytes) -> None:
        self._proof = _derived(secret, salt, b"trialproof.keystore.proof.v1")
        self._aead = AESGCM(_derived(secret, salt, b"trialproof.keystore.wrap.v1"))

    def proof(self) -> bytes:
        """What only this secret gives: stored in the open, to tell a wrong secret from a damaged row."""
        return self._proof

    def proves(self, proof: bytes) -> bool:
        """Tell whether this is the secret that the store was made with."""
        return hmac.compare_digest(self._proof, proof)

    def wrap(self, key: bytes, *bound_to: str | bytes, nonce: bytes) -> bytes:
        return self._aead.encrypt(nonce, key, lp(*bound_to))

    def unwrap(self, wrapped: bytes, *bound_to: str | bytes, nonce: bytes) -> bytes:
        """Give the key; ValueError where the row was altered or belongs elsewhere."""
        try:
            return self._aead.decrypt(nonce, wrapped, lp(*bound_to))
        except InvalidTag as error:
            raise ValueError("it was altered, or moved from another row") from error


def _derived(secret: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=salt, info=purpose).derive(secret)
