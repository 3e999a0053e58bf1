"""Whether a list of a stratum's cap ends with the planned totals, and whether arrivals fill the strata as planned."""

from collections.abc import Sequence
from fractions import Fraction
from math import comb, prod

from compliance.design.balance import Ends
from compliance.design.guessing import Totals


def planned_totals(ratio: Sequence[int], cap: int) -> Totals | None:
    """What each arm has when a stratum is full; None where the cap is no multiple of the ratio's sum."""
    sets, rest = divmod(cap, sum(ratio))
    return None if rest else tuple(share * sets for share in ratio)


def chance_of_missing(ends: Ends, ratio: Sequence[int], cap: int) -> Fraction:
    """How likely a full stratum has other totals than planned: for certain, where no whole totals are in the ratio."""
    planned = planned_totals(ratio, cap)
    return 1 - (ends.get(planned, Fraction()) if planned else Fraction())


def chance_any_misses(misses: Sequence[Fraction]) -> Fraction:
    """How likely at least one of the strata misses; their lists are drawn apart."""
    return 1 - prod((1 - miss for miss in misses), start=Fraction(1))


def chance_strata_fill(caps: Sequence[int], shares: Sequence[Fraction]) -> Fraction:
    """How likely the first arrivals, as many as all caps together, fill each stratum with nobody turned away.

    Each arrival belongs to a stratum with the stratum's share, independently of the others (multinomial).
    """
    chance, left = Fraction(1), sum(caps)
    for cap, share in zip(caps, shares, strict=True):
        chance *= comb(left, cap) * share**cap
        left -= cap
    return chance


def chance_of_count(of: int, share: Fraction, least: int, most: int) -> Fraction:
    """How likely from `least` to `most` of so many have a property that each has with this share (binomial)."""
    counts = range(max(0, least), min(of, most) + 1)
    return sum((comb(of, count) * share**count * (1 - share) ** (of - count) for count in counts), Fraction())
