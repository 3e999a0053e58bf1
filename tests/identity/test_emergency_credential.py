"""The emergency credential: opens the code break alone, waits for nothing, is rate-limited and never locked."""

from datetime import timedelta

import pytest

from domain.errors import LoginError, Refusal, SessionEndedError
from domain.session.facts import AuthenticationFailed, AuthenticationLocked, SessionStarted
from tests.identity.house import DEVICE, ORIGINATOR, SOURCE, House, signs_policy, verified


def set_up(house: House) -> str:
    token = house.log_in("ana").token
    secret = house.door.set_emergency(
        token, house.owners["ana"].password, house.code("ana"), source=SOURCE, originator=ORIGINATOR
    )
    house.later()
    return secret


def enters(house: House, secret: str, source: str = "198.51.100.1", person: str = "ana") -> str:
    opened = house.door.log_in_in_emergency(person, secret, source=source, device=DEVICE, originator=ORIGINATOR)
    return opened.token


def test_its_session_is_of_emergency_strength_and_short(house: House) -> None:
    token = enters(house, set_up(house))

    assert house.identity(token).strength == "emergency"
    started = house.facts(SessionStarted)[-1]
    assert (started.components, started.ends) == (("emergency",), house.now + timedelta(minutes=15))
    house.later(timedelta(minutes=15))
    with pytest.raises(SessionEndedError):
        house.identity(token)


def test_it_opens_nothing_but_the_code_break(house: House) -> None:
    house.settles("admin", house.door.invite("admin", by=None))
    token = house.log_in("admin").token
    owner = house.owners["admin"]
    secret = house.door.set_emergency(token, owner.password, house.code("admin"), source=SOURCE, originator=ORIGINATOR)
    identity = house.identity(enters(house, secret, person="admin"))

    with pytest.raises(Refusal) as refused:
        house.door.invite("lead", by=identity)

    assert refused.value.rule == "emergency-credential-breaks-the-code-only"


def test_it_is_read_aloud_and_typed_as_it_comes(house: House) -> None:
    secret = set_up(house)

    assert enters(house, f" {secret.upper().replace('-', ' ')}\n")
    assert len(secret.replace("-", "")) == 30


def test_a_locked_account_and_an_aged_password_stop_nobody(house: House) -> None:
    secret = set_up(house)
    house.later(timedelta(days=3 * 365))
    for _ in range(20):
        with pytest.raises(LoginError):
            house.log_in("ana", password="wrong")

    assert enters(house, secret, SOURCE)


def test_wrong_attempts_lock_nothing_and_slow_down_their_own_source_for_a_minute_at_most(house: House) -> None:
    secret = set_up(house)
    for _ in range(50):
        with pytest.raises(LoginError):
            enters(house, "wrong")

    with pytest.raises(LoginError):
        enters(house, secret)  # from the source of the wrong ones
    assert enters(house, secret, "198.51.100.2")
    house.later(timedelta(minutes=1))
    assert enters(house, secret)

    assert house.facts(AuthenticationLocked) == []
    assert house.log_in("ana")


def test_attempts_that_are_not_looked_at_do_not_make_the_source_wait_longer(house: House) -> None:
    secret = set_up(house)
    for _ in range(10):
        with pytest.raises(LoginError):
            enters(house, "wrong")
    house.later(timedelta(seconds=59))
    for _ in range(30):
        with pytest.raises(LoginError):
            enters(house, "wrong")
    house.later(timedelta(seconds=1))

    assert enters(house, secret)


@pytest.mark.requirement("P11-33")
def test_failed_attempts_are_recorded_as_emergencies(house: House) -> None:
    set_up(house)

    with pytest.raises(LoginError):
        enters(house, "wrong")

    (failed,) = house.facts(AuthenticationFailed)
    assert (failed.purpose, [one.person for one in failed.persons]) == ("emergency", ["ana"])


def test_five_sessions_an_hour_are_enough_and_only_its_owner_learns_that(house: House) -> None:
    secret = set_up(house)
    for _ in range(5):
        enters(house, secret)

    with pytest.raises(LoginError) as spent:
        enters(house, secret)
    with pytest.raises(LoginError) as wrong:
        enters(house, "wrong")

    assert "5 sessions within an hour" in str(spent.value)
    assert "code-break desk" in str(spent.value)
    assert "hour" not in wrong.value.what
    house.later(timedelta(hours=1))
    assert enters(house, secret)


def test_unknown_and_unprepared_people_hear_what_a_wrong_secret_hears(house: House) -> None:
    secret = set_up(house)
    told: set[str] = set()
    for person, given in (("nobody", secret), ("lead", secret), ("not an id", secret), ("ana", "wrong"), ("ana", "")):
        with pytest.raises(LoginError) as failed:
            enters(house, given, person=person)
        told.add(str(failed.value))

    assert len(told) == 1


def test_a_new_secret_replaces_the_one_before(house: House) -> None:
    old, new = set_up(house), set_up(house)

    with pytest.raises(LoginError):
        enters(house, old)

    assert enters(house, new)


def test_setting_it_ends_no_ordinary_session(house: House) -> None:
    token = house.log_in("ana").token

    set_up(house)

    assert house.identity(token).person == "ana"


@pytest.mark.requirement("P11-24")
@pytest.mark.parametrize(("password", "code"), [("wrong", None), (None, "000000")])
def test_it_is_not_set_with_a_session_alone(house: House, password: str | None, code: str | None) -> None:
    token, owner = house.log_in("ana").token, house.owners["ana"]

    with pytest.raises(LoginError):
        house.door.set_emergency(
            token, password or owner.password, code or house.code("ana"), source=SOURCE, originator=ORIGINATOR
        )


@pytest.mark.requirement("P11-32")
def test_a_revoked_one_and_an_ended_account_open_nothing(house: House) -> None:
    secret = set_up(house)
    token = enters(house, secret)
    ordinary = house.log_in("ana").token
    (held,) = [one for one in house.door.credentials(ordinary) if one.kind == "emergency"]
    house.send("admin", "revoke_credential", "ana", credential=held.credential, why="lost")

    with pytest.raises(SessionEndedError):
        house.identity(token)
    with pytest.raises(LoginError):
        enters(house, secret)

    again = set_up(house)
    house.send("admin", "deactivate_person", "ana")
    with pytest.raises(LoginError):
        enters(house, again)


@pytest.mark.requirement("P11-24")
def test_an_emergency_session_signs_nothing_even_with_password_and_code(house: House) -> None:
    verified(house, "ana")
    token = enters(house, set_up(house))

    with pytest.raises(Refusal):
        signs_policy(house, token, password=house.owners["ana"].password, code=house.code("ana"))
