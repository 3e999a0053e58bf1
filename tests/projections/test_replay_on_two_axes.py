from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.record import Entry
from projections.participant import Participants
from projections.replay import advance, as_known, as_true, known_position, last_instant, position_at, replay
from projections.timeline import Timeline
from tests.projections.entries import Book, at
from tests.projections.facts import consent, known, measured, number_in, person, screened, vital
from tests.projections.histories import histories

VALUE = "/payload/value/quantity/value"


def creatinine(state: Participants) -> str:
    row = state.of("007")
    assert row is not None
    value = row.value_of("creatinine")
    assert value is not None
    return number_in(value.value)


def corrected_later() -> Book:
    book = Book()
    target = book.write(person("007"), known("creatinine", measured("88")))
    book.turn_to("2027-03-04")
    book.correct(target, VALUE, '"88"', '"8.8"')
    return book


@pytest.mark.requirement("FDA-02")
def test_as_known_before_a_correction_shows_what_was_known_then() -> None:
    book = corrected_later()

    then = replay(Participants, book.entries, known=1)

    assert (creatinine(then), creatinine(replay(Participants, book.entries))) == ("88", "8.8")


def test_as_true_before_a_correction_shows_what_was_true_then() -> None:
    book = corrected_later()

    true = replay(Participants, book.entries, true=last_instant(date(2027, 3, 1), "Asia/Shanghai"))
    known_then = replay(Participants, book.entries, known=1, true=last_instant(date(2027, 3, 1), "Asia/Shanghai"))

    assert (creatinine(true), creatinine(known_then)) == ("8.8", "88")


def test_as_true_takes_what_was_told_late_and_leaves_what_happened_later() -> None:
    book = Book()
    book.write(person("007"), screened("007"))
    book.write(person("007"), consent(), occurred=at("2027-03-09"))
    late = book.write(person("007"), vital("alive"), occurred=at("2027-02-01"))

    true = as_true(book.entries, at("2027-03-02").earliest)

    assert true == [late, book.entries[0]]


def test_a_corrected_time_of_occurrence_decides_what_is_true() -> None:
    book = Book()
    target = book.write(person("007"), consent(), occurred=at("2027-03-09"))
    book.correct(target, "/occurred_at", "null", '"2027-03-01T08:00:00+08:00[Asia/Shanghai]"')

    true = as_true(book.entries, at("2027-03-01", "08:00:00").earliest)

    assert [entry.body.occurred_at for entry in true] == [at("2027-03-01", "08:00:00")]


def test_what_happened_at_one_time_stands_as_it_was_recorded() -> None:
    book = Book()
    entries = [book.write(person("007"), vital("alive"), occurred=at("2027-03-01")) for _ in range(3)]

    assert as_true(reversed(entries), at("2027-03-01").earliest) == entries


def test_as_known_reads_up_to_a_position_included() -> None:
    book = corrected_later()

    assert [len(as_known(book.entries, count)) for count in (0, 1, 2, 9)] == [0, 1, 2, 2]


@pytest.mark.requirement("E6-21")
def test_a_bare_date_means_the_end_of_that_day_in_the_named_zone() -> None:
    end = last_instant(date(2027, 3, 1), "Asia/Shanghai")

    assert end == datetime(2027, 3, 1, 15, 59, 59, 999999, tzinfo=UTC)
    assert last_instant(date(2027, 3, 1), "America/St_Johns") > end


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25)])
def test_a_day_ends_when_its_own_zone_says(day: date, hours: int) -> None:
    length = last_instant(day, "Europe/Berlin") - last_instant(day - timedelta(days=1), "Europe/Berlin")

    assert length == timedelta(hours=hours)


def test_the_known_position_is_the_last_one_recorded_by_then() -> None:
    book = corrected_later()
    times = [entry.frame.recorded_at for entry in book.entries]
    asked = [times[0] - timedelta(microseconds=1), times[0], times[1] - timedelta(microseconds=1), times[1]]

    assert [known_position(book.entries, instant) for instant in asked] == [0, 1, 1, 2]
    assert [position_at(times, instant) for instant in asked] == [0, 1, 1, 2]
    assert known_position(book.entries[1:], times[1]) == 2


@given(history=histories(), data=st.data())
def test_what_is_known_at_an_instant_was_recorded_by_then(history: tuple[Entry, ...], data: st.DataObject) -> None:
    instant = data.draw(st.sampled_from([entry.frame.recorded_at for entry in history] or [at("2027-03-01").earliest]))

    known = as_known(history, known_position(history, instant))

    assert known == [entry for entry in history if entry.frame.recorded_at <= instant]


def test_a_correction_among_new_entries_folds_all_anew() -> None:
    book = corrected_later()
    state = replay(Participants, book.entries[:1])

    assert creatinine(advance(state, book.entries[:1], book.entries[1:])) == "8.8"


def test_without_an_amendment_the_past_is_not_read_again() -> None:
    book = corrected_later()

    def unreadable() -> "list[Entry]":
        raise AssertionError("the past was read")

    history = (entry for entries in iter(unreadable, []) for entry in entries)
    state = advance(replay(Timeline, book.entries[:1]), history, book.entries[1:])

    assert state.view() == replay(Timeline, book.entries).view()
