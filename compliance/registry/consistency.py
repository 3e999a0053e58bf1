"""Does a record agree with itself? Contradictions are refused with both places; oddities are listed."""

import unicodedata
from collections.abc import Iterator
from typing import Final

from compliance.registry import paths
from compliance.registry.ages_and_dates import certainly_older
from compliance.registry.record import Masking, RecordWarning, RegistryRecord
from domain.errors import InvalidInputError

_ROLES: Final[dict[Masking, int]] = {"NONE": 0, "SINGLE": 1, "DOUBLE": 2, "TRIPLE": 3, "QUADRUPLE": 4}


def require_consistent(record: RegistryRecord) -> None:
    _require_masking(record)
    _require_enrolment(record)
    _require_ages(record)
    _require_labels(record)
    _require_interventions(record)


def _contradiction(what: str, *fields: str) -> InvalidInputError:
    return InvalidInputError(
        "contradictory_record",
        f"The record contradicts itself: {what}",
        field=", ".join(fields),
        next_step="Ask the sponsor which is right and have the registry corrected; nothing is guessed here.",
    )


def _require_masking(record: RegistryRecord) -> None:
    roles = record.who_masked
    if roles is None or record.masking is None:
        return
    if len(set(roles)) != len(roles):
        raise _contradiction(f"{paths.WHO_MASKED} names a role twice.", paths.WHO_MASKED)
    if len(roles) != _ROLES[record.masking]:
        raise _contradiction(
            f"{paths.MASKING} is {record.masking}, but {paths.WHO_MASKED} names {len(roles)} role(s).",
            paths.MASKING,
            paths.WHO_MASKED,
        )


def _require_enrolment(record: RegistryRecord) -> None:
    if record.enrolment_count < 0:
        raise _contradiction(f"{paths.ENROLMENT} is {record.enrolment_count}.", paths.ENROLMENT)


def _require_ages(record: RegistryRecord) -> None:
    low, high = record.minimum_age, record.maximum_age
    if low is not None and high is not None and certainly_older(low, high):
        raise _contradiction(
            f"{paths.MINIMUM_AGE} {low.verbatim} is above {paths.MAXIMUM_AGE} {high.verbatim}.",
            paths.MINIMUM_AGE,
            paths.MAXIMUM_AGE,
        )


def _require_labels(record: RegistryRecord) -> None:
    seen: dict[str, int] = {}
    for index, arm in enumerate(record.arm_groups):
        label = arm.label.strip().casefold()
        if label in seen:
            raise _contradiction(
                f"two arm groups are called {arm.label[:80]!r}.",
                f"{paths.ARMS}[{seen[label]}].label",
                f"{paths.ARMS}[{index}].label",
            )
        seen[label] = index


def _require_interventions(record: RegistryRecord) -> None:
    known = {intervention.named_in_arms for intervention in record.interventions}
    for index, arm in enumerate(record.arm_groups):
        for name in arm.intervention_names:
            if name not in known:
                raise _contradiction(
                    f"an arm group receives {name[:120]!r}, which {paths.INTERVENTIONS} does not hold.",
                    f"{paths.ARMS}[{index}].interventionNames",
                    paths.INTERVENTIONS,
                )


def warnings_of(record: RegistryRecord) -> tuple[RecordWarning, ...]:
    return (*_oddities(record), *_silences(record))


def _oddities(record: RegistryRecord) -> Iterator[RecordWarning]:
    arms, single = len(record.arm_groups), record.intervention_model == "SINGLE_GROUP"
    if single and arms > 1:
        yield RecordWarning(
            code="single_group_with_arms",
            field=paths.MODEL,
            what=f"The model is SINGLE_GROUP, but {arms} arm groups are listed.",
        )
    if record.allocation == "RANDOMIZED" and (single or arms == 1):
        yield RecordWarning(
            code="randomised_without_choice",
            field=paths.ALLOCATION,
            what="The allocation is RANDOMIZED, but there is one group only.",
        )
    if record.sponsor is None:
        yield RecordWarning(
            code="sponsor_is_a_person",
            field=paths.SPONSOR,
            what="The sponsor is a person; the name was not kept.",
        )
    if not unicodedata.is_normalized("NFC", record.model_dump_json()):
        yield RecordWarning(
            code="text_not_nfc",
            field="",
            what="Some text is not in Unicode form NFC; the ledger writes NFC, so hashes of such text differ.",
        )


def _silences(record: RegistryRecord) -> Iterator[RecordWarning]:
    for field, silent, what in (
        (paths.DATA_DATE, record.data_date is None, "date of the registry's data"),
        (paths.PHASES, not record.phases, "phase"),
        (paths.OUTCOMES, not record.primary_outcomes, "primary outcome"),
        (paths.STATUS, not record.dates, "date of the trial"),
        (paths.WHO_MASKED, record.masking != "NONE" and record.who_masked is None, "list of masked roles"),
    ):
        if silent:
            yield RecordWarning(code="not_stated", field=field, what=f"The record states no {what}.")
