"""Passwords: how strong they have to be, how they are hashed, and that nothing shows them."""

import threading
import time

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from adapters.identity.hashing import LIGHT, Hashing
from adapters.identity.passwords import check_strength, normalised
from adapters.wiring import Sources, Store, create_store
from compliance.authentication import Authentication
from compliance.setup import set_up
from domain.errors import InvalidInputError
from domain.people.person import Person
from domain.session.limits import Limits
from tests.identity.house import House, stored

KEY = b"k" * 32
LIMITS = Limits()


def hashing(*, light: bool = True) -> Hashing:
    return Hashing(lambda length: b"s" * length, light=light)


def owner(house: House) -> Person:
    return Authentication(house.desk.store.ports).person("ana")


@pytest.mark.requirement("EMA-15")
@pytest.mark.parametrize(
    "password",
    [
        "",
        "kT9#vQ2!mZ5",  # eleven signs
        "password1234",
        "qwertyuiop12",
        "111111111111",
        "Name of ana Name of ana",
        "An organisation An organisation",
        "aZ3#" * 32,
        "x" * 129,
        "granite otter violin\0meadow",
        "granite otter \ud800 violin meadow",
    ],
)
def test_what_is_short_long_guessable_or_cannot_be_typed_will_not_do(house: House, password: str) -> None:
    with pytest.raises(InvalidInputError) as weak:
        check_strength(normalised(password), owner(house), LIMITS)

    assert weak.value.code == "weak_password"
    assert not password or password not in str(weak.value)
    assert weak.value.__cause__ is None


@pytest.mark.parametrize(
    "password",
    ["granite otter violin meadow", "kT9#vQ2!mZ5xP8", "gränite õtter 小提琴 meadow", "Ana's otter violin meadow"],
)
def test_several_words_or_random_signs_will(house: House, password: str) -> None:
    check_strength(normalised(password), owner(house), LIMITS)


def test_a_long_passphrase_is_judged_in_no_time(house: House) -> None:
    started = time.process_time()

    check_strength("granite otter violin meadow " * 4 + "end", owner(house), LIMITS)

    assert time.process_time() - started < 2


def test_production_hashes_with_the_costs_of_rfc_9106() -> None:
    parameters = extract_parameters(hashing(light=False).digest("granite", KEY))

    assert (parameters.type, parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (
        Type.ID,
        64 * 1024,
        3,
        4,
    )


def test_a_demonstration_hashes_lightly_and_production_never(tmp_path_factory: pytest.TempPathFactory) -> None:
    def opened(sources: Sources) -> Store:
        folder = tmp_path_factory.mktemp("store")
        return create_store(folder / "store", folder / "secret.key", sources)

    for sources, memory in ((Sources(seeded=True), LIGHT.memory_cost), (Sources(), 65536)):
        store = opened(sources)
        set_up(store.ports, person="admin", environment="demonstration", printed_name="A", organisation="O")
        secret = store.authenticator.invite("admin", by=None)
        store.authenticator.activate("admin", secret, "granite otter violin meadow", source="s")
        ((digest,),) = stored(store.folder, "SELECT digest FROM password")
        assert extract_parameters(digest).memory_cost == memory
        store.close()


def test_a_digest_is_right_for_one_password_under_one_key() -> None:
    digest = hashing().digest("granite", KEY)

    assert hashing().is_right(digest, "granite", KEY)
    assert not hashing().is_right(digest, "granite ", KEY)
    assert not hashing().is_right(digest, "granite", b"j" * 32)
    assert not hashing().is_right(None, "granite", KEY)


def test_without_the_key_store_a_digest_cannot_even_be_guessed_against() -> None:
    digest = hashing().digest("granite", KEY)

    with pytest.raises(Exception, match="does not match"):
        PasswordHasher().verify(digest, "granite")


def test_the_work_for_nobody_costs_what_the_work_for_somebody_does(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[tuple[int, int, int]] = []
    verify = PasswordHasher.verify

    def seen(self: PasswordHasher, digest: str, password: bytes) -> bool:
        found = extract_parameters(digest)
        looked_at.append((found.memory_cost, found.time_cost, found.parallelism))
        return verify(self, digest, password)

    monkeypatch.setattr(PasswordHasher, "verify", seen)
    for light in (True, False):
        one = hashing(light=light)
        one.is_right(None, "x", KEY)
        one.is_right(one.digest("granite", KEY), "x", KEY)

    assert looked_at[0] == looked_at[1]
    assert looked_at[2] == looked_at[3] == (65536, 3, 4)


def test_at_most_two_passwords_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most, guard = 0, 0, threading.Lock()

    def slow(_self: PasswordHasher, _digest: str, _password: bytes) -> bool:
        nonlocal at_once, most
        with guard:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02)
        with guard:
            at_once -= 1
        return True

    monkeypatch.setattr(PasswordHasher, "verify", slow)
    threads = [threading.Thread(target=hashing().is_right, args=(None, "x", KEY)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 2
