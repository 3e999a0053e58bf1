"""Words that stand for nothing, and how numbers, times, ids and ledgers are written for people."""

import re

NOT_RECORDED = "not recorded"
EMPTY = "(empty)"

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)")
_SHORT = 14
_HEAD = 8


def number(value: str) -> str:
    """Group thousands by commas; the digits after the point stay as recorded."""
    whole, point, rest = value.partition(".")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{int(whole.removeprefix('-')):,}{point}{rest}"


def instant(value: str) -> tuple[str, str]:
    """Split into date with time, and offset; a partial date, or words, has no offset."""
    found = _INSTANT.fullmatch(value)
    return (f"{found[1]} {found[2]}", found[3]) if found else (value, "")


def short_id(value: str) -> str:
    """Keep the telling part of a long id: its last step, or its first characters."""
    if len(value) <= _SHORT:
        return value
    last = value.rpartition("/")[2]
    return f"…{last}" if last != value and len(last) < _SHORT else f"{value[:_HEAD]}…"


def headed(heading: str, unit: str) -> str:
    return f"{heading} ({unit})" if unit else heading


def ledger(value: str) -> str:
    kind, _, trial = value.partition(":")
    return f"{kind} ledger of {trial}" if trial else f"{kind} ledger"


def counted(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {_many(word)}"


def _many(word: str) -> str:
    return f"{word[:-1]}ies" if word.endswith("y") and word[-2:-1] not in "aeiou" else f"{word}s"
