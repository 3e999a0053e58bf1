"""What the labels of the groups name: a disease, or a product? Never which of them is the control."""

import re
from collections.abc import Iterator

from compliance.registry.record import ArmGroup, RegistryRecord

_FILLER = re.compile(
    r"an?|and|arms?|cohorts?|for|groups?|in|of|participants?|patients?|people|subjects?|the|volunteers?|with"
)
_GROUP_WORDS = frozenset({"arm", "cohort", "group"})
_ABBREVIATION = re.compile(r"\(([A-Z][A-Za-z0-9-]{1,9})\)")
_DOSE_OR_TIME = re.compile(
    r"\d|\b(?:doses?|titres?|titers?|low|high|half|full|short|long|early|late|immediate|delayed|once|twice"
    r"|daily|weekly|monthly)\b",
    re.IGNORECASE,
)
_TOO_SHORT_TO_TELL = 4


def words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.casefold()))


def named_by_disease(record: RegistryRecord) -> tuple[ArmGroup, ...]:
    """Find the groups whose label, fillers aside, is one of the record's conditions or its abbreviation."""
    return tuple(arm for arm in record.arm_groups if _names_a_condition(arm.label, record.conditions))


def _names_a_condition(label: str, conditions: tuple[str, ...]) -> bool:
    core = _core(label)
    return bool(core) and any(_is_condition(core, condition) for condition in conditions)


def _core(text: str) -> frozenset[str]:
    return frozenset(word for word in words(text) if not _FILLER.fullmatch(word))


def _is_condition(core: frozenset[str], condition: str) -> bool:
    named = _core(condition)
    if core == named:
        return True
    if core <= named and any(len(word) > _TOO_SHORT_TO_TELL for word in core):
        return True
    return any(core == frozenset({abbreviation}) for abbreviation in _abbreviations(condition))


def _abbreviations(condition: str) -> Iterator[str]:
    """A single word has none: "B" is a group's name, not short for "Bronchitis"."""
    spoken = words(condition)
    if len(spoken) > 1:
        yield "".join(word[0] for word in spoken)
    for stated in _ABBREVIATION.findall(condition):
        yield stated.casefold()


def with_the_same_product(record: RegistryRecord) -> tuple[ArmGroup, ...]:
    """Find the groups that share their kind of product with another group and name no dose or time that parts them."""
    alike = tuple(arm for arm in record.arm_groups if not _DOSE_OR_TIME.search(arm.label))
    kinds = {arm.label: _products(arm) for arm in alike}
    shared = list(kinds.values())
    return tuple(arm for arm in alike if kinds[arm.label] and shared.count(kinds[arm.label]) > 1)


def _products(arm: ArmGroup) -> frozenset[str]:
    """Name the interventions; of one that merely repeats the group's label only the type says anything."""
    return frozenset(_product(arm.label, named) for named in arm.intervention_names)


def _product(label: str, named: str) -> str:
    kind, _, name = named.partition(": ")
    return kind if words(name) == words(label) else named


def names_a_group(text: str, record: RegistryRecord) -> bool:
    """Whether a criterion speaks of one group: before the allocation nobody is in a group."""
    spoken = f" {' '.join(words(text))} "
    return any(f" {phrase} " in spoken for arm in record.arm_groups for phrase in _phrases(arm.label))


def _phrases(label: str) -> Iterator[str]:
    spoken = words(label)
    if _GROUP_WORDS & set(spoken):
        yield " ".join(spoken)
    else:
        for word in sorted(_GROUP_WORDS):
            yield " ".join((*spoken, word))
