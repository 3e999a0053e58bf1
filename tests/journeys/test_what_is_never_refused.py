"""What has happened is recorded in every state of trial, site and participant, and read back with what was amiss."""

from collections.abc import Generator
from datetime import date
from pathlib import Path

import pytest

from compliance.inquire import NOW, Answer, Axes, Inquire
from domain import streams
from domain.errors import Refusal
from domain.participant.facts import ConsentScope
from projections.adverse_events import AdverseEvents, CaseRow
from projections.deviations import DeviationRow, Deviations
from projections.fold import S
from projections.late_entries import LateEntries
from projections.participant import Participants
from projections.trial_state import TrialState
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk

ACCEPTED = "Known to the team and accepted as it is."
REASON = {"code": "monitoring", "text": "The temperature log is under review."}
VISIT = {"visit": "V1"}
ALL_OF_IT: tuple[ConsentScope, ...] = ("treatment", "follow_up", "samples")


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6)
        opened.hire("aud", "auditor")
        yield opened


def ask(desk: Desk, projection: type[S], axes: Axes = NOW) -> Answer[S]:
    return Inquire(desk.store.ports).ask(desk.identity("aud"), "read_trial", "T1", projection, axes)


def deviations(desk: Desk, number: str) -> dict[str, DeviationRow]:
    """What was found against the rules about a participant, by rule."""
    rows = ask(desk, Deviations).state.view().rows
    return {row.report.rule: row for row in rows if row.report is not None and row.report.participant == number}


def case_of(desk: Desk, number: str) -> CaseRow:
    (row,) = [row for row in ask(desk, AdverseEvents).state.view() if row.case.participant == number]
    return row


def report_serious(desk: Desk, number: str) -> None:
    own = {"participant": number, "reporter": "Site 01", "term": "Sepsis", "product": "UNKNOWN"}
    desk.send("coo01", "report_adverse_event", {**own, "serious": True, "criteria": ["hospitalisation"]})


def lock(desk: Desk) -> None:
    items = Inquire(desk.store.ports).open_items(desk.identity("dm"), "T1")
    accepted = [{"about": item.about, "kind": item.kind, "reason": ACCEPTED} for item in items]
    desk.send("dm", "request_lock", {"accepted": accepted})
    desk.send("stat", "confirm_lock", {})


def test_a_procedure_before_consent_is_recorded_and_opens_an_important_deviation_about_it(desk: Desk) -> None:
    opened = desk.send("coo01", "open_screening_record", {"site": "01"})
    assert opened.receipt is not None
    number = streams.name_of(opened.receipt.placed[0].stream)

    done = desk.send("coo01", "record_procedure", {"participant": number, "procedure": "biopsy"})

    assert done.receipt is not None
    assert done.receipt.placed[0].stream == f"trial:T1/participant/{number}"
    found = deviations(desk, number)["act-before-consent"]
    assert found.report is not None
    assert found.report.about == (done.receipt.placed[0].event_id,)
    assert (found.important, found.closed, found.report.found) == (True, None, "rule")


def test_a_serious_event_after_the_lock_is_accepted_as_a_late_safety_fact(desk: Desk) -> None:
    number = enrolled(desk)
    lock(desk)

    report_serious(desk, number)

    case = case_of(desk, number)
    assert case.case.report is not None
    assert case.after_lock == (case.case.report.behind,)
    assert set(deviations(desk, number)) == {"safety-fact-after-lock"}
    assert len(ask(desk, TrialState).state.view().locks) == 1


def test_another_fact_after_the_lock_is_recorded_outside_the_locked_data_and_a_permission_is_not_given(
    desk: Desk,
) -> None:
    number = enrolled(desk)
    lock(desk)
    locked = desk.store.ledger.stream("trial:T1/trial")[-1].fact

    desk.send("coo01", "record_visit", {**VISIT, "participant": number})

    assert "fact-after-lock" in deviations(desk, number)
    visit = desk.store.ledger.stream(f"trial:T1/participant/{number}")[-1]
    assert visit.frame.position > locked.position
    with pytest.raises(Refusal, match="LOCKED"):
        desk.send("coo01", "allocate", {"participant": number})


def test_a_serious_event_at_a_held_site_is_accepted_and_listed(desk: Desk) -> None:
    number = enrolled(desk)
    desk.send("lead", "hold_site", {"site": "01", "reason": REASON})

    report_serious(desk, number)

    assert case_of(desk, number).counts.serious
    assert set(deviations(desk, number)) == {"site-held"}
    with pytest.raises(Refusal) as refusal:
        desk.send("coo01", "allocate", {"participant": number})
    assert refusal.value.rule == "permissions-need-an-active-site"


def test_a_death_after_withdrawal_from_everything_is_accepted_and_known(desk: Desk) -> None:
    number = enrolled(desk)
    own = {"participant": number}
    desk.send("coo01", "withdraw_consent", {**own, "scopes": [*ALL_OF_IT]})
    desk.send("coo01", "change_follow_up", {**own, "state": "left"})
    letter = {"status": "dead", "date": "2027-03", "learned_from": "letter of the family"}

    desk.send("coo01", "record_vital_status", {**own, **letter, "explanation": "A traffic accident, no event known."})

    row = ask(desk, Participants).state.of(number)
    assert row is not None
    assert row.death is not None
    assert str(row.death.date) == "2027-03"
    assert {consent.state for scope in ALL_OF_IT if (consent := row.consent_to(scope))} == {"withdrawn"}
    assert deviations(desk, number) == {}, "a death that is explained and learned of late breaks no rule"


def test_a_death_that_nothing_explains_is_accepted_and_asks_for_its_case(desk: Desk) -> None:
    number = enrolled(desk)

    desk.send("coo01", "record_vital_status", {"participant": number, "status": "dead"})

    assert set(deviations(desk, number)) == {"death-without-case"}


@pytest.mark.requirement("EMA-08")
def test_what_is_recorded_late_is_listed_by_its_lag_and_counts_on_the_day_it_happened(desk: Desk) -> None:
    number = enrolled(desk)
    desk.clock.shows = desk.clock.shows.replace(day=20)

    late = {"participant": number, "fact": "alt", "value": {"type": "stated", "holds": True}}
    desk.send("coo01", "record_fact", late, occurred_at="2027-03-02T10:00:00+08:00[Asia/Shanghai]")

    listed = ask(desk, LateEntries).state.over(14 * 86_400)
    assert [row.stream for row in listed] == [f"trial:T1/participant/{number}"]
    day = date(2027, 3, 2)
    true, known = (ask(desk, Participants, axes).state.of(number) for axes in (Axes(true=day), Axes(known=day)))
    assert true is not None
    assert "alt" in {fact.fact for fact in true.facts}
    assert known is None or "alt" not in {fact.fact for fact in known.facts}
