"""What a command decided on is asserted when it is written: whoever is overtaken decides again, on what holds then."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from compliance.conduct import TRIES, Conduct
from compliance.envelope import Envelope
from compliance.pages import all_entries
from compliance.replay_auditor import audit
from domain.allocation.facts import SlotDrawn
from domain.errors import ConflictError, Refusal
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk

SITE: dict[str, Any] = {"site": "01", "name": "A site", "country": "CN", "zone": "Asia/Shanghai"}
PAUSED: dict[str, Any] = {"reason": {"code": "supply", "text": "The supply of kits ran out at two sites."}}


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


@pytest.fixture
def running(desk: Desk) -> Desk:
    open_trial(desk, cap=6)
    return desk


def by_another(desk: Desk, person: str, envelope: Envelope, *, trial: str | None = "T1") -> None:
    """Another program at the same store carries it out."""
    Conduct(desk.store.ports).carry_out(envelope, desk.identity(person), trial=trial)


def before_next_append(desk: Desk, monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Do something between the next reading and its writing."""
    append = desk.store.ledger.append

    def overtaken(*args: Any, **named: Any) -> Any:
        monkeypatch.setattr(desk.store.ledger, "append", append)
        act()
        return append(*args, **named)

    monkeypatch.setattr(desk.store.ledger, "append", overtaken)


def refusals(desk: Desk) -> list[Any]:
    return [e.fact for e in desk.store.ledger.page("access:T1") if e.frame.type == "command.refused.v1"]


def test_a_permission_that_another_took_first_is_not_given_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    other = desk.envelope("register_site", SITE)
    before_next_append(desk, monkeypatch, lambda: by_another(desk, "lead", other))

    with pytest.raises(Refusal) as refusal:
        desk.send("lead", "register_site", {**SITE, "name": "Another name"})

    assert refusal.value.code == "site_exists"
    assert [e.fact.name for e in desk.store.ledger.stream("trial:T1/site/01")] == ["A site"]


def test_a_grant_that_ended_in_the_meantime_gives_no_authority(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (held,) = [e.fact.grant for e in desk.store.ledger.stream("system/person/lead") if "grant" in e.frame.type]
    ending = desk.envelope("end_grant", {"person": "lead", "grant": held, "reason": {"code": "left"}})
    before_next_append(desk, monkeypatch, lambda: by_another(desk, "admin", ending, trial=None))

    with pytest.raises(Refusal) as refusal:
        desk.send("lead", "register_site", SITE)

    assert refusal.value.rule == "default-deny"
    assert not desk.store.ledger.stream("trial:T1/site/01")


def test_a_refusal_holds_only_if_what_it_was_decided_on_still_stands(
    running: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause = running.envelope("pause_trial", PAUSED)
    before_next_append(running, monkeypatch, lambda: by_another(running, "lead", pause))

    done = running.send("lead", "resume_trial", PAUSED)

    assert not done.repeated
    assert refusals(running) == []


def test_one_command_refused_in_two_places_at_once_is_refused_once(
    running: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    envelope = running.envelope("resume_trial", PAUSED)

    def sent_as_well() -> None:
        with pytest.raises(Refusal, match="not paused"):
            by_another(running, "lead", envelope)

    before_next_append(running, monkeypatch, sent_as_well)

    with pytest.raises(Refusal, match="final for its id") as refusal:
        running.store.conduct.carry_out(envelope, running.identity("lead"), trial="T1")

    assert refusal.value.code == "not_paused"
    assert len(refusals(running)) == 1


def test_a_command_that_is_always_overtaken_gives_up_and_writes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = {name: desk.size(name) for name in desk.store.ledger.ledgers()}
    tries: list[int] = []

    def always(*_: Any, **__: Any) -> Any:
        tries.append(1)
        raise ConflictError("Somebody was faster.", next_step="Decide again.")

    monkeypatch.setattr(desk.store.ledger, "append", always)

    with pytest.raises(ConflictError, match=f"overtaken {TRIES} times"):
        desk.send("lead", "register_site", SITE)

    assert len(tries) == TRIES
    assert {name: desk.size(name) for name in desk.store.ledger.ledgers()} == sizes


def test_an_allocation_draws_from_the_list_as_it_stands_once_it_holds_it(running: Desk) -> None:
    first, second = enrolled(running), enrolled(running)
    other = running.envelope("allocate", {"participant": first})
    ports = running.store.ports
    written: list[int] = []

    @contextmanager
    def held_by_another_before(name: str) -> Generator[None]:
        by_another(running, "coo01", other)
        with ports.hold(name):
            written.append(running.size("trial:T1"))
            yield

    late = Conduct(replace(ports, hold=held_by_another_before))
    envelope = running.envelope("allocate", {"participant": second})

    done = late.carry_out(envelope, running.identity("coo01"), trial="T1")

    drawn = [e.fact for e in running.store.ledger.page("vault:T1") if isinstance(e.fact, SlotDrawn)]
    assert [(slot.index, slot.participant) for slot in drawn] == [(1, first), (2, second)]
    assert len(written) == 1, "the allocation was overtaken though it held the list"
    assert done.placed


def lock_asked_for(desk: Desk) -> None:
    desk.send("dm", "request_lock", {"accepted": []})


def new_case(desk: Desk) -> Envelope:
    """An event of a participant unknown here: it touches no stream that was there before."""
    report = {"participant": "099", "term": "Fall", "reporter": "Site 01", "serious": False, "site": "01"}
    return desk.envelope("report_adverse_event", report)


@pytest.mark.requirement("E6-23")
def test_a_fact_that_slips_in_while_the_lock_is_confirmed_stops_the_lock(
    running: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock_asked_for(running)
    late = new_case(running)
    before_next_append(running, monkeypatch, lambda: by_another(running, "coo01", late))

    with pytest.raises(Refusal) as refusal:
        running.send("stat", "confirm_lock", {})

    assert refusal.value.code == "data_changed"
    assert not [e for e in running.store.ledger.page("trial:T1") if e.frame.type == "trial.locked.v1"]


def test_a_lock_is_not_asked_for_over_an_open_item_that_slips_in(
    running: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = new_case(running)
    before_next_append(running, monkeypatch, lambda: by_another(running, "coo01", late))
    size = running.size("trial:T1")

    with pytest.raises(Refusal) as refusal:
        lock_asked_for(running)

    assert refusal.value.code == "open_items"
    assert running.size("trial:T1") > size


@pytest.mark.requirement("P11-12")
def test_the_position_stored_with_a_fact_covers_a_grant_that_came_while_it_was_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.register("new")
    identity, envelope, stream = desk.identity("new"), desk.envelope("register_site", SITE), desk.store.ledger.stream

    def given_meanwhile(name: str, *, after: int = 0) -> Any:
        if name == "system/person/new":
            monkeypatch.setattr(desk.store.ledger, "stream", stream)
            desk.clock.shows -= timedelta(minutes=1)  # the desk sends a minute later
            desk.grant("new", "sponsor_lead")
        return stream(name, after=after)

    monkeypatch.setattr(desk.store.ledger, "stream", given_meanwhile)

    Conduct(desk.store.ports).carry_out(envelope, identity, trial="T1")

    (registered,) = desk.store.ledger.stream("trial:T1/site/01")
    given = desk.store.ledger.stream("system/person/new")[-1]
    assert registered.body.authority.grant == given.fact.grant
    assert registered.body.authority.system_position >= given.frame.position
    ledgers = {name: all_entries(desk.store.ledger, name) for name in desk.store.ledger.ledgers()}
    assert audit(ledgers.pop("system"), ledgers).differences == ()
