"""The key of a person's words can be destroyed for ever; keys that proofs rest on cannot."""

from pathlib import Path
from uuid import UUID

import pytest

from adapters.chance import SeededBytes
from adapters.keys.file import DamagedKeyStoreError
from adapters.keys.sealing import Opener, Sealer
from adapters.keys.store import KeyStore
from domain.errors import KeyRetainedError, NotFoundError, TrialproofError
from domain.fields import TrialTeam
from tests.keys.stores import AUTHORITY, opened

SCOPE = "participant:DEMO/007"


def stored(key_file: Path) -> bytes:
    return b"".join(path.read_bytes() for path in key_file.parent.iterdir())


def test_what_was_sealed_under_a_destroyed_key_is_gone_in_every_open_store(keys: KeyStore, key_file: Path) -> None:
    sealed = Sealer(keys, SeededBytes("seal")).text("headache", TrialTeam, 256, scope=SCOPE)
    with opened(key_file) as other:
        assert Opener(other).text(sealed) == "headache"

        keys.destroy(SCOPE, authorised_by=AUTHORITY)

        for store in (keys, other):
            with pytest.raises(NotFoundError):
                Opener(store).text(sealed)


def test_its_wrap_stands_in_no_file_of_the_store_any_more(keys: KeyStore, key_file: Path) -> None:
    key = keys.key_for(SCOPE)
    with keys._file.reading() as connection:  # pyright: ignore[reportPrivateUsage]  # what the file holds of it
        wrapped = connection.execute("SELECT wrapped FROM wrapped_key WHERE id = ?", (key.id,)).fetchone()[0]
    assert wrapped in stored(key_file), "the look sees no wrap at all"

    keys.destroy(SCOPE, authorised_by=AUTHORITY)

    assert wrapped not in stored(key_file)


def test_it_is_logged_in_the_chain_with_its_authority(keys: KeyStore) -> None:
    key = keys.key_for(SCOPE)

    keys.destroy(SCOPE, authorised_by=AUTHORITY)

    (row,) = keys.log()
    assert (row.act, row.key, row.authorised_by) == ("destroy", key.id, AUTHORITY)
    assert keys.verify_log().number == 1


def test_an_order_is_carried_out_once_and_spares_what_is_sealed_later(keys: KeyStore) -> None:
    first = keys.key_for(SCOPE)
    keys.destroy(SCOPE, authorised_by=AUTHORITY)
    later = keys.key_for(SCOPE)

    keys.destroy(SCOPE, authorised_by=AUTHORITY)

    assert later.id != first.id
    assert keys.key(later.id) == later.key
    assert len(keys.log()) == 1


def test_an_order_about_somebody_without_a_key_is_logged_as_well(keys: KeyStore) -> None:
    keys.destroy("person:u1", authorised_by=AUTHORITY)

    assert [(row.act, row.key) for row in keys.log()] == [("destroy", b"")]


def test_other_keys_stay(keys: KeyStore) -> None:
    others = [keys.key_for("participant:DEMO/008"), keys.key_for("vault:DEMO")]
    keys.key_for(SCOPE)

    keys.destroy(SCOPE, authorised_by=AUTHORITY)

    assert [keys.key(key.id) for key in others] == [key.key for key in others]


@pytest.mark.parametrize(
    "scope", ["vault:DEMO", "trial:DEMO", "signer/1", "command-digests", "list-import/DEMO", "", "allocation"]
)
def test_keys_that_proofs_or_allocations_rest_on_are_retained(keys: KeyStore, scope: str) -> None:
    key = keys.key_for(scope)

    with pytest.raises(KeyRetainedError) as refused:
        keys.destroy(scope, authorised_by=AUTHORITY)

    assert isinstance(refused.value, TrialproofError)
    assert refused.value.code == "key_retained"
    assert keys.key(key.id) == key.key
    assert keys.log() == []


def test_no_scope_names_an_allocations_key(keys: KeyStore) -> None:
    key = keys.fresh_key("allocation")

    with pytest.raises(KeyRetainedError):
        keys.destroy(key.id.hex(), authorised_by=AUTHORITY)
    keys.destroy(f"participant:{key.id.hex()}", authorised_by=AUTHORITY)

    assert keys.holds(key.id)


def test_a_log_whose_act_was_exchanged_is_found_out(keys: KeyStore) -> None:
    keys.destroy(SCOPE, authorised_by=UUID(int=1))
    with keys._file.writing() as connection:  # pyright: ignore[reportPrivateUsage]  # what an owner of the file can do
        connection.execute("DROP TRIGGER unwraps_no_update")
        connection.execute("UPDATE unwraps SET act = 'unwrap'")

    with pytest.raises(DamagedKeyStoreError, match="row 1 "):
        keys.verify_log()
