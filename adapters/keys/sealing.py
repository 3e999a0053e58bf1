"""Sealing for real, under the keys of the key store. `ideal.py` has the same interface, for proofs.

What each box is bound to: a text to its audience and size; an arm to trial, event, participant and the
committed list; a vault fact to ledger, stream, type and event.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Final, TypeVar, cast
from uuid import UUID

from adapters.keys.box import Box, lock, unlock
from adapters.keys.padding import padded_arm, padded_fact, padded_text, unpadded
from adapters.keys.store import EscrowTo, Key, KeyStore
from adapters.keys.wrapping import NONCE_BYTES
from domain.errors import DamagedLedgerError
from domain.fields import Audience, AudienceName, SealedArmEnvelope, SealedFact, SealedText
from domain.streams import ledger_of

A = TypeVar("A", bound=Audience)
TEXT: Final = "trialproof.sealed-text.v1"
ARM: Final = "trialproof.sealed-arm.v1"
FACT: Final = "trialproof.sealed-fact.v1"


def no_escrow(trial: str) -> None:
    """No trial has an escrow key."""
    del trial


class Sealer:
    """Seals texts and arms; `escrow` gives the public escrow key of a trial, once there is one."""

    def __init__(
        self,
        keys: KeyStore,
        randomness: Callable[[int], bytes],
        escrow: Callable[[str], bytes | None] = no_escrow,
    ) -> None:
        self._keys = keys
        self._randomness = randomness
        self._escrow = escrow

    def text(self, words: str, audience: type[A], size: int, *, scope: str) -> SealedText[A]:
        """Seal a text at the size of its field, under the key of its scope."""
        plain = padded_text(words, size)
        box = self._locked(plain, self._keys.key_for(scope), TEXT, audience.name, str(size))
        return sealed_text(box, audience, size)

    def arm(self, arm: str, *, trial: str, event_id: UUID, participant: str, list_root: str) -> SealedArmEnvelope:
        """Seal an arm under a key of its own."""
        plain = padded_arm(arm)
        public = self._escrow(trial)
        key = self._keys.fresh_key("allocation", escrow=None if public is None else EscrowTo(trial, public))
        return SealedArmEnvelope(
            **self._locked(plain, key, ARM, trial, str(event_id), participant, list_root)._asdict()
        )

    def _locked(self, plain: bytes, key: Key, *bound_to: str) -> Box:
        return lock(plain, key, self._randomness(NONCE_BYTES), *bound_to)


class Opener:
    """Opens texts and arms; a key that was destroyed is NotFoundError, a changed box DamagedLedgerError."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    def text(self, sealed: SealedText[Any]) -> str:
        """Open a text."""
        key = self._keys.key(sealed.key)
        with reading("text"):
            return unpadded(unlock(box_of(sealed), key, TEXT, sealed.audience, str(sealed.size))).decode()

    def arm(
        self,
        envelope: SealedArmEnvelope,
        *,
        trial: str,
        event_id: UUID,
        participant: str,
        list_root: str,
        authorised_by: UUID,
    ) -> str:
        """Open an arm; its key comes out of the store only after the store's log names the authority."""
        key = self._keys.unwrap(envelope.key, authorised_by=authorised_by)
        with reading("arm"):
            plain = unlock(box_of(envelope), key, ARM, trial, str(event_id), participant, list_root)
            return unpadded(plain).decode()

    def release_key(self, envelope: SealedArmEnvelope, *, authorised_by: UUID) -> bytes:
        """Give an envelope's key away, after the store's log names the authority."""
        return self._keys.unwrap(envelope.key, authorised_by=authorised_by)


class VaultSealing:
    """Seals and opens the payloads of vault entries, under one key for each vault."""

    def __init__(self, keys: KeyStore, randomness: Callable[[int], bytes]) -> None:
        self._keys = keys
        self._randomness = randomness

    def seal_fact(self, plain: bytes, *, stream: str, type_name: str, event_id: UUID) -> SealedFact:
        """Seal a canonical payload."""
        vault = ledger_of(stream)
        key, nonce = self._keys.key_for(vault), self._randomness(NONCE_BYTES)
        box = lock(padded_fact(plain), key, nonce, FACT, vault, stream, type_name, str(event_id))
        return SealedFact(**box._asdict())

    def open_fact(self, sealed: SealedFact, *, stream: str, type_name: str, event_id: UUID) -> bytes:
        """Open a payload where it was sealed, and nowhere else."""
        key = self._keys.key(sealed.key)
        with reading("vault entry"):
            return unpadded(unlock(box_of(sealed), key, FACT, ledger_of(stream), stream, type_name, str(event_id)))


def sealed_text(box: Box, audience: type[A], size: int) -> SealedText[A]:
    """Give a box as the field that it fills; constructors check nothing, the write does."""
    name = cast("AudienceName", audience.name)
    known_size = cast("Any", size)
    return SealedText(audience=name, size=known_size, **box._asdict())


def box_of(sealed: SealedText[Any] | SealedArmEnvelope | SealedFact) -> Box:
    """Give what was locked, without what it is."""
    return Box(sealed.ciphertext, sealed.commitment, sealed.key, sealed.nonce)


@contextmanager
def reading(what: str) -> Generator[None]:
    """Turn what does not open into the error of a ledger that is not as it was written; no word is shown."""
    try:
        yield
    except ValueError as error:
        raise DamagedLedgerError(
            f"A sealed {what} does not open: {error}.",
            next_step="Verify the ledger: the verifier names the first position that was altered.",
        ) from error
