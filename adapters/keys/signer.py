"""The key that seals signatures: Ed25519 (RFC 8032), its seed in the key store and nowhere else."""

from functools import cached_property
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from adapters.keys.store import KeyStore

SCOPE = "signer/1"


class SignerKey:
    """Seals with the deployment's own key; only this service holds it, so a seal is the service's, not a person's."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._keys.key_for(SCOPE).key)

    @property
    def public(self) -> bytes:
        """The public half, 32 bytes."""
        return self._private.public_key().public_bytes_raw()

    @property
    def key(self) -> str:
        """SHA-256 of the public half, in hex."""
        return sha256(self.public).hexdigest()

    def __call__(self, signed: bytes) -> bytes:
        """The seal, 64 bytes long."""
        return self._private.sign(signed)


def verifies(public: bytes, signed: bytes, seal: bytes) -> bool:
    """Whether the seal over these bytes was made with the private half of this key."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(seal, signed)
    except (InvalidSignature, ValueError):
        return False
    return True
