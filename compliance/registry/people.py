"""A sponsor that is a person: the name stays with the registry, since the record kept here is about no person."""

import re

_DEGREE = re.compile(r",\s*(?:M\.?D|Ph\.?\s?D|M\.?B\.?B\.?S|D\.?O|Pharm\.?D|R\.?N|M\.?Sc|Prof)\b")


def is_a_person(name: str, sponsor_class: str | None) -> bool:
    """Go by the registry's class for individuals, or a degree after a comma (Maryland's "MD" errs to the safe side)."""
    return sponsor_class == "INDIV" or _DEGREE.search(name) is not None
