"""Minimisation: R's figures, published examples, the ratio at every single draw, and what only a decision allows."""

import json
from collections import Counter
from fractions import Fraction
from itertools import product
from pathlib import Path
from statistics import stdev
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.allocation.facts import Level, ListedArm, ListSealed, Parameter, SlotDrawn
from domain.allocation.slots import contents, factors, next_slot
from domain.errors import InvalidInputError
from domain.randomisation.method import DrawMethod, Earlier, Weighed
from domain.randomisation.methods import method_of
from domain.randomisation.methods.minimisation import Minimisation

VECTORS: Final = Path(__file__).resolve().parents[1] / "vectors"
REFERENCE: dict[str, Any] = json.loads((VECTORS / "minimisation_reference.json").read_bytes())
EXAMPLES: dict[str, Any] = json.loads((VECTORS / "published_worked_examples.json").read_bytes())
MEASURES: Final = {"Range": "range", "SD": "sd", "Var": "variance"}
NIL: Final = UUID(int=0)
DECISION: Final = "12345678-1234-4234-8234-123456789012"
Parameters = dict[str, tuple[str, ...]]


def minimising(ratio: tuple[int, ...], **parameters: tuple[str, ...]) -> DrawMethod:
    standing: Parameters = {"factors": ("site",), "measure": ("range",), "p": ("4/5",)}
    method = method_of("minimisation", tuple(f"arm-{at}" for at in range(len(ratio))), ratio, standing | parameters)
    assert isinstance(method, DrawMethod)
    return method


def favoured(weighed: Weighed) -> list[int]:
    return [arm for arm, chance in enumerate(weighed.chances) if chance == max(weighed.chances)]


# --- figures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("run", REFERENCE["runs"], ids=lambda run: f"{run['ratio']}-{run['weights']}-{run['method']}")
def test_scores_and_ties_are_those_of_r_for_every_reference_participant(run: dict[str, Any]) -> None:
    method = minimising(
        tuple(run["ratio"]),
        allowed_by=(DECISION,),
        factors=("disease", "sex", "site"),
        measure=(MEASURES[run["method"]],),
        weights=tuple(map(str, run["weights"])),
    )

    earlier: list[Earlier] = []
    rows = zip(REFERENCE["subjects"], run["imbalance"], run["ties"], run["chosen"], strict=True)
    for levels, imbalance, ties, chosen in rows:
        weighed = method.weighed(earlier, tuple(levels))
        assert [float(Fraction(score)) for score in weighed.scores] == pytest.approx(imbalance, rel=0, abs=1e-9)
        assert favoured(weighed) == ties
        earlier.append(Earlier(tuple(levels), chosen))
    assert margins(earlier) == run["margins"]


def margins(earlier: list[Earlier]) -> list[dict[str, list[int]]]:
    """How many of each level every arm has, as the reference writes it."""
    counted = Counter((factor, level, one.place) for one in earlier for factor, level in enumerate(one.levels))
    return [
        {level: [counted[factor, level, arm] for arm in range(3)] for level in levels}
        for factor, levels in enumerate(REFERENCE["factors"])
    ]


@pytest.mark.parametrize("name", ["kja_2019_table4", "scott_2002_adapted_PMC3503622_table3"])
def test_published_examples_are_reproduced(name: str) -> None:
    example = EXAMPLES[name]
    new = tuple(example["new"])
    earlier = [
        Earlier(tuple(level if at == factor else "" for at in range(len(new))), arm)
        for factor, levels in enumerate(example["state_before"])
        for level, counts in levels.items()
        for arm, count in enumerate(counts)
        for _ in range(count)
    ]
    method = minimising((1, 1), factors=tuple(f"factor-{at}" for at in range(len(new))))

    weighed = method.weighed(earlier, new)

    assert [int(score) for score in weighed.scores] == example["imbalance"]
    assert example["arms"][favoured(weighed)[0]] == example["choose"]


