"""A session signs nothing: its owner proves components with the very request that signs."""

import pytest

from adapters.identity.hashing import Hashing
from domain.errors import LoginError, Refusal, SessionEndedError
from domain.session.facts import AuthenticationFailed, AuthenticationLocked, SigningOpened
from domain.signature.facts import SignatureMade
from tests.identity.house import ORIGINATOR, SOURCE, House, issues_policy, signs_policy, verified


@pytest.fixture
def token(house: House) -> str:
    verified(house, "ana")
    return house.log_in("ana").token


def made(house: House) -> list[SignatureMade]:
    return [fact for fact in house.facts(SignatureMade) if fact.signer == "ana"]


@pytest.mark.requirement("P11-24")
def test_an_open_session_alone_signs_nothing(house: House, token: str) -> None:
    for given in ({}, {"password": house.owners["ana"].password}, {"code": house.code("ana")}):
        with pytest.raises(Refusal) as refused:
            signs_policy(house, token, **given)
        assert refused.value.rule == "signing-components"

    assert made(house) == []


@pytest.mark.requirement("P11-24", "P11-25")
def test_both_components_at_the_first_signing_of_a_session_and_one_at_each_later(house: House, token: str) -> None:
    password = house.owners["ana"].password

    signs_policy(house, token, password=password, code=house.code("ana"))
    for version in ("2", "3"):
        issues_policy(house, version)
        signs_policy(house, token, version, password=password)

    components = [(fact.components, fact.first_in_session) for fact in made(house)]
    assert components == [(("password", "totp"), True), (("password",), False), (("password",), False)]
    assert len([fact for fact in house.facts(SigningOpened) if fact.person == "ana"]) == 1


@pytest.mark.requirement("P11-26")
def test_after_log_out_the_first_signing_needs_both_again(house: House, token: str) -> None:
    password = house.owners["ana"].password
    signs_policy(house, token, password=password, code=house.code("ana"))
    issues_policy(house, "2")
    house.later()
    house.door.log_out(token)
    token = house.log_in("ana").token

    with pytest.raises(Refusal) as refused:
        signs_policy(house, token, "2", password=password)

    assert refused.value.rule == "signing-components"
    assert signs_policy(house, token, "2", password=password, code=house.code("ana")).receipt


@pytest.mark.requirement("P11-24", "P11-27")
def test_a_code_with_which_one_logged_in_does_not_sign(house: House) -> None:
    verified(house, "ana")
    code = house.code("ana")
    token = house.log_in("ana", code=code).token

    with pytest.raises(LoginError):
        signs_policy(house, token, password=house.owners["ana"].password, code=code)

    assert made(house) == []


@pytest.mark.requirement("P11-24")
def test_one_wrong_component_spoils_the_right_one(house: House, token: str) -> None:
    password = house.owners["ana"].password
    for given in ({"password": "wrong", "code": house.code("ana")}, {"password": password, "code": "000000"}):
        with pytest.raises(LoginError) as failed:
            house.prove(token, **given)
        assert failed.value.code == "login_failed"

    assert house.prove(token, password=password, code=house.code("ana")).presented == ("password", "totp")


@pytest.mark.requirement("P11-33")
def test_failed_signings_are_counted_as_such_and_lock_like_log_ins(house: House, token: str) -> None:
    for _ in range(5):
        with pytest.raises(LoginError):
            house.prove(token, password="wrong")

    with pytest.raises(LoginError):
        house.prove(token, password=house.owners["ana"].password)
    with pytest.raises(LoginError):
        house.log_in("ana")

    assert house.facts(AuthenticationFailed)[0].purpose == "signing"
    assert len(house.facts(AuthenticationLocked)) == 1
    assert house.identity(token).person == "ana"


def test_a_session_that_proves_nothing_does_not_begin_the_count_anew(house: House, token: str) -> None:
    for _ in range(4):
        with pytest.raises(LoginError):
            house.prove(token, password="wrong")
    assert house.prove(token).presented == ()

    with pytest.raises(LoginError):
        house.prove(token, password="wrong")

    assert len(house.facts(AuthenticationLocked)) == 1


@pytest.mark.requirement("P11-24", "P11-30")
def test_another_owners_password_and_code_sign_nothing_in_this_session(house: House, token: str) -> None:
    other = house.owner("ben")

    with pytest.raises(LoginError):
        house.prove(token, password=other.password, code=other.code(house.now))


def test_what_was_proved_belongs_to_one_request(house: House, token: str) -> None:
    house.prove(token, password=house.owners["ana"].password, code=house.code("ana"))

    assert house.identity(token).presented == ()


def test_a_forged_token_proves_nothing(house: House) -> None:
    owner = house.owners["ana"]

    with pytest.raises(SessionEndedError):
        house.door.prove("tps_forged", password=owner.password, source=SOURCE, originator=ORIGINATOR)


@pytest.mark.requirement("P11-22")
def test_who_was_never_verified_signs_nothing_with_all_components(house: House) -> None:
    token = house.log_in("ana").token

    with pytest.raises(Refusal) as refused:
        signs_policy(house, token, password=house.owners["ana"].password, code=house.code("ana"))

    assert refused.value.code == "identity_not_verified"


@pytest.mark.requirement("P11-32")
def test_what_is_revoked_while_it_is_looked_at_proves_nothing(
    house: House, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (held,) = [one.credential for one in house.door.credentials(token) if one.kind == "password"]
    verify = Hashing.is_right

    def slow(self: Hashing, digest: str | None, password: str, key: bytes) -> bool:
        right = verify(self, digest, password, key)
        house.send("admin", "revoke_credential", "ana", credential=held, why="compromised")
        return right

    monkeypatch.setattr(Hashing, "is_right", slow)

    with pytest.raises(LoginError):
        house.prove(token, password=house.owners["ana"].password)
