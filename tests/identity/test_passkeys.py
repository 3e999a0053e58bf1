"""Passkeys: registered in a session, used to log in and to sign, by a device that verified its user."""

import json
from datetime import timedelta
from hashlib import sha256

import pytest

from adapters.identity.passkeys import Answer, Ceremony
from domain.credentials.facts import CredentialSet
from domain.errors import InvalidInputError, LoginError, Refusal, SessionEndedError
from domain.session.facts import AuthenticationFailed, AuthenticationLocked, SessionEnded, SessionStarted, SignalRaised
from domain.signature.facts import SignatureMade
from tests.compliance.stores import SHOWN
from tests.identity.device import PRESENT, Device, decoded
from tests.identity.house import DEVICE, ORIGINATOR, SOURCE, House, signs_policy, verified

DIGEST = bytes.fromhex(SHOWN)


def begin(house: House, token: str) -> Ceremony:
    owner = house.owners["ana"]
    ceremony = house.door.passkeys.begin_registration(token, owner.password, house.code("ana"), source=SOURCE)
    house.later()
    return ceremony


def finish(house: House, token: str, ceremony: Ceremony, response: str) -> str:
    return house.door.passkeys.finish_registration(token, Answer(ceremony.id, response), originator=ORIGINATOR)


def registered(house: House, device: Device) -> str:
    """A session of ana, with this device's passkey registered in it."""
    token = house.log_in("ana").token
    ceremony = begin(house, token)
    finish(house, token, ceremony, device.makes(ceremony.options))
    return token


def enter(house: House, device: Device, person: str = "ana") -> str:
    ceremony = house.door.begin_passkey_log_in(person)
    return answer(house, Answer(ceremony.id, device.shows(ceremony.options)), person)


def answer(house: House, given: Answer, person: str = "ana") -> str:
    opened = house.door.log_in_with_passkey(person, given, source=SOURCE, device=DEVICE, originator=ORIGINATOR)
    return opened.token


def shown(house: House, token: str, device: Device, digest: bytes = DIGEST) -> Answer:
    ceremony = house.door.passkeys.begin_signing(token, digest)
    return Answer(ceremony.id, device.shows(ceremony.options), digest)


@pytest.mark.requirement("P11-24", "P11-29")
def test_a_registered_passkey_opens_a_session_of_its_own_strength(house: House) -> None:
    device = Device()
    registered(house, device)

    token = enter(house, device)

    assert house.identity(token).strength == "passkey"
    assert house.facts(SessionStarted)[-1].components == ("passkey",)
    (entry,) = [e for e in house.entries() if isinstance(e.fact, CredentialSet) and e.fact.kind == "passkey"]
    assert entry.body.actor == "ana"


def test_what_the_device_is_asked_demands_its_users_verification_and_lists_no_passkeys(house: House) -> None:
    device = Device()
    token = registered(house, device)

    made = json.loads(begin(house, token).options)
    asked = json.loads(house.door.begin_passkey_log_in("ana").options)

    assert made["authenticatorSelection"]["userVerification"] == "required"
    assert made["attestation"] == "none"
    assert [decoded(one["id"]) for one in made["excludeCredentials"]] == [device.handle]
    assert asked["userVerification"] == "required"
    assert asked["allowCredentials"] == []


@pytest.mark.requirement("P11-28")
def test_a_session_alone_registers_no_passkey(house: House) -> None:
    token = house.log_in("ana").token

    with pytest.raises(LoginError):
        house.door.passkeys.begin_registration(token, "wrong", house.code("ana"), source=SOURCE)


@pytest.mark.parametrize(
    "device",
    [
        Device(origin="https://evil.example"),
        Device(domain="evil.example"),
        Device(flags=PRESENT),
        Device(flags=0),
    ],
    ids=["another origin", "another domain", "its user was not verified", "nobody was there"],
)
def test_a_registration_that_does_not_hold_is_refused(house: House, device: Device) -> None:
    token = house.log_in("ana").token
    ceremony = begin(house, token)

    with pytest.raises(InvalidInputError) as refused:
        finish(house, token, ceremony, device.makes(ceremony.options))

    assert refused.value.code == "bad_passkey"
    assert [fact.kind for fact in house.facts(CredentialSet) if fact.person == "ana"].count("passkey") == 0


