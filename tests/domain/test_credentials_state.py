"""Which credentials an account has, as facts tell: set, revoked, all gone at a recovery that the owner is told of."""

from datetime import datetime

import pytest

from domain import streams
from domain.credentials.credentials import Credential, Credentials
from domain.credentials.facts import (
    CredentialRevoked,
    CredentialSet,
    Kind,
    RecoveryApproved,
    RecoveryNoticed,
    RecoveryRequested,
)
from domain.people.facts import TrialAdded
from tests.domain.harness import ADMINISTRATOR, World, persona
from tests.domain.people_story import SECOND_ADMINISTRATOR

OWNER = persona("u1", "investigator")
STREAM = streams.credentials("u1")


def credentials(world: World) -> Credentials:
    return world.get(Credentials, STREAM)


def held(*kinds: Kind, expires: datetime | None = None) -> World:
    world = World()
    for kind in kinds:
        fact = CredentialSet(credential=f"{kind}-1", expires=expires, kind=kind, person="u1")
        world.happened(STREAM, fact, by=ADMINISTRATOR if kind == "invitation" else OWNER)
    return world


@pytest.mark.requirement("P11-31")
def test_a_credential_has_its_kind_its_age_and_perhaps_an_end() -> None:
    world = held("password", "totp", expires=datetime.fromisoformat("2028-03-01T00:00:00Z"))

    known = credentials(world)

    ends = datetime.fromisoformat("2028-03-01T00:00:00Z")
    assert known.of("password") == (
        Credential(credential="password-1", kind="password", since=world.now, expires=ends, set_by=OWNER.person),
    )
    assert known.of("passkey") == ()
    assert len(known.held) == 2


@pytest.mark.requirement("P11-32")
def test_a_revoked_credential_counts_no_more_and_the_others_do() -> None:
    world = held("password", "totp", "passkey")

    world.happened(STREAM, CredentialRevoked(credential="passkey-1", kind="passkey", person="u1", why="lost"))

    assert [one.kind for one in credentials(world).held] == ["password", "totp"]


@pytest.mark.requirement("P11-28")
def test_a_recovery_asked_for_by_one_changes_nothing_yet() -> None:
    world = held("password", "totp")

    world.happened(STREAM, RecoveryRequested(identity_checked="called back", person="u1"), by=ADMINISTRATOR)

    known = credentials(world)
    assert (known.recovery_by, len(known.held), known.unnoticed) == (ADMINISTRATOR.person, 2, 0)
    assert known.activated


@pytest.mark.requirement("P11-28")
def test_an_approved_recovery_takes_every_credential_until_the_owner_sets_new_ones_and_is_told() -> None:
    world = held("password", "totp")
    world.happened(STREAM, RecoveryRequested(identity_checked="called back", person="u1"), by=ADMINISTRATOR)

    approved = RecoveryApproved(person="u1", requested_by=ADMINISTRATOR.person)
    entry = world.happened(STREAM, approved, by=SECOND_ADMINISTRATOR)

    known = credentials(world)
    assert (known.held, known.recovery_by, known.unnoticed) == ((), None, entry.frame.version)
    assert not known.activated
    world.happened(STREAM, RecoveryNoticed(person="u1", session="s1"))
    assert credentials(world).unnoticed == 0


@pytest.mark.requirement("P11-28")
def test_an_invitation_says_who_made_it_and_the_account_is_not_yet_its_owners() -> None:
    world = held("invitation")

    assert (credentials(world).held[-1].set_by, credentials(world).activated) == (ADMINISTRATOR.person, False)
    world.happened(STREAM, CredentialSet(credential="p", expires=None, kind="password", person="u1"), by=OWNER)
    assert credentials(world).activated


def test_of_a_kind_the_credential_that_was_set_last_counts() -> None:
    world = held("password", "totp")
    world.happened(STREAM, CredentialSet(credential="password-2", expires=None, kind="password", person="u1"))

    known = credentials(world)

    last = known.last("password")
    assert last is not None
    assert last.credential == "password-2"
    assert known.last("passkey") is None
    assert known.holds(["password-2", "totp-1"])
    assert known.holds([])
    assert not known.holds(["password-2", "totp-2"])


def test_credentials_are_unmoved_by_what_is_not_about_them() -> None:
    world = held("password")
    before = credentials(world)

    entry = world.happened("system/trial/T1", TrialAdded(trial="T1"))

    assert before.after(entry).at_version(before.version) == before
