"""Doubts about the wording of single criteria: found by words, decided by people."""

import pytest

from compliance.registry.questions import CriterionQuestion, criterion_questions
from compliance.registry.read import read_record
from tests.registry.registry_files import criteria, record, seed_bytes, with_arms


def of_the_seed(kind: str, ordinal: int) -> set[str]:
    asked = criterion_questions(read_record(seed_bytes()))
    return {question.code for question in asked if (question.kind, question.ordinal) == (kind, ordinal)}


def doubts(heading: str, text: str) -> set[str]:
    return {question.code for question in criterion_questions(record(criteria(heading, f"* {text}")))}


def test_the_exclusion_that_reads_inverted_is_asked_with_both_answers() -> None:
    (asked,) = (
        question
        for question in criterion_questions(read_record(seed_bytes()))
        if question.code == "negation_in_exclusion"
    )

    assert isinstance(asked, CriterionQuestion)
    assert (asked.kind, asked.ordinal) == ("exclusion", 6)
    assert asked.verbatim == "Having not taken biological agents for 6 months."
    assert [option.split(":")[0] for option in asked.options] == ["Literally", "Inverted", "Misplaced"]


@pytest.mark.parametrize(
    ("kind", "ordinal", "codes"),
    [
        ("inclusion", 1, set[str]()),
        ("inclusion", 2, {"age_bounds"}),
        ("inclusion", 3, {"no_restriction"}),
        ("inclusion", 5, {"time_window", "scale_version", "undefined_word"}),
        ("inclusion", 6, {"time_window"}),
        ("inclusion", 7, set[str]()),
        ("exclusion", 1, {"paired_threshold", "undefined_word", "time_window"}),
        ("exclusion", 2, {"fold_increase", "undefined_word"}),
        ("exclusion", 3, {"time_window"}),
        ("exclusion", 4, {"compound", "undefined_word", "open_list"}),
        ("exclusion", 5, {"undefined_word"}),
        ("exclusion", 6, {"negation_in_exclusion", "time_window"}),
        ("exclusion", 7, set[str]()),
    ],
)
def test_the_seeds_criteria_raise_these_doubts(kind: str, ordinal: int, codes: set[str]) -> None:
    assert of_the_seed(kind, ordinal) == codes


def test_the_seeds_compound_criterion_raises_them_together() -> None:
    assert of_the_seed("inclusion", 4) == {
        *("scope", "compound", "exclusion_inside_inclusion", "time_window"),
        *("unit_conversion", "scale_version", "undefined_word"),
    }


@pytest.mark.parametrize(
    ("heading", "text", "code"),
    [
        ("Exclusion criteria", "Subjects that are not ASA I", "negation_in_exclusion"),
        ("Exclusion criteria", "Without heart and lung disease", "compound"),
        ("Inclusion criteria", "Asthma and eczema, or hay fever", "compound"),
        ("Inclusion criteria", "platelets > 100/nL, haemoglobin > 9 g/dL", "compound"),
        ("Inclusion criteria", "asthma; eczema", "compound"),
        ("Inclusion criteria", "(1) asthma, (2) eczema", "compound"),
        ("Inclusion criteria", "Haemoglobin above 90 g/L", "time_window"),
        ("Inclusion criteria", "Prior to grouping: steroids", "time_window"),
        ("Inclusion criteria", "Aged 18 to 60", "age_bounds"),
        ("Inclusion criteria", "Aged 21 to 60, inclusive", "age_differs"),
        ("Inclusion criteria", "Bilirubin of twice or 3 times normal", "fold_increase"),
        ("Inclusion criteria", "Ferritin > 300.", "missing_unit"),
        ("Inclusion criteria", "ECOG score of 0 to 2", "scale_version"),
        ("Inclusion criteria", "Fit in the opinion of the investigator", "judgement"),
        ("Inclusion criteria", "Other diseases", "open_list"),
        ("Inclusion criteria", "Only for the control group: steroids", "scope"),
        ("Inclusion criteria", "Meets the exclusion criteria of another trial", "section"),
        ("Who may come", "Asthma", "section"),
    ],
)
def test_a_wording_with_two_readings_is_asked(heading: str, text: str, code: str) -> None:
    assert code in doubts(heading, text)


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("Exclusion criteria", "Pregnancy or lactation"),
        ("Inclusion criteria", "Asthma and eczema"),
        ("Exclusion criteria", "Asthma, whether or not treated"),
        ("Exclusion criteria", "Heart disease, including but not limited to infarction"),
        ("Inclusion criteria", "Haemoglobin > 90 g/L at screening"),
        ("Inclusion criteria", "Steroids for 6 months before screening"),
        ("Inclusion criteria", "Written consent before any procedure"),
        ("Inclusion criteria", "Aged 18 to 60, inclusive"),
        ("Inclusion criteria", "Bilirubin > 3 times the upper limit of normal at screening"),
        ("Inclusion criteria", "SLEDAI-2K version 2002 score of 10"),
        ("Inclusion criteria", "Asthma (mild and moderate, or intermittent)"),
    ],
)
def test_a_wording_with_one_reading_is_not_asked(heading: str, text: str) -> None:
    assert doubts(heading, text) == set()


def test_a_group_without_the_word_group_is_recognised_with_it() -> None:
    found = record(
        with_arms(("Cells", "cells"), ("Saline", "saline")), criteria("Inclusion criteria", "* Cells arm: asthma")
    )

    assert [question.code for question in criterion_questions(found)] == ["scope"]


def test_a_number_too_long_to_be_an_age_is_still_read() -> None:
    assert "age_differs" in doubts("Inclusion criteria", "Aged " + "9" * 5_000)
