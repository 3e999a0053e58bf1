"""The commands about credentials as rules: what each refuses, and which facts it leads to."""

from datetime import datetime, timedelta

import pytest

from domain import streams
from domain.command import Command
from domain.credentials.commands import ApproveRecovery, InvitePerson, RequestRecovery, RevokeCredential
from domain.credentials.facts import CredentialRevoked, CredentialSet, Kind, RecoveryApproved, RecoveryRequested
from domain.people.commands import DeactivatePerson
from tests.domain.harness import ADMINISTRATOR, persona
from tests.domain.people_story import SECOND_ADMINISTRATOR, Office, office, registering

OWNER = persona("u1", "administrator")


def holding(*kinds: Kind) -> Office:
    """An office in which `u1` holds these credentials."""
    world = office()
    for kind in kinds:
        fact = CredentialSet(credential=f"{kind}-1", expires=None, kind=kind, person="u1")
        world.happened(streams.credentials("u1"), fact, by=OWNER)
    return world


def inviting(world: Office) -> InvitePerson:
    return InvitePerson(person="u1", expires=world.now + timedelta(hours=72))


def asked(world: Office) -> Office:
    world.when(RequestRecovery(person="u1", identity_checked="passport"), by=ADMINISTRATOR)
    return world


def facts_of(world: Office, wish: Command) -> list[object]:
    return [entry.fact for entry in world.when(wish)]


def test_an_invitation_says_until_when_and_replaces_those_before() -> None:
    world = holding("invitation")

    gone, new = facts_of(world, inviting(world))

    assert gone == CredentialRevoked(credential="invitation-1", kind="invitation", person="u1", why="replaced")
    assert isinstance(new, CredentialSet)
    assert (new.kind, new.expires, new.person) == ("invitation", world.now + timedelta(hours=72), "u1")


@pytest.mark.requirement("P11-28")
@pytest.mark.parametrize("kind", ["password", "totp", "passkey", "emergency"])
def test_who_has_set_anything_is_not_invited_by_one_administrator(kind: Kind) -> None:
    world = holding(kind)

    assert world.refuses(inviting(world)).rule == "credentials-are-replaced-by-two"


@pytest.mark.requirement("P11-28")
def test_nor_after_everything_was_revoked() -> None:
    world = holding("password")
    world.when(RevokeCredential(person="u1", credential="password-1", why="lost"))

    assert world.refuses(inviting(world)).code == "credentials_stand"


def test_an_account_that_ended_or_never_was_gets_no_credentials() -> None:
    world = holding("password")
    assert world.refuses(InvitePerson(person="u9", expires=world.now)).code == "unknown_person"
    world.when(DeactivatePerson(person="u1"))

    for wish in (inviting(world), RequestRecovery(person="u1", identity_checked="x"), ApproveRecovery(person="u1")):
        assert world.refuses(wish).code == "account_ended"


def test_a_service_has_keys_and_no_credentials() -> None:
    world = office()
    world.when(registering("edc", kind="service"))

    refused = world.refuses(InvitePerson(person="edc", expires=world.now))

    assert refused.code == "services_have_no_credentials"


@pytest.mark.requirement("P11-28")
def test_a_recovery_is_asked_by_one_and_approved_by_another() -> None:
    world = asked(holding("password", "totp"))

    (approved,) = world.when(ApproveRecovery(person="u1"), by=SECOND_ADMINISTRATOR)

    assert approved.fact == RecoveryApproved(person="u1", requested_by=ADMINISTRATOR.person)
    assert approved.body.actor == SECOND_ADMINISTRATOR.person


def test_what_was_checked_stands_with_the_request() -> None:
    world = holding("password")

    (entry,) = world.when(RequestRecovery(person="u1", identity_checked="called back at the site's number"))

    assert entry.fact == RecoveryRequested(identity_checked="called back at the site's number", person="u1")


@pytest.mark.requirement("P11-28")
def test_neither_who_asked_nor_the_owner_approves() -> None:
    world = asked(holding("password"))

    for by in (ADMINISTRATOR, OWNER):
        assert world.refuses(ApproveRecovery(person="u1"), by=by).rule == "recovery-needs-two-administrators"


@pytest.mark.requirement("P11-28")
def test_nobody_asks_for_oneself_nor_is_anything_approved_that_nobody_asked_for() -> None:
    world = holding("password")

    own = world.refuses(RequestRecovery(person="u1", identity_checked="me"), by=OWNER)
    unasked = world.refuses(ApproveRecovery(person="u1"), by=SECOND_ADMINISTRATOR)

    assert (own.rule, unasked.rule) == ("recovery-is-asked-by-another", "recovery-is-requested-first")


def test_where_nothing_was_set_there_is_nothing_to_recover() -> None:
    world = holding("invitation")

    assert world.refuses(RequestRecovery(person="u1", identity_checked="x")).code == "nothing_to_recover"


@pytest.mark.requirement("P11-28")
def test_one_request_is_approved_once() -> None:
    world = asked(holding("password"))
    world.when(ApproveRecovery(person="u1"), by=SECOND_ADMINISTRATOR)

    assert world.refuses(ApproveRecovery(person="u1"), by=SECOND_ADMINISTRATOR).rule == "recovery-is-requested-first"


@pytest.mark.requirement("P11-32")
def test_a_credential_is_revoked_by_its_id_with_the_reason_why() -> None:
    world = holding("password", "totp")

    (fact,) = facts_of(world, RevokeCredential(person="u1", credential="totp-1", why="lost"))

    assert fact == CredentialRevoked(credential="totp-1", kind="totp", person="u1", why="lost")
    again = world.refuses(RevokeCredential(person="u1", credential="totp-1", why="lost"))
    assert again.rule == "credential-must-be-held"


def test_a_credential_of_an_ended_account_can_still_be_revoked() -> None:
    world = holding("password")
    world.when(DeactivatePerson(person="u1"))

    assert facts_of(world, RevokeCredential(person="u1", credential="password-1", why="account_ended"))


def test_an_invitation_names_its_end_with_an_offset() -> None:
    with pytest.raises(ValueError, match="timezone"):
        InvitePerson(person="u1", expires=datetime(2027, 3, 1))  # noqa: DTZ001 (that is what is refused)
