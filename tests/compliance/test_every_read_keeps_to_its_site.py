"""Log in as site 01: through every way of asking, nothing of site 02 is there (conduct rules, sections 13 and 14)."""

from collections.abc import Generator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from compliance.admission import TRIES
from compliance.gate_table import TABLE
from compliance.inquire import Inquire
from domain import streams
from domain.access.facts import CommandRefused, RecordRead
from domain.errors import ConflictError, NotFoundError, Refusal
from domain.people.facts import GrantGiven, PersonRegistered
from domain.record import Entry
from domain.session.facts import SessionStarted
from projections.catalogue import PROJECTIONS
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk

CANARY = "Words that only site 02 wrote"
READS = tuple(a for a, row in TABLE.items() if a.startswith("read_") and row.touches == "TRIAL")


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=12, sites=("01", "02"))
        opened.hire("visitor", "auditor", ["01"])
        opened.hire("aud", "auditor")
        course(opened, "01")
        yield opened


@pytest.fixture
def inquire(desk: Desk) -> Inquire:
    return Inquire(desk.store.ports)


def course(desk: Desk, site: str) -> tuple[UUID, str]:
    """A participant's course with words of its own, signed and unblinded: a text's entry, and the disclosure."""
    number = enrolled(desk, site=site)
    own = {"participant": number}
    desk.send(f"coo{site}", "allocate", own)
    report = {**own, "term": "Fever", "reporter": f"Site {site}", "narrative": CANARY, "serious": True}
    done = desk.send(f"coo{site}", "report_adverse_event", report)
    assert done.receipt is not None
    desk.send(
        f"inv{site}", "assess_causality", {"case": streams.name_of(done.receipt.placed[0].stream), "related": False}
    )
    desk.send(f"coo{site}", "record_deviation", {**own, "description": CANARY, "rule": "lost", "site": site})
    emergency = {**own, "channel": "investigator", "reason": {"code": "suspected_reaction", "text": CANARY}}
    broken = desk.send(f"inv{site}", "break_blind", emergency)
    assert broken.receipt is not None
    event = done.receipt.placed[0].event_id
    assert event is not None
    return event, streams.name_of(broken.receipt.placed[0].stream)


def everything(desk: Desk, inquire: Inquire, person: str) -> Iterator[tuple[str, Any]]:
    """All that somebody gets to see of the trial ledger, by every action and in every form."""
    for action in READS:
        try:
            yield action, inquire.reading(desk.identity(person), action, "T1").entries
        except Refusal as refusal:
            yield action, refusal.code
    for name, projection in PROJECTIONS.items():
        yield name, inquire.ask(desk.identity(person), "read_trial", "T1", projection).state.view()


@pytest.mark.requirement("P11-07")
@pytest.mark.parametrize("person", ["coo01", "inv01", "visitor"])
def test_whatever_site_two_does_site_one_is_told_the_same_as_before(desk: Desk, inquire: Inquire, person: str) -> None:
    before = dict(everything(desk, inquire, person))

    course(desk, "02")

    assert dict(everything(desk, inquire, person)) == before
    assert any(isinstance(entries, list) for entries in before.values())
    assert dict(everything(desk, inquire, "aud")) != before


def test_a_text_or_a_disclosure_of_site_two_is_not_there_for_site_one(desk: Desk, inquire: Inquire) -> None:
    event, request = course(desk, "02")

    for person in ("coo01", "inv01", "visitor"):
        for field in ("term", "narrative", "reason_text"):
            with pytest.raises(NotFoundError):
                inquire.text(desk.identity(person), "T1", event, field)
    with pytest.raises(NotFoundError):
        inquire.disclosure(desk.identity("inv01"), "T1", request)
    with pytest.raises(Refusal):
        inquire.disclosure(desk.identity("coo01"), "T1", request)
    assert inquire.text(desk.identity("coo02"), "T1", event, "narrative") == CANARY


@pytest.mark.requirement("E6-29")
def test_a_disclosure_stays_at_its_site_when_its_recipient_goes_to_another(desk: Desk, inquire: Inquire) -> None:
    _, request = course(desk, "02")
    assert inquire.disclosure(desk.identity("inv02"), "T1", request).recipient == "inv02"
    (held,) = [e.fact.grant for e in desk.store.ledger.stream("system/person/inv02") if isinstance(e.fact, GrantGiven)]

    desk.grant("inv02", "sub_investigator", ["01"])
    desk.send("admin", "end_grant", {"person": "inv02", "grant": held}, trial=None)

    with pytest.raises(NotFoundError):
        inquire.disclosure(desk.identity("inv02"), "T1", request)


