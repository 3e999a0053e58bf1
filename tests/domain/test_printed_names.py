"""Names of persons and organisations are printed beside signatures: nothing in them hides or misleads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.input import PrintedName
from domain.people.standing_commands import RegisterCertification
from domain.values import PartialDate
from tests.domain.people_story import registering

NAME: TypeAdapter[str] = TypeAdapter(PrintedName)
HIDDEN = {
    "a tab": "A\tLi",
    "a new line": "A\nLi",
    "an escape": "A\x1b[2JLi",
    "a bidi override": "A\u202eiL",
    "a bidi isolate": "A\u2066Li",
    "a zero-width space": "A\u200bLi",
    "a zero-width joiner": "A\u200dLi",
    "a word joiner": "A\u2060Li",
    "a byte order mark": "\ufeffA Li",
    "a soft hyphen": "A\u00adLi",
    "a tag": "A\U000e0041Li",
    "a no-break space": "A\u00a0Li",
    "an ideographic space": "A\u3000Li",
    "a line separator": "A\u2028Li",
    "a private sign": "A\ue000Li",
    "a Hangul filler": "A\u3164Li",
    "a Braille blank": "A\u2800Li",
    "a grapheme joiner": "A\u034fLi",
}
GOOD = [
    "A",
    "Li Wei",
    "Dr. Anna-Lena O'Hara, MD (fictional)",
    "Ærø Å. Ñandú",
    "李伟",
    "محمد علي",
    "Site 01",
    "张 三 <b>",
]


def fault_of(name: str) -> str:
    with pytest.raises(ValidationError) as caught:
        NAME.validate_python(name)
    return caught.value.errors()[0]["type"]


@pytest.mark.parametrize("what", HIDDEN)
def test_a_name_with_a_sign_that_does_not_show_is_refused(what: str) -> None:
    assert fault_of(HIDDEN[what]) in {"control_character", "hidden_sign"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "string_too_short"),
        ("   ", "blank_text"),
        ("\u3000", "blank_text"),
        (" Li", "stray_space"),
        ("Li ", "stray_space"),
        ("Li  Wei", "stray_space"),
        ("---", "no_letter"),
        ("007", "no_letter"),
        ("e\u0301tude", "not_nfc"),
        ("x" * 257, "string_too_long"),
    ],
)
def test_a_name_that_names_nobody_or_is_written_two_ways_is_refused(name: str, code: str) -> None:
    assert fault_of(name) == code


@pytest.mark.parametrize("name", GOOD)
def test_names_of_people_are_taken_as_they_are_written(name: str) -> None:
    assert NAME.validate_python(name) == name


@given(st.text())
def test_a_name_that_is_taken_is_unchanged_and_of_one_line(name: str) -> None:
    try:
        taken = NAME.validate_python(name)
    except ValidationError:
        return
    assert taken == name
    assert taken.split() == taken.split(" ")
    assert taken.isprintable()


@pytest.mark.parametrize("field", ["organisation", "printed_name"])
def test_the_name_and_the_organisation_of_an_account_show_what_they_hold(field: str) -> None:
    with pytest.raises(ValidationError):
        registering("u1", **{field: "A\u202eiL"})


def test_the_organisation_of_a_letter_shows_what_it_holds() -> None:
    with pytest.raises(ValidationError):
        RegisterCertification(organisation="A\u200bB", reference="letter 1", sent=PartialDate("2027"))
