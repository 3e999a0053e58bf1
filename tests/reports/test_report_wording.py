"""Dates, counts and recorded values in words."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.reports.wording import counted, day_words, listed, value_words, when_words


def test_days_and_instants_are_written_the_same_on_every_machine() -> None:
    assert day_words(date(2027, 3, 3)) == "3 March 2027"
    assert when_words(date(2027, 12, 31)) == "31 December 2027"
    assert when_words(datetime(2027, 3, 3, 10, tzinfo=UTC)) == "2027-03-03 10:00:00+00:00"


def test_counts_and_lists_read_as_in_a_sentence() -> None:
    assert [counted(number, "entry", "entries") for number in (0, 1, 1204)] == ["0 entries", "1 entry", "1,204 entries"]
    assert [listed(words) for words in ((), ("a",), ("a", "b"), ("a", "b", "c"))] == ["", "a", "a and b", "a, b and c"]


@pytest.mark.parametrize(
    ("recorded", "words"),
    [
        ("plain text", "plain text"),
        ("true", "yes"),
        ("false", "no"),
        ("[]", "none"),
        ("{}", "none"),
        ('["treatment","samples"]', "treatment, samples"),
        ('{"quantity":{"unit":"g/(24.h)","value":"1.50"},"type":"measured"}', "1.50 g/(24.h)"),
        ('{"code":"SLE","type":"chosen"}', "SLE"),
        ('{"holds":false,"type":"stated"}', "no"),
        ('{"date":"2027-03","type":"dated"}', "2027-03"),
        ('{"list_root":"ab","n":3,"no":null}', "list root: ab; n: 3; no: not recorded"),
        ('[{"a":1,"b":true},{"a":2}]', "(a: 1; b: yes), a: 2"),
        ("{ no JSON", "{ no JSON"),
        ("[" * 20_000, "[" * 20_000),
    ],
)
def test_recorded_values_are_told_in_words_and_what_is_none_stays_as_it_is(recorded: str, words: str) -> None:
    assert value_words(recorded) == words


@given(st.text())
def test_any_text_has_words(text: str) -> None:
    assert isinstance(value_words(text), str)
