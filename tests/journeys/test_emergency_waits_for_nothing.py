"""An emergency code-break waits for nothing and nobody, over a real store: the investigator alone decides."""

from collections.abc import Generator
from pathlib import Path

import pytest

from compliance.inquire import Inquire
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, asserted, open_desk

REASON = {"code": "monitoring", "text": "The store room is under review."}


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6)
        opened.hire("auditor", "auditor")
        yield opened


def lock(desk: Desk) -> None:
    items = Inquire(desk.store.ports).open_items(asserted("dm"), "T1")
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
    shown = Inquire(desk.store.ports).disclosure(asserted("inv01"), "T1", request)
    assert shown.participant == number
    assert {"trial_paused", "trial_locked", "site_held"} <= set(
        desk.store.ledger.stream(f"trial:T1/unblinding/{request}")[0].fact.flags
    )
