"""Who can sign at all, and with which components: 21 CFR 11.100(b), 11.10(j) and 11.200(a)(1)."""

import pytest

from domain.command import Actor
from domain.errors import Refusal
from domain.record import Strength
from domain.session.facts import Component
from domain.signature.facts import SignatureMade
from tests.domain.harness import ADMINISTRATOR, INVESTIGATOR, World, persona
from tests.domain.signing_story import (
    VERIFIER,
    acknowledge,
    can_sign,
    issued,
    log_in,
    made,
    register,
    reviewing,
    verify,
)
from tests.domain.story import open_trial

REVIEWER = persona("cra-01", "monitor", "CRO")


@pytest.fixture
def world() -> World:
    return open_trial()


def refused(world: World, *presented: Component, by: Actor = REVIEWER) -> Refusal:
    world.presented = presented
    return world.refuses(reviewing(world, "protocol"), by=by)


def signed(world: World, *presented: Component, by: Actor = REVIEWER) -> SignatureMade:
    """A review is signed: whoever may sign anything may sign it, again and again."""
    world.presented = presented
    return made(world.when(reviewing(world, "protocol"), by=by))


@pytest.mark.requirement("P11-24")
@pytest.mark.parametrize(
    "presented",
    [(), ("password",), ("totp",), ("passkey",), ("password", "password"), ("password", "emergency"), ("key", "totp")],
)
def test_a_session_alone_signs_nothing_and_one_component_does_not_open_a_signing(
    world: World, presented: tuple[Component, ...]
) -> None:
    can_sign(world, REVIEWER)

    refusal = refused(world, *presented)

    assert (refusal.code, refusal.rule) == ("components_missing", "signing-components")


@pytest.mark.requirement("P11-24")
@pytest.mark.parametrize("presented", [("password", "totp"), ("password", "passkey"), ("totp", "passkey")])
def test_two_distinct_components_proved_with_the_signing_itself_sign(
    world: World, presented: tuple[Component, ...]
) -> None:
    can_sign(world, REVIEWER)

    fact = signed(world, *presented)

    assert fact.components == presented
    assert fact.first_in_session


@pytest.mark.requirement("P11-25")
def test_later_signings_of_a_session_take_one_private_component_each_and_never_none(world: World) -> None:
    can_sign(world, REVIEWER)

    first = signed(world, "password", "totp")
    later = [signed(world, component) for component in ("password", "totp", "passkey")]

    assert [first.first_in_session, *(fact.first_in_session for fact in later)] == [True, False, False, False]
    assert [fact.components for fact in later] == [("password",), ("totp",), ("passkey",)]
    nothing_private: tuple[tuple[Component, ...], ...] = ((), ("key",), ("emergency",), ("provider",))
    for presented in nothing_private:
        assert refused(world, *presented).code == "components_missing"


@pytest.mark.requirement("P11-26")
def test_another_session_asks_for_all_components_again(world: World) -> None:
    can_sign(world, REVIEWER)
    signed(world, "password", "totp")

    world.sessions[REVIEWER.person] = "another-session"
    log_in(world, REVIEWER)

    assert refused(world, "password").code == "components_missing"
    assert signed(world, "password", "totp").first_in_session
    assert not signed(world, "password").first_in_session


@pytest.mark.requirement("P11-24")
def test_signers_by_a_provider_prove_a_fresh_authentication_and_a_factor_held_here_each_time(world: World) -> None:
    can_sign(world, REVIEWER, strength="single_sign_on")

    assert refused(world, "provider").code == "components_missing"
    assert refused(world, "password", "totp").code == "components_missing"
    assert signed(world, "provider", "totp").first_in_session
    assert refused(world, "totp").code == "components_missing"
    assert not signed(world, "provider", "passkey").first_in_session


@pytest.mark.requirement("P11-24")
@pytest.mark.parametrize("strength", ["emergency", "machine", "asserted"])
def test_no_emergency_machine_or_asserted_session_signs(world: World, strength: Strength) -> None:
    can_sign(world, REVIEWER, strength=strength)

    assert refused(world, "password", "totp").code == "components_missing"


@pytest.mark.requirement("P11-22")
def test_who_was_never_verified_signs_nothing(world: World) -> None:
    issued(world)
    register(world, REVIEWER)
    acknowledge(world, REVIEWER)
    log_in(world, REVIEWER)

    refusal = refused(world, "password", "totp")

    assert (refusal.code, refusal.rule) == ("identity_not_verified", "identity-is-verified-before-signing")
    verify(world, REVIEWER)
    assert signed(world, "password", "totp").signer == REVIEWER.person


@pytest.mark.requirement("P11-22")
def test_who_was_verified_only_by_whoever_registered_the_account_signs_nothing(world: World) -> None:
    issued(world)
    register(world, REVIEWER)
    verify(world, REVIEWER, by=ADMINISTRATOR)
    acknowledge(world, REVIEWER)
    log_in(world, REVIEWER)

    assert refused(world, "password", "totp").code == "identity_not_verified"
    verify(world, REVIEWER, by=VERIFIER)
    assert signed(world, "password", "totp").signer == REVIEWER.person


@pytest.mark.requirement("P11-15")
def test_each_revision_of_the_policy_is_acknowledged_before_anything_is_signed(world: World) -> None:
    register(world, REVIEWER)
    verify(world, REVIEWER)
    log_in(world, REVIEWER)
    none_issued = refused(world, "password", "totp")
    issued(world)
    not_acknowledged = refused(world, "password", "totp")
    acknowledge(world, REVIEWER)
    signed(world, "password", "totp")

    issued(world, "2")

    assert {none_issued.code, not_acknowledged.code} == {"policy_not_acknowledged"}
    assert refused(world, "password", "totp").code == "policy_not_acknowledged"
    acknowledge(world, REVIEWER, "2")
    assert signed(world, "password").signer == REVIEWER.person


def test_a_service_account_never_signs(world: World) -> None:
    issued(world)
    service = persona("edc", "service", "CRO")
    register(world, service, kind="service")
    verify(world, service)
    acknowledge(world, service)
    log_in(world, service, strength="machine")

    assert refused(world, "password", "totp", by=service).code == "services_never_sign"


def test_who_is_nobody_here_signs_nothing(world: World) -> None:
    issued(world)

    assert refused(world, "password", "totp", by=INVESTIGATOR._replace(person="stranger")).code == (
        "identity_not_verified"
    )
