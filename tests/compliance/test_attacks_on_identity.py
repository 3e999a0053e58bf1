"""Somebody else's session, an ended one, a forged one, a body that names an actor: refused, recorded, nothing done."""

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from compliance.authentication import Authentication
from compliance.conduct import Conduct
from compliance.gate import Identity
from compliance.inquire import Inquire
from domain.access.facts import CommandRefused
from domain.errors import InvalidInputError, Refusal
from domain.record import Entry, Strength
from domain.session.facts import Component
from tests.compliance.stores import Desk, open_desk

SITE: dict[str, Any] = {"site": "01", "name": "A site with a canary", "country": "CN", "zone": "Asia/Shanghai"}


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        opened.hire("second", "sponsor_lead")
        yield opened


def refused(desk: Desk, identity: Identity, command: str = "register_site", payload: Any = SITE) -> Refusal:
    """The refusal of a command; one entry in the access ledger tells of it, and the trial ledger is as it was."""
    before = {name: desk.size(name) for name in ("trial:T1", "access:T1", "system")}
    with pytest.raises(Refusal) as caught:
        desk.store.conduct.carry_out(desk.envelope(command, payload), identity, trial="T1")
    after = {name: desk.size(name) for name in before}
    assert after == before | {"access:T1": before["access:T1"] + 1}
    told = last(desk)
    assert told.fact == CommandRefused(code=caught.value.code, command=command, rule=caught.value.rule)
    assert "canary" not in repr(told)
    return caught.value


def last(desk: Desk) -> Entry:
    return desk.store.ledger.page("access:T1", after=desk.size("access:T1") - 1)[0]


@pytest.mark.requirement("P11-07")
def test_another_persons_session_is_no_session(desk: Desk) -> None:
    stolen = desk.identity("second")._replace(person="lead")

    assert refused(desk, stolen).code == "session_ended"
    assert last(desk).body.session != stolen.session


@pytest.mark.requirement("P11-07")
@pytest.mark.parametrize("session", ["none", "forged", "0000000000", "lead/../second", " "])
def test_a_session_that_was_never_opened_is_no_session(desk: Desk, session: str) -> None:
    assert refused(desk, desk.identity("lead")._replace(session=session)).code == "session_ended"


@pytest.mark.requirement("P11-07")
@pytest.mark.parametrize("why", ["log_out", "idle", "revoked"])
def test_an_ended_session_opens_nothing(desk: Desk, why: Any) -> None:
    identity = desk.identity("lead")
    Authentication(desk.store.ports).ended(identity.session, why)

    assert refused(desk, identity).rule == "acts-need-an-open-session"


@pytest.mark.requirement("P11-07")
def test_a_session_is_over_at_its_absolute_limit(desk: Desk) -> None:
    identity = desk.identity("lead")
    desk.clock.shows += timedelta(days=1)

    assert refused(desk, identity).code == "session_ended"


@pytest.mark.parametrize("strength", ["asserted", "passkey", "machine", "emergency", "single_sign_on"])
def test_a_session_is_as_strong_as_it_was_opened(desk: Desk, strength: Strength) -> None:
    assert refused(desk, desk.identity("lead")._replace(strength=strength)).code == "session_ended"


def test_an_assertion_opens_nothing_even_where_a_session_was_recorded_so(desk: Desk) -> None:
    asserted = Authentication(desk.store.ports).started(
        "lead",
        strength="asserted",
        components=(),
        device="a test",
        lasts=timedelta(hours=1),
        idle=timedelta(minutes=15),
        originator="tests",
    )

    assert refused(desk, asserted).code == "session_ended"


def test_an_emergency_session_does_nothing_ordinary(desk: Desk) -> None:
    emergency = Authentication(desk.store.ports).started(
        "lead",
        strength="emergency",
        components=("emergency",),
        device="a test",
        lasts=timedelta(minutes=15),
        idle=timedelta(minutes=15),
        originator="tests",
    )

    assert refused(desk, emergency).code == "emergency_only"


