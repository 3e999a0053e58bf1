"""How reports say dates, counts and recorded values: in words where there are words, exactly as recorded beside."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

import msgspec

from domain.plain import Json

_MONTHS: Final = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                  "November", "December"]  # fmt: skip


def day_words(day: date) -> str:
    """The day as people write it, the same on every machine: 3 March 2027."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def when_words(when: date | datetime) -> str:
    """A day, or an instant with its offset."""
    return when.isoformat(sep=" ") if isinstance(when, datetime) else day_words(when)


def counted(count: int, one: str, many: str = "") -> str:
    """The count with its word: 1 entry, 1,204 entries."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(words: Iterable[str]) -> str:
    """The words as a sentence has them: a, b and c."""
    *first, last = list(words) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def spaced(code: str) -> str:
    """A code with spaces for underscores."""
    return code.replace("_", " ")


def value_words(text: str) -> str:
    """A recorded value in words: structured values unfolded, yes and no for truth values; other text as it is."""
    if text in {"true", "false"}:
        return _said(text == "true")
    if not text.startswith(("{", "[")):
        return text
    try:
        value: Json = msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return text
    return _said(value)


def _said(value: Json) -> str:
    match value:
        case None:
            return "not recorded"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(_inner(item) for item in value) or "none"
        case dict():
            return _structured(value)
        case _:
            return str(value)


def _inner(value: Json) -> str:
    """A value inside another; what has several parts of its own stands in brackets."""
    said = _said(value)
    return f"({said})" if isinstance(value, dict) and "; " in said else said


def _structured(value: dict[str, Json]) -> str:
    match value:
        case {"type": "measured", "quantity": {"value": number, "unit": unit}}:
            return f"{number} {unit}"
        case {"type": "chosen", "code": code}:
            return str(code)
        case {"type": "stated", "holds": holds}:
            return _said(holds)
        case {"type": "dated", "date": day}:
            return str(day)
        case _:
            return "; ".join(f"{spaced(name)}: {_inner(part)}" for name, part in value.items()) or "none"
