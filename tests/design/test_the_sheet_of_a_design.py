"""What the statistician reads: the share beside its baseline, the chance of missing, and what is not known."""

from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from compliance.design.as_data import data_of
from compliance.design.evaluation import Evaluation, evaluated
from compliance.design.numerals import chance, decimal, exact, root
from compliance.design.pictures import certainty_picture, imbalance_picture
from compliance.design.proposal import Choice, Proposal, listing
from compliance.design.sheet import Sheet, sheet
from compliance.design.unknown import LIMITS, NO_POWER, NO_SHAM, NO_TEST, SHAM_UNKNOWN, not_known
from compliance.design.walk import MOST_WAYS, walk
from domain.errors import InvalidInputError
from tests.design import given_designs

HIDDEN = Choice(method="permuted_blocks", parameters={"sizes": ("3", "6")})
SMALLEST = Choice(method="permuted_blocks", parameters={"sizes": ("3",)})
SIMPLE = Choice(method="simple")
STRATA: tuple[dict[str, Any], ...] = ({"code": "SLE", "cap": 15}, {"code": "LN", "cap": 15})


def seed_trial(*methods: Choice, **more: Any) -> Proposal:
    """The seed trial as the demonstration reads it: 2:1 in two strata of 15, no sham."""
    given = {"ratio": (2, 1), "strata": STRATA, "methods": methods or (HIDDEN,), "sham": False}
    return Proposal.model_validate({**given, **more})


def said(found: Sheet) -> list[str]:
    return [item.sentence for item in found.attention]


def test_a_design_that_cannot_keep_planned_totals_says_so_with_the_chance() -> None:
    found = sheet(evaluated(seed_trial()))

    assert found.attention[0].severity == "serious"
    assert said(found)[0] == (
        "permuted_blocks: sizes 3, 6 cannot keep the planned totals. SLE, LN: 10:5 at 15 slots is missed with chance "
        "0.1375. At least one stratum misses: 0.2561."
    )
    assert {figure.label: figure.value for figure in found.figures} == {
        "Baseline": "0.6667",
        "Best guess": "0.7510",
        "Deterministic share": "0.0910",
        "Expected imbalance": "0.2063",
        "Planned totals missed": "0.2561",
    }


def test_a_design_that_keeps_planned_totals_raises_no_alarm() -> None:
    found = sheet(evaluated(seed_trial(SMALLEST)))

    assert {item.severity for item in found.attention} == {"to note"}
    assert found.answer == (
        "permuted_blocks: sizes 3: the best guesser names the next arm rightly 0.7778 of the time, beside the baseline "
        "0.6667; the design keeps the planned totals for certain."
    )


def test_a_cap_that_the_ratio_does_not_divide_is_named() -> None:
    strata = ({"code": "A", "cap": 15}, {"code": "B", "cap": 14})

    found = sheet(evaluated(seed_trial(SMALLEST, strata=strata)))

    assert said(found)[0].startswith(
        "permuted_blocks: sizes 3 cannot keep the planned totals. B: 14 slots cannot be divided 2:1."
    )
    assert [row.cells[-2:] for row in found.tables[0].rows] == [("10:5", "0.0000"), ("none", "1.0000")]


def test_designs_stand_side_by_side_with_the_one_that_is_guessed_least() -> None:
    found = sheet(evaluated(seed_trial(HIDDEN, SMALLEST, SIMPLE)))

    assert found.title == "3 designs at 2:1 side by side, before one is committed"
    assert found.answer == (
        "1 of 3 designs keep the planned totals for certain; the next arm is guessed least under simple, 0.6667 beside "
        "the baseline 0.6667."
    )
    assert found.figures[1].value == "0.6667 to 0.7778"


def test_the_sheet_says_for_whom_it_is_and_what_it_does_not_know() -> None:
    found = sheet(evaluated(seed_trial()))

    assert found.for_whom.startswith("For the unblinded statistician only")
    assert said(found)[-3:] == [
        "power: not derivable from the record",
        "operator and participant cannot be masked without a sham: masked roles assessor, statistician",
        LIMITS,
    ]


@pytest.mark.parametrize(
    ("more", "sentences"),
    [
        ({"sham": None}, (NO_POWER, SHAM_UNKNOWN)),
        ({"sham": False, "endpoint": "proteinuria"}, (NO_POWER, NO_SHAM)),
        ({"sham": True, "endpoint": "proteinuria", "effect": "30 %"}, (NO_TEST,)),
    ],
    ids=["nothing said", "no effect", "all said"],
)
def test_power_and_masking_are_not_guessed(more: dict[str, Any], sentences: tuple[str, ...]) -> None:
    assert not_known(seed_trial(**more)) == (*sentences, LIMITS)


def test_known_shares_tell_how_likely_nobody_is_turned_away() -> None:
    strata = ({"code": "SLE", "cap": 15, "share": "1/2"}, {"code": "LN", "cap": 15, "share": "0.5"})

    found = sheet(evaluated(seed_trial(SMALLEST, strata=strata)))

    assert said(found)[0].startswith("With these shares of the strata, the first 30 who come fill every stratum")
    assert "0.1445" in said(found)[0]


