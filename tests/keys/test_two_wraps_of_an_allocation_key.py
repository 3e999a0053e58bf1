"""The key of an allocation opens by the root at once, and by two officers without the root; each taking is logged."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adapters.chance import SeededBytes
from adapters.keys.escrow import make_parts, unwrap_with, wrap_to
from adapters.keys.file import DamagedKeyStoreError
from adapters.keys.sealing import Sealer
from adapters.keys.sharing import Part, joined
from adapters.keys.store import EscrowTo, KeyStore
from domain.errors import NotFoundError
from tests.keys.stores import AUTHORITY, opened

KEY = bytes(range(32))
KEY_ID = bytes(range(16))


class Ceremony(NamedTuple):
    private: X25519PrivateKey
    to: EscrowTo


def ceremony(seed: str = "ceremony", trial: str = "DEMO") -> Ceremony:
    one, other, _ = make_parts(trial, ("off1", "off2", "off3"), SeededBytes(seed))
    secret = joined([Part(part.number, part.value) for part in (one, other)])
    private = X25519PrivateKey.from_private_bytes(secret)
    return Ceremony(private, EscrowTo(trial, private.public_key().public_bytes_raw()))


@pytest.fixture(scope="module")
def held() -> Ceremony:
    return ceremony()


def altered(path: Path, sql: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(sql)
    connection.close()


@pytest.mark.requirement("E6-08")
def test_both_wraps_give_the_same_key_and_each_is_logged(keys: KeyStore, held: Ceremony) -> None:
    key = keys.fresh_key("allocation", escrow=held.to)

    by_root = keys.unwrap(key.id, authorised_by=UUID(int=1))
    by_escrow = keys.unwrap_by_escrow(key.id, held.private, authorised_by=UUID(int=2))

    assert by_root == by_escrow == key.key
    assert [(row.act, row.key, row.authorised_by.int) for row in keys.log()] == [
        ("unwrap", key.id, 1),
        ("escrow", key.id, 2),
    ]
    assert keys.verify_log().number == 2


def test_i18_a_key_taken_out_again_under_the_same_authority_is_the_same_key_and_no_other_row(
    keys: KeyStore, held: Ceremony
) -> None:
    key = keys.fresh_key("allocation", escrow=held.to)

    given = [keys.unwrap(key.id, authorised_by=AUTHORITY) for _ in range(3)]
    given += [keys.unwrap_by_escrow(key.id, held.private, authorised_by=AUTHORITY) for _ in range(3)]

    assert set(given) == {key.key}
    assert [row.act for row in keys.log()] == ["unwrap", "escrow"]


def test_an_allocation_before_any_ceremony_has_its_first_wrap_and_gets_the_other_later(
    keys: KeyStore, held: Ceremony
) -> None:
    before, after = keys.fresh_key("allocation"), keys.fresh_key("allocation", escrow=held.to)
    with pytest.raises(NotFoundError, match="rewrap"):
        keys.unwrap_by_escrow(before.id, held.private, authorised_by=AUTHORITY)

    made = keys.rewrap([before.id, after.id], held.to)

    assert made == 1
    assert keys.unwrap_by_escrow(before.id, held.private, authorised_by=AUTHORITY) == before.key
    assert keys.rewrap([before.id, after.id], held.to) == 0
    assert [row.act for row in keys.log()] == ["escrow"]


def test_after_another_ceremony_only_its_key_opens(keys: KeyStore, held: Ceremony) -> None:
    key = keys.fresh_key("allocation", escrow=held.to)
    later = ceremony("later")

    assert keys.rewrap([key.id], later.to) == 1

    assert keys.unwrap_by_escrow(key.id, later.private, authorised_by=AUTHORITY) == key.key
    with pytest.raises(DamagedKeyStoreError):
        keys.unwrap_by_escrow(key.id, held.private, authorised_by=AUTHORITY)


def test_a_lost_first_wrap_is_made_again_from_the_escrow(keys: KeyStore, key_file: Path, held: Ceremony) -> None:
    gone, spoilt, whole = (keys.fresh_key("allocation", escrow=held.to) for _ in range(3))
    altered(key_file, f"DELETE FROM wrapped_key WHERE id = x'{gone.id.hex()}'")
    altered(key_file, f"UPDATE wrapped_key SET wrapped = zeroblob(48) WHERE id = x'{spoilt.id.hex()}'")
    assert [keys.holds(key.id) for key in (gone, spoilt, whole)] == [False, False, True]

    for key in (gone, spoilt):
        keys.restore(key.id, held.private, authorised_by=AUTHORITY)

    assert all(keys.holds(key.id) for key in (gone, spoilt))
    assert [keys.unwrap(key.id, authorised_by=AUTHORITY) for key in (gone, spoilt)] == [gone.key, spoilt.key]
    assert [row.act for row in keys.log()] == ["escrow", "escrow", "unwrap", "unwrap"]


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE escrow_wrap SET wrapped = zeroblob(80)",
        "UPDATE escrow_wrap SET wrapped = x''",
        "UPDATE escrow_wrap SET trial = 'OTHER'",
    ],
)
def test_an_altered_escrow_wrap_gives_no_key_and_leaves_no_row(
    keys: KeyStore, key_file: Path, held: Ceremony, spoil: str
) -> None:
    key = keys.fresh_key("allocation", escrow=held.to)
    altered(key_file, spoil)

    with pytest.raises(DamagedKeyStoreError):
        keys.unwrap_by_escrow(key.id, held.private, authorised_by=AUTHORITY)

    assert keys.log() == []


def test_two_escrow_wraps_that_were_exchanged_do_not_open(keys: KeyStore, key_file: Path, held: Ceremony) -> None:
    one, other = (keys.fresh_key("allocation", escrow=held.to) for _ in range(2))
    altered(key_file, f"DELETE FROM escrow_wrap WHERE key = x'{one.id.hex()}'")
    altered(key_file, f"UPDATE escrow_wrap SET key = x'{one.id.hex()}'")

    with pytest.raises(DamagedKeyStoreError):
        keys.unwrap_by_escrow(one.id, held.private, authorised_by=AUTHORITY)
    with pytest.raises(NotFoundError):
        keys.unwrap_by_escrow(other.id, held.private, authorised_by=AUTHORITY)


def flips(length: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(0, length - 1), st.integers(0, 7))


@given(flip=flips(80))
@example(flip=(31, 7))  # the one bit of an ephemeral key that X25519 itself does not read
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_escrow_wrap_with_one_bit_changed_does_not_open(held: Ceremony, flip: tuple[int, int]) -> None:
    wrapped = bytearray(wrap_to(held.to.public, KEY, trial="DEMO", key_id=KEY_ID))
    wrapped[flip[0]] ^= 1 << flip[1]

    with pytest.raises(ValueError, match="altered"):
        unwrap_with(held.private, bytes(wrapped), trial="DEMO", key_id=KEY_ID)


@pytest.mark.parametrize("elsewhere", [{"trial": "OTHER"}, {"key_id": bytes(16)}])
def test_an_escrow_wrap_is_bound_to_trial_and_key(held: Ceremony, elsewhere: dict[str, Any]) -> None:
    wrapped = wrap_to(held.to.public, KEY, trial="DEMO", key_id=KEY_ID)
    bound: dict[str, Any] = {"trial": "DEMO", "key_id": KEY_ID}

    assert unwrap_with(held.private, wrapped, **bound) == KEY
    with pytest.raises(ValueError, match="moved"):
        unwrap_with(held.private, wrapped, **bound | elsewhere)


@pytest.mark.parametrize("public", [bytes(32), b"\1" + bytes(31)])
def test_an_escrow_key_that_nothing_can_be_wrapped_to_stops_no_allocation(keys: KeyStore, public: bytes) -> None:
    key = keys.fresh_key("allocation", escrow=EscrowTo("DEMO", public))

    assert keys.unwrap(key.id, authorised_by=AUTHORITY) == key.key
    assert keys.escrow_wraps() == {}


def test_a_sealed_arm_has_both_wraps_once_its_trial_has_an_escrow_key(keys: KeyStore, held: Ceremony) -> None:
    seals = Sealer(keys, SeededBytes("seal"), {"DEMO": held.to.public}.get)

    def key_of(trial: str) -> bytes:
        return seals.arm("A", trial=trial, event_id=UUID(int=1), participant="007", list_root="ab" * 32).key

    with_both, with_one = key_of("DEMO"), key_of("OTHER")

    assert list(keys.escrow_wraps()) == [with_both]
    assert keys.holds(with_one)


def test_i10_wraps_have_one_length_and_no_two_are_alike_whatever_the_arm(
    keys: KeyStore, key_file: Path, held: Ceremony
) -> None:
    seals = Sealer(keys, SeededBytes("seal"), {"DEMO": held.to.public}.get)
    for number, arm in enumerate(("a", "the control group", "x" * 60, "") * 5):
        seals.arm(arm, trial="DEMO", event_id=UUID(int=number), participant="007", list_root="ab" * 32)

    connection = sqlite3.connect(key_file)
    columns = ("wrapped_key", "wrapped"), ("wrapped_key", "nonce"), ("escrow_wrap", "wrapped"), ("wrapped_key", "id")
    for table, column in columns:
        found = [row[0] for row in connection.execute(f"SELECT {column} FROM {table}")]
        assert len({len(value) for value in found}) == 1, column
        assert len(set(found)) == 20, column
    starts = [row[0][:32] for row in connection.execute("SELECT wrapped FROM escrow_wrap")]
    connection.close()
    assert len(set(starts)) == 20, "an ephemeral key came twice"


def test_no_key_and_no_private_half_stands_in_any_file(keys: KeyStore, key_file: Path, held: Ceremony) -> None:
    key = keys.fresh_key("allocation", escrow=held.to)
    keys.unwrap_by_escrow(key.id, held.private, authorised_by=AUTHORITY)

    stored = b"".join(path.read_bytes() for path in key_file.parent.iterdir())

    assert held.to.public in stored, "the look sees no escrow at all"
    for hidden in (key.key, held.private.private_bytes_raw()):
        assert hidden not in stored
        assert hidden.hex().encode() not in stored


@pytest.mark.parametrize("purpose", ["scope", "unknown"])
def test_only_keys_for_one_use_have_an_escrow_wrap(keys: KeyStore, held: Ceremony, purpose: str) -> None:
    given: dict[str, Callable[[], bytes]] = {"scope": lambda: keys.key_for("vault:DEMO").id, "unknown": lambda: KEY_ID}

    with pytest.raises(NotFoundError):
        keys.rewrap([given[purpose]()], held.to)
    assert keys.escrow_wraps() == {}


def test_a_drill_has_a_key_that_belongs_to_nobody(key_file: Path, keys: KeyStore) -> None:
    key = keys.fresh_key("drill")

    with opened(key_file) as again:
        assert again.unwrap(key.id, authorised_by=AUTHORITY) == key.key
    assert [row.key for row in keys.log()] == [key.id]
