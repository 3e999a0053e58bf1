"""What is sealed tells nothing by its length, opens where it belongs, and nowhere else."""

from itertools import product
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from adapters.chance import SeededBytes
from adapters.keys.box import lock
from adapters.keys.ideal import Aside, IdealOpener, IdealSealer, IdealVaultSealing
from adapters.keys.sealing import ARM, Opener, Sealer, VaultSealing
from adapters.keys.store import KeyStore
from adapters.storage.mapper import FactSealing
from domain.errors import DamagedLedgerError, NotFoundError
from domain.fields import Safety, SealedArmEnvelope, SealedFact, TrialTeam
from domain.ports import Opens, Seals
from tests.keys.stores import AUTHORITY, made

SCOPE = "participant:DEMO/007"
SIZES = (256, 1024, 4096, 16384)
ARMS = ("SLE group", "LN group", "the control group", "")
ROOT = "ab" * 32
BOUND: dict[str, Any] = {"trial": "DEMO", "event_id": UUID(int=1), "participant": "007", "list_root": ROOT}
PLACE: dict[str, Any] = {
    "stream": "vault:DEMO/list/q7",
    "type_name": "list.slot_drawn.v1",
    "event_id": UUID(int=1),
}


class Port(NamedTuple):
    """A way to seal; the real one and the ideal one must keep the same promises."""

    seals: Seals
    opens: Opens
    facts: FactSealing


@pytest.fixture(params=["real", "ideal"])
def port(request: pytest.FixtureRequest, keys: KeyStore) -> Port:
    if request.param == "real":
        return real(keys)
    return ideal(b"seed")


def real(keys: KeyStore) -> Port:
    chance = SeededBytes("sealing")
    return Port(Sealer(keys, chance), Opener(keys), VaultSealing(keys, chance))


def ideal(seed: bytes) -> Port:
    aside = Aside(seed)
    return Port(IdealSealer(aside), IdealOpener(aside), IdealVaultSealing(aside))


def sealed_arm(port: Port, arm: str, **changes: Any) -> SealedArmEnvelope:
    bound: dict[str, Any] = BOUND | changes
    return port.seals.arm(arm, **bound)


def sealed_fact(port: Port, plain: bytes, **changes: Any) -> SealedFact:
    place: dict[str, Any] = PLACE | changes
    return port.facts.seal_fact(plain, **place)


def opened(port: Port, envelope: SealedArmEnvelope, **changes: Any) -> str:
    return port.opens.arm(envelope, **BOUND | changes, authorised_by=AUTHORITY)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("words", ["", "yes", "\u533b\u751f\u5224\u65ad", "a\0b\0"])
def test_a_text_opens_as_it_was_sealed_and_has_the_length_of_its_field(port: Port, words: str, size: int) -> None:
    sealed = port.seals.text(words, TrialTeam, size, scope=SCOPE)

    assert port.opens.text(sealed) == words
    assert len(sealed.ciphertext) == size + 16
    assert (sealed.audience, sealed.size) == ("trial_team", size)
    assert [len(part) for part in (sealed.commitment, sealed.key, sealed.nonce)] == [32, 16, 12]


def test_a_text_fills_its_field_to_the_last_byte_and_no_further(port: Port) -> None:
    fits = "x" * 252

    assert port.opens.text(port.seals.text(fits, TrialTeam, 256, scope=SCOPE)) == fits
    for longer in (fits + "x", "x" * 251 + "\u533b"):
        with pytest.raises(ValueError, match="do not fit"):
            port.seals.text(longer, TrialTeam, 256, scope=SCOPE)


def test_a_text_outside_normal_form_c_is_not_sealed(port: Port) -> None:
    with pytest.raises(ValueError, match="normal form C"):
        port.seals.text("e\u0301", TrialTeam, 256, scope=SCOPE)


def test_the_same_words_never_look_the_same_twice(port: Port) -> None:
    sealed = [port.seals.text("headache", TrialTeam, 256, scope=SCOPE) for _ in range(50)]

    assert len({text.ciphertext for text in sealed}) == len({text.nonce for text in sealed}) == 50


@pytest.mark.requirement("E6-08")
def test_every_arm_has_one_length_and_nothing_about_two_envelopes_is_equal(port: Port) -> None:
    envelopes = [sealed_arm(port, arm, event_id=UUID(int=n)) for n, arm in enumerate(ARMS * 25)]

    assert {len(envelope.ciphertext) for envelope in envelopes} == {80}
    for part in ("ciphertext", "commitment", "key", "nonce"):
        assert len({getattr(envelope, part) for envelope in envelopes}) == 100