def test_the_first_participant_goes_anywhere_with_equal_chances() -> None:
    assert minimising((1, 1, 1)).weighed([], ("01",)).chances == (1, 1, 1)
    assert minimising((2, 1), form=("fake_arms",)).weighed([], ("01",)).chances == (1, 1, 1)


def test_arms_of_the_lowest_score_share_p_and_the_others_share_the_rest() -> None:
    method = minimising((1, 1, 1))

    alone = method.weighed([Earlier(("01",), 0), Earlier(("01",), 1)], ("01",))
    tied = method.weighed([Earlier(("01",), 0)], ("01",))

    assert alone.chances == (1, 1, 8)
    assert tied.chances == (1, 2, 2)


def test_arms_of_the_lowest_score_never_have_less_than_equal_chances() -> None:
    tied = minimising((1, 1, 1), p=("2/5",)).weighed([Earlier(("01",), 0)], ("01",))

    assert tied.chances == (1, 1, 1)


def test_only_participants_of_the_same_level_count() -> None:
    method = minimising((1, 1), factors=("site", "sex"))
    elsewhere = [Earlier(("02", "M"), 0)] * 5

    assert method.weighed(elsewhere, ("01", "F")).chances == (1, 1)
    assert favoured(method.weighed(elsewhere, ("01", "M"))) == [1]


def test_a_standard_deviation_is_recorded_to_forty_places_and_what_agrees_in_them_is_a_tie() -> None:
    method = minimising((1, 1), factors=("a", "b", "c"), measure=("sd",), weights=("1/3", "1/3", "1/3"))
    ahead_in_one_each = [*[Earlier(("x", "", ""), 0)] * 3, *[Earlier(("", "x", ""), 1)] * 3]

    weighed = method.weighed(ahead_in_one_each, ("x", "x", "x"))

    expected = sum(stdev(row) / 3 for row in ([4, 0], [1, 3], [1, 0]))
    assert float(weighed.scores[0]) == pytest.approx(expected)
    assert weighed.scores[0] == weighed.scores[1]
    assert weighed.chances == (1, 1)
    assert [len(score.partition(".")[2]) for score in weighed.scores] == [40, 40]


# --- the ratio at every draw ------------------------------------------------------------------------------------------


def arm_chances(method: DrawMethod, weighed: Weighed, arms: int) -> list[Fraction]:
    shares = [Fraction()] * arms
    for place, chance in enumerate(weighed.chances):
        shares[method.arm_of(place)] += Fraction(chance, sum(weighed.chances))
    return shares


def shares_at_every_draw(method: DrawMethod, arms: int, levels: tuple[tuple[str, ...], ...]) -> list[list[Fraction]]:
    """The exact probability of each arm at each draw, over everything that may have been drawn before."""
    known: dict[tuple[Earlier, ...], Fraction] = {(): Fraction(1)}
    found: list[list[Fraction]] = []
    for own in levels:
        total, following = [Fraction()] * arms, dict[tuple[Earlier, ...], Fraction]()
        for earlier, p in known.items():
            weighed = method.weighed(earlier, own)
            total = [a + p * b for a, b in zip(total, arm_chances(method, weighed, arms), strict=True)]
            for place, chance in enumerate(weighed.chances):
                if chance:
                    share = p * Fraction(chance, sum(weighed.chances))
                    following[(*earlier, Earlier(own, place))] = share
        known = following
        found.append(total)
    return found


PATHS: Final = tuple(product("ab", repeat=2))


@pytest.mark.parametrize(("ratio", "draws"), [((2, 1), 5), ((1, 2), 5), ((3, 1), 4), ((2, 2, 1), 4), ((4, 2), 5)])
@pytest.mark.parametrize("measure", sorted(MEASURES.values()))
def test_fake_arms_keep_the_ratio_at_every_single_draw_exactly(
    ratio: tuple[int, ...], draws: int, measure: str
) -> None:
    method = minimising(ratio, factors=("x", "y"), form=("fake_arms",), measure=(measure,), p=("9/10",))
    levels = (PATHS * 2)[:draws]

    found = shares_at_every_draw(method, len(ratio), levels)

    assert found == [[Fraction(share, sum(ratio)) for share in ratio]] * draws


