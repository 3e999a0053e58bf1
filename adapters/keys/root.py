"""The root of a key store: what wraps every key, and what a key management service may be put in the place of.

The embedded default is `wrapping.py`. Whatever stands here is on line at all hours: an emergency waits for nothing.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol, TypeAlias

from domain.errors import StorageUnavailableError

EncryptionContext: TypeAlias = Mapping[str, str]
"""What a wrap is bound to, in the open: the id, purpose and scope of the key. It opens with the same context only."""


class Wrapped(NamedTuple):
    """A wrapped key; `nonce` where the root draws one, never to come twice, None where a service keeps count."""

    blob: bytes
    nonce: bytes | None


class RootKey(Protocol):
    """Wraps and unwraps keys of 32 bytes, and never lets its own key out.

    It answers or fails within seconds: RootKeyUnavailableError where it is down, slow or answers nonsense,
    RootKeyDeniedError where its policy says no. ValueError means one thing alone: this wrap was altered, or belongs
    elsewhere.
    """

    def proof(self) -> bytes:
        """Bytes that only this root recognises: kept in the open, to tell a wrong root from a damaged row."""
        ...

    def proves(self, proof: bytes) -> bool:
        """Whether these bytes came from this root."""
        ...

    def wrap(self, key: bytes, context: EncryptionContext) -> Wrapped:
        """Wrap a key, bound to its context."""
        ...

    def unwrap(self, wrapped: Wrapped, context: EncryptionContext) -> bytes:
        """Give the key; ValueError where wrap or context are not as they were."""
        ...


RootOf: TypeAlias = Callable[[bytes], RootKey]
"""Makes the root of a store from the store's public salt."""


class RootKeyUnavailableError(StorageUnavailableError):
    """What wraps the keys does not answer."""

    code = "root_key_unavailable"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The root of the key store does not answer: {why}.",
            next_step="Try again; in an emergency call the code-break desk, and look after the key service.",
        )


class RootKeyDeniedError(StorageUnavailableError):
    """What wraps the keys refuses this service."""

    code = "root_key_denied"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The root of the key store refuses this service: {why}.",
            next_step="Have the key custodian check the policy of the key service; nothing was given.",
        )