@pytest.mark.parametrize("arm", [*ARMS, "x" * 60])
def test_an_arm_opens_as_it_was_sealed(port: Port, arm: str) -> None:
    assert opened(port, sealed_arm(port, arm)) == arm


def test_an_arm_that_does_not_fit_is_refused_without_naming_it(port: Port) -> None:
    with pytest.raises(ValueError, match="do not fit") as refused:
        port.seals.arm("the control group" * 4, **BOUND)

    assert "control" not in str(refused.value)


@pytest.mark.requirement("E6-08")
@pytest.mark.parametrize(
    "elsewhere",
    [{"trial": "OTHER"}, {"event_id": UUID(int=2)}, {"participant": "008"}, {"list_root": "cd" * 32}],
    ids=lambda change: next(iter(change)),
)
def test_an_arm_moved_to_another_place_does_not_open(port: Port, elsewhere: dict[str, Any]) -> None:
    envelope = sealed_arm(port, "A")

    with pytest.raises(DamagedLedgerError, match="moved"):
        opened(port, envelope, **elsewhere)


@pytest.mark.parametrize("plain", [bytes(4) + b"a", b"\0\0\0\1ab".ljust(64, b"\0"), b"\xff" * 64])
def test_a_box_that_was_not_padded_by_this_product_does_not_open(keys: KeyStore, plain: bytes) -> None:
    key = keys.fresh_key("allocation")
    box = lock(plain, key, bytes(12), ARM, "DEMO", str(UUID(int=1)), "007", ROOT)

    with pytest.raises(DamagedLedgerError, match="padding"):
        opened(real(keys), SealedArmEnvelope(**box._asdict()))


def test_two_parts_of_a_place_cannot_be_cut_differently(port: Port) -> None:
    envelope = sealed_arm(port, "A", trial="DEMO0", participant="07")

    with pytest.raises(DamagedLedgerError):
        opened(port, envelope, trial="DEMO", participant="007")


@pytest.mark.parametrize("part", ["ciphertext", "commitment", "key", "nonce"])
def test_an_arm_with_one_bit_changed_does_not_open(port: Port, part: str) -> None:
    envelope = sealed_arm(port, "A")

    for changed in flipped(envelope, part):
        with pytest.raises((DamagedLedgerError, NotFoundError)):
            opened(port, changed)


@pytest.mark.parametrize("part", ["ciphertext", "commitment", "key", "nonce"])
def test_a_text_with_one_bit_changed_does_not_open(port: Port, part: str) -> None:
    sealed = port.seals.text("headache", TrialTeam, 256, scope=SCOPE)

    for changed in flipped(sealed, part):
        with pytest.raises((DamagedLedgerError, NotFoundError)):
            port.opens.text(changed)


def flipped(sealed: Any, part: str) -> list[Any]:
    """The same with one bit changed: each bit of the first and last byte, and one of every 16th."""
    data: bytes = getattr(sealed, part)
    places = [*product((0, len(data) - 1), range(8)), *((at, 0) for at in range(1, len(data) - 1, 16))]
    return [replace(sealed, **{part: data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]}) for at, bit in places]


def test_a_text_relabelled_for_another_audience_does_not_open(port: Port) -> None:
    sealed: Any = port.seals.text("headache", Safety, 256, scope=SCOPE)

    with pytest.raises(DamagedLedgerError):
        port.opens.text(replace(sealed, audience="trial_team"))


def test_a_text_relabelled_to_another_size_does_not_open(keys: KeyStore) -> None:
    port = real(keys)
    sealed: Any = port.seals.text("headache", Safety, 256, scope=SCOPE)

    with pytest.raises(DamagedLedgerError):
        port.opens.text(replace(sealed, size=1024))


def test_the_parts_of_two_arms_cannot_be_exchanged(port: Port) -> None:
    one, other = (sealed_arm(port, arm) for arm in ("A", "B"))

    for mixed in (
        replace(one, ciphertext=other.ciphertext),
        replace(one, key=other.key),
        replace(one, key=other.key, commitment=other.commitment),
        replace(one, ciphertext=other.ciphertext, nonce=other.nonce),
    ):
        with pytest.raises((DamagedLedgerError, NotFoundError)):
            opened(port, mixed)


