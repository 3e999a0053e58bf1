"""The screening log and its totals, enrolment over time, and allocations against caps."""

from typing import Any

import pytest

from domain import streams
from domain.allocation.facts import PlaceTaken
from domain.participant import conduct_facts as conduct
from domain.participant import facts as participant
from domain.record import Entry
from domain.times import Occurred
from projections.allocations import Allocations, AllocationsView
from projections.enrolment import EnrolmentProgress, EnrolmentView
from projections.replay import replay
from projections.screening_log import ScreeningLog, ScreeningRow, ScreeningTotals, totals
from tests.projections.entries import TRIAL, Book, at
from tests.projections.facts import (
    TRIAL_STREAM,
    allocated,
    approved,
    chosen,
    committed,
    consent,
    decided,
    enrolled,
    error,
    known,
    measured,
    number_in,
    person,
    proposed,
    question,
    screened,
    stratum,
    vital,
)

LEFT = participant.ScreeningEnded(how="left")
WITHDRAWN = participant.ConsentWithdrawn(scopes=("treatment",))


def log_row(*facts: Any) -> ScreeningRow:
    book = Book()
    book.write(person("007"), screened("007"))
    for fact in facts:
        book.write(person("007"), fact)
    (row,) = replay(ScreeningLog, book.entries).view().rows
    return row


@pytest.mark.requirement("ST-04")
@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ((), "pending"),
        ((decided(eligible=True),), "pending"),
        ((consent(), decided(eligible=False)), "failed"),
        ((decided(eligible=False), decided(eligible=True)), "pending"),
        ((decided(eligible=False), LEFT), "failed"),
        ((LEFT,), "left"),
        ((participant.ScreeningEnded(how="lost"), vital("dead")), "lost"),
        ((participant.ScreeningEnded(how="died"),), "died"),
        ((vital("dead"),), "died"),
        ((vital("alive"),), "pending"),
        ((conduct.FollowUpChanged(state="left"),), "left"),
        ((conduct.FollowUpChanged(state="lost"),), "lost"),
        ((conduct.FollowUpChanged(state="completed"),), "pending"),
        ((consent(), WITHDRAWN), "left"),
        ((consent(), participant.ConsentWithdrawn(scopes=("samples",))), "pending"),
        ((enrolled(), WITHDRAWN, vital("dead"), decided(eligible=False)), "enrolled"),
        ((allocated(), LEFT), "enrolled"),
    ],
)
def test_every_screening_has_one_outcome_and_nobody_enrolled_ever_leaves_the_enrolled(
    facts: tuple[Any, ...], outcome: str
) -> None:
    assert log_row(*facts).outcome == outcome


def test_a_row_tells_what_the_log_asks_for() -> None:
    row = log_row(
        consent(version="2"),
        known("age_at_consent", measured("41", "a")),
        chosen("sex", "F"),
        decided(eligible=True, failed=()),
        enrolled(),
        allocated(),
        participant.ConsentWithdrawn(scopes=("samples",)),
        conduct.FollowUpChanged(state="completed"),
    )

    assert (row.site, row.number, row.screened.position) == ("01", "007", 1)
    assert row.consent is not None
    assert row.consent.version == "2"
    assert row.age is not None
    assert number_in(row.age.value) == "41"
    assert row.sex is not None
    assert row.decided is not None
    assert row.decided_by is not None
    assert (row.decided.position, row.decided_by.actor, row.eligible) == (5, "u1", True)
    assert row.enrolled is not None
    assert row.allocated is not None
    assert row.completed is not None
    assert [moment.position for moment in (row.enrolled, row.allocated, row.completed)] == [6, 7, 9]
    assert row.withdrawals[0].scopes == ("samples",)


def test_a_bare_row_says_that_nothing_is_recorded() -> None:
    row = log_row()

    nothing = (row.consent, row.age, row.sex, row.decided, row.decided_by, row.eligible, row.enrolled, row.allocated)
    assert nothing == (None,) * 8
    assert (row.completed, row.failed, row.results, row.withdrawals, row.previous) == (None, (), (), (), None)


def test_a_failed_screening_names_the_criteria() -> None:
    row = log_row(decided(eligible=False, failed=("I2", "E1")))

    assert (row.failed, [result.criterion for result in row.results]) == (("I2", "E1"), ["I2", "E1"])


def several() -> Book:
    """007 was screened again as 008; 009 and 011 turn out to be one person; 010 is alone; 020 was never opened."""
    book = Book()
    book.write(person("007"), screened("007"))
    book.write(person("007"), decided(eligible=False))
    book.write(person("007"), participant.Rescreened(next="008"))
    book.write(person("008"), screened("008", previous="007"))
    book.write(person("008"), enrolled())
    book.write(person("008"), allocated())
    book.write(person("009"), screened("009", "02"))
    book.write(person("009"), enrolled())
    book.write(person("011"), screened("011", "02"))
    book.write(person("011"), error("duplicate_person", other_participant="009"))
    book.write(person("011"), error("ineligible"))
    book.write(person("010"), screened("010"))
    book.write(person("020"), consent())
    return book


def test_persons_are_counted_apart_from_screenings_over_links_and_duplicates() -> None:
    view = replay(ScreeningLog, several().entries).view()

    assert {row.number: row.person for row in view.rows} == {
        "007": "007",
        "008": "007",
        "009": "009",
        "010": "010",
        "011": "009",
    }
    assert view.totals == ScreeningTotals(
        allocated=1,
        died=0,
        enrolled=2,
        enrolled_not_allocated=1,
        failed=1,
        left=0,
        lost=0,
        pending=2,
        persons=3,
        screenings=5,
    )
    assert view.totals.reconcile
    assert view.unopened == ("020",)


