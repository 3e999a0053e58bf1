"""The doors as the wiring puts them together: tokens of the authenticator, failures in the ledger."""

import json
from collections.abc import Generator

import pytest

from adapters.tokens.doors import TokenDoors
from adapters.tokens.id_tokens import Provider
from adapters.wiring import token_doors
from domain.errors import LoginError, SessionEndedError
from domain.session.facts import AuthenticationFailed, FailedFor
from tests.tokens.gatehouse import KEY, SERVICE, Gatehouse
from tests.tokens.identity_provider import BROWSER, CLIENT, ISSUER, IdentityProvider, jwk, link
from tests.tokens.identity_provider import KEY as PROVIDER_KEY


def published() -> bytes:
    return json.dumps({"keys": [jwk(PROVIDER_KEY, "1")]}).encode()


@pytest.fixture
def doors(house: Gatehouse) -> Generator[TokenDoors]:
    house.taken.close()
    opened = token_doors(house.store, [Provider(ISSUER, CLIENT, ("ES256",), published)])
    yield opened
    opened.close()


def failures(house: Gatehouse) -> list[AuthenticationFailed]:
    return [
        entry.fact
        for entry in house.store.ledger.page("system", limit=1000)
        if isinstance(entry.fact, AuthenticationFailed)
    ]


@pytest.mark.requirement("P11-13")
def test_a_service_acts_with_its_token_until_the_hour_is_over(house: Gatehouse, doors: TokenDoors) -> None:
    admitted = doors.services.log_in(house.assertion(), source="192.0.2.1")

    found = house.store.authenticator.identity(admitted.token, originator=SERVICE)
    assert found == admitted.identity
    house.later(3599)
    assert house.store.authenticator.identity(admitted.token, originator=SERVICE)
    house.later(1)
    with pytest.raises(SessionEndedError):
        house.store.authenticator.identity(admitted.token, originator=SERVICE)


@pytest.mark.requirement("P11-32")
def test_a_token_that_a_revoked_key_opened_is_over(house: Gatehouse, doors: TokenDoors) -> None:
    admitted = doors.services.log_in(house.assertion(), source="192.0.2.1")

    house.command("revoke_service_key", {"person": SERVICE, "key": KEY.thumbprint})

    with pytest.raises(SessionEndedError):
        house.store.authenticator.identity(admitted.token, originator=SERVICE)
    with pytest.raises(LoginError):
        doors.services.log_in(house.assertion(), source="192.0.2.1")


def test_a_person_comes_in_by_the_provider(house: Gatehouse, doors: TokenDoors) -> None:
    link(house)
    provider = IdentityProvider(house)
    nonce = doors.providers[ISSUER].begin(BROWSER)

    admitted = doors.providers[ISSUER].log_in(
        provider.id_token(nonce), nonce=nonce, browser=BROWSER, source="192.0.2.7", device="a browser", originator="web"
    )

    found = house.store.authenticator.identity(admitted.token, originator="web")
    assert (found.person, found.strength) == ("lead", "single_sign_on")


@pytest.mark.requirement("P11-33")
def test_failed_tokens_are_recorded_once_a_minute_and_source(house: Gatehouse, doors: TokenDoors) -> None:
    for at in range(40):
        with pytest.raises(LoginError):
            doors.services.log_in(house.assertion(aud="elsewhere"), source=f"192.0.2.{at % 2}")
    assert len(failures(house)) == 2

    house.later(61)
    house.store.authenticator.catch_up()

    told = failures(house)
    assert {(one.purpose, one.source) for one in told} == {("token", "192.0.2.0"), ("token", "192.0.2.1")}
    assert sum(one.count for one in told) == 40
    assert {person for one in told for person in one.persons} == {
        FailedFor(count=count, person=SERVICE) for count in (1, 19)
    }
    assert len(told) == 4
