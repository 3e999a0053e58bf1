"""Draws that anyone with the seed can make again, and what commits to them: the algorithm `rand/v1`.

A draw is HMAC-SHA256(seed, label + counter): the first 48 bits, exact in the doubles of R, SAS and
JavaScript, too large values rejected so that no arm is favoured. Arms are opaque ids: their names and
their order in the alphabet change nothing. Before the first enrolment the seed's commitment and the root
over the leaves of all slots are made public; each leaf holds a nonce of its own, so that opening one slot
tells nothing of another. A change to anything in this file is a new algorithm with a new name.
"""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from domain.errors import InvalidInputError

ALGORITHM: Final = "rand/v1"
SEED_BYTES: Final = 32
WORD_BYTES: Final = 6
WORDS: Final = 1 << 8 * WORD_BYTES
_LEAF: Final = b"\x00"
"""The leaf prefix of RFC 6962, so that the ledgers' tree code makes root and proofs of slots too."""


def lp(*parts: str | bytes) -> bytes:
    """Join parts so that no two lists of parts give the same bytes: each behind its length in four bytes."""
    texts = (part.encode() if isinstance(part, str) else part for part in parts)
    return b"".join(len(text).to_bytes(4, "big") + text for text in texts)


class Stream:
    """Whole numbers drawn from the seed under one label; `word` reaches any place, `below` goes on."""

    def __init__(self, seed: bytes, trial: str, *label: str) -> None:
        if len(seed) != SEED_BYTES:
            raise refused("seed", f"A seed has {SEED_BYTES} bytes.")
        self._seed = seed
        self._label = lp(ALGORITHM, trial, *label)
        self._next = 0

    def digest(self, counter: int) -> bytes:
        return hmac.digest(self._seed, self._label + counter.to_bytes(8, "big"), "sha256")

    def word(self, counter: int) -> int:
        return int.from_bytes(self.digest(counter)[:WORD_BYTES], "big")

    def below(self, bound: int) -> int:
        """Draw evenly from 0 to `bound` - 1; every try, also a rejected one, uses one counter value."""
        while True:
            word = self.word(self._next)
            self._next += 1
            if word < WORDS - WORDS % bound:
                return word % bound


def slot_nonce(seed: bytes, trial: str, stratum: str, index: int) -> bytes:
    """Give the secret of one slot; `index` counts from 0 within the stratum."""
    return Stream(seed, trial, "nonce", stratum).digest(index)


def slot_leaf(trial: str, stratum: str, index: int, arm: str, nonce: bytes) -> bytes:
    """Give the leaf that commits to one slot; it can be recomputed from what an opened slot shows."""
    return sha256(_LEAF + lp("slot/v1", trial, stratum, str(index), arm, nonce)).digest()


def slot_leaves(seed: bytes, trial: str, stratum: str, slots: Sequence[str]) -> tuple[bytes, ...]:
    """Give the leaves of a stratum's list; those of all strata, one after the other, make the trial's root."""
    return tuple(
        slot_leaf(trial, stratum, index, arm, slot_nonce(seed, trial, stratum, index))
        for index, arm in enumerate(slots)
    )


def commitment(seed: bytes, trial: str) -> bytes:
    """Commit to the seed: it binds, and as the seed has 256 random bits, it hides."""
    return sha256(lp("seed-commit/v1", trial, seed)).digest()


def design_commitment(salt: bytes, canonical: bytes) -> bytes:
    """Commit to a design, written canonically: 256 random bits of salt hide what has few possible values."""
    return sha256(lp("design-commit/v1", salt, canonical)).digest()


def share_commitment(trial: str, version: int, officer: str, share: bytes) -> bytes:
    """Commit to an officer's share of a seed: it binds, and as the share has 256 random bits, it hides."""
    return sha256(lp("share-commit/v1", trial, str(version), officer, share)).digest()


def joint_seed(trial: str, version: int, shares: Sequence[bytes], beacon: str | None) -> bytes:
    """Join the officers' shares, in the order in which they were committed to: nobody alone chooses the seed.

    A public beacon's value, where the design names one, takes part as well.
    """
    return hmac.digest(b"".join(shares), lp("seed/v1", trial, str(version), beacon or ""), "sha256")


def refused(field: str, what: str) -> InvalidInputError:
    """Refuse without a figure: block sizes and lengths are sealed, and an error may reach a log."""
    return InvalidInputError(
        f"randomisation_{field}", what, field=field, next_step="Correct the design of the list and seal it again."
    )