def test_the_code_break_desk_sees_what_it_disclosed_at_any_site(desk: Desk, inquire: Inquire) -> None:
    desk.hire("desk", "code_break_desk")
    number = enrolled(desk, site="02")
    desk.send("coo02", "allocate", {"participant": number})
    call = {"participant": number, "channel": "code_break_desk", "recipient": "Dr Caller", "reason": {"code": "call"}}
    done = desk.send("desk", "break_blind", call)
    assert done.receipt is not None

    shown = inquire.disclosure(desk.identity("desk"), "T1", streams.name_of(done.receipt.placed[0].stream))

    assert (shown.participant, shown.recipient) == (number, "Dr Caller")


def test_what_a_lock_would_have_to_accept_is_for_who_sees_all_sites(desk: Desk, inquire: Inquire) -> None:
    desk.hire("dm01", "data_manager", ["01"])

    with pytest.raises(Refusal) as refusal:
        inquire.open_items(desk.identity("dm01"), "T1")

    assert refusal.value.rule == "default-deny"
    assert inquire.open_items(desk.identity("dm"), "T1")


# the system ledger and the access ledger


def people_in(entries: list[Entry]) -> set[str]:
    return {entry.fact.person for entry in entries if isinstance(entry.fact, PersonRegistered)}


@pytest.mark.requirement("E6-16")
def test_of_the_system_ledger_a_site_reader_gets_the_people_of_the_site_and_a_trial_wide_one_those_of_the_trial(
    desk: Desk, inquire: Inquire
) -> None:
    desk.hire("elsewhere", "site_coordinator", ["09"], trial="T2")

    own = inquire.ledger(desk.identity("visitor"), "system", "T1")
    whole = inquire.ledger(desk.identity("aud"), "system", "T1")

    assert people_in(own) >= {"inv01", "coo01", "visitor"}
    assert not people_in(own) & {"inv02", "coo02", "elsewhere", "lead"}
    assert people_in(whole) >= {"inv01", "inv02", "coo02", "lead"}
    assert "elsewhere" not in people_in(whole)
    started = {entry.fact.person for entry in own if isinstance(entry.fact, SessionStarted)}
    assert "coo01" in started
    assert "coo02" not in started


def test_all_of_the_system_ledger_is_for_who_keeps_all_trials(desk: Desk, inquire: Inquire) -> None:
    size = desk.size("system")

    assert len(inquire.ledger(desk.identity("admin"), "system", "")) == size
    for person in ("aud", "lead", "coo01"):
        with pytest.raises(Refusal):
            inquire.ledger(desk.identity(person), "system", "")


@pytest.mark.requirement("E6-16", "E6-18")
def test_of_the_access_ledger_a_site_reader_gets_what_its_own_people_did_and_each_look_is_an_event(
    desk: Desk, inquire: Inquire
) -> None:
    for site in ("01", "02"):
        with pytest.raises(Refusal):
            desk.send(f"coo{site}", "open_screening", {})
    desk.hire("both", "site_coordinator", ["01"])
    desk.grant("both", "sub_investigator", ["02"])
    with pytest.raises(Refusal):
        desk.send("both", "open_screening", {})

    own = inquire.ledger(desk.identity("visitor"), "access:T1", "T1")
    whole = inquire.ledger(desk.identity("aud"), "access:T1", "T1")

    assert {entry.body.actor for entry in own} == {"coo01"}
    assert {entry.body.actor for entry in whole if isinstance(entry.fact, CommandRefused)} == {"coo01", "coo02", "both"}
    looked = desk.store.ledger.page("access:T1", after=desk.size("access:T1") - 2)
    assert [(entry.body.actor, entry.fact) for entry in looked] == [
        (person, RecordRead(scope="access:T1", what="ledger")) for person in ("visitor", "aud")
    ]


