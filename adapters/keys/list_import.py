"""The key to which lists made outside are sealed: HPKE (RFC 9180), its private half in the key store alone.

Anybody may have the public half. What is sealed to it is bound to one trial.
"""

from functools import cached_property
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from adapters.keys.store import KeyStore

SCOPE: Final = "list-import/1"
SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
INFO: Final = "trialproof list-import/1 "


class ListImportKey:
    """Opens lists that were sealed to this deployment."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    @cached_property
    def _private(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self._keys.key_for(SCOPE).key)

    @property
    def public(self) -> bytes:
        """The public half, 32 bytes."""
        return self._private.public_key().public_bytes_raw()

    def __call__(self, sealed: bytes, *, trial: str) -> bytes | None:
        """The file; None where it was sealed to another key or for another trial, or was altered."""
        try:
            return SUITE.decrypt(sealed, self._private, self.info(trial).encode())
        except InvalidTag:
            return None

    def info(self, trial: str) -> str:
        """What a list for a trial is bound to when it is sealed."""
        return f"{INFO}{trial}"
