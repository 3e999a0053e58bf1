"""Two persons vouch for a third: who registered or invited somebody never says alone who that is."""

from typing import Any

import pytest

from domain import streams
from domain.people.facts import AccountActivated, IdentityVerified
from domain.people.standing_commands import VerifyIdentity
from tests.domain.harness import ADMINISTRATOR, SPONSOR, one, persona
from tests.domain.people_story import SECOND_ADMINISTRATOR, Office, office, registering


def verifying(person: str = "u1", **more: Any) -> VerifyIdentity:
    usual: dict[str, Any] = {"person": person, "document": "passport", "method": "in_person"}
    return VerifyIdentity(**usual | more)


def activated(world: Office, by: str) -> None:
    """The owner, or whoever got hold of the invitation, set the credentials."""
    world.happened(streams.person("u1"), AccountActivated(invited_by=by, person="u1"))


@pytest.mark.requirement("P11-22")
def test_another_person_verifies_by_which_document_and_how() -> None:
    world = office()

    fact = one(world.when(verifying(document="driving_licence", method="video"), by=SPONSOR), IdentityVerified)

    assert fact == IdentityVerified(document="driving_licence", method="video", person="u1", verified_by="sponsor-01")
    assert world.person().verified_by == "sponsor-01"


@pytest.mark.requirement("P11-22", "P11-28")
def test_nobody_verifies_oneself_or_an_account_that_one_registered() -> None:
    world = office()

    for verifier in (persona("u1", "investigator"), ADMINISTRATOR):
        assert world.refuses(verifying(), by=verifier).rule == "identity-is-verified-by-another"
    assert world.person().verified_by is None


@pytest.mark.requirement("P11-28")
def test_who_invited_an_account_and_could_have_opened_it_does_not_verify_it() -> None:
    world = office()
    activated(world, SECOND_ADMINISTRATOR.person)

    assert world.refuses(verifying(), by=SECOND_ADMINISTRATOR).rule == "identity-is-verified-by-another"
    assert world.when(verifying(), by=SPONSOR)


@pytest.mark.requirement("P11-28")
def test_an_account_set_up_anew_is_verified_anew() -> None:
    world = office()
    world.when(verifying(), by=SPONSOR)
    activated(world, ADMINISTRATOR.person)
    assert world.person().verified_by is None

    world.when(verifying(), by=SECOND_ADMINISTRATOR)

    assert world.person().verified_by == SECOND_ADMINISTRATOR.person


def test_a_service_account_has_no_identity_to_verify() -> None:
    world = office()
    world.when(registering("edc", kind="service"))

    assert world.refuses(verifying("edc"), by=SPONSOR).code == "services_have_no_identity"


def test_nobody_of_an_unknown_id_is_verified() -> None:
    assert office().refuses(verifying("u9"), by=SPONSOR).code == "unknown_person"
