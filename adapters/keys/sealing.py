"""Sealing for real: AES-256-GCM at fixed sizes, bound to what it belongs to, with a commitment to the key.

GCM alone lets somebody who chose two keys open one ciphertext in two ways. The commitment, an HMAC under the
key that is also authenticated, ties a ciphertext to one key. `ideal.py` has the same interface for proofs.
"""

import hmac
from collections.abc import Callable
from typing import Any, Final, NamedTuple, NoReturn, TypeVar
from unicodedata import is_normalized
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.keys.padding import padded, rounded_up, unpadded
from adapters.keys.store import Key, KeyStore
from adapters.keys.wrapping import NONCE_BYTES
from domain.errors import DamagedLedgerError
from domain.fields import Audience, SealedArmEnvelope, SealedFact, SealedText
from domain.randomisation import lp
from domain.streams import ledger_of

A = TypeVar("A", bound=Audience)
TEXT: Final = "trialproof.sealed-text.v1"
ARM: Final = "trialproof.sealed-arm.v1"
FACT: Final = "trialproof.sealed-fact.v1"
ARM_BYTES: Final = 64
FACT_STEP: Final = 1024
TAG_BYTES: Final = 16


class Sealer:
    """Seals texts, arms and vault facts."""

    def __init__(self, keys: KeyStore, randomness: Callable[[int], bytes]) -> None:
        self._keys = keys
        self._randomness = randomness

    def text(self, words: str, audience: type[A], size: int, *, scope: str) -> SealedText[A]:
        """Seal a text at the size of its field, under the key of its scope."""
        plain = text_bytes(words, size)
        box = self._sealed(plain, self._keys.key_for(scope), TEXT, audience.name, str(size))
        ...

    def arm(self, arm: str, *, trial: str, event_id: UUID, participant: str, list_root: str) -> SealedArmEnvelope:
        ...
