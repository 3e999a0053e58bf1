"""Lost credentials are replaced by two administrators, the owner is told; no single one obtains another's signature."""

from datetime import timedelta

import pytest

from compliance.gate import Identity
from domain.credentials.facts import CredentialSet, RecoveryApproved, RecoveryNoticed
from domain.errors import InvalidInputError, LoginError, Refusal, SessionEndedError
from domain.session.facts import SessionEnded
from domain.signature.facts import SignatureMade
from tests.compliance.stores import SHOWN
from tests.identity.house import SOURCE, House, password_of, signs_policy, verified

NEW = "saddle lantern copper otter"


def recovered(house: House, person: str = "ana") -> None:
    house.send("admin", "request_recovery", person, identity_checked="passport, in person")
    house.send("verifier", "approve_recovery", person)


def refused(house: House, by: str, command: str, **payload: str) -> str:
    with pytest.raises(Refusal) as refusal:
        house.send(by, command, "ana", **payload)
    return refusal.value.rule


@pytest.mark.requirement("P11-28", "P11-32")
def test_what_two_approved_counts_at_once_for_every_old_credential_and_session(house: House) -> None:
    token = house.log_in("ana").token
    emergency = house.door.set_emergency(
        token, house.owners["ana"].password, house.code("ana"), source=SOURCE, originator="o"
    )
    house.later()

    recovered(house)

    with pytest.raises(SessionEndedError):
        house.identity(token)
    with pytest.raises(LoginError):
        house.log_in("ana")
    with pytest.raises(LoginError):
        house.door.log_in_in_emergency("ana", emergency, source=SOURCE, device="d", originator="o")
    assert [fact.why for fact in house.facts(SessionEnded)] == ["revoked"]


@pytest.mark.requirement("P11-28", "P11-32")
def test_the_owner_sets_new_credentials_and_is_told_once_by_whom_and_when(house: House) -> None:
    recovered(house)
    (approved,) = [entry for entry in house.entries() if isinstance(entry.fact, RecoveryApproved)]
    house.settles("ana", house.invited("ana"), NEW)

    first = house.log_in("ana")
    second = house.log_in("ana")

    when = f"{approved.frame.recorded_at:%Y-%m-%dT%H:%M:%S.%fZ}"
    (notice,) = first.notices
    assert notice.startswith(f"Your credentials were replaced: admin asked, verifier approved on {when}.")
    assert second.notices == ()
    assert house.facts(RecoveryNoticed) == [RecoveryNoticed(person="ana", session=first.identity.session)]


def test_a_recovery_that_one_asked_for_changes_nothing_yet(house: House) -> None:
    token = house.log_in("ana").token

    house.send("admin", "request_recovery", "ana", identity_checked="passport")

    assert house.identity(token).person == "ana"
    with pytest.raises(Refusal):
        house.invited("ana")


def test_a_password_from_before_a_recovery_is_not_taken_again(house: House) -> None:
    recovered(house)
    secret = house.invited("ana")

    with pytest.raises(InvalidInputError) as weak:
        house.door.activate("ana", secret, password_of("ana"), source=SOURCE)

    assert weak.value.code == "weak_password"


@pytest.mark.requirement("P11-22", "P11-32")
def test_after_a_recovery_somebody_else_looks_again_who_it_is_before_anything_is_signed(house: House) -> None:
    verified(house, "ana")
    recovered(house)
    owner = house.settles("ana", house.invited("ana"), NEW)
    token = house.log_in("ana").token

    with pytest.raises(Refusal) as unverified:
        signs_policy(house, token, password=NEW, code=owner.code(house.now))
    house.later()
    verified(house, "ana")

    assert unverified.value.code == "identity_not_verified"
    assert signs_policy(house, token, password=NEW, code=owner.code(house.now)).receipt