def test_plain_minimisation_loses_an_unequal_ratio_from_draw_to_draw() -> None:
    method = minimising((2, 1), allowed_by=(DECISION,))

    found = shares_at_every_draw(method, 2, ((("01",),) * 4))

    assert len({tuple(shares) for shares in found}) > 1
    assert [Fraction(2, 3), Fraction(1, 3)] not in found[1:]


def test_fake_arms_stand_for_their_arms_in_the_declared_order() -> None:
    fake, plain = minimising((4, 2, 2), form=("fake_arms",)), minimising((1, 1, 1))

    assert [fake.arm_of(place) for place in range(4)] == [0, 0, 1, 2]
    assert [plain.arm_of(place) for place in range(3)] == [0, 1, 2]


# --- drawing, recording, drawing again --------------------------------------------------------------------------------


def sealed(names: tuple[str, ...], ratio: tuple[int, ...], seed: bytes, **parameters: tuple[str, ...]) -> ListSealed:
    hidden = {"factors": ("site", "sex"), "measure": ("range",), "p": ("4/5",)} | parameters
    return ListSealed(
        arms=tuple(ListedArm(arm=arm, label=f"label of {arm}") for arm in names),
        first_leaf=1,
        length=40,
        list_id="q7",
        method="minimisation",
        origin=None,
        parameters=tuple(Parameter(name=name, values=values) for name, values in hidden.items()),
        ratio=ratio,
        root="0" * 64,
        seed=seed,
        seed_commitment="0" * 64,
        site=None,
        slots=None,
        stratum="SLE",
        version=1,
    )


def levels_of(number: int) -> tuple[Level, ...]:
    return (Level(factor="site", level=f"0{number % 3}"), Level(factor="sex", level="FM"[number % 2]))


def allocated(record: ListSealed, count: int) -> list[SlotDrawn]:
    """The slots of `count` participants, one after the other, as they are recorded."""
    words, drawn = contents(record, "T1"), list[SlotDrawn]()
    for number in range(count):
        slot = next_slot(record, words, "T1", drawn, levels_of(number))
        assert slot is not None
        drawn.append(
            SlotDrawn(
                allocation=NIL,
                arm=slot.arm,
                index=number + 1,
                inputs=slot.inputs,
                participant=f"{number:03d}",
                randomisation_number="R",
            )
        )
    return drawn


seeds = st.binary(min_size=32, max_size=32)
FORMS: Final[tuple[tuple[tuple[int, ...], Parameters], ...]] = (
    ((1, 1), {}),
    ((2, 1), {"form": ("fake_arms",)}),
    ((1, 1, 1), {"measure": ("sd",)}),
)
forms = st.sampled_from(FORMS)


@given(seed=seeds, form=forms)
def test_i4_every_recorded_draw_follows_from_its_inputs_and_those_before(
    seed: bytes, form: tuple[tuple[int, ...], Parameters]
) -> None:
    ratio, parameters = form
    names = ("a", "b", "c")[: len(ratio)]
    record = sealed(names, ratio, seed, **parameters)
    words = contents(record, "T1")

    for index, slot in enumerate(drawn := allocated(record, 12)):
        inputs = slot.inputs
        assert inputs is not None
        again = next_slot(record, words, "T1", drawn[:index], inputs.levels)
        assert again is not None
        assert (again.arm, again.inputs) == (slot.arm, inputs)
        assert inputs.word == words[index]
        number = int(inputs.word, 16) % sum(inputs.chances)
        assert sum(inputs.chances[: inputs.place]) <= number < sum(inputs.chances[: inputs.place + 1])
        assert slot.arm in names


@given(seed=seeds, form=forms)
def test_i23_other_names_for_the_arms_change_no_minimised_draw(
    seed: bytes, form: tuple[tuple[int, ...], Parameters]
) -> None:
    ratio, parameters = form
    renamed: dict[str, str] = dict(zip(("a", "b", "c")[: len(ratio)], ("zeta", "0", "Alpha"), strict=False))

    found = allocated(sealed(tuple(renamed), ratio, seed, **parameters), 12)
    again = allocated(sealed(tuple(renamed.values()), ratio, seed, **parameters), 12)

    assert [slot.arm for slot in again] == [renamed[slot.arm] for slot in found]
    assert [slot.inputs for slot in again] == [slot.inputs for slot in found]