def test_who_may_not_read_a_ledger_gets_a_refusal_and_another_ledger_is_not_there(desk: Desk, inquire: Inquire) -> None:
    for person, name in (("coo01", "access:T1"), ("coo01", "system"), ("stat", "access:T1")):
        with pytest.raises(Refusal) as refusal:
            inquire.ledger(desk.identity(person), name, "T1")
        assert refusal.value.rule == "default-deny"
    for name in ("vault:T1", "access:T2", "trial:T1"):
        with pytest.raises(NotFoundError):
            inquire.ledger(desk.identity("aud"), name, "T1")


# what stands at the moment of the event


def test_a_look_is_recorded_with_what_stands_at_that_moment_or_not_answered(
    desk: Desk, inquire: Inquire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the gate's answer and its event the account ends: no event, no answer."""
    _, request = course(desk, "01")
    identity = desk.identity("inv01")
    stream = desk.store.ledger.stream

    def ended_meanwhile(name: str, *, after: int = 0) -> Any:
        monkeypatch.setattr(desk.store.ledger, "stream", stream)
        desk.send("admin", "deactivate_person", {"person": "inv01"}, trial=None)
        return stream(name, after=after)

    inquire.reading(identity, "read_trial", "T1")
    monkeypatch.setattr(desk.store.ledger, "stream", ended_meanwhile)

    with pytest.raises(Refusal) as refusal:
        inquire.disclosure(identity, "T1", request)

    assert refusal.value.rule == "account-must-be-open"
    (end,) = [e for e in desk.store.ledger.page("system", limit=999) if e.frame.type == "person.deactivated.v1"]
    later = [e for e in desk.store.ledger.page("access:T1", limit=999) if e.frame.recorded_at >= end.frame.recorded_at]
    assert [type(entry.fact) for entry in later] == [CommandRefused]


def test_an_event_that_is_overtaken_is_decided_and_written_again(
    desk: Desk, inquire: Inquire, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity, append = desk.identity("aud"), desk.store.ledger.append
    allowed = inquire.allow(identity, "read_ledger", "T1")

    def overtaken(*args: Any, **named: Any) -> Any:
        monkeypatch.setattr(desk.store.ledger, "append", append)
        training = {"person": "aud", "training": "t9", "completed": "2027-01-05", "reference": "file 9"}
        desk.send("admin", "record_training", training, trial=None)
        return append(*args, **named)

    monkeypatch.setattr(desk.store.ledger, "append", overtaken)
    size = desk.size("access:T1")

    inquire.record(identity, allowed, "T1", "reading", RecordRead(scope="a test", what="ledger"))

    (told,) = desk.store.ledger.page("access:T1", after=size)
    assert told.body.authority.system_position == desk.size("system") > allowed.authority.system_position


def test_an_event_that_is_always_overtaken_is_given_up(
    desk: Desk, inquire: Inquire, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = desk.identity("aud")
    allowed, tries = inquire.allow(identity, "read_ledger", "T1"), list[int]()

    def always(*_: Any, **__: Any) -> Any:
        tries.append(1)
        raise ConflictError("Somebody was faster.", next_step="Decide again.")

    monkeypatch.setattr(desk.store.ledger, "append", always)

    with pytest.raises(ConflictError, match="Ask again"):
        inquire.record(identity, allowed, "T1", "reading", RecordRead(scope="a test", what="ledger"))

    assert len(tries) == TRIES


def test_what_was_read_while_the_sites_changed_is_not_handed_over(desk: Desk, inquire: Inquire) -> None:
    identity = desk.identity("visitor")
    allowed = inquire.allow(identity, "read_ledger", "T1")
    desk.grant("visitor", "auditor", ["02"])
    size = desk.size("access:T1")

    with pytest.raises(ConflictError):
        inquire.record(identity, allowed, "T1", "reading", RecordRead(scope="a test", what="ledger"))

    assert desk.size("access:T1") == size


def test_a_session_that_ends_in_the_middle_ends_what_it_had_asked_for(desk: Desk, inquire: Inquire) -> None:
    identity = desk.identity("aud")
    allowed = inquire.allow(identity, "read_ledger", "T1")
    desk.clock.shows += timedelta(days=2)

    with pytest.raises(Refusal) as refusal:
        inquire.record(identity, allowed, "T1", "reading", RecordRead(scope="a test", what="ledger"))

    assert refusal.value.code == "session_ended"