@pytest.mark.requirement("P11-32")
def test_after_deactivation_a_session_does_nothing_and_reads_nothing(desk: Desk) -> None:
    identity = desk.identity("second")
    desk.send("admin", "deactivate_person", {"person": "second"}, trial=None)

    assert refused(desk, identity).code == "no_account"
    with pytest.raises(Refusal) as reading:
        Inquire(desk.store.ports).reading(identity, "read_trial", "T1")
    assert reading.value.code == "no_account"


@pytest.mark.requirement("P11-12")
def test_a_grant_that_ended_one_second_ago_gives_nothing(desk: Desk) -> None:
    ends = (desk.clock.shows + timedelta(hours=1)).isoformat()
    desk.register("guest")
    grant = {"person": "guest", "role": "sponsor_lead", "trial": "T1", "ends": ends, "requested_by": "lead"}
    desk.send("admin", "grant_role", {**grant, "training": "t1"}, trial=None)
    identity = desk.identity("guest")
    desk.clock.shows += timedelta(minutes=59, seconds=60)

    assert refused(desk, identity).code == "not_allowed"


@pytest.mark.requirement("P11-08")
@pytest.mark.parametrize("field", ["actor", "session", "strength", "role", "printed_name", "recorded_at", "authority"])
def test_who_acts_is_no_field_of_a_body(desk: Desk, field: str) -> None:
    before = desk.size("trial:T1"), desk.size("access:T1"), desk.size("system")

    for frame, payload in (({field: "admin"}, SITE), ({}, {**SITE, field: "admin"})):
        with pytest.raises(InvalidInputError) as caught:
            desk.envelope("register_site", payload, **frame)
        assert caught.value.code == "unknown_field"

    assert before == (desk.size("trial:T1"), desk.size("access:T1"), desk.size("system"))


def test_who_was_refused_for_the_session_alone_goes_on_with_the_same_command_after_logging_in(desk: Desk) -> None:
    envelope = desk.envelope("register_site", SITE)
    thief = desk.identity("second")._replace(person="lead")
    for _ in range(2):
        with pytest.raises(Refusal):
            desk.store.conduct.carry_out(envelope, thief, trial="T1")

    done = desk.store.conduct.carry_out(envelope, desk.identity("lead"), trial="T1")

    assert not done.repeated
    assert desk.store.ledger.stream("trial:T1/site/01")[0].body.actor == "lead"


def test_proved_components_are_worth_nothing_without_a_session(desk: Desk) -> None:
    both: tuple[Component, ...] = ("password", "totp")

    assert refused(desk, Identity("lead", "password_totp", "none", "tests", both)).code == "session_ended"


def test_an_account_that_ends_while_its_holder_acts_leaves_no_act_behind_its_end(desk: Desk) -> None:
    identity, codes = desk.identity("second"), [f"{n:02d}" for n in range(10, 40)]
    envelopes = [desk.envelope("register_site", {**SITE, "site": code}) for code in codes]
    conduct = Conduct(desk.store.ports)

    def act() -> None:
        for envelope in envelopes:
            try:
                conduct.carry_out(envelope, identity, trial="T1")
            except Refusal:
                return

    acting = Thread(target=act)
    acting.start()
    desk.send("admin", "deactivate_person", {"person": "second"}, trial=None)
    acting.join()

    (end,) = [e for e in desk.store.ledger.page("system", limit=999) if e.frame.type == "person.deactivated.v1"]
    acts = [e for e in desk.store.ledger.page("trial:T1", limit=999) if e.body.actor == "second"]
    assert all(entry.body.authority.system_position < end.frame.position for entry in acts)
    sizes = desk.size("trial:T1")
    with pytest.raises(Refusal):
        conduct.carry_out(desk.envelope("register_site", {**SITE, "site": "99"}), identity, trial="T1")
    assert desk.size("trial:T1") == sizes
