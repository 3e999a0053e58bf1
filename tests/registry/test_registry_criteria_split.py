"""The suggested split of an eligibility text: every line is somewhere, nothing is rewritten."""

from hypothesis import given
from hypothesis import strategies as st

from compliance.registry.criteria import CriterionItem, OtherText, suggested_split
from compliance.registry.read import read_record
from tests.registry.registry_files import seed_bytes

LINES = st.lists(
    st.sampled_from(
        [
            "Inclusion Criteria:",
            "Exclusion criteria",
            "",
            "* one",
            "  * nested",
            "1. first; (1) a, (2) b",
            "plain",
            "   indented",
            "Non-inclusion criteria: pregnancy",
            "\t- tab",
            "(a) x (b) y",
        ]
    )
    | st.text(max_size=30)
)


def items(*lines: str) -> list[tuple[str, int, str]]:
    return [(item.section, item.ordinal, item.verbatim) for item in suggested_split("\n".join(lines)).items]


@given(LINES)
def test_the_pieces_joined_are_the_text(lines: list[str]) -> None:
    text = "\n".join(lines)

    assert suggested_split(text).text == text


@given(LINES)
def test_lead_and_parts_joined_are_the_criterion_and_stand_in_the_text(lines: list[str]) -> None:
    text = "\n".join(lines)

    for item in suggested_split(text).items:
        assert item.verbatim in text
        assert item.lead + "".join(part.verbatim for part in item.parts) == item.verbatim


@given(LINES)
def test_ordinals_count_from_one_in_each_section(lines: list[str]) -> None:
    split = suggested_split("\n".join(lines))

    for section in ("inclusion", "exclusion", "unassigned"):
        ordinals = [item.ordinal for item in split.items if item.section == section]
        assert ordinals == list(range(1, len(ordinals) + 1))


def test_the_seed_has_seven_inclusions_and_seven_exclusions() -> None:
    found = suggested_split(read_record(seed_bytes()).eligibility_criteria).items

    assert [item.section for item in found] == ["inclusion"] * 7 + ["exclusion"] * 7
    assert found[12].verbatim == "Having not taken biological agents for 6 months."


def test_numbered_conditions_inside_a_criterion_become_its_parts() -> None:
    compound = suggested_split(read_record(seed_bytes()).eligibility_criteria).items[3]

    assert compound.lead == "Lupus nephritis (LN) group: "
    assert [part.label for part in compound.parts] == ["(1)", "(2)"]
    assert compound.parts[1].verbatim == "(2) renal biopsy: class III, IV or V LN included, and class VI excluded."


def test_lettered_conditions_become_parts_too() -> None:
    (item,) = suggested_split("* either: (a) asthma; (b) eczema").items

    assert [part.verbatim for part in item.parts] == ["(a) asthma; ", "(b) eczema"]


def test_a_stray_number_in_brackets_splits_nothing() -> None:
    (item,) = suggested_split("* as in table (2) of the protocol, or (1) elsewhere").items

    assert item.parts == ()


def test_bullets_below_a_bullet_are_parts_of_it() -> None:
    split = suggested_split("Inclusion Criteria:\n\n1. organ function:\n\n   * liver\n   * kidney\n2. consent")

    assert [(item.ordinal, [part.label for part in item.parts]) for item in split.items] == [(1, ["*", "*"]), (2, [])]


def test_where_nothing_is_bulleted_every_line_is_a_criterion() -> None:
    assert items("Exclusion Criteria:", "", "Pregnancy.", "Asthma.") == [
        ("exclusion", 1, "Pregnancy."),
        ("exclusion", 2, "Asthma."),
    ]


def test_a_closing_remark_is_kept_as_a_note() -> None:
    pieces = suggested_split("Inclusion Criteria:\n\n* adult\n\nNot all criteria are listed.").pieces

    assert pieces[-1] == OtherText(kind="note", source="Not all criteria are listed.")


def test_a_line_that_runs_on_belongs_to_its_criterion() -> None:
    assert items("* willing", "to take part", "* adult") == [
        ("unassigned", 1, "willing\nto take part"),
        ("unassigned", 2, "adult"),
    ]


def test_a_heading_with_text_behind_it_loses_neither() -> None:
    pieces = suggested_split("Exclusion Criteria: pregnancy").pieces

    assert [type(piece) for piece in pieces] == [OtherText, CriterionItem]
    assert items("Exclusion Criteria: pregnancy") == [("exclusion", 1, "pregnancy")]


def test_non_inclusion_excludes() -> None:
    assert items("Non-inclusion criteria:", "* pregnancy") == [("exclusion", 1, "pregnancy")]


def test_a_heading_for_both_assigns_nothing() -> None:
    assert items("Inclusion/Exclusion Criteria:", "* adult") == [("unassigned", 1, "adult")]


def test_a_sentence_that_begins_like_a_heading_is_a_criterion() -> None:
    assert items("Inclusion criteria", "* adult", "Exclusion criteria of the main study are met")[-1] == (
        "inclusion",
        1,
        "adult\nExclusion criteria of the main study are met",
    )


def test_a_species_is_no_bullet() -> None:
    assert items("E. coli infection", "Asthma") == [
        ("unassigned", 1, "E. coli infection"),
        ("unassigned", 2, "Asthma"),
    ]
