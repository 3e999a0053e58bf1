"""The real ciphers and commitments: one length, nothing twice, and nothing that guessing opens.

Tried on one demonstration, within seconds: 172,800 hashes of an arm or its label with any two public words of an
allocation, in every order and three ways of joining, and as HMAC; 300,288 careless keys against the key's
commitment (each fourth of them against the ciphertext, too); 300,288 careless seeds against the seed's
commitment; 100,000 nonces for both arms of a slot whose leaf is known, as it would be from the inclusion proof
of another slot. Nothing may open. The same search opens what is sealed carelessly, so that it could.

What it does not show: that AES-256-GCM, SHA-256 and HMAC are sound, which nobody shows by trying; what happens
once the key file is in wrong hands; what a host with bad randomness would make.
"""

import json
import os
from collections.abc import Generator
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec.structs import replace

from adapters.demo.director import TRIAL
from adapters.keys.box import lock
from adapters.keys.padding import padded_arm
from adapters.keys.sealing import ARM, Sealer, VaultSealing
from adapters.keys.store import EscrowTo, Key, KeyStore, SinglePurpose
from adapters.storage.codec import encode_payload
from compliance.envelope import read_envelope
from domain import streams
from domain.allocation.design_commands import DeclareDesign
from domain.allocation.facts import DisclosureRecorded, ListSealed, SlotDrawn, TreatmentDetailRecorded
from domain.catalogue import type_of
from domain.command import Command
from domain.errors import InvalidInputError
from domain.fields import SealedArmEnvelope, SealedFact
from domain.participant.facts import Allocated
from domain.randomisation import rand_v1
from domain.record import Fact
from domain.values import Number, Quantity
from tests.blinding.canaries import ARMS
from tests.blinding.guessing import (
    Public,
    opened_by_hashes,
    opened_by_keys,
    opened_by_nonces,
    opened_by_seeds,
    weak_keys,
)
from tests.blinding.twins import SECRET, Twin

GUESSED: Final = tuple(word for arm in ARMS for word in (arm["arm"], arm["label"]))
MOMENT: Final = datetime(2027, 3, 3, tzinfo=UTC)
SEALINGS: Final = 2_000
WRAPPED: Final = 200
NONCES: Final = 100_000
LONGEST: Final = "\U00020000" * 256
"""As many characters as a name may have, each of four bytes."""


