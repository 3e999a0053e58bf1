"""Signing in a real store: by sessions, with the components proved for the very command, and nobody for another."""

from collections.abc import Generator
from pathlib import Path

import pytest

from compliance.authentication import Authentication
from compliance.conduct import Done
from compliance.gate import Identity
from compliance.signing import ToSign, owed, shown
from domain import streams
from domain.access.facts import CommandRefused
from domain.errors import Refusal
from domain.session.facts import Component, SigningOpened
from domain.signature.facts import SignatureMade
from tests.compliance.running_trial import decide_design
from tests.compliance.stores import Desk, known, open_desk

RECORD = "trial:T1/trial"
BOTH: tuple[Component, ...] = ("password", "totp")


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    """A design that was decided three times by the same two approvers, who signed none of it."""
    with open_desk(tmp_path) as opened:
        opened.signs = False
        decide_design(opened, cap=6)
        for _ in range(2):
            opened.send("stat", "propose_decision", {"question": "D2", "choice": "1:1", "rationale": "for the test"})
            for person in ("med", "lead"):
                opened.send(person, "approve_decision", {"question": "D2"})
        yield opened


def waiting(desk: Desk, person: str) -> list[ToSign]:
    ledger = desk.store.ledger
    return [
        one for one in owed(ledger.stream(RECORD), ledger.stream(streams.signatures(RECORD))) if one.signer == person
    ]


def sign(desk: Desk, identity: Identity, *presented: Component, wanted: ToSign | None = None) -> Done:
    """Sign the next thing that the person owes."""
    one = wanted or waiting(desk, identity.person)[0]
    payload = shown(desk.store.ports, one, signer=identity.person, printed_name="as registered").payload
    return desk.store.conduct.carry_out(
        desk.envelope("sign_record", payload), identity._replace(presented=presented), trial="T1"
    )


def refused(desk: Desk, identity: Identity, *presented: Component, wanted: ToSign | None = None) -> str:
    with pytest.raises(Refusal) as caught:
        sign(desk, identity, *presented, wanted=wanted)
    return caught.value.code


def last_signature(desk: Desk) -> SignatureMade:
    found = desk.store.ledger.stream(streams.signatures(RECORD))[-1].fact
    assert isinstance(found, SignatureMade)
    return found


@pytest.mark.requirement("P11-24")
def test_a_valid_session_without_a_secret_signs_nothing_and_the_attempt_is_recorded(desk: Desk) -> None:
    identity = known(desk.store, "med")
    before = desk.size("trial:T1")

    codes = [refused(desk, identity), refused(desk, identity, "password"), refused(desk, identity, "totp")]

    assert codes == ["components_missing"] * 3
    assert desk.size("trial:T1") == before
    refusals = [e.fact for e in desk.store.ledger.page("access:T1") if isinstance(e.fact, CommandRefused)]
    assert refusals[-1] == CommandRefused(code="components_missing", command="sign_record", rule="signing-components")


@pytest.mark.requirement("P11-25")
def test_in_one_session_the_first_signing_takes_both_components_and_each_later_one_the_private_one(
    desk: Desk,
) -> None:
    identity = known(desk.store, "med")

    sign(desk, identity, *BOTH)
    first = last_signature(desk)
    without = refused(desk, identity)
    sign(desk, identity, "password")
    second = last_signature(desk)

    assert (first.components, first.first_in_session) == (BOTH, True)
    assert without == "components_missing"
    assert (second.components, second.first_in_session) == (("password",), False)
    session = desk.store.ledger.stream(streams.session(identity.session))
    assert [entry.fact for entry in session if isinstance(entry.fact, SigningOpened)] == [
        SigningOpened(components=BOTH, person="med", session=identity.session)
    ]


@pytest.mark.requirement("P11-26")
def test_after_the_end_of_a_session_and_on_another_device_all_components_are_asked_for_again(desk: Desk) -> None:
    first, beside = known(desk.store, "med"), known(desk.store, "med")
    sign(desk, first, *BOTH)

    on_another_device = refused(desk, beside, "password")
    Authentication(desk.store.ports).ended(first.session, "log_out")
    in_the_ended_one = refused(desk, first, *BOTH)
    again = known(desk.store, "med")
    in_a_new_one = refused(desk, again, "password")
    sign(desk, again, *BOTH)

    assert (on_another_device, in_the_ended_one, in_a_new_one) == (
        "components_missing",
        "session_ended",
        "components_missing",
    )
    assert last_signature(desk).first_in_session


@pytest.mark.requirement("P11-26")
def test_a_session_past_its_end_signs_nothing_whatever_is_presented(desk: Desk) -> None:
    identity = known(desk.store, "med")
    sign(desk, identity, *BOTH)
    desk.clock.shows = desk.clock.shows.replace(year=desk.clock.shows.year + 1)

    assert refused(desk, identity, *BOTH) == "session_ended"


def test_who_proved_own_components_signs_nothing_of_another(desk: Desk) -> None:
    of_another = waiting(desk, "lead")[0]

    assert refused(desk, known(desk.store, "med"), *BOTH, wanted=of_another) == "not_yours_to_sign"


@pytest.mark.requirement("P11-22")
def test_who_was_registered_and_never_verified_signs_nothing(desk: Desk) -> None:
    person = {"person": "new", "printed_name": "Name of new", "organisation": "An organisation"}
    desk.send("admin", "register_person", person, trial=None)
    training = {"person": "new", "training": "t1", "completed": "2027-01-05", "reference": "file 1"}
    desk.send("admin", "record_training", training, trial=None)
    desk.grant("new", "medical_monitor")
    desk.send("new", "approve_decision", {"question": "D2"})
    identity = known(desk.store, "new")

    before = refused(desk, identity, *BOTH)
    verified = {"person": "new", "document": "passport", "method": "in_person"}
    desk.send("verifier", "verify_identity", verified, trial=None)
    after = refused(desk, identity, *BOTH)

    assert (before, after) == ("identity_not_verified", "policy_not_acknowledged")
