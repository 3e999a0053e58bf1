"""The rows of the screening log: where, when, consent, decision, what became of everybody, deviations beside."""

from typing import Any

import pytest

from compliance.reports.model import Body
from compliance.reports.screening_log import screening_log
from domain import streams
from domain.deviation.facts import DeviationClosed
from domain.eligibility.rule import Chosen
from domain.participant.conduct_facts import FollowUpChanged
from domain.participant.facts import ScreeningEnded
from tests.projections import facts as told
from tests.projections.entries import TRIAL, Book, sealed
from tests.reports.materials import (
    accesses,
    cells,
    enrol,
    material,
    rows,
    screen,
    story,
)

Cells = dict[str, str | None]


@pytest.fixture
def whole() -> Body:
    return screening_log(material(story().entries, accesses().entries))


def of(body: Body, number: str) -> Cells:
    (found,) = [one for one in cells(body, "screenings") if one["screening"] == number]
    return found


def log(book: Book, **changes: Any) -> Body:
    return screening_log(material(book.entries, **changes))


def one(number: str = "001") -> Book:
    book = Book()
    screen(book, number)
    return book


def test_every_screening_number_is_a_row_with_where_and_when(whole: Body) -> None:
    assert [row["screening"] for row in cells(whole, "screenings")] == ["001", "002", "003", "004", "005", "006"]
    row = of(whole, "003")
    assert (row["site"], row["screened"], row["screened_at"]) == ("02", "2027-03-04", "2027-03-04T10:01:00+08:00")


def test_consent_stands_with_document_version_time_language_and_who_informed(whole: Body) -> None:
    row = of(whole, "001")

    told_of = (row["consent"], row["consent_at"], row["consent_language"], row["consent_signer"])
    assert told_of == ("icf 1.0", "2027-03-02T10:02:00+08:00", "zh", "participant")
    assert (row["consent_informed_by"], row["consent_copy"], row["consents"]) == ("u1", "yes", "1")


def test_without_consent_nothing_is_said_of_one_and_an_enrolment_stands_out() -> None:
    book = Book()
    book.write(told.person("001"), told.screened("001"))
    enrol(book, "001")

    body = log(book)

    assert {of(body, "001")[name] for name in ("consent", "consent_at", "consent_copy")} == {None}
    assert ("serious", "1 screening in the trial without a recorded consent.") in sentences(body)


def sentences(body: Body) -> list[tuple[str, str]]:
    return [(item.severity, item.sentence) for item in body.attention]


def test_each_criterion_has_its_result_under_its_own_words(whole: Body) -> None:
    columns = {column.key: column for column in whole.tables[0].columns}

    assert (columns["criterion_1"].heading, columns["criterion_1"].meaning) == ("I1", "inclusion: Age 18 to 60 years.")
    assert [of(whole, number)["criterion_2"] for number in ("001", "002", "003", "004")] == [
        "met",
        "not met",
        "unknown",
        None,
    ]


def test_the_decision_stands_with_who_decided_when_and_why_not(whole: Body) -> None:
    row = of(whole, "002")

    assert (row["eligible"], row["not_met"], row["failure_reason"]) == ("no", "I1, E1", "criteria")
    assert (row["decided_by"], row["decided_at"]) == ("U One", "2027-03-05T10:08:00+08:00")
    assert (of(whole, "003")["not_met"], of(whole, "001")["not_met"]) == ("E1 unknown", "none")
    assert (of(whole, "004")["eligible"], of(whole, "004")["not_met"]) == ("pending", None)


def test_a_rescreening_is_a_row_of_its_own_linked_both_ways_to_one_person(whole: Body) -> None:
    first, second = of(whole, "002"), of(whole, "005")

    assert (first["next"], second["previous"]) == ("005", "002")
    assert (first["participant"], second["participant"]) == ("002", "002")


def test_age_is_told_in_bands_and_sex_as_recorded(whole: Body) -> None:
    assert (of(whole, "001")["age_band"], of(whole, "001")["sex"]) == ("30 to 39", "female")