class WatchedKeys(KeyStore):
    """Remembers the keys that it made."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, SECRET, clock=lambda: MOMENT, randomness=os.urandom)
        self.made: list[bytes] = []

    def fresh_key(self, purpose: SinglePurpose, *, escrow: EscrowTo | None = None) -> Key:
        key = super().fresh_key(purpose, escrow=escrow)
        self.made.append(key.key)
        return key


@pytest.fixture
def keys(tmp_path: Path) -> Generator[WatchedKeys]:
    path = tmp_path / "keys.sqlite"
    KeyStore.create(path, SECRET, clock=lambda: MOMENT, randomness=os.urandom).close()
    with closing(WatchedKeys(path)) as store:
        yield store


@pytest.fixture(scope="module")
def allocations(sealed_for_real: Twin) -> list[Public]:
    """All allocations of a demonstration, as every blinded reader has them."""
    ledger, name = sealed_for_real.store.ledger, streams.trial_ledger(TRIAL)
    stored = ledger.stored_page(name, limit=100_000)
    return [
        Public(TRIAL, entry.frame.stream.rpartition("/")[2], str(entry.body.event_id), row.leaf, entry.fact)
        for entry, row in zip(ledger.page(name, limit=100_000), stored, strict=True)
        if isinstance(entry.fact, Allocated)
    ]


def vault_lists(twin: Twin) -> list[ListSealed]:
    entries = twin.store.ledger.page(streams.vault_ledger(TRIAL), limit=10_000)
    return [entry.fact for entry in entries if isinstance(entry.fact, ListSealed)]


def assert_all_different(envelopes: list[SealedArmEnvelope]) -> None:
    """No two alike in any part, nor in any sixteen bytes that a cipher makes at once."""
    for part in ("ciphertext", "commitment", "key", "nonce"):
        assert len({getattr(envelope, part) for envelope in envelopes}) == len(envelopes), part
    blocks = [envelope.ciphertext[at : at + 16] for envelope in envelopes for at in range(0, 80, 16)]
    assert len(set(blocks)) == len(blocks)


@pytest.mark.requirement("E6-08", "ST-02")
def test_the_envelopes_of_a_whole_trial_have_one_length_and_nothing_in_common(allocations: list[Public]) -> None:
    envelopes = [one.envelope for one in allocations]

    assert len(envelopes) == 30
    assert {len(envelope.ciphertext) for envelope in envelopes} == {80}
    assert_all_different(envelopes)


@pytest.mark.requirement("E6-08", "ST-02")
def test_two_thousand_sealings_of_two_arms_repeat_no_key_and_no_nonce(keys: WatchedKeys) -> None:
    sealer, root = Sealer(keys, os.urandom), "ab" * 32

    envelopes = [
        sealer.arm(GUESSED[2 * (n % 2)], trial=TRIAL, event_id=UUID(int=n), participant="007", list_root=root)
        for n in range(SEALINGS)
    ]

    assert {len(envelope.ciphertext) for envelope in envelopes} == {80}
    assert_all_different(envelopes)
    assert len(set(keys.made)) == len(keys.made) == SEALINGS


@pytest.mark.requirement("E6-08", "ST-02")
def test_i10_both_wraps_of_every_key_have_one_length_whatever_the_arm_and_none_comes_twice(keys: WatchedKeys) -> None:
    public = X25519PrivateKey.generate().public_key().public_bytes_raw()
    sealer = Sealer(keys, os.urandom, lambda _: public)

    for n in range(WRAPPED):
        sealer.arm(GUESSED[n % 4], trial=TRIAL, event_id=UUID(int=n), participant="007", list_root="ab" * 32)

    with keys._file.reading() as connection:  # pyright: ignore[reportPrivateUsage]  # what the file holds
        columns = {
            (table, column): [row[0] for row in connection.execute(f"SELECT {column} FROM {table}")]
            for table, column in (("wrapped_key", "wrapped"), ("wrapped_key", "nonce"), ("escrow_wrap", "wrapped"))
        }
    assert {name: ({len(one) for one in found}, len(set(found))) for name, found in columns.items()} == {
        ("wrapped_key", "wrapped"): ({48}, WRAPPED),
        ("wrapped_key", "nonce"): ({12}, WRAPPED),
        ("escrow_wrap", "wrapped"): ({80}, WRAPPED),
    }


@pytest.mark.requirement("E6-08")
def test_an_arm_too_long_for_its_envelope_is_refused_when_the_design_is_declared_not_when_somebody_draws_it(
    keys: WatchedKeys,
) -> None:
    """A fault at the first draw would tell who drew it."""
    place: dict[str, Any] = {"trial": TRIAL, "event_id": UUID(int=1), "participant": "007", "list_root": "ab" * 32}
    longest = "k" * 60

    assert isinstance(arms_given(longest), DeclareDesign)
    assert len(Sealer(keys, os.urandom).arm(longest, **place).ciphertext) == 80
    with pytest.raises(InvalidInputError, match=r"arms\.0\.arm"):
        arms_given(longest + "k")


def arms_given(arm: str) -> Command:
    """A list with this arm, as a command line brings it."""
    payload = {"arms": [{"arm": arm, "label": "a label"}], "method": "simple"}
    line = {"command": "declare_design", "command_id": str(UUID(int=7)), "payload": payload}
    return read_envelope(json.dumps(line).encode()).command


def detail(product: str, lot: str | None) -> Fact:
    amount = Quantity(value=Number("1" * 18 + "." + "1" * 12), unit="mL/min/{1.73_m2}") if lot else None
    return TreatmentDetailRecorded(amount=amount, dose=1000, lot=lot, participant="007", product=product)


def disclosure(label: str, arm: str) -> Fact:
    return DisclosureRecorded(arm=arm, label=label, participant="007", recipient=LONGEST, request="q7k2m9xy")


def drawn(arm: str) -> Fact:
    return SlotDrawn(
        allocation=UUID(int=1), arm=arm, index=9999, inputs=None, participant="007", randomisation_number="R-q7k2m9xy"
    )


@pytest.mark.requirement("E6-08")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (detail("x", None), detail(LONGEST, LONGEST)),
        (disclosure("x", "k"), disclosure(LONGEST, "k" * 60)),
        (drawn("k"), drawn("k" * 60)),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_a_vault_entry_is_as_long_for_the_shortest_words_as_for_the_longest(
    one: Fact, other: Fact, keys: WatchedKeys
) -> None:
    """Whoever holds a copy of the database sees lengths."""
    assert len(in_vault(keys, one).ciphertext) == len(in_vault(keys, other).ciphertext)


def in_vault(keys: KeyStore, fact: Fact) -> SealedFact:
    place: dict[str, Any] = {"stream": f"vault:{TRIAL}/list/q7", "type_name": type_of(type(fact)).name}
    return VaultSealing(keys, os.urandom).seal_fact(encode_payload(fact), **place, event_id=UUID(int=1))


@pytest.mark.requirement("E6-08", "ST-02")
def test_no_hash_of_an_arm_with_what_is_public_is_anywhere_in_an_allocation(allocations: list[Public]) -> None:
    tried, told = opened_by_hashes(allocations, GUESSED)

    assert (tried, told) == (172_800, set())


def test_the_search_opens_a_commitment_that_hashes_the_arm(allocations: list[Public]) -> None:
    one = allocations[0]
    careless = sha256(f"{one.participant}|{GUESSED[0]}|{one.trial}".encode()).digest()
    box = replace(one.envelope, commitment=careless)

    _, told = opened_by_hashes([one._replace(fact=replace(one.fact, envelope=box))], GUESSED)

    assert told == {GUESSED[0]}


@pytest.mark.requirement("E6-08")
def test_no_careless_key_opens_an_envelope(allocations: list[Public]) -> None:
    tried, fit = opened_by_keys(allocations[0], weak_keys(allocations[0]))

    assert (tried, fit) == (300_288, [])


@pytest.mark.parametrize("careless", [(7).to_bytes(32, "big"), sha256(b"2027-01-04").digest()], ids=["count", "day"])
def test_the_search_opens_an_envelope_under_a_careless_key(careless: bytes, allocations: list[Public]) -> None:
    one = allocations[0]
    bound_to = (ARM, one.trial, one.event_id, one.participant, one.fact.list_root)
    box = lock(padded_arm(GUESSED[0]), Key(bytes(16), careless), bytes(12), *bound_to)
    weak = one._replace(fact=replace(one.fact, envelope=SealedArmEnvelope(**box._asdict())))

    _, fit = opened_by_keys(weak, weak_keys(weak))

    assert fit == [careless]


@pytest.mark.requirement("ST-02")
def test_no_careless_seed_fits_the_commitment_to_the_seed(allocations: list[Public]) -> None:
    tried, fit = opened_by_seeds(allocations[0], weak_keys(allocations[0]))

    assert (tried, fit) == (300_288, [])


def test_the_search_finds_a_seed_made_of_a_day(allocations: list[Public]) -> None:
    one, careless = allocations[0], sha256(b"2027-01-04").digest()
    committed = rand_v1.commitment(careless, one.trial).hex()
    weak = one._replace(fact=replace(one.fact, seed_commitment=committed))

    _, fit = opened_by_seeds(weak, weak_keys(one))

    assert fit == [careless]


@pytest.mark.requirement("ST-02")
def test_a_known_leaf_of_a_list_tells_nothing_of_its_slot(sealed_for_real: Twin) -> None:
    sealed = vault_lists(sealed_for_real)[0]
    arm = sealed_for_real.store.ports.randomiser.slots(sealed, TRIAL)[0]
    nonce = rand_v1.slot_nonce(sealed.seed, TRIAL, sealed.stratum, 0)
    leaf = rand_v1.slot_leaf(TRIAL, sealed.stratum, 0, arm, nonce)

    tried, told = opened_by_nonces(leaf, (TRIAL, sealed.stratum, 0), GUESSED[::2], NONCES)

    assert (tried, told) == (200_000, set())


def test_the_search_opens_a_leaf_with_a_careless_nonce() -> None:
    leaf = rand_v1.slot_leaf(TRIAL, "SLE", 0, "k1", (88).to_bytes(32, "big"))

    assert opened_by_nonces(leaf, (TRIAL, "SLE", 0), ("k1", "k2"), 100) == (200, {"k1"})
