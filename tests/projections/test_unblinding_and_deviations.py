"""The unblinding log in its blinded form, and the deviation log."""

from datetime import timedelta
from typing import Any

import pytest

from domain.deviation import facts as deviation
from domain.participant import conduct_facts as conduct
from domain.record import Entry
from domain.streams import deviation as deviation_stream
from domain.times import Occurred
from domain.unblinding import facts as unblinding
from projections.deviations import Deviations, DeviationsView
from projections.replay import replay
from projections.unblinding_log import UnblindingLog
from projections.unblinding_rows import Unblinding, UnblindingRow
from tests.projections.entries import START, TRIAL, ZONE, Book, at, event, sealed
from tests.projections.facts import (
    TRIAL_STREAM,
    allocated,
    asked,
    deviated,
    disclosed,
    invoked,
    person,
    request,
    screened,
)

OWN = request("U1")
APPROVED, REJECTED, WITHDRAWN = (
    unblinding.UnblindingApproved(),
    unblinding.UnblindingRejected(),
    unblinding.UnblindingWithdrawn(),
)
CLOSED = unblinding.UnblindingClosed()
ACKNOWLEDGED = unblinding.DisclosureAcknowledged(recipient="u9")
NARRATED = unblinding.NarrativeRecorded(narrative=sealed(4096))
ASSESSED = unblinding.ImpactAssessed(impact="participant_data", explanation=sealed())
ACCIDENT = unblinding.AccidentReported(account=sealed(), learned_by=("u4",), participant="007", request="U1")
STRAY = deviated()


def row_of(*facts: Any) -> UnblindingRow:
    """Each approval is by another person than the one before."""
    book = Book()
    for number, fact in enumerate(facts):
        book.write(OWN, fact, actor=f"u{number}")
    (row,) = replay(UnblindingLog, book.entries).view().rows
    return row


def own(*facts: Any) -> Unblinding:
    return row_of(*facts).unblinding


@pytest.mark.requirement("E6-09")
@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ((APPROVED,), "UNKNOWN"),
        ((asked(),), "REQUESTED"),
        ((asked(), APPROVED), "REQUESTED"),
        ((asked(), APPROVED, APPROVED), "APPROVED"),
        ((asked(), APPROVED, REJECTED), "REJECTED"),
        ((asked(), WITHDRAWN), "WITHDRAWN"),
        ((asked(), APPROVED, APPROVED, disclosed()), "DISCLOSED"),
        ((asked(), disclosed(), ACKNOWLEDGED), "ACKNOWLEDGED"),
        ((asked(), disclosed(), disclosed("u8"), ACKNOWLEDGED), "DISCLOSED"),
        ((asked(), disclosed(), ACKNOWLEDGED, ASSESSED), "IMPACT_ASSESSED"),
        ((asked(), disclosed(), ASSESSED, disclosed("u8")), "DISCLOSED"),
        ((asked(), disclosed(), ASSESSED, CLOSED), "CLOSED"),
        ((invoked(),), "INVOKED"),
        ((invoked(), disclosed()), "NARRATIVE_DUE"),
        ((invoked(), disclosed(), NARRATED), "COMPLETED"),
        ((invoked(), disclosed(), NARRATED, ASSESSED), "IMPACT_ASSESSED"),
        ((ACCIDENT,), "REPORTED"),
        ((ACCIDENT, ASSESSED), "IMPACT_ASSESSED"),
        ((ACCIDENT, ASSESSED, CLOSED), "CLOSED"),
    ],
)
def test_an_unblinding_stands_where_its_entries_put_it(facts: tuple[Any, ...], state: str) -> None:
    assert row_of(*facts).state == state


def test_two_approvals_by_one_person_or_by_the_requester_are_not_enough() -> None:
    book = Book()
    for fact, actor in ((asked(), "u1"), (APPROVED, "u2"), (APPROVED, "u2"), (APPROVED, "u1")):
        book.write(OWN, fact, actor=actor)

    (row,) = replay(UnblindingLog, book.entries).view().rows

    assert (row.state, len(row.unblinding.approvals)) == ("REQUESTED", 3)


def test_a_request_that_nobody_was_told_about_expires() -> None:
    waiting, told = own(asked(expires=START)), own(asked(expires=START), disclosed())

    assert [waiting.state_at(at) for at in (START - timedelta(seconds=1), START)] == ["REQUESTED", "EXPIRED"]
    assert told.state_at(START) == "DISCLOSED"
    assert own(invoked()).state_at(START) == "INVOKED"


def test_the_log_tells_who_asked_why_to_whom_and_never_which_arm() -> None:
    routine = own(asked(recipients=("u9", "u8")), APPROVED, disclosed("u9"))

    assert routine.opened is not None
    assert (routine.kind, routine.purpose, routine.participant) == ("routine", "treatment_decision", "007")
    assert (routine.opened.by.actor, routine.recipients) == ("u0", ("u9", "u8"))
    assert [(told.recipient, told.behind.position, told.by.actor) for told in routine.disclosures] == [("u9", 3, "u2")]
    assert "vault_entry" not in routine.disclosures[0].__struct_fields__


def test_an_emergency_tells_its_channel_and_what_was_out_of_order() -> None:
    emergency = own(invoked(channel="code_break_desk"))

    assert (emergency.kind, emergency.channel, emergency.flags, emergency.recipients) == (
        "emergency",
        "code_break_desk",
        ("trial_locked",),
        ("u1",),
    )


def test_an_accident_tells_who_learned() -> None:
    assert (own(ACCIDENT).kind, own(ACCIDENT).learned_by) == ("accident", ("u4",))