def test_a_registration_challenge_counts_once_and_for_five_minutes_in_its_own_session(house: House) -> None:
    token, device = house.log_in("ana").token, Device()
    once, late, elsewhere = begin(house, token), begin(house, token), begin(house, token)
    finish(house, token, once, device.makes(once.options))
    other = house.log_in("ana").token

    with pytest.raises(InvalidInputError):
        finish(house, token, once, Device().makes(once.options))
    with pytest.raises(InvalidInputError):
        finish(house, other, elsewhere, Device().makes(elsewhere.options))
    house.later(timedelta(minutes=5))
    with pytest.raises(InvalidInputError):
        finish(house, token, late, Device().makes(late.options))


@pytest.mark.parametrize("bent", ["origin", "domain", "flags"])
def test_an_assertion_from_elsewhere_or_without_verification_proves_nothing(house: House, bent: str) -> None:
    device = Device()
    registered(house, device)
    setattr(device, bent, PRESENT if bent == "flags" else "https://evil.example")

    with pytest.raises(LoginError):
        enter(house, device)


def test_another_devices_key_under_the_same_handle_proves_nothing(house: House) -> None:
    device = Device()
    registered(house, device)

    with pytest.raises(LoginError):
        enter(house, Device(handle=device.handle, count=10))
    with pytest.raises(LoginError):
        enter(house, Device(count=10))


@pytest.mark.requirement("P11-27")
def test_a_counter_that_does_not_go_on_is_a_signal_and_refused(house: House) -> None:
    device = Device()
    registered(house, device)
    enter(house, device)
    device.step = 0

    with pytest.raises(LoginError):
        enter(house, device)

    assert [fact.signal for fact in house.facts(SignalRaised)][-1] == "passkey_counter"
    device.step = 1
    assert enter(house, device)


def test_a_device_without_a_counter_always_shows_zero(house: House) -> None:
    device = Device(step=0)
    registered(house, device)

    assert enter(house, device)
    assert enter(house, device)


def test_an_answer_is_taken_once(house: House) -> None:
    device = Device(step=0)
    registered(house, device)
    ceremony = house.door.begin_passkey_log_in("ana")
    given = Answer(ceremony.id, device.shows(ceremony.options))
    answer(house, given)

    with pytest.raises(LoginError):
        answer(house, given)


def test_a_challenge_is_over_after_five_minutes(house: House) -> None:
    device = Device()
    registered(house, device)
    ceremony = house.door.begin_passkey_log_in("ana")
    house.later(timedelta(minutes=5))

    with pytest.raises(LoginError):
        answer(house, Answer(ceremony.id, device.shows(ceremony.options)))


def test_whoever_asks_for_many_challenges_keeps_the_last_five(house: House) -> None:
    device = Device(step=0)
    registered(house, device)
    asked = [house.door.begin_passkey_log_in("ana") for _ in range(7)]

    with pytest.raises(LoginError):
        answer(house, Answer(asked[1].id, device.shows(asked[1].options)))
    assert answer(house, Answer(asked[2].id, device.shows(asked[2].options)))
    for _ in range(200):
        house.door.begin_passkey_log_in("nobody")
    assert house.stored("SELECT count(*) FROM challenge") == [(4,)]


def test_who_has_no_passkey_is_asked_the_same_and_told_nothing(house: House) -> None:
    device = Device()
    registered(house, device)
    shapes: set[tuple[str, ...]] = set()
    for person in ("ana", "lead", "nobody", "not an id"):
        options = json.loads(house.door.begin_passkey_log_in(person).options)
        shapes.add((*sorted(options), str(options["allowCredentials"]), str(len(options["challenge"]))))

    with pytest.raises(LoginError) as nobody:
        enter(house, device, "nobody")
    with pytest.raises(LoginError) as other:
        enter(house, device, "lead")

    assert len(shapes) == 1
    assert str(nobody.value) == str(other.value)


@pytest.mark.requirement("P11-33")
def test_failed_passkeys_lock_like_failed_passwords(house: House) -> None:
    device = Device()
    registered(house, device)
    for _ in range(5):
        with pytest.raises(LoginError):
            enter(house, Device())

    with pytest.raises(LoginError):
        enter(house, device)

    assert len(house.facts(AuthenticationLocked)) == 1
    assert house.facts(AuthenticationFailed)[0].purpose == "login"


