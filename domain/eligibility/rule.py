"""Coded rules over typed facts, three-valued (Kleene): YES, NO, or UNKNOWN for what is not known.

A rule never decides alone: it prepares the investigator's decision, and UNKNOWN blocks as NO does.
"""

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Literal, TypeAlias, assert_never

from domain.values import Code, PartialDate, Quantity, Value

Result = Literal["yes", "no", "unknown"]


class Measured(Value, tag="measured"):
    """A measured quantity, in the unit it was measured in."""

    quantity: Quantity


class Chosen(Value, tag="chosen"):
    """One code of a list."""

    code: Code


class Stated(Value, tag="stated"):
    """Yes or no."""

    holds: bool


class Dated(Value, tag="dated"):
    """A date, as exact as it is known."""

    date: PartialDate


FactValue: TypeAlias = Measured | Chosen | Stated | Dated


Relation = Literal["<", "<=", ">", ">=", "="]
RELATIONS: Mapping[Relation, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}


class Compare(Value, tag="compare"):
    """The measured fact stands so to the threshold."""

    fact: Code
    relation: Relation
    threshold: Quantity


class IsOneOf(Value, tag="is_one_of"):
    """The chosen code is one of these."""

    codes: tuple[Code, ...]
    fact: Code


class Holds(Value, tag="holds"):
    """The stated fact is yes."""

    fact: Code


class Judged(Value, tag="judged"):
    """A matter of clinical judgement: the investigator's recorded judgement on this criterion decides."""


class Unresolved(Value, tag="unresolved"):
    """The wording has no approved reading yet: UNKNOWN for everyone until an interpretation is approved."""


class AllOf(Value, tag="all_of"):
    """Every part is met."""

    parts: tuple["Rule", ...]


class AnyOf(Value, tag="any_of"):
    """At least one part is met."""

    parts: tuple["Rule", ...]


class Not(Value, tag="not"):
    """The part is not met."""

    part: "Rule"


Rule: TypeAlias = Compare | IsOneOf | Holds | Judged | Unresolved | AllOf | AnyOf | Not

FACTORS: Mapping[tuple[str, str], Fraction] = {
    ("umol/L", "mg/dL"): Fraction(10, 884),
    ("mg/dL", "umol/L"): Fraction(884, 10),
    ("mg", "g"): Fraction(1, 1000),
    ("g", "mg"): Fraction(1000),
    ("kg", "g"): Fraction(1000),
    ("g", "kg"): Fraction(1, 1000),
    ("mg/(24.h)", "g/(24.h)"): Fraction(1, 1000),
    ("g/(24.h)", "mg/(24.h)"): Fraction(1000),
    ("mo", "a"): Fraction(1, 12),
    ("a", "mo"): Fraction(12),
}
"""Conversions that need no knowledge of the substance, and creatinine's (113.12 g/mol: 1 mg/dL = 88.4 umol/L),
the one substance whose criteria are written in both units. Exact: 216 months are 18 years, not a little less."""


def in_unit(quantity: Quantity, unit: str) -> Fraction | None:
    """The quantity in that unit, or None where no conversion is stated."""
    value = Fraction(quantity.value.decimal)
    if quantity.unit == unit:
        return value
    factor = FACTORS.get((quantity.unit, unit))
    return None if factor is None else value * factor


def evaluate(rule: Rule, facts: Mapping[str, FactValue], *, judgement: Result = "unknown") -> Result:
    """Apply a rule to what is known of a participant; `judgement` is the investigator's, where one is asked."""
    match rule:
        case Compare():
            return _compare(rule, facts.get(rule.fact))
        case IsOneOf(codes=codes, fact=fact):
            known = facts.get(fact)
            return _answer(known.code in codes) if isinstance(known, Chosen) else "unknown"
        case Holds(fact=fact):
            known = facts.get(fact)
            return _answer(known.holds) if isinstance(known, Stated) else "unknown"
        case Judged():
            return judgement
        case Unresolved():
            return "unknown"
        case Not(part=part):
            return negated(evaluate(part, facts, judgement=judgement))
        case AllOf(parts=parts):
            return _all([evaluate(part, facts, judgement=judgement) for part in parts])
        case AnyOf(parts=parts):
            return negated(_all([negated(evaluate(part, facts, judgement=judgement)) for part in parts]))
        case _:
            assert_never(rule)


def facts_named(rule: Rule) -> frozenset[str]:
    """The facts that a rule asks for."""
    match rule:
        case Compare(fact=fact) | IsOneOf(fact=fact) | Holds(fact=fact):
            return frozenset({fact})
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return frozenset[str]().union(*(facts_named(part) for part in parts))
        case Not(part=part):
            return facts_named(part)
        case _:
            return frozenset()


def _compare(rule: Compare, known: FactValue | None) -> Result:
    if not isinstance(known, Measured):
        return "unknown"
    value = in_unit(known.quantity, rule.threshold.unit)
    if value is None:
        return "unknown"
    threshold = Fraction(rule.threshold.value.decimal)
    return _answer(RELATIONS[rule.relation](value, threshold))


def _answer(met: bool) -> Result:
    return "yes" if met else "no"


def negated(result: Result) -> Result:
    """The opposite; of UNKNOWN it is UNKNOWN."""
    opposite: Mapping[Result, Result] = {"yes": "no", "no": "yes", "unknown": "unknown"}
    return opposite[result]


def _all(results: list[Result]) -> Result:
    if "no" in results:
        return "no"
    return "unknown" if "unknown" in results else "yes"


def asks_judgement(rule: Rule) -> bool:
    """Whether the investigator's judgement is part of the rule."""
    match rule:
        case Judged():
            return True
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return any(asks_judgement(part) for part in parts)
        case Not(part=part):
            return asks_judgement(part)
        case _:
            return False