def test_links_that_run_in_a_circle_are_one_person() -> None:
    book = Book()
    for number, previous in (("001", "003"), ("002", "001"), ("003", "002")):
        book.write(person(number), screened(number, previous=previous))

    assert replay(ScreeningLog, book.entries).view().totals.persons == 1


def test_the_rows_of_a_site_reconcile_by_themselves() -> None:
    rows = replay(ScreeningLog, several().entries).view().rows

    own = totals(row for row in rows if row.site == "02")

    assert (own.screenings, own.persons, own.enrolled, own.reconcile) == (2, 1, 1, True)


@pytest.mark.parametrize(
    "wrong", [{"enrolled": 2, "enrolled_not_allocated": 1}, {"screenings": 2}, {"pending": 1}, {"allocated": 1}]
)
def test_totals_that_do_not_add_up_are_seen(wrong: dict[str, int]) -> None:
    nothing = dict.fromkeys(ScreeningTotals.__struct_fields__, 0)

    assert ScreeningTotals(**nothing).reconcile
    assert not ScreeningTotals(**nothing | wrong).reconcile


def test_what_is_about_no_participant_leaves_the_log_as_it_is() -> None:
    state = replay(ScreeningLog, several().entries)

    assert state.after(Book().write(TRIAL_STREAM, question())) is state


def progress(*enrolments: tuple[str, str, Occurred]) -> EnrolmentView:
    book = Book()
    for number, site, occurred in enrolments:
        if site:
            book.write(person(number), screened(number, site))
        book.write(person(number), enrolled(), occurred=occurred)
    return replay(EnrolmentProgress, book.entries).view()


def test_enrolment_is_counted_by_site_and_month_in_days_of_the_site() -> None:
    view = progress(
        ("001", "01", at("2027-03-01", "00:30:00")),
        ("002", "01", at("2027-03-31", "23:59:59")),
        ("003", "02", Occurred("2027-03[Asia/Shanghai]")),
        ("004", "01", at("2027-04-01")),
        ("005", "", Occurred("2027[Asia/Shanghai]")),
    )

    assert [(row.site, row.month, row.enrolled, row.so_far) for row in view.by_month] == [
        (None, "2027", 1, 1),
        ("01", "2027-03", 2, 2),
        ("01", "2027-04", 1, 3),
        ("02", "2027-03", 1, 1),
    ]
    assert view.enrolled == 5


def test_the_curve_grows_day_by_day_a_partial_date_counting_on_its_first_day() -> None:
    view = progress(
        ("001", "01", at("2027-03-02")),
        ("002", "01", at("2027-03-02")),
        ("003", "02", Occurred("2027-03[Asia/Shanghai]")),
    )

    assert [(str(point.day), point.enrolled, point.so_far) for point in view.curve] == [
        ("2027-03-01", 1, 1),
        ("2027-03-02", 2, 3),
    ]


def test_the_plan_stands_beside_enrolment_and_an_allocation_without_enrolment_apart() -> None:
    book = decision(planned_enrolment=30)
    book.write(person("007"), allocated())
    book.write(person("008"), screened("008"))

    view = replay(EnrolmentProgress, book.entries).view()

    assert (view.planned, view.enrolled, view.allocated_only) == (30, 0, ("007",))


def decision(**settings: Any) -> Book:
    book = Book()
    book.write(TRIAL_STREAM, proposed(**settings))
    book.write(TRIAL_STREAM, approved(1), actor="u2")
    book.write(TRIAL_STREAM, approved(1), actor="u3")
    return book


def allocations(entries: list[Entry]) -> AllocationsView:
    return replay(Allocations, entries).view()


@pytest.mark.requirement("E6-08")
def test_allocations_are_counted_by_site_and_stratum_against_the_cap_without_an_arm() -> None:
    book = decision(strata=(stratum("LN", 15), stratum("SLE", 15)))
    book.write(streams.randomisation(TRIAL), committed("LN"))
    for number, at_site, used in (("001", "01", "LN"), ("002", "02", "LN"), ("003", "02", "X")):
        book.write(person(number), screened(number, at_site))
        book.write(streams.stratum(TRIAL, used), PlaceTaken(participant=number, stratum=used))
        book.write(person(number), allocated(used))
    book.write(streams.stratum(TRIAL, "LN"), PlaceTaken(participant="004", stratum="LN"))

    view = allocations(book.entries)

    assert [(row.stratum, row.allocated, row.places_taken, row.cap, row.cap_from) for row in view.strata] == [
        ("LN", 2, 3, 12, "committed"),
        ("SLE", 0, 0, 15, "decided"),
        ("X", 1, 1, None, "not recorded"),
    ]
    assert [row.label for row in view.strata] == ["lupus nephritis", "lupus nephritis", None]
    assert [(row.site, row.stratum, row.allocated) for row in view.by_site] == [
        ("01", "LN", 1),
        ("02", "LN", 1),
        ("02", "X", 1),
    ]
    assert view.allocated == 3


def test_an_allocation_in_the_wrong_stratum_counts_where_it_was_used_and_its_true_one_stands_beside() -> None:
    book = Book()
    book.write(person("007"), allocated("LN"))
    book.write(person("007"), error("wrong_stratum", stratum_used="LN", true_stratum="SLE"))
    book.write(person("007"), error("ineligible"))

    view = allocations(book.entries)

    assert [(row.stratum, row.allocated, row.true_members) for row in view.strata] == [("LN", 1, 0), ("SLE", 0, 1)]
    assert (view.rows[0].site, [found.error for found in view.rows[0].errors]) == (
        None,
        ["wrong_stratum", "ineligible"],
    )