@pytest.mark.requirement("P11-24", "P11-25")
def test_password_and_passkey_are_two_components_of_a_signature(house: House) -> None:
    device = Device()
    verified(house, "ana")
    token = registered(house, device)

    signs_policy(house, token, password=house.owners["ana"].password, passkey=shown(house, token, device))

    assert house.facts(SignatureMade)[-1].components == ("password", "passkey")


@pytest.mark.requirement("P11-24")
def test_a_passkey_alone_does_not_sign_first_in_a_session(house: House) -> None:
    device = Device()
    verified(house, "ana")
    registered(house, device)
    token = enter(house, device)

    with pytest.raises(Refusal) as refused:
        signs_policy(house, token, passkey=shown(house, token, device))

    assert refused.value.rule == "signing-components"


@pytest.mark.requirement("P11-27")
def test_an_answer_for_one_record_signs_no_other(house: House) -> None:
    device = Device()
    token = registered(house, device)
    given = shown(house, token, device)

    with pytest.raises(LoginError):
        house.prove(token, passkey=given._replace(digest=sha256(b"another record").digest()))
    assert house.prove(token, passkey=shown(house, token, device)).presented == ("passkey",)


def test_an_answer_for_one_session_or_purpose_counts_in_no_other(house: House) -> None:
    device = Device(step=0)
    token = registered(house, device)
    other = house.log_in("ana").token
    ceremony = house.door.begin_passkey_log_in("ana")

    for given in (shown(house, other, device), Answer(ceremony.id, device.shows(ceremony.options))):
        with pytest.raises(LoginError):
            house.prove(token, passkey=given)
    with pytest.raises(LoginError):
        answer(house, shown(house, token, device))


@pytest.mark.parametrize(
    "response",
    ["", "{}", "[]", "null", "\ud800", '{"id": 1}', "x" * 100_000, '{"id":"AA","rawId":"AA","type":"public-key"}'],
)
def test_an_answer_that_is_no_answer_is_only_wrong(house: House, response: str) -> None:
    token = registered(house, Device())
    ceremony = house.door.begin_passkey_log_in("ana")

    with pytest.raises(LoginError):
        answer(house, Answer(ceremony.id, response))
    registration = begin(house, token)
    with pytest.raises(InvalidInputError):
        finish(house, token, registration, response)


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature", "attestationObject", "rawId"])
@pytest.mark.parametrize("value", ["", "AAAA", "!!", 7, None, {"a": 1}])
def test_an_answer_with_a_broken_part_is_only_wrong(house: House, part: str, value: object) -> None:
    device = Device()
    token = registered(house, device)
    ceremony, registration = house.door.begin_passkey_log_in("ana"), begin(house, token)

    def broken(given: str) -> str:
        answered = json.loads(given)
        place = answered["response"] if part in answered["response"] else answered
        place[part] = value
        return json.dumps(answered)

    if part != "attestationObject":
        with pytest.raises(LoginError):
            answer(house, Answer(ceremony.id, broken(device.shows(ceremony.options))))
    if part not in {"authenticatorData", "signature"}:
        with pytest.raises(InvalidInputError):
            finish(house, token, registration, broken(Device().makes(registration.options)))


@pytest.mark.requirement("P11-32")
def test_a_revoked_passkey_ends_its_sessions_and_opens_none(house: House) -> None:
    device = Device()
    registered(house, device)
    token = enter(house, device)
    (held,) = [one for one in house.door.credentials(token) if one.kind == "passkey"]

    house.send("verifier", "revoke_credential", "ana", credential=held.credential, why="lost")

    with pytest.raises(SessionEndedError):
        house.identity(token)
    assert "revoked" in {fact.why for fact in house.facts(SessionEnded)}
    with pytest.raises(LoginError):
        enter(house, device)


def test_a_passkey_belongs_to_one_person(house: House) -> None:
    device = Device()
    registered(house, device)
    house.owner("ben")
    token = house.log_in("ben").token
    owner = house.owners["ben"]
    ceremony = house.door.passkeys.begin_registration(token, owner.password, house.code("ben"), source=SOURCE)

    with pytest.raises(InvalidInputError) as refused:
        finish(house, token, ceremony, device.makes(ceremony.options))

    assert refused.value.code == "bad_passkey"
