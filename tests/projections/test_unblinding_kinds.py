"""The unblinding log knows safety reports, drills, notices, late entries and those who asked again."""

from datetime import timedelta

import pytest

from domain.unblinding import facts as unblinding
from projections.replay import replay
from projections.unblinding_log import UnblindingLog
from projections.unblinding_rows import UnblindingRow, UnblindingView
from tests.projections import facts as told
from tests.projections.entries import START, Book
from tests.reports import unblinding_story as story


def view(book: Book) -> UnblindingView:
    return replay(UnblindingLog, book.entries).view()


def row(book: Book, request: str) -> UnblindingRow:
    (found,) = [one for one in view(book).rows if one.unblinding.request == request]
    return found


@pytest.mark.requirement("E6-08")
def test_a_safety_report_names_its_case_and_its_one_recipient() -> None:
    book = Book()
    story.susar(book)

    one = row(book, "S1").unblinding

    assert (one.kind, one.case, one.participant, one.recipients) == ("susar", "A1", "007", ("unb",))
    assert [disclosure.recipient for disclosure in one.disclosures] == ["unb"]
    assert one.state_at(START.replace(year=2029)) == "DISCLOSED"


def test_who_asked_again_and_who_was_notified_stand_beside_the_disclosure() -> None:
    book = Book()
    _, disclosed = story.emergency(book)
    book.write(told.request("E1"), unblinding.DisclosureRepeated(recipient="inv"), **story.INVESTIGATOR)

    found = row(book, "E1")

    assert [repeat.recipient for repeat in found.unblinding.repeats] == ["inv"]
    assert [step.by.actor for step in found.unblinding.notices] == ["inv"]
    assert len(found.unblinding.disclosures) == 1
    assert found.narrative_due == disclosed.frame.recorded_at + timedelta(hours=24)


def test_a_late_entry_tells_the_gap_and_counts_from_the_disclosure() -> None:
    book = story.trial()
    entered = story.late(book, hours=2)

    found = row(book, "E3")

    assert found.unblinding.late is not None
    assert found.unblinding.late.gap == int((entered.frame.recorded_at - entered.fact.disclosed_at).total_seconds())
    assert (found.unblinding.late.cause, found.unblinding.late.number) == ("storage_full", 7)
    assert found.narrative_due == entered.fact.disclosed_at + timedelta(hours=24)
    assert (found.seconds_to_disclosure, found.state) == (0, "NARRATIVE_DUE")
    assert found.unblinding.opened is not None
    assert (found.unblinding.opened.by.actor, found.unblinding.opened.performer) == ("trialproof", "inv2")


def test_of_several_late_entries_the_first_disclosure_counts() -> None:
    book = story.trial()
    first = story.late(book, hours=2)
    for hours in (3, -9):
        told_at = book.clock - timedelta(hours=hours)
        fact = unblinding.DisclosureEnteredLate(cause="too_slow", chain=told.SHA, disclosed_at=told_at, number=9)
        entered = book.write(told.request("E3"), fact)

    late = row(book, "E3").unblinding.late

    assert late is not None
    assert (late.cause, late.disclosed_at) == ("too_slow", entered.frame.recorded_at - timedelta(minutes=2, hours=3))
    assert late.disclosed_at < first.fact.disclosed_at


def test_a_disclosure_is_never_later_than_its_own_late_entry() -> None:
    book = story.trial()
    ahead = book.clock + timedelta(days=400)
    fact = unblinding.DisclosureEnteredLate(cause="too_slow", chain=told.SHA, disclosed_at=ahead, number=9)
    entered = book.write(told.request("E3"), fact)

    late = row(book, "E3").unblinding.late

    assert late is not None
    assert (late.disclosed_at, late.gap) == (entered.frame.recorded_at, 0)


def test_no_time_is_told_where_the_disclosure_stands_before_its_request() -> None:
    book = story.trial()
    book.write(told.request("E3"), told.invoked(request="E3"))
    before = book.clock - timedelta(hours=1)
    book.write(
        told.request("E3"),
        unblinding.DisclosureEnteredLate(cause="too_slow", chain=told.SHA, disclosed_at=before, number=9),
    )

    assert row(book, "E3").seconds_to_disclosure is None


def test_drills_stand_apart_from_unblindings_in_the_order_in_which_they_were_run() -> None:
    book = story.trial()
    story.drilled(book)
    story.drilled(book, None, opened=False)

    shown = view(book)

    assert shown.rows == ()
    assert [(drill.site, drill.opened, drill.channel, drill.by.actor) for drill in shown.drills] == [
        ("01", True, "investigator", "inv"),
        (None, False, "code_break_desk", "desk"),
    ]
    assert [drill.milliseconds for drill in shown.drills] == [1234, 1234]


def test_a_disclosure_that_the_key_store_alone_recorded_counts_in_the_totals() -> None:
    book = story.trial()
    story.late(book)

    (total,) = view(book).totals

    assert (total.site, total.kind, total.participants_disclosed) == ("02", "emergency", 1)
