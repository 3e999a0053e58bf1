"""Fisher's exact test, two-sided, for any number of arms: whole numbers and fractions, no rounding before the end.

The probability, with both margins fixed, of a table no likelier than the one seen (Fisher; Freeman and Halton for
more than two arms). Equal likelihoods are equal exactly: nothing depends on how a machine rounds.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import comb, prod


def two_sided(with_it: Sequence[int], arm_sizes: Sequence[int]) -> Fraction:
    """The p-value for `with_it` of `arm_sizes` participants of each arm who have the feature."""
    seen = _weight(with_it, arm_sizes)
    weights = (_weight(table, arm_sizes) for table in _tables(sum(with_it), arm_sizes))
    return Fraction(sum(weight for weight in weights if weight <= seen), comb(sum(arm_sizes), sum(with_it)))


def _weight(with_it: Sequence[int], arm_sizes: Sequence[int]) -> int:
    return prod(comb(size, count) for size, count in zip(arm_sizes, with_it, strict=True))


def _tables(total: int, arm_sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every way in which so many could be spread over the arms."""
    if not arm_sizes:
        yield ()
        return
    first, *others = arm_sizes
    for count in range(max(0, total - sum(others)), min(first, total) + 1):
        for rest in _tables(total - count, others):
            yield (count, *rest)


def decimal_words(value: Fraction, places: int = 4) -> str:
    """The fraction as a decimal, rounded half up; what is not nothing is never printed as nothing."""
    unit = 10**places
    scaled = (value * unit * 2 + 1) // 2
    if scaled == 0 and value > 0:
        scaled = 1
    whole, rest = divmod(int(scaled), unit)
    return f"{whole}.{rest:0{places}d}"
