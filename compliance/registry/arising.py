"""When a standing question arises, and which words of the record are quoted beside it."""

import re

from compliance.registry.criteria import suggested_split
from compliance.registry.labels import names_a_group
from compliance.registry.open_question import SILENT, quoted
from compliance.registry.record import RegistryRecord

_RATIO = re.compile(r"(?<![\d:.])[1-9]\d?(?:\s?:\s?[1-9]\d?){1,7}(?![\d:])")
_ABOUT_RATIO = re.compile(r"ratio|randomi", re.IGNORECASE)


def several_groups(record: RegistryRecord) -> bool:
    return len(record.arm_groups) > 1


def by_chance(record: RegistryRecord) -> bool:
    return record.allocation == "RANDOMIZED" or (record.allocation is None and several_groups(record))


def masked(record: RegistryRecord) -> bool:
    return record.masking != "NONE"


def roles_open(record: RegistryRecord) -> bool:
    return masked(record) and record.who_masked is None


def something_to_hide(record: RegistryRecord) -> bool:
    return masked(record) or by_chance(record)


def always(_: RegistryRecord) -> bool:
    return True


def silent(_: RegistryRecord) -> str:
    return SILENT


def ratios(record: RegistryRecord) -> str:
    told = (record.official_title, record.intervention_model_description, record.masking_description)
    texts = (*told, *(arm.description for arm in record.arm_groups))
    return quoted(*(ratio for text in texts if text and _ABOUT_RATIO.search(text) for ratio in _RATIO.findall(text)))


def groups(record: RegistryRecord) -> str:
    return quoted(*(text for arm in record.arm_groups for text in (arm.label, arm.type, *arm.intervention_names)))


def group_criteria(record: RegistryRecord) -> str:
    items = suggested_split(record.eligibility_criteria).items
    return quoted(*(item.verbatim for item in items if names_a_group(item.verbatim, record)))


def committee(record: RegistryRecord) -> str:
    return {True: "true", False: "false", None: SILENT}[record.has_monitoring_committee]


def enrolment(record: RegistryRecord) -> str:
    return quoted(str(record.enrolment_count), record.enrolment_type)


def hidden_facts(record: RegistryRecord) -> bool:
    return masked(record) and several_groups(record)


def stated_allocation(record: RegistryRecord) -> str:
    return quoted(record.allocation)


def stated_masking(record: RegistryRecord) -> str:
    return quoted(record.masking)
