"""Log-in with password and code: one answer whatever is wrong, the same work whoever it is for."""

import os
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from adapters.identity.authenticator import Authenticator
from adapters.identity.file import CredentialFile
from adapters.identity.hashing import Hashing
from domain.errors import LoginError, SessionEndedError
from domain.session.facts import AuthenticationFailed, SessionStarted
from domain.session.limits import Limits
from tests.identity.house import DEVICE, ORIGINATOR, SOURCE, STEP, House


def fails(house: House, person: str, password: str, code: str, source: str = SOURCE) -> LoginError:
    with pytest.raises(LoginError) as failed:
        house.door.log_in(person, password, code, source=source, device=DEVICE, originator=ORIGINATOR)
    return failed.value


@pytest.mark.requirement("P11-24", "P11-30")
def test_password_and_code_open_a_session_that_the_ledger_knows(house: House) -> None:
    opened = house.log_in("ana")

    (started,) = [fact for fact in house.facts(SessionStarted) if fact.person == "ana"]
    assert started.components == ("password", "totp")
    assert started.session == opened.identity.session
    assert started.device == DEVICE
    assert started.ends == house.now - STEP + timedelta(hours=12)
    assert opened.identity.originator == ORIGINATOR
    assert opened.identity.presented == ()
    assert opened.notices == ()


@pytest.mark.requirement("P11-33")
def test_every_failed_attempt_hears_the_same_words(house: House) -> None:
    house.registered("gone")
    house.settles("gone", house.invited("gone"))
    house.registered("invited")
    house.invited("invited")
    house.send("admin", "deactivate_person", "gone")
    ana, gone = house.owners["ana"], house.owners["gone"]
    used = house.code("ana")
    house.log_in("ana", code=used)

    told = [
        fails(house, "nobody", ana.password, house.code("ana")),
        fails(house, "ana\0 or a password in the wrong field", ana.password, house.code("ana")),
        fails(house, "ana", "wrong", house.code("ana")),
        fails(house, "ana", ana.password, "000000"),
        fails(house, "ana", ana.password, "no code at all"),
        fails(house, "ana", ana.password, used),
        fails(house, "gone", gone.password, house.code("gone")),
        fails(house, "invited", ana.password, house.code("ana")),
        fails(house, "lead", ana.password, house.code("ana")),
        fails(house, "ana", "wrong", "000000"),  # the fifth in a row: locked from here on
        fails(house, "ana", ana.password, house.code("ana")),
    ]

    assert {(error.code, str(error)) for error in told} == {(told[0].code, str(told[0]))}
    assert told[0].code == "login_failed"
    assert all(error.__cause__ is None and error.__context__ is None for error in told)


@pytest.mark.requirement("P11-33")
def test_as_much_is_hashed_for_nobody_as_for_anybody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    verify = Hashing.is_right

    def counted(self: Hashing, digest: str | None, password: str, key: bytes) -> bool:
        looked_at.append("dummy" if digest is None else "real")
        return verify(self, digest, password, key)

    monkeypatch.setattr(Hashing, "is_right", counted)
    right = house.owners["ana"].password

    for person, password in (("ana", "wrong"), ("nobody", right), ("not an id", right), ("lead", right), ("ana", "x")):
        fails(house, person, password, "000000")
    for _ in range(5):
        fails(house, "ana", right, "000000")

    assert looked_at == ["real", "dummy", "dummy", "dummy", "real", *["real"] * 5]


def test_no_key_is_made_for_what_nobody_is_called(house: House) -> None:
    fails(house, "nobody", "x", "000000")
    before = _scopes(house)

    fails(house, "hunter2", "x", "000000")

    assert _scopes(house) == before


def _scopes(house: House) -> list[str | None]:
    path = house.folder / "keys" / "keystore.sqlite"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return [row[0] for row in connection.execute("SELECT scope FROM wrapped_key ORDER BY scope")]


@pytest.mark.requirement("P11-33")
def test_a_typed_id_that_is_nobodys_stands_in_no_entry(house: House) -> None:
    fails(house, "hunter2", "x", "000000")

    (failed,) = house.facts(AuthenticationFailed)
    assert (failed.count, failed.persons, failed.source, failed.purpose) == (1, (), SOURCE, "login")


