"""Sealing as an ideal: what is stored is chance alone, the words are kept aside.

Twin runs that exchange arms must agree in every byte a blinded reader can reach, and with this port they
can: each draw depends on the seed, on what kind of box it is for and on how many came before, never on words.
It proves nothing about ciphers; `sealing.py` answers for those. It forgets all when the process ends.
"""

from collections import Counter
from hashlib import shake_256
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from adapters.keys.box import TAG_BYTES, Box
from adapters.keys.padding import padded_arm, padded_fact, padded_text
from adapters.keys.sealing import ARM, FACT, TEXT, box_of, reading, sealed_text
from domain.errors import NotFoundError
from domain.fields import Audience, SealedArmEnvelope, SealedFact, SealedText
from domain.randomisation.rand_v1 import lp

A = TypeVar("A", bound=Audience)
FIELDS: Final = (32, 16, 12)
"""Bytes of commitment, key id and nonce, as the real port makes them."""


class _Kept(NamedTuple):
    words: bytes
    bound_to: tuple[str, ...]


class Aside:
    """The words of all boxes, and the chance that stands in their place."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._drawn: Counter[str] = Counter()
        self._kept: dict[Box, _Kept] = {}

    def put(self, words: bytes, size: int, *bound_to: str) -> Box:
        """Keep the words aside and give a box of `size` bytes and a tag; `bound_to` begins with its kind."""
        kind = bound_to[0]
        number = self._drawn[kind]
        self._drawn[kind] += 1
        lengths = (size + TAG_BYTES, *FIELDS)
        parts = (self._chance(length, kind, str(number), str(part)) for part, length in enumerate(lengths))
        box = Box(*parts)
        self._kept[box] = _Kept(words, bound_to)
        return box

    def take(self, box: Box, *bound_to: str) -> bytes:
        """Give the words back, to what they are bound to only."""
        kept = self._kept.get(box)
        if kept is None:
            raise NotFoundError(
                "Nothing was put aside for this box.", next_step="Open it in the run that sealed it, unaltered."
            )
        if kept.bound_to != bound_to:
            raise ValueError("it was moved from where it belongs")
        return kept.words

    def _chance(self, length: int, *place: str) -> bytes:
        return shake_256(lp(self._seed, *place)).digest(length)


class IdealSealer:
    """Has the interface of `Sealer`."""

    def __init__(self, aside: Aside) -> None:
        self._aside = aside

    def text(self, words: str, audience: type[A], size: int, *, scope: str) -> SealedText[A]:
        del scope  # one erasure reaches as far as the run
        plain = padded_text(words, size)
        return sealed_text(self._aside.put(words.encode(), len(plain), TEXT, audience.name), audience, size)

    def arm(self, arm: str, *, trial: str, event_id: UUID, participant: str, list_root: str) -> SealedArmEnvelope:
        size = len(padded_arm(arm))
        box = self._aside.put(arm.encode(), size, ARM, trial, str(event_id), participant, list_root)
        return SealedArmEnvelope(**box._asdict())


class IdealOpener:
    """Has the interface of `Opener`."""

    def __init__(self, aside: Aside) -> None:
        self._aside = aside

    def text(self, sealed: SealedText[Any]) -> str:
        with reading("text"):
            return self._aside.take(box_of(sealed), TEXT, sealed.audience).decode()

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
        del authorised_by  # no key is taken out of anything
        with reading("arm"):
            return self._aside.take(box_of(envelope), ARM, trial, str(event_id), participant, list_root).decode()

    def release_key(self, envelope: SealedArmEnvelope, *, authorised_by: UUID) -> bytes:
        """There is no key: nothing was locked."""
        del envelope, authorised_by
        return bytes(32)


class IdealVaultSealing:
    """Has the interface of `VaultSealing`."""

    def __init__(self, aside: Aside) -> None:
        self._aside = aside

    def seal_fact(self, plain: bytes, *, stream: str, type_name: str, event_id: UUID) -> SealedFact:
        box = self._aside.put(plain, len(padded_fact(plain)), FACT, stream, type_name, str(event_id))
        return SealedFact(**box._asdict())

    def open_fact(self, sealed: SealedFact, *, stream: str, type_name: str, event_id: UUID) -> bytes:
        with reading("vault entry"):
            return self._aside.take(box_of(sealed), FACT, stream, type_name, str(event_id))
