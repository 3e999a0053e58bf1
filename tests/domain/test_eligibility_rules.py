"""Coded rules: three-valued logic over typed facts with units, exact at every threshold."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.eligibility.rule import (
    FACTORS,
    AllOf,
    AnyOf,
    Chosen,
    Compare,
    Dated,
    FactValue,
    Holds,
    IsOneOf,
    Judged,
    Measured,
    Not,
    Relation,
    Result,
    Rule,
    Stated,
    Unresolved,
    asks_judgement,
    evaluate,
    facts_named,
    in_unit,
)
from domain.values import Number, PartialDate, Quantity, Unit
from tests.domain.story import measured, quantity

NAMES = ("a", "b", "c")
LEVEL: Mapping[Result, int] = {"no": 0, "unknown": 1, "yes": 2}
WORD: Mapping[int, Result] = {0: "no", 1: "unknown", 2: "yes"}

rules: st.SearchStrategy[Rule] = st.recursive(
    st.one_of(
        st.sampled_from(NAMES).map(lambda name: Holds(fact=name)),
        st.just(Judged()),
        st.just(Unresolved()),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: AllOf(parts=tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: AnyOf(parts=tuple(parts))),
        inner.map(lambda part: Not(part=part)),
    ),
    max_leaves=12,
)
known_facts = st.dictionaries(st.sampled_from(NAMES), st.booleans()).map(
    lambda facts: {name: Stated(holds=holds) for name, holds in facts.items()}
)
judgements: st.SearchStrategy[Result] = st.sampled_from(("yes", "no", "unknown"))


def kleene(rule: Rule, facts: Mapping[str, Stated], judgement: Result) -> int:
    """The oracle: no is 0, UNKNOWN 1, yes 2; and is the least, or the greatest, not the mirror."""
    match rule:
        case Holds(fact=name):
            return 1 if name not in facts else 2 * facts[name].holds
        case Judged():
            return LEVEL[judgement]
        case AllOf(parts=parts):
            return min((kleene(part, facts, judgement) for part in parts), default=2)
        case AnyOf(parts=parts):
            return max((kleene(part, facts, judgement) for part in parts), default=0)
        case Not(part=part):
            return 2 - kleene(part, facts, judgement)
        case _:
            return 1


@given(rules, known_facts, judgements)
def test_a_rule_gives_what_three_valued_logic_gives(rule: Rule, facts: dict[str, Stated], judgement: Result) -> None:
    assert evaluate(rule, facts, judgement=judgement) == WORD[kleene(rule, facts, judgement)]


@given(rules, known_facts, st.sampled_from(NAMES), st.booleans())
def test_more_knowledge_never_turns_yes_into_no(rule: Rule, facts: dict[str, Stated], name: str, holds: bool) -> None:
    before = evaluate(rule, {known: value for known, value in facts.items() if known != name})

    after = evaluate(rule, {**facts, name: Stated(holds=holds)})

    assert before in ("unknown", after)


@given(rules, known_facts)
def test_a_rule_depends_on_the_facts_it_names_alone(rule: Rule, facts: dict[str, Stated]) -> None:
    named = {name: value for name, value in facts.items() if name in facts_named(rule)}

    assert evaluate(rule, named) == evaluate(rule, facts)


@given(rules, known_facts, judgements)
def test_a_rule_depends_on_judgement_only_if_it_asks_for_it(
    rule: Rule, facts: dict[str, Stated], judgement: Result
) -> None:
    if not asks_judgement(rule):
        assert evaluate(rule, facts, judgement=judgement) == evaluate(rule, facts)


@pytest.mark.parametrize(
    ("rule", "asks"),
    [
        (Judged(), True),
        (AllOf(parts=(Holds(fact="a"), Judged())), True),
        (AnyOf(parts=(Holds(fact="a"), Unresolved())), False),
        (Not(part=Judged()), True),
        (IsOneOf(fact="a", codes=()), False),
    ],
)
def test_a_rule_says_whether_it_asks_for_judgement(rule: Rule, asks: bool) -> None:
    assert asks_judgement(rule) is asks


RELATIONS: tuple[Relation, ...] = ("<", "<=", ">", ">=", "=")
numbers = st.decimals(-1000, 1000, places=3).map(lambda value: Number(format(value.normalize() + 0, "f")))


def stands(value: Decimal, relation: Relation, threshold: Decimal) -> bool:
    """The oracle: the sign of the difference."""
    sign = value.compare(threshold)
    return {"<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0, "=": sign == 0}[relation]


@given(st.sampled_from(RELATIONS), numbers, numbers)
def test_a_comparison_is_exact_in_one_unit(relation: Relation, value: Number, threshold: Number) -> None:
    rule = Compare(fact="x", relation=relation, threshold=Quantity(value=threshold, unit="g"))

    found = evaluate(rule, {"x": Measured(quantity=Quantity(value=value, unit="g"))})

    assert found == ("yes" if stands(value.decimal, relation, threshold.decimal) else "no")


@pytest.mark.parametrize(
    ("value", "threshold"),
    [
        (measured("216", "mo"), quantity("18", "a")),
        (measured("132.6", "umol/L"), quantity("1.5", "mg/dL")),
        (measured("1.5", "mg/dL"), quantity("132.6", "umol/L")),
        (measured("1000", "mg/(24.h)"), quantity("1.0", "g/(24.h)")),
        (measured("0.5", "g/(24.h)"), quantity("500", "mg/(24.h)")),
        (measured("70", "kg"), quantity("70000", "g")),
    ],
)
def test_a_threshold_is_met_exactly_in_another_unit(value: Measured, threshold: Quantity) -> None:
    found = {
        relation: evaluate(Compare(fact="x", relation=relation, threshold=threshold), {"x": value})
        for relation in RELATIONS
    }

    assert found == {"<": "no", "<=": "yes", ">": "no", ">=": "yes", "=": "yes"}


@given(st.sampled_from(sorted(FACTORS)), numbers)
def test_every_conversion_has_its_way_back(units: tuple[Unit, Unit], value: Number) -> None:
    one_unit, other = units

    there = in_unit(Quantity(value=value, unit=one_unit), other)

    assert there is not None
    assert there * FACTORS[other, one_unit] == Fraction(value.decimal)


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (Compare(fact="x", relation="<", threshold=quantity("2", "[ULN]")), measured("40", "U/L")),
        (Compare(fact="x", relation="<", threshold=quantity("2", "g")), measured("40", "mg/dL")),
        (Compare(fact="x", relation="<", threshold=quantity("2", "g")), Stated(holds=True)),
        (IsOneOf(fact="x", codes=("III", "IV")), measured("3", "1")),
        (Holds(fact="x"), Dated(date=PartialDate("2027"))),
        (Holds(fact="y"), Stated(holds=True)),
    ],
)
def test_what_cannot_be_compared_is_unknown_and_never_guessed(rule: Rule, value: FactValue) -> None:
    assert evaluate(rule, {"x": value}) == "unknown"


def test_a_code_is_one_of_a_list_or_not() -> None:
    rule = IsOneOf(fact="class", codes=("III", "IV", "V"))

    assert evaluate(rule, {"class": Chosen(code="IV")}) == "yes"
    assert evaluate(rule, {"class": Chosen(code="VI")}) == "no"
