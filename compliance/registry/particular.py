"""R1, R2, ...: what this one record says unclearly, or leaves out although it is the registry's own answer."""

from collections.abc import Iterator
from typing import NamedTuple

from compliance.registry import paths
from compliance.registry.open_question import SILENT, OpenQuestion, quoted
from compliance.registry.record import RegistryRecord


class _Doubt(NamedTuple):
    title: str
    question: str
    record_says: str
    field: str
    options: tuple[str, ...]


def particular_questions(record: RegistryRecord) -> tuple[OpenQuestion, ...]:
    doubts = (*_unread_dates(record), *_unclear(record), *_unknown(record), *_gaps(record))
    return tuple(
        OpenQuestion(
            code=f"R{number}",
            title=doubt.title,
            question=doubt.question,
            record_says=doubt.record_says,
            field=doubt.field,
            options=doubt.options,
        )
        for number, doubt in enumerate(doubts, start=1)
    )


def _unread_dates(record: RegistryRecord) -> Iterator[_Doubt]:
    for stated in record.dates:
        if stated.precision == "text":
            yield _Doubt(
                "A date in words",
                "Which date is meant, and how precise is it?",
                stated.verbatim,
                stated.field,
                ("A full date, a month or a year, read by a person.", "Unknown."),
            )


def _unclear(record: RegistryRecord) -> Iterator[_Doubt]:
    if record.who_masked and record.masking_description:
        yield _Doubt(
            "Masking beyond the list",
            "The masking is also described in words: do they add to, take from or explain the list of roles?",
            quoted(", ".join(record.who_masked), record.masking_description),
            paths.MASKING_TEXT,
            ("The list holds as it stands.", "The list holds with the exceptions described."),
        )
    if record.intervention_model == "SINGLE_GROUP" and len(record.arm_groups) > 1:
        yield _Doubt(
            "One group or several",
            "The model names a single group, yet several are listed: what is a group here?",
            quoted(record.intervention_model, *(arm.label for arm in record.arm_groups)),
            paths.MODEL,
            ("Every participant passes through all of them.", "Each participant belongs to one of them."),
        )
    if record.allocation == "RANDOMIZED" and len(record.arm_groups) == 1:
        yield _Doubt(
            "Chance without a choice",
            "The allocation is random, yet one group is listed: between what is chosen by chance?",
            quoted(record.allocation, record.arm_groups[0].label),
            paths.ALLOCATION,
            ("A group is missing from the record.", "Nothing is allocated by chance."),
        )


def _unknown(record: RegistryRecord) -> Iterator[_Doubt]:
    if record.sponsor is None:
        yield _Doubt(
            "Sponsor",
            "The sponsor is a person, whose name is not kept here: under which identifier is the sponsor known?",
            quoted(record.sponsor_class),
            paths.SPONSOR,
            ("An organisation acts as sponsor.", "The person, under an identifier held outside this record."),
        )
    if record.enrolment_count == 0:
        yield _Doubt(
            "Planned number",
            "The record counts no participant: how many are planned?",
            quoted(str(record.enrolment_count), record.enrolment_type),
            paths.ENROLMENT,
            ("A number from the protocol.", "None: the trial is not to be conducted."),
        )


def _gaps(record: RegistryRecord) -> Iterator[_Doubt]:
    """Asked only where the file carries the registry's data date.

    The silence of a copy or transcription shows nothing about the registry: it stands among the warnings.
    """
    if record.data_date is None:
        return
    for title, field, silent in (
        ("Phase", paths.PHASES, not record.phases),
        ("Primary outcomes", paths.OUTCOMES, not record.primary_outcomes),
        ("Dates of the trial", paths.STATUS, not record.dates),
        ("Allocation", paths.ALLOCATION, record.allocation is None),
        ("Intervention model", paths.MODEL, record.intervention_model is None),
    ):
        if silent:
            yield _Doubt(
                title,
                "The registry's record does not state it: what does the protocol say?",
                SILENT,
                field,
                ("As the protocol states, quoted.", "Not applicable, with the reason."),
            )