def test_strata_of_different_caps_are_weighed_by_their_slots() -> None:
    strata = ({"code": "A", "cap": 3}, {"code": "B", "cap": 6}, {"code": "C", "cap": 3})

    (design,) = evaluated(
        seed_trial(Choice(method="permuted_blocks", parameters={"sizes": ("6",)}), strata=strata)
    ).designs

    assert [own.strata for own in design.lists] == [("A", "C"), ("B",)]
    small, large = design.lists
    assert design.best_guess == (small.best_guess + large.best_guess) / 2
    assert design.any_misses == 1 - (1 - small.missing) ** 2


def without_inference(found: Evaluation) -> Evaluation:
    """As where there are too many beliefs to hold."""
    (design,) = found.designs
    lists = tuple(own._replace(inferred=None) for own in design.lists)
    return found._replace(designs=(design._replace(lists=lists),))


def test_where_inference_is_too_much_the_guesser_who_sees_stands_in_and_it_is_said() -> None:
    found = without_inference(evaluated(seed_trial()))

    picture, table = certainty_picture(found)
    data: Any = data_of(found)

    assert found.designs[0].certain == found.designs[0].lists[0].guesses.certain_by_sight
    assert "not computed" in picture.svg
    assert table.rows[0].cells[-1] is None
    assert data["designs"][0]["best_guesser"] == "sees what is hidden"
    assert data["designs"][0]["lists"][0]["correct_inferred"] is None


def test_rare_large_imbalances_share_one_bar() -> None:
    picture, table = imbalance_picture(evaluated(seed_trial(SIMPLE)))

    assert picture.svg.count("or more</text>") == 1
    assert len(table.rows) == 11


def test_every_picture_has_words_and_a_table_with_its_numbers() -> None:
    found = sheet(evaluated(seed_trial(HIDDEN, SIMPLE)))

    tables = {table.id for table in found.tables}
    assert [picture.table in tables for picture in found.pictures] == [True, True, True]
    assert all("<desc" in picture.svg and "href" not in picture.svg for picture in found.pictures)
    assert "baseline 0.6667" in found.pictures[0].svg


def test_the_data_hold_exact_numbers_beside_decimals() -> None:
    data: Any = data_of(evaluated(seed_trial()))

    own = data["designs"][0]["lists"][0]
    assert own["planned_totals_missed"] == {"decimal": "0.137500000000", "exact": "11/80"}
    assert own["totals"]["10:5"]["exact"] == "69/80"
    assert own["arms"][0]["chances"]["10"]["exact"] == "69/80"
    assert data["strata_fill"] is None
    assert data["proposal"]["methods"] == [{"method": "permuted_blocks", "parameters": {"sizes": ["3", "6"]}}]


def test_the_data_name_no_planned_totals_where_there_are_none_and_the_chance_that_strata_fill() -> None:
    data: Any = data_of(evaluated(seed_trial(SMALLEST, strata=({"code": "A", "cap": 14, "share": "1"},))))

    assert data["designs"][0]["lists"][0]["planned_totals"] is None
    assert data["strata_fill"]["exact"] == "1"


def test_a_method_that_draws_without_a_list_has_no_figures() -> None:
    parameters: dict[str, tuple[str, ...]] = {"factors": ("sex",), "measure": ("range",), "p": ("4/5",)}

    with pytest.raises(InvalidInputError) as refused:
        listing(Choice(method="minimisation", parameters=parameters), (1, 1))

    assert refused.value.code == "method_without_list"


def test_a_list_that_can_go_in_too_many_ways_is_refused_at_once() -> None:
    method = given_designs.listing("simple", (1, 1))

    with pytest.raises(InvalidInputError) as refused:
        list(walk(method, MOST_WAYS.bit_length(), "", lambda kept, arm: f"{kept}{arm}"))

    assert refused.value.code == "design_too_large"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"strata": (STRATA[0], STRATA[0])}, "a stratum is named twice"),
        ({"methods": (HIDDEN, HIDDEN)}, "a method is named twice"),
        ({"strata": ({**STRATA[0], "share": "1/3"}, {**STRATA[1], "share": "1/3"})}, "add up to one"),
        ({"strata": ({**STRATA[0], "share": "half"},)}, "should match pattern"),
    ],
    ids=["stratum", "method", "shares", "share"],
)
def test_a_proposal_that_contradicts_itself_is_refused(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        seed_trial(**more)


def test_an_unknown_share_leaves_all_shares_unknown() -> None:
    strata = ({"code": "A", "cap": 3, "share": "1"}, {"code": "B", "cap": 3})

    assert seed_trial(strata=strata).shares is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(), "0.0000"),
        (Fraction(1), "1.0000"),
        (Fraction(1, 3), "0.3333"),
        (Fraction(1, 20_000), "0.0001"),
        (Fraction(1, 10**6), "under 0.0001"),
        (1 - Fraction(1, 10**6), "over 0.9999"),
    ],
    ids=str,
)
def test_a_chance_is_never_rounded_to_certainty(value: Fraction, text: str) -> None:
    assert chance(value) == text


def test_numbers_are_rounded_by_whole_number_arithmetic() -> None:
    assert decimal(Fraction(25, 2), 1) == "12.5"
    assert decimal(Fraction(5, 10**5)) == "0.0001"
    assert root(Fraction(2), 12) == "1.414213562373"
    assert exact(Fraction(1, 3)) == "1/3"
    assert exact(Fraction(1, 3**90)) is None
