"""Refusals that several subjects share; each names its rule and the way forward."""

from domain.errors import Refusal


def not_in_order(code: str, what: str, next_step: str, *, rule: str) -> Refusal:
    """The step comes before its time (21 CFR 11.10(f): permitted sequencing)."""
    return Refusal(code, what, rule=rule, next_step=next_step)


def same_person(what: str, *, rule: str) -> Refusal:
    """Two persons are needed, and this would be one."""
    return Refusal(
        "same_person",
        what,
        rule=rule,
        next_step="Ask another person who holds the role.",
    )