def test_a_minimised_list_ends_at_its_length_and_names_the_facts_that_it_needs() -> None:
    record = sealed(("a", "b"), (1, 1), bytes(32))
    drawn = allocated(record, 40)

    assert next_slot(record, contents(record, "T1"), "T1", drawn, levels_of(1)) is None
    assert factors(record) == ("site", "sex")
    assert abs(Counter(slot.arm for slot in drawn)["a"] - 20) <= 3
    assert len(set(contents(record, "T1"))) == 40


def test_what_a_draw_was_made_from_does_not_show_itself() -> None:
    (drawn,) = allocated(sealed(("a", "b"), (1, 1), bytes(32)), 1)

    assert f"{drawn.inputs!r} {drawn!r}" == "DrawInputs(concealed) SlotDrawn(concealed)"


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratio", "changes", "field", "reason"),
    [
        ((2, 1), {}, "ratio", "does not keep an unequal ratio"),
        ((1, 1), {"p": ("1",)}, "p", "can be foretold"),
        ((2, 1), {"p": ("1",), "form": ("fake_arms",)}, "p", "can be foretold"),
        ((1, 1), {"p": ("8/7",), "allowed_by": (DECISION,)}, "p", "its equal share and one"),
        ((1, 1), {"p": ("1/2",)}, "p", "its equal share and one"),
        ((2, 1), {"p": ("1/3",), "form": ("fake_arms",)}, "p", "its equal share and one"),
        ((1, 1), {"p": ()}, "p", "fractions"),
        ((1, 1), {"measure": ("entropy",)}, "measure", "range, sd, variance"),
        ((1, 1), {"measure": ("range", "sd")}, "measure", "range, sd, variance"),
        ((1, 1), {"factors": ()}, "factors", "each once"),
        ((1, 1), {"factors": ("site", "site")}, "factors", "each once"),
        ((1, 1), {"weights": ("1", "7")}, "weights", "one weight for each factor"),
        ((1, 1), {"weights": ("0",)}, "weights", "above nothing"),
        ((1, 1), {"form": ("naive",)}, "form", "fake_arms"),
        ((2, 1), {"allowed_by": ("D4",)}, "allowed_by", "id of a decision's event"),
        ((1, 1), {"seed": ("7",)}, "parameters", "no parameter of that name"),
    ],
)
def test_i25_minimisation_that_can_be_foretold_or_loses_the_ratio_is_refused_without_a_figure(
    ratio: tuple[int, ...], changes: Parameters, field: str, reason: str
) -> None:
    with pytest.raises(InvalidInputError, match=reason) as refused:
        minimising(ratio, **changes)

    assert (refused.value.code, refused.value.field) == (f"randomisation_{field}", field)
    assert "7" not in str(refused.value)


def test_the_least_probability_is_an_equal_share_of_all_fake_arms() -> None:
    assert minimising((2, 1), form=("fake_arms",), p=("2/5",))
    with pytest.raises(InvalidInputError, match="its equal share"):
        minimising((1, 1), p=("2/5",))


def test_i25_a_decision_that_is_named_allows_what_is_refused_else() -> None:
    certain = minimising((1, 1), p=("1",), allowed_by=(DECISION,))
    plain = minimising((2, 1), allowed_by=(DECISION,))

    assert certain.weighed([Earlier(("01",), 0)], ("01",)).chances == (0, 1)
    assert plain.weighed([], ("01",)).scores == ("1/2", "1")


def test_a_method_that_draws_answers_for_itself_in_full() -> None:
    bare = DrawMethod((1, 1))

    for unanswered in (lambda: bare.arm_of(0), lambda: bare.weighed([], ())):
        with pytest.raises(NotImplementedError):
            unanswered()
    assert not Minimisation.LISTED
