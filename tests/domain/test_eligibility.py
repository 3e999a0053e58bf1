"""Eligibility: three-valued rules over typed facts, readings per site and day, and a decision without waivers."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import streams
from domain.command import COMMANDS, Reason
from domain.commands import __all__ as all_commands
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
    Result,
    Rule,
    Stated,
    Unresolved,
    asks_judgement,
    evaluate,
    facts_named,
    in_unit,
)
from domain.participant.eligibility import DecideEligibility, overtaken, results
from domain.participant.enrolment import Enrol
from domain.participant.facts import CriterionResult, EligibilityDecided
from domain.participant.screening import EndScreening, JudgeCriterion, RecordFact
from domain.protocol.commands import ApproveInterpretation, CodeRule, ProposeInterpretation
from domain.protocol.protocol import Protocol
from domain.site.commands import DelegateTasks
from domain.values import Number, PartialDate, Quantity, Unit
from tests.domain.harness import (
    MEDICAL_MONITOR,
    SECOND_SPONSOR,
    SPONSOR,
    SUB_INVESTIGATOR,
    World,
    deviations,
    one,
)
from tests.domain.story import (
    DAY,
    SITE,
    assessed,
    consented,
    criterion,
    eligible,
    measured,
    open_trial,
    quantity,
    screened,
)

# --- rules -----------------------------------------------------------------------------------------------------

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
def test_more_knowledge_never_turns_yes_into_no(
    rule: Rule, facts: dict[str, Stated], name: str, holds: bool
) -> None:
    before = evaluate(rule, {known: value for known, value in facts.items() if known != name})

    after = evaluate(rule, {**facts, name: Stated(holds=holds)})

    assert before in ("unknown", after)


@given(rules)
def test_a_rule_about_nothing_known_names_the_facts_it_misses(rule: Rule) -> None:
    assert facts_named(rule) <= set(NAMES)
    if evaluate(rule, {}) == "unknown" and not facts_named(rule):
        assert asks_judgement(rule) or "Unresolved" in repr(rule)


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


def compare(relation: str, value: Quantity, threshold: Quantity) -> Result:
    rule = {relation: Compare(fact="x", relation=word, threshold=threshold) for word in ("<", "<=", ">", ">=", "=")}
    made = Compare(fact="x", relation=rule[relation].relation, threshold=threshold)
    return evaluate(made, {"x": Measured(quantity=value)})


RELATIONS = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "=": lambda one, other: one == other,
}