def test_the_same_password_in_another_unicode_form_is_the_same_password(house: House) -> None:
    house.registered("zoe")
    house.settles("zoe", house.invited("zoe"), "gran\u00efte \u00f6tter viol\u00een meadow")

    decomposed = "grani\u0308te o\u0308tter violi\u0302n meadow"
    assert house.log_in("zoe", password=decomposed).identity.person == "zoe"


@pytest.mark.parametrize("password", ["", "x" * 1_000_000, "\ud800", "\0", "gran" * 32])
def test_a_strange_password_is_only_wrong(house: House, password: str) -> None:
    assert fails(house, "ana", password, house.code("ana")).code == "login_failed"


@pytest.mark.parametrize("source", ["", "\0\n\t", "x" * 10_000, "a\u0301\u202e b", "\ud800"])
def test_a_strange_source_or_device_is_cut_to_one_line(house: House, source: str) -> None:
    fails(house, "ana", "wrong", "000000", source=source)
    house.log_in("ana", source=source, device=source)

    assert all(0 < len(fact.source) <= 200 for fact in house.facts(AuthenticationFailed))
    assert all(fact.device.isprintable() for fact in house.facts(SessionStarted))


def test_codes_are_read_with_blanks_as_apps_show_them(house: House) -> None:
    code = house.code("ana")

    assert house.log_in("ana", code=f"{code[:3]} {code[3:]}")


@pytest.mark.parametrize("token", ["", "tps_", "x", "tps_" + "A" * 43, "\ud800", "' OR 1=1 --"])
def test_a_forged_token_opens_nothing(house: House, token: str) -> None:
    house.log_in("ana")

    with pytest.raises(SessionEndedError):
        house.identity(token)
    house.door.log_out(token)


def test_a_token_says_what_it_is_and_is_256_bits_long(house: House) -> None:
    token = house.log_in("ana").token

    assert token.startswith("tps_")
    assert len(token) == 4 + 43


@pytest.mark.requirement("P11-31")
def test_an_old_password_is_told_at_every_log_in_and_stops_nobody(house: House) -> None:
    house.later(timedelta(days=364))
    assert house.log_in("ana").notices == ()

    house.later(timedelta(days=2))
    opened = house.log_in("ana")

    assert opened.notices == ("Your password is 366 days old; change it.",)
    held = {one.kind: one.since for one in house.door.credentials(opened.token)}
    assert set(held) == {"password", "totp"}
    assert house.now - held["password"] > timedelta(days=366)


def test_a_service_account_never_logs_in_with_a_password(house: House) -> None:
    service = {"person": "edc", "kind": "service", "printed_name": "EDC", "organisation": "An organisation"}
    house.desk.send("admin", "register_person", service, trial=None)

    fails(house, "edc", house.owners["ana"].password, house.code("ana"))


def test_an_account_that_ends_while_somebody_logs_in_opens_no_session(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = Hashing.is_right

    def slow(self: Hashing, digest: str | None, password: str, key: bytes) -> bool:
        right = verify(self, digest, password, key)
        house.send("admin", "deactivate_person", "ana")
        return right

    monkeypatch.setattr(Hashing, "is_right", slow)

    fails(house, "ana", house.owners["ana"].password, house.code("ana"))

    assert not [fact for fact in house.facts(SessionStarted) if fact.person == "ana"]


def test_a_deployment_may_let_passwords_grow_old(house: House) -> None:
    store = house.desk.store
    door = Authenticator(
        store.conduct,
        CredentialFile(house.folder / "identity" / "credentials.sqlite"),
        store.keys,
        hashing=Hashing(os.urandom, light=True),
        randomness=os.urandom,
        limits=Limits(password_age=None),
    )
    house.later(timedelta(days=5000))
    owner = house.owners["ana"]

    opened = door.log_in(
        "ana", owner.password, owner.code(house.now), source=SOURCE, device=DEVICE, originator=ORIGINATOR
    )

    assert opened.notices == ()
    door.close()
