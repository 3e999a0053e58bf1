from pathlib import Path

import pytest

from compliance.requirements import COLUMNS, Kind, parse
from domain.errors import InvalidInputError, NotFoundError

ROOT = Path(__file__).resolve().parents[2]
RELEASED = ROOT / "compliance" / "requirements.csv"
HEADER = ",".join(COLUMNS) + "\r\n"
ROW = 'P11-04,21 CFR Part 11,11.10(a),"Tell a good record, or a bad one",Tree,Mutation test,technical\r\n'


def test_a_row_keeps_its_words_commas_included() -> None:
    (requirement,) = parse(HEADER + ROW)

    assert requirement.id == "P11-04"
    assert requirement.obligation == "Tell a good record, or a bad one"
    assert requirement.evidence == "Mutation test"
    assert requirement.kind is Kind.TECHNICAL


def test_the_register_keeps_the_order_of_the_file() -> None:
    register = parse(HEADER + ROW + ROW.replace("P11-04", "A11-01"))

    assert [requirement.id for requirement in register] == ["P11-04", "A11-01"]
    assert len(register) == 2


def test_a_requirement_is_found_by_its_id() -> None:
    register = parse(HEADER + ROW.replace("P11-04", "A11-01") + ROW)

    assert register.named("P11-04").clause == "11.10(a)"
    with pytest.raises(NotFoundError, match=r"'P11-99'.*requirements\.csv"):
        register.named("P11-99")


def test_unknown_ids_are_told_apart_in_the_order_given() -> None:
    register = parse(HEADER + ROW)

    assert register.unknown(("P11-99", "P11-04", 4)) == ("P11-99", 4)


@pytest.mark.parametrize(
    ("text", "place", "complaint"),
    [
        ("", "line 1", "other columns"),
        (ROW, "line 1", "other columns"),
        (HEADER + ROW + "P11-05,too short\r\n", "line 3", "has 2 columns, not 7"),
        (HEADER + "\r\n", "line 2", "has 0 columns, not 7"),
        (HEADER + ROW.replace(",Tree,", ",,"), "line 2", r"length >= 1.*system_behaviour"),
        (HEADER + ROW.replace("technical", "magical"), "line 2", "magical"),
        (HEADER + ROW.replace("technical", '"technical'), "line 2", "is not CSV"),
    ],
)
def test_a_register_of_another_form_is_refused_with_its_line(text: str, place: str, complaint: str) -> None:
    with pytest.raises(InvalidInputError, match=complaint) as refused:
        parse(text)

    assert (refused.value.code, refused.value.field) == ("unreadable_register", place)


def test_an_id_that_stands_twice_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="P11-04 twice") as refused:
        parse(HEADER + ROW + ROW)

    assert (refused.value.code, refused.value.field) == ("repeated_requirement", "P11-04")


def test_the_released_register_can_be_read_and_is_in_plain_ascii() -> None:
    register = parse(RELEASED.read_bytes().decode("ascii"))

    assert len(register) == 130
    assert {requirement.kind for requirement in register} == set(Kind)


def test_the_released_register_is_the_reference_byte_for_byte() -> None:
    reference = ROOT / "../shared/reference/requirements.csv"
    if not reference.exists():
        pytest.skip("the reference stands outside the repository and is not here")

    assert RELEASED.read_bytes() == reference.read_bytes()
