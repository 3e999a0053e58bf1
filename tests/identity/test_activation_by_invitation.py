"""An invitation: a secret printed once, with which the owner sets the credentials, and which dies soon in every way."""

from datetime import timedelta
from typing import Any

import pytest

from compliance.authentication import Authentication
from domain.credentials.facts import CredentialRevoked, CredentialSet
from domain.errors import InvalidInputError, LoginError, Refusal, StorageFullError
from domain.people.facts import AccountActivated
from domain.session.facts import AuthenticationFailed
from tests.identity.house import SOURCE, House, Owner, password_of

PASSWORD = "granite otter violin meadow"


def activate(house: House, person: str, secret: str, password: str = PASSWORD) -> None:
    house.door.activate(person, secret, password, source=SOURCE)


def test_an_invited_owner_sets_password_and_codes_and_logs_in(house: House) -> None:
    house.registered("ben")
    secret = house.invited("ben")

    house.settles("ben", secret)

    opened = house.log_in("ben")
    assert opened.identity.person == "ben"
    assert opened.identity.strength == "password_totp"
    assert house.identity(opened.token) == opened.identity
    kinds = [fact.kind for fact in house.facts(CredentialSet) if fact.person == "ben"]
    assert kinds == ["invitation", "password", "totp"]
    assert house.facts(AccountActivated)[-1] == AccountActivated(invited_by="admin", person="ben")


def test_the_secret_has_at_least_128_bits_and_can_be_read_aloud(house: House) -> None:
    house.registered("ben")

    secret = house.invited("ben")

    assert len(secret.replace("-", "")) == 30  # of 31 signs: 148 bits
    activate(house, "ben", f"  {secret.upper().replace('-', ' ')} ")


def test_password_and_codes_count_only_after_the_first_code(house: House) -> None:
    house.registered("ben")
    secret = house.invited("ben")
    enrolment = house.door.activate("ben", secret, PASSWORD, source=SOURCE)

    with pytest.raises(LoginError):
        house.door.log_in("ben", PASSWORD, "000000", source=SOURCE, device="d", originator="o")
    with pytest.raises(LoginError):
        house.door.confirm("ben", secret, "000000", source=SOURCE)

    assert [fact.kind for fact in house.facts(CredentialSet) if fact.person == "ben"] == ["invitation"]
    assert enrolment.otp_uri.startswith("otpauth://totp/Trialproof%20%28demonstration%29:ben?secret=")


def test_an_owner_who_lost_the_picture_of_the_code_begins_again(house: House) -> None:
    house.registered("ben")
    secret = house.invited("ben")
    activate(house, "ben", secret)

    house.settles("ben", secret, PASSWORD)

    assert house.log_in("ben").identity.person == "ben"


def test_the_first_code_counts_no_second_time(house: House) -> None:
    house.registered("ben")
    owner = house.settles("ben", house.invited("ben"))

    with pytest.raises(LoginError):
        house.log_in("ben", code=owner.code(house.now - timedelta(seconds=30)))


def test_an_invitation_dies_with_its_use(house: House) -> None:
    house.registered("ben")
    secret = house.invited("ben")
    house.settles("ben", secret)

    with pytest.raises(LoginError):
        activate(house, "ben", secret, "another granite otter violin")
    with pytest.raises(LoginError):
        house.door.confirm("ben", secret, house.code("ben"), source=SOURCE)

    assert house.facts(CredentialRevoked)[-1].kind == "invitation"


def test_an_invitation_dies_after_three_days(house: House) -> None:
    house.registered("ben")
    secret = house.invited("ben")

    house.later(timedelta(hours=72))
    with pytest.raises(LoginError):
        activate(house, "ben", secret)

    again = house.invited("ben")
    house.later(timedelta(hours=71, minutes=59))
    activate(house, "ben", again)


def test_an_invitation_dies_after_five_wrong_tries(house: House) -> None:
    house.registered("ben")
    secret = house.invited("ben")
    for _ in range(5):
        with pytest.raises(LoginError):
            activate(house, "ben", "wrong")

    with pytest.raises(LoginError):
        activate(house, "ben", secret)

    assert [fact.why for fact in house.facts(CredentialRevoked) if fact.person == "ben"] == ["compromised"]
    failed = house.facts(AuthenticationFailed)
    assert [(fact.purpose, fact.count) for fact in failed] == [("activation", 1)]


def test_four_wrong_tries_leave_it_alive(house: House) -> None:
    house.registered("ben")
    secret = house.invited("ben")
    for _ in range(4):
        with pytest.raises(LoginError):
            activate(house, "ben", "wrong")

    house.settles("ben", secret)


def test_a_new_invitation_replaces_the_one_before(house: House) -> None:
    house.registered("ben")
    first = house.invited("ben")
    second = house.invited("ben", by="verifier")

    with pytest.raises(LoginError):
        activate(house, "ben", first)

    activate(house, "ben", second)


