"""A session ends by log-out, time, or a change of what it rests on: at once, in every process, and for ever."""

from datetime import timedelta

import pytest

from compliance.authentication import Authentication
from domain.credentials.facts import CredentialSet, Kind
from domain.errors import LoginError, Refusal, SessionEndedError
from domain.session.facts import SessionEnded, Why
from tests.identity.house import ORIGINATOR, SOURCE, House, reopened

MINUTE = timedelta(minutes=1)


def over(house: House, token: str) -> None:
    with pytest.raises(SessionEndedError) as ended:
        house.identity(token)
    assert ended.value.code == "session_ended"


def why(house: House, person: str = "ana") -> list[Why]:
    return [fact.why for fact in house.facts(SessionEnded) if fact.person == person]


def credential(house: House, kind: Kind, person: str = "ana") -> str:
    return [fact.credential for fact in house.facts(CredentialSet) if (fact.person, fact.kind) == (person, kind)][-1]


@pytest.mark.requirement("P11-26")
def test_log_out_ends_it_once_and_for_ever(house: House) -> None:
    token = house.log_in("ana").token

    house.door.log_out(token)
    house.door.log_out(token)

    over(house, token)
    assert why(house) == ["log_out"]


def test_another_session_of_the_same_person_goes_on(house: House) -> None:
    one, other = house.log_in("ana").token, house.log_in("ana").token

    house.door.log_out(one)

    assert house.identity(other).person == "ana"


@pytest.mark.requirement("P11-26", "EMA-15")
def test_fifteen_minutes_without_use_end_it(house: House) -> None:
    token = house.log_in("ana").token
    for _ in range(5):
        house.later(timedelta(minutes=14))
        house.identity(token)

    house.later(timedelta(minutes=15))

    over(house, token)
    assert why(house) == ["idle"]


@pytest.mark.requirement("P11-26")
def test_twelve_hours_end_it_however_busy_it_is(house: House) -> None:
    token = house.log_in("ana").token
    house.desk.clock.shows -= timedelta(seconds=30)
    for _ in range(12 * 6 - 1):
        house.later(timedelta(minutes=10))
        house.identity(token)

    house.later(timedelta(minutes=10))

    over(house, token)
    assert why(house) == ["absolute"]


def test_the_last_use_is_written_at_most_once_a_minute(house: House) -> None:
    token = house.log_in("ana").token
    seen: list[str] = []
    for _ in range(8):
        house.later(timedelta(seconds=15))
        house.identity(token)
        seen.append(house.stored("SELECT last_used FROM session")[0][0])

    assert len(set(seen)) == 3  # log-in, and each full minute


@pytest.mark.requirement("P11-21")
def test_a_deactivated_account_is_out_at_once(house: House) -> None:
    token = house.log_in("ana").token

    house.send("admin", "deactivate_person", "ana")

    over(house, token)
    assert why(house) == ["deactivated"]


@pytest.mark.requirement("P11-32")
@pytest.mark.parametrize("kind", ["password", "totp"])
def test_a_revoked_credential_ends_every_session_that_rests_on_it_at_once(house: House, kind: Kind) -> None:
    tokens = [house.log_in("ana").token for _ in range(2)]

    house.send("verifier", "revoke_credential", "ana", credential=credential(house, kind), why="lost")

    for token in tokens:
        over(house, token)
    assert why(house) == ["revoked", "revoked"]
    with pytest.raises(LoginError):
        house.log_in("ana")


def test_what_another_process_ends_is_ended_here(house: House) -> None:
    token = house.log_in("ana").token

    with reopened(house) as other:
        assert other.identity(token).person == "ana"
        other.door.log_out(token)

    over(house, token)


def test_a_session_that_the_ledger_ended_opens_no_more(house: House) -> None:
    opened = house.log_in("ana")

    Authentication(house.desk.store.ports).ended(opened.identity.session, "revoked")

    over(house, opened.token)
    assert why(house) == ["revoked"]


@pytest.mark.requirement("P11-26")
def test_an_act_with_an_identity_whose_session_has_ended_is_refused(house: House) -> None:
    house.settles("admin", house.door.invite("admin", by=None))
    opened = house.log_in("admin")
    house.door.log_out(opened.token)

    with pytest.raises(Refusal) as refused:
        house.door.invite("lead", by=opened.identity)

    assert refused.value.code == "session_ended"


def test_sessions_that_nobody_uses_are_ended_when_the_service_catches_up(house: House) -> None:
    house.owner("ben")
    house.log_in("ana")
    house.log_in("ben")
    house.later(timedelta(minutes=10))
    still = house.log_in("ben").token
    house.later(timedelta(minutes=6))

    house.door.catch_up()

    assert (why(house), why(house, "ben")) == (["idle"], ["idle"])
    assert house.identity(still).person == "ben"


def test_a_session_opened_elsewhere_gets_a_token_and_ends_like_any_other(house: House) -> None:
    identity = Authentication(house.desk.store.ports).started(
        "ana",
        strength="single_sign_on",
        components=("provider",),
        device="a browser",
        lasts=timedelta(hours=1),
        idle=timedelta(minutes=5),
        originator=ORIGINATOR,
    )

    token = house.door.issue(identity, timedelta(minutes=5))

    assert house.identity(token) == identity
    house.later(timedelta(minutes=5))
    over(house, token)


def test_with_a_services_key_its_session_is_over(house: House) -> None:
    service = {"person": "edc", "kind": "service", "printed_name": "EDC", "organisation": "An organisation"}
    house.desk.send("admin", "register_person", service, trial=None)
    identity = Authentication(house.desk.store.ports).started(
        "edc",
        strength="machine",
        components=("key",),
        device=f"key {'a' * 64}",
        lasts=timedelta(hours=1),
        idle=timedelta(hours=1),
        originator="edc",
    )
    token = house.door.issue(identity, timedelta(hours=1))

    over(house, token)  # no such key is registered, or not any more

    assert why(house, "edc") == ["revoked"]


@pytest.mark.requirement("P11-26")
def test_a_code_proved_in_one_session_proves_nothing_in_the_next(house: House) -> None:
    first = house.log_in("ana")
    proved = house.prove(first.token, password=house.owners["ana"].password, code=house.code("ana"))
    house.door.log_out(first.token)
    house.later()

    second = house.log_in("ana")

    assert proved.presented == ("password", "totp")
    assert house.identity(second.token).presented == ()
    with pytest.raises(SessionEndedError):
        house.door.prove(first.token, password="x", source=SOURCE, originator=ORIGINATOR)
