"""What every root of a key store keeps: the embedded one, and one that is a service on the network."""

from collections.abc import Generator
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import pytest

from adapters.chance import SeededBytes
from adapters.keys.file import DamagedKeyStoreError
from adapters.keys.root import RootKey, RootKeyDeniedError, RootKeyUnavailableError, RootOf, Wrapped
from adapters.keys.store import KeyStore
from adapters.keys.wrapping import Wrapping
from domain.errors import InvalidInputError, StorageUnavailableError
from tests.keys.key_service import Mood, Service, ServiceRoot, nowhere, served
from tests.keys.stores import AUTHORITY, SECRET, SecondsClock

KEY = bytes(range(32, 64))
CONTEXT = {"id": "0a", "purpose": "allocation", "scope": ""}
OTHERS = (
    {**CONTEXT, "id": "0b"},
    {**CONTEXT, "purpose": "scope"},
    {**CONTEXT, "scope": "x"},
    {"id": "0a", "purpose": "allocation"},
)


class Roots(NamedTuple):
    """A root, and another one of its kind with a key of its own."""

    own: RootOf
    other: RootOf


def embedded(secret: bytes) -> RootOf:
    return lambda salt: Wrapping(secret, salt, SeededBytes("root"))


def over_network(address: str, patience: float = 5.0) -> RootOf:
    return lambda _: ServiceRoot(address, patience)


@pytest.fixture(params=["embedded", "service"])
def roots(request: pytest.FixtureRequest) -> Generator[Roots]:
    if request.param == "embedded":
        yield Roots(embedded(SECRET), embedded(bytes(32)))
        return
    with served(Service()) as own, served(Service()) as other:
        yield Roots(over_network(own), over_network(other))


@pytest.fixture
def root(roots: Roots) -> RootKey:
    return roots.own(bytes(32))


def store(path: Path, root: RootOf) -> KeyStore:
    return KeyStore(path, root, clock=SecondsClock(), randomness=SeededBytes("again"))


def new_store(path: Path, root: RootOf) -> KeyStore:
    return KeyStore.create(path, root, clock=SecondsClock(), randomness=SeededBytes("first"))


def test_a_wrap_opens_in_its_context(root: RootKey) -> None:
    wrapped = root.wrap(KEY, CONTEXT)

    assert root.unwrap(wrapped, CONTEXT) == KEY
    assert KEY not in wrapped.blob


@pytest.mark.parametrize("elsewhere", OTHERS)
def test_a_wrap_opens_in_no_other_context(root: RootKey, elsewhere: dict[str, str]) -> None:
    wrapped = root.wrap(KEY, CONTEXT)

    with pytest.raises(ValueError, match=r"\w"):
        root.unwrap(wrapped, elsewhere)


def test_a_wrap_with_one_bit_changed_does_not_open(root: RootKey) -> None:
    blob, nonce = root.wrap(KEY, CONTEXT)

    for at in range(len(blob)):
        changed = blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]
        with pytest.raises(ValueError, match=r"\w"):
            root.unwrap(Wrapped(changed, nonce), CONTEXT)


def test_the_same_key_is_never_wrapped_alike_and_always_as_long(root: RootKey) -> None:
    wraps = [root.wrap(KEY, CONTEXT).blob for _ in range(20)]

    assert len(set(wraps)) == 20
    assert len({len(wrap) for wrap in wraps}) == 1


def test_another_root_opens_nothing(roots: Roots) -> None:
    own, other = roots.own(bytes(32)), roots.other(bytes(32))
    wrapped = own.wrap(KEY, CONTEXT)

    with pytest.raises(ValueError, match=r"\w"):
        other.unwrap(wrapped, CONTEXT)
    assert own.proves(own.proof())
    assert not other.proves(own.proof())


def test_a_whole_key_store_stands_on_it(roots: Roots, key_file: Path) -> None:
    first = new_store(key_file, roots.own)
    scope, single = first.key_for("trial:DEMO"), first.fresh_key("allocation")
    first.close()
    again = store(key_file, roots.own)

    assert again.key_for("trial:DEMO") == scope
    assert again.unwrap(single.id, authorised_by=AUTHORITY) == single.key
    assert [row.key for row in again.log()] == [single.id]
    again.close()


def test_a_key_store_does_not_open_with_another_root(roots: Roots, key_file: Path) -> None:
    new_store(key_file, roots.own).close()

    with pytest.raises(InvalidInputError) as refused:
        store(key_file, roots.other)

    assert refused.value.code == "wrong_key_secret"


def test_a_row_moved_to_another_scope_gives_no_key(roots: Roots, key_file: Path) -> None:
    held = new_store(key_file, roots.own)
    held.key_for("trial:DEMO")
    with held._file.writing() as connection:  # pyright: ignore[reportPrivateUsage]  # what an owner of the file can do
        connection.execute("UPDATE wrapped_key SET scope = 'trial:OTHER'")

    with pytest.raises(DamagedKeyStoreError):
        held.key_for("trial:OTHER")
    held.close()


@pytest.mark.parametrize(
    ("mood", "error", "code"),
    [
        ("denying", RootKeyDeniedError, "root_key_denied"),
        ("babbling", RootKeyUnavailableError, "root_key_unavailable"),
        ("slow", RootKeyUnavailableError, "root_key_unavailable"),
    ],
)
def test_a_service_that_fails_gives_no_key_leaves_no_row_and_is_named_in_time(
    key_file: Path, mood: Mood, error: type[StorageUnavailableError], code: str
) -> None:
    service = Service()
    with served(service) as address:
        held = new_store(key_file, over_network(address, patience=0.3))
        key = held.fresh_key("allocation")
        service.mood = mood
        before = monotonic()

        with pytest.raises(error) as failed:
            held.unwrap(key.id, authorised_by=AUTHORITY)
        with pytest.raises(error):
            held.fresh_key("allocation")

        assert (failed.value.code, held.log()) == (code, [])
        assert monotonic() - before < 3
        assert failed.value.next_step.endswith(".")
        service.mood = "well"
        assert held.unwrap(key.id, authorised_by=AUTHORITY) == key.key
        held.close()


def test_a_service_that_is_down_is_unavailable() -> None:
    root = ServiceRoot(nowhere(), patience=0.3)

    with pytest.raises(RootKeyUnavailableError, match="reached"):
        root.wrap(KEY, CONTEXT)


def test_a_slow_root_holds_up_nobody_who_asks_for_something_else(key_file: Path) -> None:
    service = Service()
    with served(service) as address:
        held = new_store(key_file, over_network(address))
        before = service.asked

        held.log()
        held.escrow_wraps()

        assert service.asked == before
        held.close()
