"""Keys are made once, kept wrapped, and given to whoever holds the secret and to nobody else."""

import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.chance import SeededBytes
from adapters.keys.file import DamagedKeyStoreError
from adapters.keys.store import Key, KeyStore
from domain.errors import InvalidInputError, NotFoundError, StorageFullError, StorageUnavailableError
from tests.keys.stores import AUTHORITY, SECRET, SecondsClock, made, opened


def altered(path: Path, sql: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(sql)
    connection.close()


def test_a_scope_has_one_key_for_ever(key_file: Path) -> None:
    with made(key_file) as store:
        first = store.key_for("participant:DEMO/007")
        again = store.key_for("participant:DEMO/007")
    with opened(key_file) as store:
        later = store.key_for("participant:DEMO/007")

    assert first == again == later
    assert (len(first.id), len(first.key)) == (16, 32)


def test_every_scope_has_a_key_of_its_own(keys: KeyStore) -> None:
    made_keys = [keys.key_for(scope) for scope in ("trial:DEMO", "participant:DEMO/007", "vault:DEMO", "")]

    assert len({key.id for key in made_keys}) == len({key.key for key in made_keys}) == 4


def test_a_scope_key_is_found_by_its_id(keys: KeyStore) -> None:
    key = keys.key_for("trial:DEMO")

    assert keys.key(key.id) == key.key


def test_a_key_for_one_use_is_never_given_again_to_another_use(keys: KeyStore) -> None:
    made_keys = [keys.fresh_key("allocation") for _ in range(20)]

    assert len({key.id for key in made_keys}) == len({key.key for key in made_keys}) == 20


def test_a_key_for_one_use_is_not_given_without_an_authority(keys: KeyStore) -> None:
    key = keys.fresh_key("allocation")

    with pytest.raises(NotFoundError):
        keys.key(key.id)
    assert keys.log() == []


def test_a_scope_key_is_not_taken_out_as_if_it_told_an_arm(keys: KeyStore) -> None:
    key = keys.key_for("trial:DEMO")

    with pytest.raises(NotFoundError):
        keys.unwrap(key.id, authorised_by=AUTHORITY)
    assert keys.log() == []


def test_a_key_that_was_destroyed_is_gone_at_once(keys: KeyStore, key_file: Path) -> None:
    key = keys.key_for("participant:DEMO/007")
    keys.key(key.id)
    altered(key_file, "DELETE FROM wrapped_key")

    with pytest.raises(NotFoundError, match=key.id.hex()):
        keys.key(key.id)


def test_another_secret_opens_nothing_and_says_so(key_file: Path) -> None:
    with made(key_file):
        pass

    with pytest.raises(InvalidInputError) as refused:
        KeyStore(key_file, bytes(32), clock=SecondsClock(), randomness=SeededBytes("x"))

    assert (refused.value.code, refused.value.field) == ("wrong_key_secret", "TRIALPROOF_KEY_FILE")


def test_a_store_is_never_made_over_another(key_file: Path) -> None:
    with made(key_file) as store:
        key = store.key_for("trial:DEMO")

    with pytest.raises(StorageUnavailableError, match="already"), made(key_file, "second"):
        pass
    with opened(key_file) as store:
        assert store.key_for("trial:DEMO") == key


def test_a_store_that_is_not_there_is_not_made_in_passing(key_file: Path) -> None:
    with pytest.raises(StorageUnavailableError, match="no key store"), opened(key_file):
        pass
    assert not key_file.exists()


def test_making_leaves_one_file_that_only_its_user_can_read(key_file: Path) -> None:
    with made(key_file) as store:
        store.key_for("trial:DEMO")
        files = {path.name: path.stat().st_mode & 0o777 for path in key_file.parent.iterdir()}

    assert files.keys() <= {"keystore.sqlite", "keystore.sqlite-wal", "keystore.sqlite-shm"}
    assert set(files.values()) == {0o600}


def test_no_key_stands_in_any_file_of_the_store_and_no_secret(key_file: Path) -> None:
    with made(key_file) as store:
        told = [store.key_for("trial:DEMO"), store.fresh_key("allocation"), store.key_for("vault:DEMO")]
        store.unwrap(told[1].id, authorised_by=AUTHORITY)
        digest = store.command_digest(b"enrol 007")
        stored = b"".join(path.read_bytes() for path in key_file.parent.iterdir())

    assert all(key.id in stored for key in told), "the look sees no keys at all"
    for hidden in (*(key.key for key in told), SECRET, digest, b"enrol"):
        assert hidden not in stored
        assert hidden.hex().encode() not in stored


def test_a_key_does_not_show_in_messages() -> None:
    key = Key(bytes(16), b"k" * 32)

    assert repr(key) == str(key) == f"Key({'00' * 16})"


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE wrapped_key SET wrapped = zeroblob(48)",
        "UPDATE wrapped_key SET wrapped = x''",
        "UPDATE wrapped_key SET nonce = zeroblob(12)",
        "UPDATE wrapped_key SET nonce = x''",
        "UPDATE wrapped_key SET scope = 'trial:OTHER'",
        "UPDATE wrapped_key SET purpose = 'allocation'",
        "UPDATE wrapped_key SET id = zeroblob(16)",
    ],
)
def test_a_row_that_was_altered_or_moved_gives_no_key(key_file: Path, spoil: str) -> None:
    with made(key_file) as store:
        store.key_for("trial:DEMO")
    altered(key_file, spoil)

    with opened(key_file) as store, pytest.raises(DamagedKeyStoreError):
        store.key_for("trial:OTHER" if "OTHER" in spoil else "trial:DEMO")


