"""Corrections and voids, as folds see them."""

import pytest
from hypothesis import given

from domain.corrections import FIXED, corrected
from domain.errors import InvalidInputError
from domain.ledger.facts import RecordCorrected, RecordVoided
from domain.record import Entry
from projections.amendments import WithoutEffect, amended, effective, is_amendment
from tests.projections.entries import Book, event
from tests.projections.facts import allocated, known, measured, number_in, person
from tests.projections.histories import histories

VALUE = "/payload/value/quantity/value"


def value_of(entry: Entry) -> str:
    return number_in(entry.fact.value)


def laboratory(book: Book, number: str = "88") -> Entry:
    return book.write(person("007"), known("creatinine", measured(number)))


def test_a_history_without_amendments_is_as_it_was_written() -> None:
    book = Book()
    laboratory(book)

    assert amended(iter(book.entries)) == (book.entries, ())


@pytest.mark.requirement("P11-09")
def test_a_correction_changes_its_target_and_stays_to_be_seen() -> None:
    book = Book()
    target = laboratory(book, "88")
    correction = book.correct(target, VALUE, '"88"', '"8.8"')

    first, second = effective(book.entries)

    assert value_of(first) == "8.8"
    assert second == correction
    assert value_of(book.entries[0]) == "88"


def test_the_last_correction_of_a_value_counts() -> None:
    book = Book()
    target = laboratory(book)
    book.correct(target, VALUE, '"88"', '"8.8"')
    book.correct(target, VALUE, '"8.8"', '"9.8"')

    assert value_of(effective(book.entries)[0]) == "9.8"


def test_a_correction_of_the_whole_counts_over_an_earlier_one_of_a_part() -> None:
    book = Book()
    target = laboratory(book)
    book.correct(target, VALUE, '"88"', '"8.8"')
    book.correct(target, "/payload/value/quantity", "null", '{"unit":"umol/L","value":"70"}')

    assert value_of(effective(book.entries)[0]) == "70"


def test_a_correction_of_a_part_counts_over_an_earlier_one_of_the_whole() -> None:
    book = Book()
    target = laboratory(book)
    book.correct(target, "/payload/value/quantity", "null", '{"unit":"umol/L","value":"70"}')
    book.correct(target, VALUE, '"70"', '"71"')

    assert value_of(effective(book.entries)[0]) == "71"


def test_corrections_of_different_values_all_count() -> None:
    book = Book()
    target = laboratory(book)
    book.correct(target, VALUE, '"88"', '"8.8"')
    book.correct(target, "/occurred_at", "null", '"2027-02[Asia/Shanghai]"')

    entry = effective(book.entries)[0]
    assert (value_of(entry), entry.body.occurred_at.text) == ("8.8", "2027-02[Asia/Shanghai]")


def test_a_voided_entry_is_left_out_and_its_void_stays() -> None:
    book = Book()
    target = laboratory(book)
    void = book.void(target)

    assert effective(book.entries) == [void]


def test_a_voided_correction_has_no_effect() -> None:
    book = Book()
    target = laboratory(book, "88")
    void = book.void(book.correct(target, VALUE, '"88"', '"8.8"'))

    assert effective(book.entries) == [target, void]


def test_a_voided_void_gives_the_entry_back() -> None:
    book = Book()
    target = laboratory(book)
    second = book.void(book.void(target))

    assert effective(book.entries) == [target, second]


def test_a_correction_of_a_voided_entry_changes_nothing() -> None:
    book = Book()
    target = laboratory(book)
    void = book.void(target)
    correction = book.correct(target, VALUE, '"88"', '"8.8"')

    assert amended(book.entries) == ([void, correction], ())


def test_a_correction_that_does_not_fit_is_passed_over_and_listed() -> None:
    book = Book()
    target = laboratory(book, "88")
    wrong = book.correct(target, VALUE, '"88"', '"much"')

    found = amended(book.entries)

    assert found.entries == [target]
    assert found.without_effect == (
        WithoutEffect(
            code="value_does_not_fit",
            event_id=wrong.body.event_id,
            position=wrong.frame.position,
            stream=wrong.frame.stream,
            target=target.body.event_id,
        ),
    )


def test_an_allocation_can_be_neither_corrected_nor_voided() -> None:
    book = Book()
    target = book.write(person("007"), allocated("LN"))
    book.correct(target, "/payload/stratum", '"LN"', '"SLE"')
    book.void(target)

    found = amended(book.entries)

    assert found.entries == [target]
    assert [listed.code for listed in found.without_effect] == ["not_correctable", "not_voidable"]


@pytest.mark.parametrize(
    ("stream", "target", "position", "code"),
    [
        (person("008"), 1, 1, "target_not_in_stream"),
        (person("007"), 9, 9, "target_not_in_stream"),
        (person("007"), 1, 2, "target_position_differs"),
        (person("007"), 2, 2, "target_not_earlier"),
        (person("007"), 3, 3, "target_not_earlier"),
    ],
)
def test_an_amendment_reaches_an_earlier_entry_of_its_stream_only(
    stream: str, target: int, position: int, code: str
) -> None:
    book = Book()
    laboratory(book)
    void = RecordVoided(recorded_instead_in=None, target=event(target), target_position=position)
    book.write(stream, void)
    laboratory(book)

    found = amended(book.entries)

    assert len(found.entries) == 2
    assert [listed.code for listed in found.without_effect] == [code]


@given(history=histories(max_size=20))
def test_amendments_count_as_a_plain_reading_of_the_rules_says(history: tuple[Entry, ...]) -> None:
    found = amended(history)

    assert found.entries == plainly_effective(history)
    assert len({listed.position for listed in found.without_effect}) == len(found.without_effect)
    assert all(is_amendment(history[listed.position - 1]) for listed in found.without_effect)


def plainly_effective(history: tuple[Entry, ...]) -> list[Entry]:
    """The rules spelled out entry by entry, without regard to speed, apart from the product's way of doing it."""
    return [
        as_corrected(history, entry)
        for entry in history
        if not is_voided(history, entry) and has_effect(history, entry)
    ]


def reaches(amendment: Entry, target: Entry) -> bool:
    return (
        is_amendment(amendment)
        and amendment.fact.target == target.body.event_id
        and amendment.fact.target_position == target.frame.position < amendment.frame.position
        and amendment.frame.stream == target.frame.stream
    )


def is_voided(history: tuple[Entry, ...], entry: Entry) -> bool:
    return type(entry.fact) not in FIXED and any(
        isinstance(void.fact, RecordVoided) and reaches(void, entry) and not is_voided(history, void)
        for void in history
    )


def as_corrected(history: tuple[Entry, ...], entry: Entry, before: int | None = None) -> Entry:
    for other in history[:before]:
        if isinstance(other.fact, RecordCorrected) and reaches(other, entry) and not is_voided(history, other):
            try:
                entry = corrected(entry, other.fact.pointer, other.fact.new)
            except InvalidInputError:
                continue
    return entry


def has_effect(history: tuple[Entry, ...], entry: Entry) -> bool:
    if not is_amendment(entry):
        return True
    targets = [target for target in history if reaches(entry, target)]
    if not targets:
        return False
    if isinstance(entry.fact, RecordVoided):
        return type(targets[0].fact) not in FIXED
    try:
        corrected(as_corrected(history, targets[0], entry.frame.position - 1), entry.fact.pointer, entry.fact.new)
    except InvalidInputError:
        return False
    return True
