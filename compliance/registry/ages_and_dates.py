"""Ages and dates as the registry writes them: kept word for word, read only where the form is certain."""

import re
from datetime import date
from typing import Final

from compliance.registry.record import AgeUnit, DatePrecision, StatedAge
from domain.errors import InvalidInputError

_AGE = re.compile(r"([0-9]{1,4}) ([A-Za-z]+)")
_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_UNITS: Final[dict[str, AgeUnit]] = {
    "year": "YEARS",
    "month": "MONTHS",
    "week": "WEEKS",
    "day": "DAYS",
    "hour": "HOURS",
    "minute": "MINUTES",
}
_MONTHS: Final[dict[AgeUnit, int]] = {"YEARS": 12, "MONTHS": 1}
_DAY = 24 * 60
# Months and years have no fixed length: the shortest and longest bound what is certain.
_SHORTEST: Final[dict[AgeUnit, int]] = {
    "YEARS": 365 * _DAY,
    "MONTHS": 28 * _DAY,
    "WEEKS": 7 * _DAY,
    "DAYS": _DAY,
    "HOURS": 60,
    "MINUTES": 1,
}
_LONGEST: Final[dict[AgeUnit, int]] = {**_SHORTEST, "YEARS": 366 * _DAY, "MONTHS": 31 * _DAY}


def read_age(verbatim: str | None, field: str) -> StatedAge | None:
    """Read an age such as "18 Years"; absent or "N/A" is no limit stated."""
    if verbatim is None or verbatim == "N/A":
        return None
    found = _AGE.fullmatch(verbatim)
    if found is None:
        raise InvalidInputError(
            "bad_age",
            f"{field} is {verbatim[:40]!r}; an age is a whole number, a space and a unit.",
            field=field,
            next_step="Check the record at the registry.",
        )
    unit = _UNITS.get(found[2].lower().removesuffix("s"))
    if unit is None:
        raise InvalidInputError(
            "unknown_unit",
            f"{field} is {verbatim[:40]!r}; known units are years, months, weeks, days, hours, minutes.",
            field=field,
            next_step="Check the record at the registry; a unit is never guessed.",
        )
    return StatedAge(number=int(found[1]), unit=unit, verbatim=verbatim)


def certainly_older(one: StatedAge, other: StatedAge) -> bool:
    """Whether `one` is above `other` on every calendar."""
    if one.unit in _MONTHS and other.unit in _MONTHS:
        return one.number * _MONTHS[one.unit] > other.number * _MONTHS[other.unit]
    return one.number * _SHORTEST[one.unit] > other.number * _LONGEST[other.unit]


def date_precision(verbatim: str, field: str) -> DatePrecision:
    """Text such as "January 3, 2024" (the registry's older form) stays text: a person reads it."""
    found = _ISO.fullmatch(verbatim)
    if found is None:
        return "text"
    year, month, day = found.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError as cause:
        raise InvalidInputError(
            "bad_date",
            f"{field} is {verbatim!r}, which no calendar has.",
            field=field,
            next_step="Check the record at the registry.",
        ) from cause
    return "day" if day else "month" if month else "year"
