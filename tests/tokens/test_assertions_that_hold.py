"""A service account proves itself by its own key, once with every assertion, for as long as the key counts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from adapters.tokens.assertions import ServiceLogins
from adapters.tokens.door import Admitted
from adapters.tokens.taken import TakenTokens
from compliance import gate
from compliance.gate import Allowed, Identity
from domain import streams
from domain.errors import LoginError, Refusal
from domain.session.facts import SessionStarted
from domain.signature.signing import PROVING
from tests.tokens.gatehouse import KEY, OTHER_KEY, SERVICE, Gatehouse
from tests.tokens.signing import KeyPair, ed25519_key


def allowed(house: Gatehouse, identity: Identity) -> Allowed:
    """What the gate says to an act of the service."""
    return gate.decide(
        identity,
        house.authentication.person(identity.person),
        house.authentication.session(identity.session),
        "open_screening_record",
        trial="T1",
        site="01",
        now=house.desk.clock.shows,
        system_position=1,
    )


@pytest.mark.requirement("P11-13")
@pytest.mark.parametrize("key", [KEY, OTHER_KEY], ids=["Ed25519", "ES256"])
def test_a_registered_key_opens_a_machine_session_of_that_originator(house: Gatehouse, key: KeyPair) -> None:
    admitted = house.services.log_in(house.assertion(key), source="192.0.2.1")

    identity = admitted.identity
    assert (identity.person, identity.strength, identity.originator) == (SERVICE, "machine", SERVICE)
    (entry,) = house.store.ledger.stream(streams.session(identity.session))
    started = entry.fact
    assert isinstance(started, SessionStarted)
    assert (started.components, started.strength, started.person) == (("key",), "machine", SERVICE)
    assert started.device == f"key {key.thumbprint}"
    assert started.ends == house.desk.clock.shows + timedelta(hours=1)
    assert house.issued == [(identity, timedelta(hours=1))]
    assert not house.failed


def test_a_session_token_is_not_shown_by_accident(house: Gatehouse) -> None:
    admitted = house.services.log_in(house.assertion(), source="192.0.2.1")

    assert repr(admitted) == "Admitted(edc)"
    assert admitted == Admitted("token 1", admitted.identity)


@pytest.mark.parametrize(
    "changes",
    [
        {"header": {"typ": None}},
        {"header": {"typ": "client-authentication+jwt"}},
        {"iat": 30},
        {"nbf": 30},
        {"nbf": -100},
        {"iat": -299, "exp": 1},
        {"anything": ["else", {"that": "services like"}]},
    ],
)
def test_what_the_standard_leaves_open_is_taken(attacked: Gatehouse, changes: dict[str, Any]) -> None:
    given: dict[str, Any] = {
        name: attacked.now + value if isinstance(value, int) else value for name, value in changes.items()
    }

    assert attacked.log_in(attacked.assertion(**given))
    attacked.issued.clear()


def test_an_audience_may_be_a_list_of_one(house: Gatehouse) -> None:
    assert house.log_in(house.assertion(aud=[house.services.audience]))


def test_an_assertion_counts_once(house: Gatehouse) -> None:
    assertion = house.assertion()
    house.log_in(assertion)
    house.issued.clear()

    house.refuses(assertion)
    house.refuses(house.assertion(OTHER_KEY, jti="token-1"))

    assert house.failed[-1][2] == SERVICE


def test_two_services_may_use_the_same_token_ids(house: Gatehouse) -> None:
    key = ed25519_key("lab")
    house.add_service("lab", key)
    house.log_in(house.assertion(jti="1"))

    assert house.log_in(house.assertion(key, iss="lab", sub="lab", jti="1")).person == "lab"


def test_an_assertion_counts_once_also_for_another_process_and_after_a_restart(house: Gatehouse) -> None:
    assertion = house.assertion()
    house.log_in(assertion)
    house.issued.clear()
    house.taken.close()

    house.taken = TakenTokens(house.file)
    house.services = ServiceLogins(house.door, house.taken)

    house.refuses(assertion)


def test_of_many_who_send_one_assertion_at_once_one_is_let_in(house: Gatehouse) -> None:
    assertion = house.assertion()

    def tries(_: int) -> bool:
        try:
            house.log_in(assertion)
        except LoginError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(tries, range(8)))

    assert sorted(outcomes) == [False] * 7 + [True]


@pytest.mark.requirement("P11-32")
def test_a_revoked_key_opens_nothing_and_what_it_opened_is_over(house: Gatehouse) -> None:
    grant = {"person": SERVICE, "role": "service", "trial": "T1", "requested_by": "verifier"}
    house.command("grant_role", grant)
    by_key, by_other = house.log_in(house.assertion()), house.log_in(house.assertion(OTHER_KEY))
    assert allowed(house, by_key)
    house.issued.clear()

    house.command("revoke_service_key", {"person": SERVICE, "key": KEY.thumbprint})

    house.refuses(house.assertion())
    with pytest.raises(Refusal) as caught:
        allowed(house, by_key)
    assert (caught.value.code, caught.value.rule) == ("session_ended", "a-revoked-key-opens-nothing")
    assert allowed(house, by_other).actor.role == "service"


def test_an_account_that_ended_a_second_ago_is_let_in_no_more(house: Gatehouse) -> None:
    assertion = house.assertion()
    house.command("deactivate_person", {"person": SERVICE})
    house.later(1)

    house.refuses(assertion)

    assert house.failed[-1][2] == SERVICE


def test_a_key_proves_nothing_that_a_person_signs_with() -> None:
    assert "key" not in PROVING
