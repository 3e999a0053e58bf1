"""Whether a trial of two disease groups and a shared control can be carried out as read, by the share of the disease.

The record of the seed trial names three groups, two of them after a disease, and no rule of who may be in which.
Each reading, R1 to R6, gives a rule; here is how likely the participants who come let it be kept.
"""

from fractions import Fraction
from typing import Final, NamedTuple

from compliance.design.plan import chance_of_count

GROUPS: Final = 3


class Feasibility(NamedTuple):
    """What a reading asks for, and how likely it is met."""

    reading: str
    rule: str
    needs: str
    chance: Fraction
    violations: Fraction | None = None
    """How many participants are expected in a group they are not eligible for, where the rule permits that."""


def readings(per_group: int, share: Fraction) -> tuple[Feasibility, ...]:
    """All readings for groups of one size, where each participant has the disease with this share."""
    everybody = GROUPS * per_group

    def between(least: int, most: int) -> Fraction:
        return chance_of_count(everybody, share, least, most)

    pair = 2 * per_group
    half = everybody // 2
    return (
        Feasibility(
            "R1",
            "anyone may be in any group",
            "nobody without the disease falls into the disease's group",
            share**per_group,
            per_group * (1 - share),
        ),
        Feasibility(
            "R2",
            "only people with the disease are enrolled",
            "everybody has the disease; both treated groups are then the same treatment in the same patients",
            share**everybody,
        ),
        Feasibility(
            "R3",
            "disease is a stratum; within each, treatment or control is randomised",
            f"{per_group} in each group: from {per_group} to {pair} of {everybody} have the disease",
            between(per_group, pair),
        ),
        Feasibility(
            "R3 by 2:1",
            "as R3, with 2:1 in each stratum",
            f"exactly {half} of {everybody} have the disease, or strata are closed at {half}",
            between(half, half) if everybody % 2 == 0 else Fraction(),
        ),
        Feasibility(
            "R4",
            "controls have the disease; the others are not randomised",
            f"exactly {pair} of {everybody} have the disease",
            between(pair, pair),
        ),
        Feasibility(
            "R5",
            "controls do not have the disease; those with it are not randomised",
            f"exactly {per_group} of {everybody} have the disease",
            between(per_group, per_group),
        ),
        Feasibility(
            "R6",
            "with the disease any group, without it no disease group",
            f"at least {per_group} of {everybody} have the disease",
            between(per_group, everybody),
        ),
    )
