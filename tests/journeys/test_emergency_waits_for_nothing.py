"""An emergency code-break waits for nothing and nobody, over a real store: the investigator alone decides."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from compliance.conduct import Done
from compliance.envelope import Envelope
from compliance.inquire import Inquire
from domain.errors import Refusal
from domain.record import Fact
from domain.unblinding.facts import (
    ArmDisclosed,
    BreakNotified,
    DisclosureRepeated,
    EmergencyUnblindingInvoked,
)
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk

REASON = {"code": "monitoring", "text": "The store room is under review."}


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6)
        opened.hire("auditor", "auditor")
        yield opened


def lock(desk: Desk) -> None:
    items = Inquire(desk.store.ports).open_items(desk.identity("dm"), "T1")
    accepted = [{"about": i.about, "kind": i.kind, "reason": "Known and accepted by the team."} for i in items]
    desk.send("dm", "request_lock", {"accepted": accepted})
    desk.send("stat", "confirm_lock", {})


def test_the_emergency_is_never_refused_whatever_is_paused_held_or_locked(desk: Desk) -> None:
    number = enrolled(desk)
    desk.send("coo01", "allocate", {"participant": number})
    lock(desk)
    desk.send("lead", "pause_trial", {"reason": REASON})
    desk.send("lead", "hold_site", {"site": "01", "reason": REASON})

    reason = {"code": "suspected_reaction"}
    done = desk.send("inv01", "break_blind", {"participant": number, "channel": "investigator", "reason": reason})

    assert done.receipt is not None
    request = done.receipt.placed[0].stream.rpartition("/")[2]
    shown = Inquire(desk.store.ports).disclosure(desk.identity("inv01"), "T1", request)
    assert shown.participant == number
    assert {"trial_paused", "trial_locked", "site_held"} <= set(
        desk.store.ledger.stream(f"trial:T1/unblinding/{request}")[0].fact.flags
    )


@pytest.mark.requirement("E6-06", "P11-14")
def test_overdue_training_is_flagged_in_an_emergency_and_refuses_everything_else(desk: Desk) -> None:
    number = enrolled(desk)
    desk.send("coo01", "allocate", {"participant": number})
    desk.register("sub01")
    runs_out = desk.clock.shows + timedelta(hours=2)
    training = {"person": "sub01", "training": "short", "completed": "2027-01-05", "reference": "file 2"}
    desk.send("admin", "record_training", {**training, "expires": runs_out.isoformat()}, trial=None)
    role = {"person": "sub01", "role": "sub_investigator", "trial": "T1", "sites": ["01"], "requested_by": "verifier"}
    desk.send("admin", "grant_role", {**role, "training": "short"}, trial=None)
    other = enrolled(desk)
    desk.send("coo01", "allocate", {"participant": other})
    emergency = {"participant": number, "channel": "investigator", "reason": {"code": "suspected_reaction"}}
    desk.send("sub01", "break_blind", emergency)

    desk.clock.shows = runs_out
    desk.send("sub01", "break_blind", emergency | {"participant": other})

    told = [entry.fact for entry in desk.store.ledger.page("trial:T1", limit=999)]
    broken = [fact for fact in told if isinstance(fact, EmergencyUnblindingInvoked)]
    assert [("training_overdue" in fact.flags) for fact in broken] == [False, True]
    with pytest.raises(Refusal) as refusal:
        desk.send("sub01", "record_visit", {"participant": number, "visit": "V1"})
    assert refusal.value.code == "training_expired"


def test_two_calls_at_once_by_one_sender_are_one_disclosure_and_one_repetition(desk: Desk) -> None:
    number = enrolled(desk)
    desk.send("coo01", "allocate", {"participant": number})
    payload = {"participant": number, "channel": "investigator", "reason": {"code": "suspected_reaction"}}
    wishes, who = [desk.envelope("break_blind", payload) for _ in range(4)], desk.identity("inv01")

    def carry_out(wish: Envelope) -> Done:
        return desk.store.conduct.carry_out(wish, who, trial="T1")

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(carry_out, wishes))

    streams = {place.stream for one in done if one.receipt for place in one.receipt.placed}
    (stream,) = [name for name in streams if name.startswith("trial:")]
    told: list[type[Fact]] = [type(entry.fact) for entry in desk.store.ledger.stream(stream)]
    assert told == [EmergencyUnblindingInvoked, ArmDisclosed, BreakNotified, *[DisclosureRepeated] * 3]
