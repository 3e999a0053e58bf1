"""Facts that have happened are recorded whatever the state of trial, site or participant, and listed."""

from collections.abc import Generator
from pathlib import Path

import pytest

from compliance.inquire import Inquire
from domain.errors import Refusal
from projections.deviations import Deviations
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, asserted, open_desk

REASON = {"code": "monitoring", "text": "The store room is under review."}


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6)
        opened.hire("auditor", "auditor")
        yield opened


def rules(desk: Desk) -> list[str]:
    answer = Inquire(desk.store.ports).ask(asserted("auditor"), "read_trial", "T1", Deviations)
    return [row.report.rule for row in answer.state.view().rows if row.report is not None]


def report_serious(desk: Desk, number: str) -> None:
    report = {
        "participant": number,
        "reporter": "site",
        "term": "Sepsis",
        "serious": True,
        "criteria": ["hospitalisation"],
    }
    desk.send("coo01", "report_adverse_event", report)


def lock(desk: Desk) -> None:
    items = Inquire(desk.store.ports).open_items(asserted("dm"), "T1")
    accepted = [{"about": i.about, "kind": i.kind, "reason": "Known and accepted by the team."} for i in items]
    desk.send("dm", "request_lock", {"accepted": accepted})
    desk.send("stat", "confirm_lock", {})


@pytest.mark.requirement("GD-03")
def test_a_procedure_before_consent_is_recorded_and_listed(desk: Desk) -> None:
    desk.send("coo01", "open_screening_record", {"site": "01", "expect": "001"})

    desk.send("coo01", "record_procedure", {"participant": "001", "procedure": "biopsy"})

    assert "act-before-consent" in rules(desk)


def test_a_serious_event_after_the_lock_is_accepted_as_a_late_safety_fact(desk: Desk) -> None:
    number = enrolled(desk)
    lock(desk)

    report_serious(desk, number)

    assert "safety-fact-after-lock" in rules(desk)
    with pytest.raises(Refusal):
        desk.send("coo01", "open_screening_record", {"site": "01", "expect": "099"})


def test_a_serious_event_at_a_held_site_is_accepted_and_listed(desk: Desk) -> None:
    number = enrolled(desk)
    desk.send("lead", "hold_site", {"site": "01", "reason": REASON})

    report_serious(desk, number)

    assert "site-held" in rules(desk)
    with pytest.raises(Refusal) as refusal:
        desk.send("coo01", "allocate", {"participant": number})
    assert refusal.value.code == "site_not_active"


def test_a_death_after_withdrawal_is_accepted(desk: Desk) -> None:
    number = enrolled(desk)
    desk.send("coo01", "withdraw_consent", {"participant": number, "scopes": ["treatment", "follow_up", "samples"]})
    desk.send("coo01", "change_follow_up", {"participant": number, "state": "left"})

    desk.send("coo01", "record_vital_status", {"participant": number, "status": "dead", "date": "2027-02"})

    stream = [e.frame.type for e in desk.store.ledger.stream(f"trial:T1/participant/{number}")]
    assert stream[-1] == "participant.vital_status_recorded.v1"
    assert "death-without-case" in rules(desk)


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