@pytest.mark.requirement("P11-28")
def test_no_administrator_invites_who_has_set_credentials(house: House) -> None:
    with pytest.raises(Refusal) as refused:
        house.invited("ana")

    assert refused.value.rule == "credentials-are-replaced-by-two"


@pytest.mark.requirement("P11-28")
def test_only_an_administrator_invites(house: House) -> None:
    house.registered("ben")

    with pytest.raises(Refusal) as refused:
        house.invited("ben", by="lead")

    assert refused.value.rule == "default-deny"


def test_a_service_and_an_ended_account_are_not_invited(house: House) -> None:
    service = {"person": "edc", "kind": "service", "printed_name": "EDC", "organisation": "An organisation"}
    house.desk.send("admin", "register_person", service, trial=None)
    house.registered("gone")
    house.send("admin", "deactivate_person", "gone")

    for person in ("edc", "gone"):
        with pytest.raises(Refusal) as refused:
            house.invited(person)
        assert refused.value.rule == "credentials-go-to-open-accounts-of-people"


def test_the_product_itself_invites_the_first_administrator_until_that_has_activated(house: House) -> None:
    lost = house.door.invite("admin", by=None)
    secret = house.door.invite("admin", by=None)

    with pytest.raises(LoginError):
        activate(house, "admin", lost)
    house.settles("admin", secret)

    with pytest.raises(Refusal) as refused:
        house.door.invite("admin", by=None)
    assert refused.value.rule == "product-invites-the-first-administrator"


@pytest.mark.parametrize("person", ["lead", "nobody", "not an id at all"])
def test_the_product_itself_invites_nobody_else(house: House, person: str) -> None:
    with pytest.raises(Refusal):
        house.door.invite(person, by=None)


def test_unknown_and_uninvited_owners_hear_the_same(house: House) -> None:
    house.registered("ben")
    told: set[str] = set()
    for person in ("ben", "nobody", "ana", "not an id, perhaps a password"):
        with pytest.raises(LoginError) as failed:
            activate(house, person, "k7m2p-k7m2p-k7m2p-k7m2p-k7m2p-k7m2p")
        told.add(str(failed.value))
        with pytest.raises(LoginError):
            house.door.confirm(person, "k7m2p", "000000", source=SOURCE)

    assert len(told) == 1


def test_a_weak_password_does_not_use_the_invitation_up(house: House) -> None:
    house.registered("ben")
    secret = house.invited("ben")

    with pytest.raises(InvalidInputError) as weak:
        activate(house, "ben", secret, "password1234")
    assert weak.value.code == "weak_password"

    house.settles("ben", secret, password_of("ben"))


def test_an_account_that_ended_after_the_invitation_is_not_activated(house: House) -> None:
    house.registered("ben")
    secret = house.invited("ben")
    house.send("admin", "deactivate_person", "ben")

    with pytest.raises(LoginError):
        activate(house, "ben", secret)


def test_an_activation_that_the_ledger_could_not_take_is_confirmed_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.registered("ben")
    secret = house.invited("ben")
    enrolment = house.door.activate("ben", secret, PASSWORD, source=SOURCE)
    owner = Owner("ben", PASSWORD, enrolment.otp_secret)

    def full(*_: Any, **__: Any) -> None:
        raise StorageFullError("The disk is full.", next_step="Make room.")

    with monkeypatch.context() as context:
        context.setattr(Authentication, "credentials_changed", full)
        with pytest.raises(StorageFullError):
            house.door.confirm("ben", secret, owner.code(house.now), source=SOURCE)
    with pytest.raises(LoginError):  # what was confirmed once stays as it is
        activate(house, "ben", secret, "another granite otter violin")

    house.later()
    house.door.confirm("ben", secret, owner.code(house.now), source=SOURCE)
    house.owners["ben"] = owner
    house.later()
    assert house.log_in("ben").identity.person == "ben"


def test_an_activation_that_was_overtaken_counts_for_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.registered("ben")
    secret = house.invited("ben")
    enrolment = house.door.activate("ben", secret, PASSWORD, source=SOURCE)
    code = Owner("ben", PASSWORD, enrolment.otp_secret).code(house.now)
    changed = Authentication.credentials_changed

    def overtaken(self: Authentication, *given: Any, **more: Any) -> None:
        monkeypatch.undo()
        house.invited("ben")
        changed(self, *given, **more)

    monkeypatch.setattr(Authentication, "credentials_changed", overtaken)
    with pytest.raises(LoginError):
        house.door.confirm("ben", secret, code, source=SOURCE)

    assert [fact.kind for fact in house.facts(CredentialSet) if fact.person == "ben"] == ["invitation", "invitation"]


def test_nothing_is_confirmed_before_anything_was_set(house: House) -> None:
    house.registered("ben")
    secret = house.invited("ben")

    with pytest.raises(LoginError):
        house.door.confirm("ben", secret, "000000", source=SOURCE)

    house.settles("ben", secret)
