"""Words that leave a criterion more than one reading. They find candidates; people decide what is meant."""

import re

from compliance.registry.criteria import CriterionItem
from compliance.registry.labels import names_a_group
from compliance.registry.record import RegistryRecord


def _pattern(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


_NEGATION = _pattern(r"\b(?:not|never|without|no)\b(?! limited to)")
_WHETHER = _pattern(r"\bwhether or not\b")
_CONJUNCTION = _pattern(r"\b(?:and|or)\b")
_BRACKETED = re.compile(r"\([^()]*\)")
_COMPARISON = _pattern(r"(?:[≥≤<>]|\b(?:at least|more than|less than|greater than|above|below)\b)\s*\d")
_DURATION = _pattern(r"\b\d+(?:\.\d+)?[ -]?(?:day|week|month|year)s?\b")
_ANCHOR = _pattern(
    r"\b(?:within|during|screening|baseline|visit|before|prior to|after|since|until|last|past|previous|preceding"
    r"|following|at (?:the )?(?:time|consent|inclusion|enrol\w*|randomi\w*))\b"
)
_LOOSE_TIME = _pattern(r"\b(?:prior to|before|previous(?:ly)?|recent(?:ly)?)\b")
_CONSENT = _pattern(r"\bconsent\b")
_AGE = _pattern(r"\bage[ds]?\b|\byears? old\b")
_NUMBER = re.compile(r"\d+")
_INCLUSIVE = _pattern(r"\binclusive\b")
PAIR = re.compile(r"(?<![\d/])\d{2,3}\s?/\s?\d{2,3}(?![\d/])")
_FOLD = _pattern(r"\b\d+(?:\.\d+)?[ -]?(?:fold|times)\b")
VAGUE = _pattern(
    r"\b(?:severe|serious|poor(?:ly)?|uncontroll(?:able|ed)|significant(?:ly)?|important|adequate|abnormal|regular"
    r"|stable|unstable|active|recent|major|excessive|conventional|high risk|good (?:general )?health)\b"
)
OPEN_LIST = _pattern(r"\bother\b|\betc\b|\band so on\b")
CONVERTED = re.compile(r"\b[mu\u00b5]?g/d[lL]\b")
_NO_UNIT = re.compile(r"[≥≤<>]\s*\d+(?:[.,]\d+)?(?=\s*(?:$|[.;)](?:\s|$)))")
_SCALE = _pattern(r"\b(?:scores?|class|grade|stage)\b")
_VERSION = _pattern(r"\b(?:19|20)\d{2}\b|\bversion\b|\bv\.?\s?\d")
_EXCLUDED = _pattern(r"\bexclud(?:ed|ing)\b")
UNRESTRICTED = _pattern(
    r"\b(?:either|both|any) (?:sex(?:es)?|genders?|race|ethnicity)\b|\bmales? (?:and|or) females?\b"
)
JUDGED = _pattern(r"\b(?:opinion|judge?ment|judged|discretion|assessment)\b")
_OTHER_SECTION = _pattern(r"\b(?:inclusion|exclusion) criteria\b")


def negated_exclusion(item: CriterionItem, _: RegistryRecord) -> bool:
    return item.section == "exclusion" and bool(_NEGATION.search(_WHETHER.sub("", item.verbatim)))


def compound(item: CriterionItem, _: RegistryRecord) -> bool:
    """Not every "and" is a doubt: it is one where it mixes with "or", excludes, or is left out."""
    outside = _BRACKETED.sub(" ", item.verbatim)
    joined_by = {found.lower() for found in _CONJUNCTION.findall(outside)}
    if not joined_by:
        return len(item.parts) > 1 or ";" in outside or len(_COMPARISON.findall(outside)) > 1
    return joined_by == {"and", "or"} or (item.section == "exclusion" and joined_by == {"and"})


def open_time(item: CriterionItem, record: RegistryRecord) -> bool:
    text = item.verbatim
    if _ages(item, record):
        return False
    timed = _DURATION.search(text) is not None
    if (timed or _COMPARISON.search(text)) and not _ANCHOR.search(text):
        return True
    return bool(_LOOSE_TIME.search(text)) and not timed and not _CONSENT.search(text)


def _ages(item: CriterionItem, _: RegistryRecord) -> bool:
    return bool(_AGE.search(item.verbatim) and _NUMBER.search(item.verbatim))


def open_age(item: CriterionItem, record: RegistryRecord) -> bool:
    return _ages(item, record) and not _INCLUSIVE.search(item.verbatim)


def other_age(item: CriterionItem, record: RegistryRecord) -> bool:
    stated = {str(limit.number) for limit in (record.minimum_age, record.maximum_age) if limit is not None}
    return _ages(item, record) and not stated <= set(_NUMBER.findall(item.verbatim))


def fold(item: CriterionItem, _: RegistryRecord) -> bool:
    return bool(_FOLD.search(item.verbatim) and not _COMPARISON.search(item.verbatim))


def unversioned_scale(item: CriterionItem, _: RegistryRecord) -> bool:
    return bool(_SCALE.search(item.verbatim) and not _VERSION.search(item.verbatim))


def without_unit(item: CriterionItem, _: RegistryRecord) -> bool:
    return bool(_NO_UNIT.search(item.verbatim) and not _SCALE.search(item.verbatim))


def excluding_inclusion(item: CriterionItem, _: RegistryRecord) -> bool:
    return item.section == "inclusion" and bool(_EXCLUDED.search(item.verbatim))


def group_scope(item: CriterionItem, record: RegistryRecord) -> bool:
    return names_a_group(item.verbatim, record)


def uncertain_section(item: CriterionItem, _: RegistryRecord) -> bool:
    return item.section == "unassigned" or bool(_OTHER_SECTION.search(item.verbatim))
