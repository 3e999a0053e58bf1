"""The key to which lists made outside are sealed: its public half for anybody, its private half in the store alone."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from adapters.keys.list_import import SUITE, ListImportKey
from adapters.keys.store import KeyStore
from tests.keys.stores import made, opened

LIST = b'{"arms": ["Cells", "Placebo"]}'


def sealed(key: ListImportKey, trial: str = "T1") -> bytes:
    return SUITE.encrypt(LIST, X25519PublicKey.from_public_bytes(key.public), key.info(trial).encode())


def test_what_is_sealed_to_the_public_half_opens_for_its_trial_alone(keys: KeyStore) -> None:
    key = ListImportKey(keys)

    assert key(sealed(key), trial="T1") == LIST
    assert key(sealed(key), trial="T2") is None
    assert LIST not in sealed(key)


def test_two_sealings_of_one_list_have_nothing_in_common(keys: KeyStore) -> None:
    key = ListImportKey(keys)

    assert sealed(key)[:32] != sealed(key)[:32]


@pytest.mark.parametrize("length", [0, 1, 32, 47, 48])
def test_what_is_no_sealed_list_does_not_open(keys: KeyStore, length: int) -> None:
    key = ListImportKey(keys)

    assert key(sealed(key)[:length], trial="T1") is None
    assert key(bytes(length), trial="T1") is None


def test_no_changed_bit_goes_unseen(keys: KeyStore) -> None:
    key = ListImportKey(keys)
    whole = sealed(key)

    for at in range(len(whole)):
        changed = bytes((*whole[:at], whole[at] ^ 1, *whole[at + 1 :]))
        assert key(changed, trial="T1") is None


def test_the_key_is_the_same_after_the_store_was_opened_again_and_is_no_other_store_s(tmp_path: Path) -> None:
    with made(tmp_path / "one.sqlite") as keys:
        first, box = ListImportKey(keys).public, sealed(ListImportKey(keys))
    with opened(tmp_path / "one.sqlite") as keys:
        again = ListImportKey(keys)
        assert (again.public, again(box, trial="T1")) == (first, LIST)
    with made(tmp_path / "two.sqlite", seed="second") as keys:
        assert ListImportKey(keys).public != first
        assert ListImportKey(keys)(box, trial="T1") is None
