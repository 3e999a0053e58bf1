"""The sponsor's provider says who somebody is; whom that stands for was said here before, and signing asks anew."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.tokens.id_tokens import Provider
from compliance.gate import Identity
from domain import streams
from domain.errors import InvalidInputError, LoginError, Refusal
from domain.session.facts import SessionStarted
from domain.signature.facts import SignatureMade
from tests.compliance.stores import SHOWN
from tests.tokens.gatehouse import Gatehouse
from tests.tokens.identity_provider import (
    BROWSER,
    CLIENT,
    ISSUER,
    RECORD,
    RSA_KEY,
    SUBJECT,
    IdentityProvider,
    link,
)


@pytest.fixture
def provider(house: Gatehouse) -> IdentityProvider:
    link(house)
    return IdentityProvider(house)


def test_a_linked_person_is_let_in(house: Gatehouse, provider: IdentityProvider) -> None:
    identity = provider.logged_in()

    assert (identity.person, identity.strength, identity.originator, identity.presented) == (
        "lead",
        "single_sign_on",
        "web",
        (),
    )
    (entry,) = house.store.ledger.stream(streams.session(identity.session))
    assert isinstance(entry.fact, SessionStarted)
    assert (entry.fact.components, entry.fact.device) == (("provider",), "a browser")
    assert entry.fact.ends == house.desk.clock.shows + timedelta(hours=12)
    assert house.issued == [(identity, timedelta(minutes=15))]
    assert not house.failed


@pytest.mark.parametrize(
    "changes",
    [
        {"key": RSA_KEY, "kid": "rsa"},
        {"header": {"typ": None}},
        {"header": {"x5t": "dGh1bWI", "more": 1}},
        {"aud": [CLIENT]},
        {"azp": CLIENT},
        {"amr": ["pwd", "otp"], "acr": "2", "at_hash": "x"},
    ],
)
def test_what_providers_differ_in_is_taken(provider: IdentityProvider, changes: dict[str, Any]) -> None:
    assert provider.logged_in(**changes).person == "lead"


@pytest.mark.parametrize(("name", "seconds"), [("auth_time", -43_200), ("auth_time", 30), ("iat", 30), ("nbf", 30)])
def test_times_may_differ_a_little(provider: IdentityProvider, name: str, seconds: int) -> None:
    assert provider.logged_in(**{name: provider.house.now + seconds})


def test_a_second_audience_counts_where_it_is_known_and_we_asked(house: Gatehouse) -> None:
    link(house)
    provider = IdentityProvider(house, other_audiences=frozenset({"portal"}))

    assert provider.logged_in(aud=[CLIENT, "portal"], azp=CLIENT)

    provider.refuses_change(aud=[CLIENT, "portal"])
    provider.refuses_change(aud=[CLIENT, "portal"], azp="portal")
    provider.refuses_change(aud=["portal"], azp=CLIENT)
    provider.refuses_change(aud=[CLIENT, "portal", "stranger"], azp=CLIENT)


@pytest.mark.requirement("P11-21")
def test_nobody_is_made_by_a_log_in(house: Gatehouse, provider: IdentityProvider) -> None:
    before = len(house.store.ledger.ledgers())

    provider.refuses_change(sub="somebody new")
    provider.refuses_change(sub="lead")
    provider.refuses_change(sub="admin")

    assert len(house.store.ledger.ledgers()) == before
    assert not house.authentication.person("somebody").exists


@pytest.mark.requirement("P11-32")
def test_an_unlinked_person_is_let_in_no_more(house: Gatehouse, provider: IdentityProvider) -> None:
    assert provider.logged_in()

    house.command("unlink_provider_identity", {"person": "lead", "issuer": ISSUER})

    provider.refuses_change()


def test_a_person_whose_account_ended_a_second_ago_is_let_in_no_more(
    house: Gatehouse, provider: IdentityProvider
) -> None:
    house.command("deactivate_person", {"person": "lead"})
    house.later(1)
    nonce = provider.logins.begin(BROWSER)

    with pytest.raises(LoginError):
        provider.log_in(provider.id_token(nonce), nonce)

    assert house.failed == [("token", "192.0.2.7", "lead")]


def test_a_nonce_counts_once_in_one_browser_for_ten_minutes(house: Gatehouse, provider: IdentityProvider) -> None:
    nonce = provider.logins.begin(BROWSER)
    provider.refuses(provider.id_token(nonce), nonce, browser="another browser")
    assert provider.log_in(provider.id_token(nonce), nonce)

    provider.refuses(provider.id_token(nonce), nonce)
    house.later(300)
    provider.refuses(provider.id_token(nonce), nonce)

    late = provider.logins.begin(BROWSER)
    house.later(600)
    provider.refuses(provider.id_token(late), late)


@pytest.mark.parametrize("nonce", ["", "x", "a nonce", "é", "A" * 75, "A" * 10_000])
def test_a_nonce_that_was_not_made_here_is_refused(provider: IdentityProvider, nonce: str) -> None:
    provider.refuses(provider.id_token(nonce), nonce)


def test_nonces_are_never_the_same(provider: IdentityProvider) -> None:
    assert len({provider.logins.begin(BROWSER) for _ in range(100)}) == 100


@pytest.mark.requirement("P11-24")
def test_a_fresh_authentication_over_the_record_is_one_component(provider: IdentityProvider) -> None:
    identity = provider.logged_in()

    assert provider.prove(identity) == "provider"


@pytest.mark.requirement("P11-24")
@pytest.mark.parametrize(
    "changes",
    [
        {"record": "8" * 64},
        {"nonce": "x" * 64},
        {"auth_time": -121},
        {"auth_time": 31},
        {"sub": "somebody else"},
    ],
)
def test_an_authentication_for_another_signature_is_none(
    house: Gatehouse, provider: IdentityProvider, changes: dict[str, Any]
) -> None:
    identity = provider.logged_in()
    given = {name: house.now + value if name == "auth_time" else value for name, value in changes.items()}

    with pytest.raises(LoginError) as caught:
        provider.prove(identity, **given)

    assert caught.value.code == "login_failed"
    assert house.failed == [("signing", "192.0.2.7", "lead")]


def test_an_authentication_of_another_session_or_person_is_none(house: Gatehouse, provider: IdentityProvider) -> None:
    link(house, "verifier", "2")
    mine, older, other = provider.logged_in(), provider.logged_in(), provider.logged_in(sub="2")
    for identity, subject in ((mine, "2"), (other, SUBJECT)):
        with pytest.raises(LoginError):
            provider.prove(identity, sub=subject)
    with pytest.raises(LoginError):
        provider.prove(mine, nonce="0" * 64)
    with pytest.raises(LoginError):
        provider.prove(mine._replace(session=older.session), nonce=mine.session)


def test_an_authentication_counts_for_one_signature(house: Gatehouse, provider: IdentityProvider) -> None:
    identity = provider.logged_in()
    assert provider.prove(identity, auth_time=house.now)

    with pytest.raises(LoginError):
        provider.prove(identity, auth_time=house.now, iat=house.now)

    house.later(119)
    assert provider.prove(identity, auth_time=house.now)


def test_a_log_in_is_no_authentication_for_a_signature(provider: IdentityProvider) -> None:
    identity = provider.logged_in()
    nonce = provider.logins.begin(BROWSER)

    with pytest.raises(LoginError):
        provider.logins.prove(provider.id_token(nonce), identity, record_digest=RECORD, source="192.0.2.7")


def signs(house: Gatehouse, identity: Identity) -> Any:
    """What becomes of signing the policy with what was presented."""
    acknowledged = {"person": "lead", "version": "2", "display_digest": SHOWN}
    envelope = house.desk.envelope("acknowledge_policy", acknowledged)
    return house.store.conduct.carry_out(envelope, identity, trial=None)


@pytest.mark.requirement("P11-24")
def test_the_provider_signs_only_together_with_a_component_held_here(
    house: Gatehouse, provider: IdentityProvider
) -> None:
    house.command("issue_policy", {"version": "2", "reference": "a policy", "document_sha256": "0" * 64})
    identity = provider.logged_in()
    proved = provider.prove(identity)
    for presented in ((), (proved,), ("totp",)):
        with pytest.raises(Refusal) as caught:
            signs(house, identity._replace(presented=presented))
        assert caught.value.code == "components_missing"

    signs(house, identity._replace(presented=(proved, "totp")))

    made = [entry.fact for entry in house.store.ledger.stream(streams.signatures(streams.policy(), "lead"))][-1]
    assert isinstance(made, SignatureMade)
    assert set(made.components) == {"provider", "totp"}


@pytest.mark.parametrize(
    ("issuer", "algorithms"),
    [(ISSUER, ()), (ISSUER, ("HS256",)), (ISSUER, ("none",)), (ISSUER, ("RS256", "HS256")), ("http://x", ("RS256",))],
)
def test_a_provider_is_pinned_to_algorithms_with_public_keys(issuer: str, algorithms: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Provider(issuer, CLIENT, algorithms, bytes)

    assert caught.value.code == "bad_provider"
