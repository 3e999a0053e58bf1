"""An owner replaces password and code app in a session, proving both anew; all sessions end with the old ones."""

from datetime import timedelta
from typing import Any

import pytest

from compliance.authentication import Authentication
from domain.credentials.facts import CredentialRevoked, CredentialSet
from domain.errors import ConflictError, InvalidInputError, LoginError, SessionEndedError
from domain.session.facts import SessionEnded
from tests.identity.house import ORIGINATOR, SOURCE, WORDS, House, Owner

NEW = "saddle lantern copper otter"


def change(house: House, token: str, new: str = NEW, *, old: str | None = None, code: str | None = None) -> None:
    owner = house.owners["ana"]
    given = code or owner.code(house.now)
    house.door.change_password(token, old or owner.password, given, new, source=SOURCE, originator=ORIGINATOR)
    owner.password = new
    house.later()


@pytest.mark.requirement("P11-31")
def test_a_new_password_replaces_the_old_one_and_all_sessions_end(house: House) -> None:
    old = house.owners["ana"].password
    other, token = house.log_in("ana").token, house.log_in("ana").token

    change(house, token)

    for ended in (other, token):
        with pytest.raises(SessionEndedError):
            house.identity(ended)
    assert {fact.why for fact in house.facts(SessionEnded)} == {"credentials_changed"}
    with pytest.raises(LoginError):
        house.log_in("ana", password=old)
    assert house.log_in("ana")
    assert [fact.kind for fact in house.facts(CredentialRevoked)][-1] == "password"
    (entry,) = [e for e in house.entries() if isinstance(e.fact, CredentialSet)][-1:]
    assert entry.body.actor == "ana"


@pytest.mark.requirement("P11-24")
@pytest.mark.parametrize(("old", "code"), [("wrong", None), (None, "000000")])
def test_a_session_alone_changes_nothing(house: House, old: str | None, code: str | None) -> None:
    token = house.log_in("ana").token

    with pytest.raises(LoginError):
        change(house, token, old=old, code=code)

    assert house.log_in("ana")


@pytest.mark.requirement("P11-31")
def test_none_of_the_last_ten_passwords_is_taken_again(house: House) -> None:
    first = house.owners["ana"].password
    used = [first]
    for number in range(10):
        used.append(f"{WORDS[number]} lantern copper otter")
        change(house, house.log_in("ana").token, used[-1])

    for earlier in used[1:]:
        with pytest.raises(InvalidInputError) as weak:
            change(house, house.log_in("ana").token, earlier)
        assert "one of the last 10" in weak.value.what
        house.later()

    change(house, house.log_in("ana").token, first)
    assert house.log_in("ana")


def test_a_weak_password_is_refused_before_anything_is_used_up(house: House) -> None:
    token, code = house.log_in("ana").token, house.code("ana")

    with pytest.raises(InvalidInputError):
        change(house, token, "short", code=code)

    change(house, token, code=code)


def test_a_new_code_app_counts_after_its_first_code_and_the_old_one_no_more(house: House) -> None:
    owner = house.owners["ana"]
    token, before = house.log_in("ana").token, owner.otp_secret
    enrolment = house.door.renew_code_app(token, owner.password, owner.code(house.now), source=SOURCE)
    app = Owner("ana", owner.password, enrolment.otp_secret)

    with pytest.raises(LoginError):
        house.door.confirm_code_app(token, "000000", source=SOURCE, originator=ORIGINATOR)
    house.later()
    house.door.confirm_code_app(token, app.code(house.now), source=SOURCE, originator=ORIGINATOR)

    house.later()
    with pytest.raises(LoginError):
        house.log_in("ana", code=Owner("ana", "", before).code(house.now))
    house.owners["ana"] = app
    assert house.log_in("ana")
    with pytest.raises(SessionEndedError):
        house.identity(token)


def test_until_it_is_confirmed_the_old_app_goes_on_and_a_second_try_replaces_the_first(house: House) -> None:
    owner = house.owners["ana"]
    token = house.log_in("ana").token
    lost = house.door.renew_code_app(token, owner.password, owner.code(house.now), source=SOURCE)
    house.later()
    again = house.door.renew_code_app(token, owner.password, owner.code(house.now), source=SOURCE)
    house.later()

    code = Owner("ana", "", lost.otp_secret).code(house.now)
    with pytest.raises(LoginError):
        house.door.confirm_code_app(token, code, source=SOURCE, originator=ORIGINATOR)
    house.log_in("ana")

    code = Owner("ana", "", again.otp_secret).code(house.now)
    house.door.confirm_code_app(token, code, source=SOURCE, originator=ORIGINATOR)


def test_nobody_confirms_an_app_that_was_never_begun(house: House) -> None:
    token = house.log_in("ana").token

    with pytest.raises(LoginError):
        house.door.confirm_code_app(token, house.code("ana"), source=SOURCE, originator=ORIGINATOR)


def test_an_emergency_session_changes_no_credentials(house: House) -> None:
    owner, token = house.owners["ana"], house.log_in("ana").token
    secret = house.door.set_emergency(token, owner.password, house.code("ana"), source=SOURCE, originator=ORIGINATOR)
    house.later()
    emergency = house.door.log_in_in_emergency("ana", secret, source=SOURCE, device="d", originator=ORIGINATOR).token

    with pytest.raises(LoginError):
        change(house, emergency)
    with pytest.raises(LoginError):
        house.door.renew_code_app(emergency, owner.password, house.code("ana"), source=SOURCE)


def test_a_change_that_is_overtaken_is_tried_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    changed, overtaken = Authentication.credentials_changed, 2
    token = house.log_in("ana").token

    def late(self: Authentication, *given: Any, **more: Any) -> None:
        nonlocal overtaken
        if overtaken:
            overtaken -= 1
            raise ConflictError("Another was first.", next_step="Try again.")
        changed(self, *given, **more)

    monkeypatch.setattr(Authentication, "credentials_changed", late)
    change(house, token)
    assert house.log_in("ana")

    overtaken = 1000
    token = house.log_in("ana").token
    with pytest.raises(ConflictError):
        change(house, token, "violin meadow harbour walnut")
    house.later()
    assert house.log_in("ana")  # the old one counts: the new one was never recorded


@pytest.mark.requirement("P11-31")
def test_the_age_of_every_credential_can_be_seen(house: House) -> None:
    house.later(timedelta(days=100))
    token = house.log_in("ana").token

    ages = {one.kind: house.now - one.since for one in house.door.credentials(token)}

    assert set(ages) == {"password", "totp"}
    assert all(age > timedelta(days=99) for age in ages.values())