@pytest.mark.requirement("E6-02")
def test_an_emergency_is_explained_within_elapsed_hours_of_the_disclosure() -> None:
    book = Book()
    book.write(OWN, invoked())
    told = book.write(OWN, disclosed())

    (row,) = replay(UnblindingLog, book.entries).view().rows

    assert row.narrative_due == told.frame.recorded_at + timedelta(hours=24)
    assert row.seconds_to_disclosure == 60
    assert row_of(invoked()).narrative_due is None
    assert row_of(asked(), disclosed()).narrative_due is None


@pytest.mark.parametrize("claimed", [at("2027-02-28"), Occurred(f"2027-02-28[{ZONE}]")])
def test_a_disclosure_entered_late_happened_when_it_is_claimed_to_have(claimed: Occurred) -> None:
    book = Book()
    book.write(OWN, invoked(), occurred=claimed)
    book.write(OWN, disclosed(), occurred=claimed)

    (row,) = replay(UnblindingLog, book.entries).view().rows

    assert row.seconds_to_disclosure == 0
    assert row.narrative_due is not None
    assert row.narrative_due < at("2027-03-02").earliest


def test_without_an_opening_or_a_disclosure_no_time_between_them_is_told() -> None:
    assert row_of(asked()).seconds_to_disclosure is None
    assert row_of(disclosed()).seconds_to_disclosure is None


def test_the_totals_stand_beside_the_allocated_of_each_site() -> None:
    book = Book()
    for number, at_site in (("007", "01"), ("008", "01"), ("009", "02")):
        book.write(person(number), screened(number, at_site))
        book.write(person(number), allocated())
    book.write(person("007"), conduct.TreatmentStateChanged(state="stopped"))
    book.write(person("012"), screened("012"))
    for name, fact in (("U3", invoked(request="U3")), ("U1", asked()), ("U2", asked(request="U2"))):
        book.write(request(name), fact)
    book.write(request("U1"), disclosed())
    book.write(request("U2"), disclosed())
    book.write(request("U9"), asked(request="U9", participant="999"))
    book.write(request("U0"), NARRATED)

    view = replay(UnblindingLog, book.entries).view()

    assert [row.unblinding.request for row in view.rows] == ["U0", "U3", "U1", "U2", "U9"]
    assert [row.site for row in view.rows] == [None, "01", "01", "01", None]
    assert view.rows[1].treatment == "stopped"
    assert view.allocated == (("01", 2), ("02", 1))
    assert [
        (total.site, total.kind, total.purpose, total.unblindings, total.participants_disclosed)
        for total in view.totals
    ] == [
        (None, None, None, 1, 0),
        (None, "routine", "treatment_decision", 1, 0),
        ("01", "emergency", None, 1, 0),
        ("01", "routine", "treatment_decision", 2, 1),
    ]


def test_what_is_about_no_unblinding_leaves_the_log_as_it_is() -> None:
    book = Book()
    book.write(OWN, asked())
    state = replay(UnblindingLog, book.entries)

    assert state.after(book.write(TRIAL_STREAM, STRAY)) is state
    assert state.after(book.write(OWN, STRAY)) is state


D1 = deviation_stream(TRIAL, "D1")
GRADED = deviation.DeviationGraded(affects_data=True, affects_safety=False, important=True)
DONE = deviation.DeviationClosed(action=sealed())


def deviations(entries: list[Entry]) -> DeviationsView:
    return replay(Deviations, entries).view()


def test_a_deviation_names_the_rule_what_broke_it_and_how_late_it_was_found() -> None:
    book = Book()
    book.write(D1, deviated(description=sealed()), occurred=at("2027-03-01", "09:01:00"))

    (row,) = deviations(book.entries).rows

    assert row.report is not None
    assert (row.report.rule, row.report.about, row.report.found) == ("act-before-consent", (event(1),), "rule")
    assert (row.report.lag, row.report.is_described, row.report.protocol_version) == (3600, True, "1.0")
    assert (row.important, row.closed) == (False, None)


def test_a_grading_counts_over_what_was_first_recorded() -> None:
    book = Book()
    book.write(D1, deviated())
    book.write(D1, GRADED)
    book.write(D1, DONE)

    (row,) = deviations(book.entries).rows

    assert row.closed is not None
    assert (row.important, row.gradings[0].affects_data, row.closed.behind.position) == (True, True, 3)


def test_deviations_are_counted_and_important_ones_that_are_open_apart() -> None:
    book = Book()
    book.write(deviation_stream(TRIAL, "D3"), GRADED)
    book.write(deviation_stream(TRIAL, "D2"), deviated(found="person", important=True))
    book.write(deviation_stream(TRIAL, "D2"), DONE)
    book.write(D1, deviated())
    book.write(deviation_stream(TRIAL, "D4"), DONE)

    view = deviations(book.entries)

    assert [row.deviation for row in view.rows] == ["D3", "D4", "D2", "D1"]
    assert [row.important for row in view.rows] == [True, None, True, False]
    totals = view.totals
    assert (totals.deviations, totals.important, totals.important_open) == (4, 2, 1)
    assert (totals.found_by_rule, totals.closed) == (1, 2)


def test_what_is_no_deviation_leaves_the_log_as_it_is() -> None:
    book = Book()
    book.write(D1, deviated())
    state = replay(Deviations, book.entries)

    assert state.after(book.write(TRIAL_STREAM, GRADED)) is state
    assert state.after(book.write(D1, asked())) is state
