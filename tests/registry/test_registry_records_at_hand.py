"""Real registry records, converted and partial ones, against the table that describes them."""

import hashlib
from typing import NamedTuple

import pytest

from compliance.registry.criteria import suggested_split
from compliance.registry.questions import criterion_questions, open_questions
from compliance.registry.read import read_record
from domain.errors import InvalidInputError
from tests.registry.registry_files import SEED, SHARED, seed_bytes, shared


class Row(NamedTuple):
    name: str
    data_date: str
    design: str
    arms: str
    enrolment: str


def rows() -> list[Row]:
    """The rows of the records that can be imported: neither observational nor an edge case."""
    table = SHARED / "ctgov" / "SOURCES.md"
    if not table.exists():
        return []
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in table.read_text().splitlines()
        if ".json |" in line
    ]
    found = [Row(name, date, design, arms, count) for name, _, date, _, design, arms, count in cells]
    return [row for row in found if not row.name.startswith("edge/") and "OBSERVATIONAL" not in row.design]


ROWS: list[Row | None] = [*rows()] or [None]


@pytest.fixture(params=ROWS, ids=lambda row: row.name if row else "none")
def row(request: pytest.FixtureRequest) -> Row:
    if request.param is None:
        pytest.skip("the registry records (ctgov) are not beside this repository")
    given: Row = request.param
    return given


def test_a_record_says_what_the_table_of_sources_says(row: Row) -> None:
    found = read_record((shared("ctgov") / row.name).read_bytes())

    assert found.nct_id in row.name
    design = [found.study_type.lower(), f"allocation {found.allocation}", found.intervention_model, found.masking]
    assert row.design in {", ".join(map(str, design)), ", ".join(map(str, design)).replace("allocation ", "")}
    assert (str(len(found.arm_groups)), str(found.enrolment_count)) == (row.arms, row.enrolment)


def test_the_data_date_is_the_registrys_own_or_none(row: Row) -> None:
    found = read_record((shared("ctgov") / row.name).read_bytes())

    assert found.data_date == (row.data_date if row.name.startswith("v2/") else None)


def test_both_hashes_are_those_of_the_file_and_of_the_criteria(row: Row) -> None:
    raw = (shared("ctgov") / row.name).read_bytes()

    found = read_record(raw)

    assert found.source_sha256 == hashlib.sha256(raw).hexdigest()
    assert found.eligibility_sha256 == hashlib.sha256(found.eligibility_criteria.encode()).hexdigest()


def test_no_investigator_or_contact_is_kept(row: Row) -> None:
    kept = read_record((shared("ctgov") / row.name).read_bytes()).model_dump_json()

    assert "Arbelaez" not in kept
    assert "Moskovitz" not in kept
    assert "LoVerme" not in kept
    assert "@" not in kept


def test_splitting_the_criteria_loses_no_line(row: Row) -> None:
    text = read_record((shared("ctgov") / row.name).read_bytes()).eligibility_criteria

    split = suggested_split(text)

    assert split.text == text
    assert split.items
    assert all(item.verbatim in text for item in split.items)


def test_every_question_quotes_the_record_or_says_silent(row: Row) -> None:
    found = read_record((shared("ctgov") / row.name).read_bytes())

    questions = open_questions(found)

    assert len({question.code for question in questions}) == len(questions)
    assert {"D10", "D11", "D15", "TZ"} <= {question.code for question in questions}
    assert all(question.record_says and question.options and question.question for question in questions)
    assert all(doubt.verbatim in found.eligibility_criteria for doubt in criterion_questions(found))


def test_only_the_seed_record_has_groups_named_by_disease(row: Row) -> None:
    questions = open_questions(read_record((shared("ctgov") / row.name).read_bytes()))

    options = [option for question in questions if question.code == "D1" for option in question.options]

    assert any(option.startswith("R1: ") for option in options) == ("NCT03458156" in row.name)


def test_dates_in_words_are_asked_one_by_one() -> None:
    raw = (shared("ctgov/v2_converted") / "NCT04730401.json").read_bytes()

    asked = {question.code: question for question in open_questions(read_record(raw))}

    assert asked["R1"].record_says == "January 27, 2021"
    assert asked["R1"].field == "protocolSection.statusModule.startDateStruct.date"
    assert asked["R2"].record_says.endswith("Some of the investigators are masked and some are not")


def test_a_real_record_gives_its_dates_with_their_precision() -> None:
    found = read_record((shared("ctgov/v2") / "NCT00973089.json").read_bytes())

    assert [(date.verbatim, date.precision, date.claim) for date in found.dates] == [
        ("2010-05", "month", None),
        ("2015-03", "month", "ACTUAL"),
        ("2015-03", "month", "ACTUAL"),
        ("2009-09-06", "day", None),
        ("2015-08-18", "day", None),
    ]


def test_a_single_group_with_four_arms_is_accepted_with_a_warning() -> None:
    found = read_record((shared("ctgov/v2") / "NCT04207047.json").read_bytes())

    assert (len(found.arm_groups), found.enrolment_count) == (4, 3)
    assert "single_group_with_arms" in {warning.code for warning in found.warnings}


def test_an_observational_record_is_refused_by_its_type() -> None:
    raw = (shared("ctgov/v2") / "NCT03475563.json").read_bytes()

    with pytest.raises(InvalidInputError, match="OBSERVATIONAL") as refused:
        read_record(raw)

    assert (refused.value.code, refused.value.field) == (
        "not_interventional",
        "protocolSection.designModule.studyType",
    )


@pytest.mark.parametrize(
    ("name", "field", "also"),
    [
        ("NCT02576665.partial.json", "protocolSection.designModule.designInfo", "armGroups"),
        ("NCT03453554.partial.json", "protocolSection.statusModule", "eligibilityModule"),
    ],
)
def test_a_partial_record_is_refused_and_names_what_it_lacks(name: str, field: str, also: str) -> None:
    raw = (shared("ctgov/edge") / name).read_bytes()

    with pytest.raises(InvalidInputError, match=also) as refused:
        read_record(raw)

    assert (refused.value.code, refused.value.field) == ("partial_record", field)


def test_the_seed_record_is_the_reconstruction_byte_for_byte() -> None:
    assert seed_bytes() == (shared("ctgov/reconstructed") / "NCT03458156.json").read_bytes()


def test_the_seed_says_where_it_comes_from_with_both_hashes() -> None:
    page = hashlib.sha256((shared("seed") / "NCT03458156.txt").read_bytes()).hexdigest()
    told = (SEED.parent / "SOURCES.md").read_text()

    assert page in told


def test_the_seed_is_the_file_whose_hash_is_told() -> None:
    told = (SEED.parent / "SOURCES.md").read_text()

    assert hashlib.sha256(seed_bytes()).hexdigest() in told
    assert "reconstructed" in told