@pytest.mark.parametrize(
    ("value", "band"),
    [
        (told.measured("480", "mo"), "40 to 49"),
        (told.measured("60", "a"), "60 to 69"),
        (told.measured("5", "mg"), None),
        (Chosen(code="adult"), None),
    ],
)
def test_an_age_in_other_units_or_words_is_never_guessed(value: Any, band: str | None) -> None:
    book = Book()
    book.write(told.person("001"), told.screened("001"))
    book.write(told.person("001"), told.known("age", value))
    book.write(told.person("001"), told.known("sex"))

    row = of(log(book), "001")

    assert row["age_band"] == band
    assert row["sex"] is None


def test_what_became_of_everybody_stands_in_one_word(whole: Body) -> None:
    assert {number: of(whole, number)["now"] for number in ("001", "002", "004", "005", "006")} == {
        "001": "completed",
        "002": "screen-failed",
        "004": "left before enrolment",
        "005": "in follow-up",
        "006": "pending",
    }


@pytest.mark.parametrize(
    ("fact", "word"),
    [
        (FollowUpChanged(state="left"), "left"),
        (FollowUpChanged(state="lost"), "lost"),
        (FollowUpChanged(state="found_again"), "in follow-up"),
        (told.vital("dead", "2027-03"), "died"),
    ],
)
def test_what_became_of_the_enrolled_stands_in_one_word(fact: Any, word: str) -> None:
    book = one()
    enrol(book, "001")
    book.write(told.person("001"), fact)

    assert of(log(book), "001")["now"] == word


@pytest.mark.parametrize(
    ("fact", "word"),
    [
        (ScreeningEnded(how="lost"), "lost before enrolment"),
        (told.vital("dead", "2027-03"), "died before enrolment"),
    ],
)
def test_what_became_of_others_stands_in_one_word(fact: Any, word: str) -> None:
    book = one()
    book.write(told.person("001"), fact)

    assert of(log(book), "001")["now"] == word


def test_withdrawal_and_completion_stand_with_scope_and_time(whole: Body) -> None:
    row = of(whole, "001")

    assert (row["withdrawn_at"], row["withdrawn_scope"]) == ("2027-05-10T10:06:00+08:00", "treatment and samples")
    assert row["completed_at"] == "2027-05-10T10:07:00+08:00"
    assert (of(whole, "002")["withdrawn_at"], of(whole, "002")["withdrawn_scope"]) == (None, None)


def test_deviations_stand_beside_the_participant_and_in_a_table_with_what_they_mean(whole: Body) -> None:
    assert [of(whole, number)["deviations"] for number in ("001", "002", "003")] == ["1", "1", "0"]
    (detail,) = rows(whole, "screenings")[0].details
    assert detail.text == "V1: A trial act was done before consent. (important, open)"
    assert [(row["deviation"], row["meaning"], row["important"]) for row in cells(whole, "deviations")] == [
        ("V1", "A trial act was done before consent.", "yes"),
        ("V2", "something-else", "no"),
    ]


def test_a_closed_deviation_is_closed_and_one_never_recorded_is_not_guessed() -> None:
    book = one()
    book.write(streams.deviation(TRIAL, "V1"), told.deviated(deviation="V1", important=True, participant="001"))
    book.write(streams.deviation(TRIAL, "V1"), DeviationClosed(action=sealed()))
    book.write(streams.deviation(TRIAL, "V9"), DeviationClosed(action=sealed()))

    found = {row["deviation"]: row for row in cells(log(book), "deviations")}

    assert (found["V1"]["state"], found["V1"]["closed_at"]) == ("closed", "2027-03-01T10:06:00+08:00")
    assert (found["V9"]["rule"], found["V9"]["important"], found["V9"]["recorded"]) == (None, None, None)
    assert ("important", "1 deviation important, and closed.") in sentences(log(book))
