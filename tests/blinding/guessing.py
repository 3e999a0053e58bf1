"""Guessing an arm from all that a blinded reader holds, as somebody would who knows everything but the secrets.

Known to the guesser: the arms and their labels, trial, strata, participant numbers, event ids, randomisation
numbers, every public byte of the allocations (ciphertext, commitment, key id, nonce, leaf), the list's root and
the seed's commitment, and how this product computes each of them.
"""

import hmac
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from itertools import chain, product
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.keys.sealing import ARM
from domain.fields import SealedArmEnvelope
from domain.participant.facts import Allocated
from domain.randomisation.rand_v1 import SEED_BYTES, commitment, lp, slot_leaf

WEAK_DAYS: Final = 100_000


class Public(NamedTuple):
    """One allocation, as any blinded reader has it."""

    trial: str
    participant: str
    event_id: str
    leaf: bytes
    fact: Allocated

    @property
    def envelope(self) -> SealedArmEnvelope:
        return self.fact.envelope

    def words(self) -> tuple[bytes, ...]:
        """All that stands in it and might have gone into a hash."""
        fact, box = self.fact, self.envelope
        texts = (
            self.trial,
            self.participant,
            self.event_id,
            fact.randomisation_number,
            fact.stratum,
            fact.list_root,
            fact.seed_commitment,
        )
        return (*(text.encode() for text in texts), box.key, box.nonce, box.commitment, self.leaf, b"")

    def targets(self) -> frozenset[bytes]:
        """What a right guess would have to hit, whole or its first sixteen or twelve bytes."""
        fact, box = self.fact, self.envelope
        roots = (bytes.fromhex(fact.list_root), bytes.fromhex(fact.seed_commitment))
        whole = (box.commitment, self.leaf, *roots)
        return frozenset((*whole, *(one[:16] for one in whole), box.key, box.nonce, box.ciphertext[:16]))


def hashed(public: Iterable[Public], arms: Iterable[str]) -> Iterator[tuple[str, frozenset[bytes]]]:
    """Hashes of an arm with two words of the allocation, in every order, joined in each usual way."""
    arms = tuple(arms)
    for one in public:
        for first, second, arm in product(one.words(), one.words(), arms):
            named = arm.encode()
            for parts in ((named, first, second), (first, named, second), (first, second, named)):
                for joined in (b"".join(parts), b"|".join(parts), lp(*parts)):
                    digest = sha256(joined).digest()
                    yield arm, frozenset((digest, digest[:16], digest[:12]))
            digest = hmac.digest(first or b"\0", named + second, "sha256")
            yield arm, frozenset((digest, digest[:16], digest[:12]))


def opened_by_hashes(public: list[Public], arms: Iterable[str]) -> tuple[int, set[str]]:
    """How many hashes were tried, and the arms that one of them gave away."""
    targets = frozenset(target for one in public for target in one.targets())
    tried, told = 0, set[str]()
    for arm, digests in hashed(public, arms):
        tried += 1
        if not targets.isdisjoint(digests):
            told.add(arm)
    return tried, told


def weak_keys(one: Public) -> Iterator[bytes]:
    """Keys of 256 bits as somebody careless would make them: days, counters, hashes of what is public."""
    day = date(1990, 1, 1)
    for number in range(WEAK_DAYS):
        yield number.to_bytes(32, "big")
        yield sha256(str(number).encode()).digest()
        yield sha256((day + timedelta(days=number)).isoformat().encode()).digest()
    for first, second in product(one.words(), repeat=2):
        yield sha256(first + second).digest()
        yield sha256(lp(first, second)).digest()


def opened_by_keys(one: Public, keys: Iterable[bytes]) -> tuple[int, list[bytes]]:
    """How many keys were tried against commitment and ciphertext, and those that fit."""
    tried, fit, box = 0, list[bytes](), one.envelope
    bound_to = (ARM, one.trial, one.event_id, one.participant, one.fact.list_root)
    aad = lp(*bound_to, box.key, box.commitment)
    for key in keys:
        tried += 1
        if hmac.digest(key, ARM.encode(), "sha256") == box.commitment or (tried % 4 == 0 and _opens(key, box, aad)):
            fit.append(key)
    return tried, fit


def _opens(key: bytes, box: SealedArmEnvelope, aad: bytes) -> bool:
    try:
        AESGCM(key).decrypt(box.nonce, box.ciphertext, aad)
    except InvalidTag:
        return False
    return True


def opened_by_seeds(one: Public, seeds: Iterable[bytes]) -> tuple[int, list[bytes]]:
    """How many seeds were tried against the seed's commitment, and those that fit."""
    wanted, tried, fit = bytes.fromhex(one.fact.seed_commitment), 0, list[bytes]()
    for seed in seeds:
        assert len(seed) == SEED_BYTES
        tried += 1
        if commitment(seed, one.trial) == wanted:
            fit.append(seed)
    return tried, fit


def opened_by_nonces(leaf: bytes, place: tuple[str, str, int], arms: Iterable[str], count: int) -> tuple[int, set[str]]:
    """Guess the arm of one slot from its leaf, with nonces that are counters, zeros or hashes of the place."""
    trial, stratum, index = place
    tried, told = 0, set[str]()
    counters = (n.to_bytes(32, "big") for n in range(0, count, 2))
    hashes = (sha256(lp(trial, stratum, str(index), str(n))).digest() for n in range(1, count, 2))
    for nonce, arm in product(chain(counters, hashes), tuple(arms)):
        tried += 1
        if slot_leaf(trial, stratum, index, arm, nonce) == leaf:
            told.add(arm)
    return tried, told