@pytest.mark.requirement("P11-21", "P11-28")
def test_no_single_administrator_obtains_a_signature_of_another(house: House) -> None:
    verified(house, "ana")
    credentials = [fact.credential for fact in house.facts(CredentialSet) if fact.person == "ana"]

    # an invitation for an account that its owner has activated, also after everything was revoked
    with pytest.raises(Refusal):
        house.invited("ana")
    for credential in credentials[1:]:
        house.send("admin", "revoke_credential", "ana", credential=credential, why="lost")
    with pytest.raises(Refusal):
        house.invited("ana")

    # a recovery asked for and approved by one, or approved with nobody asking
    assert refused(house, "admin", "approve_recovery") == "recovery-is-requested-first"
    house.send("admin", "request_recovery", "ana", identity_checked="I say so")
    assert refused(house, "admin", "approve_recovery") == "recovery-needs-two-administrators"

    # an identity made up, in a session of one's own
    own = house.desk.identity("admin", presented=("password", "totp"))
    forged = Identity("ana", own.strength, own.session, own.originator, own.presented)
    payload = {"person": "ana", "version": "1", "display_digest": SHOWN}
    for identity in (forged, own):
        envelope = house.desk.envelope("acknowledge_policy", payload)
        with pytest.raises(Refusal):
            house.desk.store.conduct.carry_out(envelope, identity, trial=None)

    # the id ended, and registered once more
    house.send("admin", "deactivate_person", "ana")
    with pytest.raises(Refusal) as again:
        house.registered("ana")
    assert again.value.rule == "person-id-is-never-reused"
    assert [fact for fact in house.facts(SignatureMade) if fact.signer == "ana"] == []


@pytest.mark.requirement("P11-22", "P11-28")
@pytest.mark.parametrize("inviter", ["admin", "verifier"])
def test_who_uses_anothers_invitation_cannot_sign_with_it(house: House, inviter: str) -> None:
    house.registered("ben")
    thief = house.settles("ben", house.invited("ben", by=inviter))
    token = house.log_in("ben").token

    with pytest.raises(Refusal) as unverified:
        signs_policy(house, token, password=thief.password, code=thief.code(house.now))
    with pytest.raises(Refusal) as oneself:
        house.send(inviter, "verify_identity", "ben", document="known", method="in_person")

    assert unverified.value.code == "identity_not_verified"
    assert oneself.value.rule == "identity-is-verified-by-another"


@pytest.mark.requirement("P11-22", "P11-28")
def test_an_identity_verified_before_the_invitation_was_used_does_not_help_who_used_it(house: House) -> None:
    house.registered("ben")
    secret = house.invited("ben")
    verified(house, "ben")
    thief = house.settles("ben", secret)
    token = house.log_in("ben").token

    with pytest.raises(Refusal) as unverified:
        signs_policy(house, token, password=thief.password, code=thief.code(house.now))

    assert unverified.value.code == "identity_not_verified"


@pytest.mark.requirement("P11-28")
def test_an_administrator_with_a_fooled_second_one_still_cannot_sign(house: House) -> None:
    verified(house, "ana")
    recovered(house)
    thief = house.settles("ana", house.invited("ana", by="admin"), NEW)
    token = house.log_in("ana").token

    with pytest.raises(Refusal) as unverified:
        signs_policy(house, token, password=NEW, code=thief.code(house.now))
    with pytest.raises(Refusal) as oneself:
        house.send("admin", "verify_identity", "ana", document="known", method="in_person")

    assert unverified.value.code == "identity_not_verified"
    assert oneself.value.rule == "identity-is-verified-by-another"


def test_an_administrator_loses_credentials_like_everybody_else(house: House) -> None:
    house.settles("verifier", house.invited("verifier"))
    house.send("admin", "request_recovery", "verifier", identity_checked="passport")

    with pytest.raises(Refusal) as oneself:
        house.send("verifier", "approve_recovery", "verifier")

    assert oneself.value.rule == "recovery-needs-two-administrators"


def test_a_lost_invitation_after_a_recovery_is_made_again(house: House) -> None:
    recovered(house)
    house.invited("ana")
    house.later(timedelta(days=4))

    house.settles("ana", house.invited("ana", by="verifier"), NEW)

    assert house.log_in("ana").notices
