"""Exact numbers as people read them: decimal places by whole-number arithmetic, the same on every machine."""

from fractions import Fraction
from math import isqrt
from typing import Final

PLACES: Final = 4
"""Enough to compare with the literature's tables."""
_LONGEST: Final = 40


def decimal(value: Fraction | int, places: int = PLACES) -> str:
    """The value rounded to so many places, half up."""
    scaled = Fraction(value) * 10**places
    return _pointed((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator), places)


def root(value: Fraction, places: int = PLACES) -> str:
    """The square root of a value, cut off after so many places."""
    return _pointed(isqrt(value.numerator * 10 ** (2 * places) // value.denominator), places)


def exact(value: Fraction) -> str | None:
    """The value as a fraction, where it is short enough to be read."""
    text = str(value)
    return text if len(text) <= _LONGEST else None


def chance(value: Fraction) -> str:
    """A probability; one that is not quite 0 or 1 is never rounded to it."""
    text = decimal(value)
    if value and not text.strip("0."):
        return f"under {decimal(Fraction(1, 10**PLACES))}"
    if value != 1 and text == decimal(1):
        return f"over {decimal(1 - Fraction(1, 10**PLACES))}"
    return text


def _pointed(scaled: int, places: int) -> str:
    digits = str(scaled).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"