def test_an_arm_cannot_be_opened_as_a_text_past_the_log(keys: KeyStore) -> None:
    port = real(keys)
    envelope = sealed_arm(port, "A")
    disguised: Any = port.seals.text("x", TrialTeam, 256, scope=SCOPE)

    with pytest.raises(NotFoundError):
        port.opens.text(
            replace(
                disguised, **{part: getattr(envelope, part) for part in ("ciphertext", "commitment", "key", "nonce")}
            )
        )


@given(plain=st.binary(max_size=10_000))
def test_a_vault_payload_opens_as_it_was_sealed_at_a_multiple_of_4096(plain: bytes) -> None:
    port = ideal(b"seed")

    sealed = port.facts.seal_fact(plain, **PLACE)

    assert port.facts.open_fact(sealed, **PLACE) == plain
    assert (len(sealed.ciphertext) - 16) % 4096 == 0
    assert 0 <= len(sealed.ciphertext) - 16 - 4 - len(plain) < 4096


@pytest.mark.parametrize("length", [0, 1, 4091, 4092, 4093, 8188, 8189])
def test_both_ports_give_a_vault_payload_the_same_length(keys: KeyStore, length: int) -> None:
    plain = b"x" * length

    sealed = [port.facts.seal_fact(plain, **PLACE) for port in (real(keys), ideal(b"seed"))]

    assert len(sealed[0].ciphertext) == len(sealed[1].ciphertext)
    assert real(keys).facts.open_fact(sealed[0], **PLACE) == plain


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"stream": "vault:DEMO/list/z9"},
        {"stream": "vault:OTHER/list/q7"},
        {"type_name": "list.sealed.v1"},
        {"event_id": UUID(int=2)},
    ],
)
def test_a_vault_payload_moved_to_another_place_does_not_open(port: Port, elsewhere: dict[str, Any]) -> None:
    sealed = port.facts.seal_fact(b"{}", **PLACE)

    with pytest.raises(DamagedLedgerError):
        port.facts.open_fact(sealed, **PLACE | elsewhere)


@pytest.mark.requirement("E6-06")
def test_opening_an_arm_leaves_a_row_with_its_authority_and_opening_a_text_leaves_none(keys: KeyStore) -> None:
    port = real(keys)
    envelope = sealed_arm(port, "A")
    port.opens.text(port.seals.text("headache", TrialTeam, 256, scope=SCOPE))
    assert keys.log() == []

    opened(port, envelope)

    assert [(row.key, row.authorised_by) for row in keys.log()] == [(envelope.key, AUTHORITY)]


def test_another_store_opens_nothing(keys: KeyStore, tmp_path: Path) -> None:
    port = real(keys)
    text, arm = port.seals.text("headache", TrialTeam, 256, scope=SCOPE), sealed_arm(port, "A")

    with made(tmp_path / "other.sqlite", "second") as others:
        with pytest.raises(NotFoundError):
            real(others).opens.text(text)
        with pytest.raises(NotFoundError):
            opened(real(others), arm)


def test_texts_of_one_person_share_a_key_and_texts_of_two_do_not(keys: KeyStore) -> None:
    seals = real(keys).seals
    one, again, other = (
        seals.text("headache", TrialTeam, 256, scope=scope) for scope in (SCOPE, SCOPE, "participant:DEMO/008")
    )

    assert one.key == again.key
    assert one.key != other.key
    assert one.commitment != other.commitment


def test_the_ideal_port_gives_the_same_bytes_whatever_the_words() -> None:
    def run(arm: str, note: str, detail: bytes) -> list[Any]:
        seals, _, facts = ideal(b"seed")
        facts.seal_fact(detail, **PLACE)
        return [
            seals.arm(arm, **BOUND),
            seals.text(note, TrialTeam, 256, scope=SCOPE),
            seals.arm(arm, **BOUND),
        ]

    assert run("A", "headache", b"x") == run("the control group", "", b"x" * 3000)
    assert ideal(b"other").seals.arm("A", **BOUND) != run("A", "", b"")[0]


def test_extra_vault_entries_of_one_arm_do_not_shift_the_ideal_ports_other_bytes() -> None:
    quiet, busy = ideal(b"seed"), ideal(b"seed")
    for number in range(3):
        sealed_fact(busy, b"{}", event_id=UUID(int=number))

    assert quiet.seals.arm("A", **BOUND) == busy.seals.arm("B", **BOUND)
