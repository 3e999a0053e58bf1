"""Answers on two time axes, and what happens where a question is refused or its event cannot be written."""

from collections.abc import Generator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from compliance.inquire import Axes, Inquire
from domain import streams
from domain.access.facts import CommandRefused
from domain.errors import Refusal, StorageFullError
from projections.participant import Participants
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk

YES = {"type": "stated", "holds": True}


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6)
        opened.hire("aud", "auditor")
        yield opened


@pytest.fixture
def inquire(desk: Desk) -> Inquire:
    return Inquire(desk.store.ports)


def known(desk: Desk, inquire: Inquire, number: str, axes: Axes) -> set[str]:
    """The facts known of a participant, on these axes."""
    found = inquire.ask(desk.identity("aud"), "read_participant", "T1", Participants, axes).state.of(number)
    return set() if found is None else {fact.fact for fact in found.facts}


def test_what_was_known_on_a_day_is_told_from_what_was_true_on_it(desk: Desk, inquire: Inquire) -> None:
    number = enrolled(desk)
    desk.clock.shows += timedelta(days=10)
    late = {"participant": number, "fact": "alt", "value": YES}
    desk.send("coo01", "record_fact", late, occurred_at="2027-03-02T08:00:00+08:00[Asia/Shanghai]")
    day = date(2027, 3, 2)

    assert "alt" in known(desk, inquire, number, Axes())
    assert "alt" not in known(desk, inquire, number, Axes(known=day))
    assert "alt" in known(desk, inquire, number, Axes(true=day))
    assert "alt" not in known(desk, inquire, number, Axes(true=date(2027, 3, 1)))


def test_a_bare_date_ends_with_the_day_of_the_trials_zone_unless_another_is_named(desk: Desk, inquire: Inquire) -> None:
    number = enrolled(desk)
    desk.clock.shows = desk.clock.shows.replace(hour=17)
    day = desk.clock.shows.date()
    desk.send("coo01", "record_fact", {"participant": number, "fact": "alt", "value": YES})

    assert "alt" not in known(desk, inquire, number, Axes(known=day)), "in Shanghai the next day has begun"
    assert "alt" in known(desk, inquire, number, Axes(known=day, zone="UTC"))
    assert "alt" in known(desk, inquire, number, Axes(known=desk.clock.shows))


def test_a_strangers_question_is_refused_in_the_ledger_of_the_trial_or_else_of_the_system(
    desk: Desk, inquire: Inquire
) -> None:
    for trial in ("T1", "T9"):
        with pytest.raises(Refusal):
            inquire.reading(desk.identity("stranger"), "read_trial", trial)

    (of_trial,) = [e for e in desk.store.ledger.page("access:T1") if isinstance(e.fact, CommandRefused)]
    of_system = desk.store.ledger.page("system")[-1]
    assert (of_trial.body.actor, of_trial.body.printed_name, of_trial.body.role) == ("stranger", "unknown", "none")
    assert of_trial.body.authority.system_position == desk.size("system") - 1
    assert (of_system.fact.command, streams.kind_of(of_system.frame.stream)) == ("read_trial", "refusal")
    assert desk.size("access:T9") == 0


@pytest.mark.requirement("EMA-07")
def test_an_arm_is_not_shown_where_the_look_cannot_be_recorded(
    desk: Desk, inquire: Inquire, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = enrolled(desk)
    desk.send("coo01", "allocate", {"participant": number})
    emergency = {"participant": number, "channel": "investigator", "reason": {"code": "suspected_serious_reaction"}}
    done = desk.send("inv01", "break_blind", emergency)
    assert done.receipt is not None
    request = streams.name_of(done.receipt.placed[0].stream)

    def full(*_: Any, **__: Any) -> Any:
        raise StorageFullError("The disk is full.", next_step="Make room.")

    monkeypatch.setattr(desk.store.ledger, "append", full)

    with pytest.raises(StorageFullError):
        inquire.disclosure(desk.identity("inv01"), "T1", request)