def test_two_rows_whose_keys_were_exchanged_give_no_key(key_file: Path) -> None:
    with made(key_file) as store:
        store.key_for("participant:DEMO/007")
        store.key_for("participant:DEMO/008")
    altered(
        key_file,
        "UPDATE wrapped_key SET wrapped = (SELECT other.wrapped FROM wrapped_key AS other"
        " WHERE other.scope = 'participant:DEMO/008') WHERE scope = 'participant:DEMO/007'",
    )

    with opened(key_file) as store, pytest.raises(DamagedKeyStoreError):
        store.key_for("participant:DEMO/007")


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwritten(path: Path) -> None:
    path.write_bytes(b"no key store at all" * 300)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def page_lost(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:8192] = os.urandom(4096)
    path.write_bytes(data)


def with_table_dropped(path: Path) -> None:
    altered(path, "DROP TABLE unwraps")


def with_trigger_dropped(path: Path) -> None:
    altered(path, "DROP TRIGGER unwraps_no_delete")


def without_first_row(path: Path) -> None:
    altered(path, "DELETE FROM store")


def of_a_later_format(path: Path) -> None:
    altered(path, "PRAGMA user_version=99")


@pytest.mark.parametrize(
    "damage",
    [
        cut,
        overwritten,
        emptied,
        page_lost,
        with_table_dropped,
        with_trigger_dropped,
        without_first_row,
        of_a_later_format,
    ],
)
def test_a_damaged_file_is_named_as_damaged_and_left_as_it_is(key_file: Path, damage: Callable[[Path], None]) -> None:
    with made(key_file) as store:
        store.key_for("trial:DEMO")
    damage(key_file)
    before = key_file.read_bytes()

    with pytest.raises(DamagedKeyStoreError) as found, opened(key_file):
        pass

    assert found.value.code == "damaged_key_store"
    assert key_file.read_bytes() == before


def test_threads_that_ask_for_a_new_scope_at_once_get_one_key(keys: KeyStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(keys.key_for, ["participant:DEMO/007"] * 40))

    assert len(set(given)) == 1


def test_chance_that_repeats_itself_is_refused_before_a_nonce_is_used_twice(key_file: Path) -> None:
    chance = SeededBytes("first")

    def stuck(length: int) -> bytes:
        return bytes(length) if length == 12 else chance(length)

    store = KeyStore.create(key_file, SECRET, clock=SecondsClock(), randomness=stuck)
    store.key_for("trial:ONE")

    with pytest.raises(StorageUnavailableError, match="nonce"):
        store.key_for("trial:TWO")

    store.close()


def test_a_disk_that_takes_no_more_gives_no_key(keys: KeyStore, key_file: Path) -> None:
    with keys._file.reading() as connection:  # pyright: ignore[reportPrivateUsage]  # a limit of this connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")
    scopes = [f"participant:DEMO/{number}" for number in range(1000)]

    with pytest.raises(StorageFullError):
        [keys.key_for(scope) for scope in scopes]

    with opened(key_file) as store:
        assert store.key_for(scopes[0]) == keys.key_for(scopes[0])


def test_a_command_is_recognised_by_a_digest_that_only_this_store_can_make(key_file: Path, tmp_path: Path) -> None:
    with made(key_file) as store:
        digest = store.command_digest(b"enrol 007")
        assert store.command_digest(b"enrol 008") != digest
    with opened(key_file) as store:
        assert store.command_digest(b"enrol 007") == digest
    with made(tmp_path / "other.sqlite", "second") as other:
        assert other.command_digest(b"enrol 007") != digest
    assert len(digest) == 32
