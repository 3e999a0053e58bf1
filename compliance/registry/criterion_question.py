"""What to ask about the wording of single criteria: the doubt, why it is one, and the readings to choose from."""

import re
from collections.abc import Callable
from typing import NamedTuple

from compliance.registry.criteria import CriterionItem, Section, suggested_split
from compliance.registry.record import Kept, RegistryRecord
from compliance.registry.wording import (
    CONVERTED,
    JUDGED,
    OPEN_LIST,
    PAIR,
    UNRESTRICTED,
    VAGUE,
    compound,
    excluding_inclusion,
    fold,
    group_scope,
    negated_exclusion,
    open_age,
    open_time,
    other_age,
    uncertain_section,
    unversioned_scale,
    without_unit,
)


class CriterionQuestion(Kept):
    """One doubt about one criterion; `kind` and `ordinal` name the criterion, `code` the sort of doubt."""

    ordinal: int
    kind: Section
    code: str
    verbatim: str
    why: str
    options: tuple[str, ...]


def _holds(pattern: re.Pattern[str]) -> Callable[[CriterionItem, RegistryRecord], bool]:
    return lambda item, _: bool(pattern.search(item.verbatim))


class _Doubt(NamedTuple):
    code: str
    found: Callable[[CriterionItem, RegistryRecord], bool]
    why: str
    options: tuple[str, ...]


_DOUBTS = (
    _Doubt(
        "section",
        uncertain_section,
        "It is not clear whether this includes or excludes.",
        ("Who meets it may be included.", "Who meets it is excluded.", "It is a remark, no criterion."),
    ),
    _Doubt(
        "negation_in_exclusion",
        negated_exclusion,
        "A negation stands inside an exclusion: read literally and read as perhaps meant, it gives opposite answers.",
        (
            "Literally: who fits the sentence as written is excluded.",
            "Inverted: who fits the sentence without its negation is excluded.",
            "Misplaced: it is an inclusion criterion, and who does not fit it is not included.",
        ),
    ),
    _Doubt(
        "scope",
        group_scope,
        "It names a group, but nobody is in a group before the allocation.",
        (
            "It binds those of one stratum only.",
            "It binds everyone.",
            "It decides which groups are open to a participant.",
        ),
    ),
    _Doubt(
        "compound",
        compound,
        "Several conditions stand in one criterion, and how they are joined is not certain.",
        ("All of them must hold.", "Any one of them is enough.", "Split into criteria of their own, joined as stated."),
    ),
    _Doubt(
        "exclusion_inside_inclusion",
        excluding_inclusion,
        "An inclusion also excludes; cases that are both, or neither, are not named.",
        ("Both excludes.", "Both includes.", "A list of the cases decides."),
    ),
    _Doubt(
        "time_window",
        open_time,
        "No time is given at which it must hold, or no day from which the time counts.",
        ("At screening.", "At consent.", "At any time before allocation.", "A window in days, with its first day."),
    ),
    _Doubt(
        "age_bounds",
        open_age,
        "Whether the limits belong to the range, and on which day the age counts, is not said.",
        (
            "Completed years on the day of consent, limits included.",
            "Completed years on the day of screening, limits included.",
            "Limits excluded.",
        ),
    ),
    _Doubt(
        "age_differs",
        other_age,
        "The age limits beside the criteria are not the numbers in this criterion.",
        ("The criterion holds.", "The limits beside it hold.", "The stricter of both holds."),
    ),
    _Doubt(
        "paired_threshold",
        _holds(PAIR),
        "A pair of values is one threshold: both or either, and once or repeatedly, is not said.",
        ("Either value reached.", "Both values reached.", "Either or both, confirmed by a repeated measurement."),
    ),
    _Doubt(
        "fold_increase",
        fold,
        "A multiple is named without saying of what, and whether reaching it is enough.",
        (
            "Above the multiple of the laboratory's upper limit of normal.",
            "At or above the multiple of the laboratory's upper limit of normal.",
            "A multiple of the participant's own earlier value.",
        ),
    ),
    _Doubt(
        "unit_conversion",
        _holds(CONVERTED),
        "Laboratories report this in more than one unit.",
        (
            "Measured value and unit are kept; converted by a stated factor, unrounded.",
            "Only results in the unit named count.",
        ),
    ),
    _Doubt(
        "missing_unit",
        without_unit,
        "A number is compared without a unit.",
        ("The unit is stated in the interpretation.", "The value has no unit."),
    ),
    _Doubt(
        "scale_version",
        unversioned_scale,
        "A score, class, grade or stage is named without the version of its scale.",
        ("A named version of the scale.", "The version in use at the site, recorded with each value."),
    ),
    _Doubt(
        "undefined_word",
        _holds(VAGUE),
        "A word decides that nothing defines.",
        (
            "A threshold that can be measured.",
            "The investigator's judgement, recorded with its reason.",
            "A named guideline.",
        ),
    ),
    _Doubt(
        "open_list",
        _holds(OPEN_LIST),
        "A list is left open.",
        ("A closed list in the interpretation.", "The investigator's judgement, recorded with its reason."),
    ),
    _Doubt(
        "judgement",
        _holds(JUDGED),
        "It leaves the answer to someone's judgement.",
        ("A delegated investigator judges and records the reason.", "A rule is stated instead."),
    ),
    _Doubt(
        "no_restriction",
        _holds(UNRESTRICTED),
        "It seems to restrict nobody.",
        ("Kept as text, without a rule.", "It restricts, as the interpretation says."),
    ),
)


def criterion_questions(record: RegistryRecord) -> tuple[CriterionQuestion, ...]:
    """In the order of the criteria; a criterion with no question here may still need a person's eye."""
    items = suggested_split(record.eligibility_criteria).items
    return tuple(_asked(doubt, item) for item in items for doubt in _DOUBTS if doubt.found(item, record))


def _asked(doubt: _Doubt, item: CriterionItem) -> CriterionQuestion:
    return CriterionQuestion(
        ordinal=item.ordinal,
        kind=item.section,
        code=doubt.code,
        verbatim=item.verbatim,
        why=doubt.why,
        options=doubt.options,
    )
