"""The bytes of one ClinicalTrials.gov v2 record, read strictly into plain values."""

import hashlib
from collections.abc import Iterator
from typing import Final

from pydantic import JsonValue, ValidationError
from pydantic_core import ErrorDetails

from compliance.registry import paths
from compliance.registry.ages_and_dates import date_precision, read_age
from compliance.registry.consistency import require_consistent, warnings_of
from compliance.registry.people import is_a_person
from compliance.registry.record import ArmGroup, Claim, Intervention, RegistryRecord, StatedDate
from compliance.registry.shape import ArmsInterventions, Status, Study
from compliance.registry.strict_json import strict_tree
from domain.errors import InvalidInputError

_CODES: Final[dict[str, str]] = {
    "missing": "partial_record",
    "too_short": "partial_record",
    "partial_record": "partial_record",
    "string_pattern_mismatch": "bad_nct_id",
    "string_too_long": "too_large",
    "too_long": "too_large",
    "less_than_equal": "too_large",
    "literal_error": "unknown_value",
    "control_character": "control_character",
    "contact_details": "contact_details",
}
_NEXT_STEPS: Final[dict[str, str]] = {
    "partial_record": "Download the whole record, without a selection of fields.",
    "contact_details": "Remove the contact from a copy of the file and import the copy.",
}


def read_record(raw: bytes) -> RegistryRecord:
    """Read an interventional record that agrees with itself; anything else is an `InvalidInputError`."""
    tree = strict_tree(raw)
    _require_interventional(tree)
    try:
        study = Study.model_validate(tree)
    except ValidationError as cause:
        raise _refused(cause) from cause
    record = _kept(study, hashlib.sha256(raw).hexdigest())
    require_consistent(record)
    return record.model_copy(update={"warnings": warnings_of(record)})


def _require_interventional(tree: JsonValue) -> None:
    """Asked before the shape: an observational record lacks design fields and would be called partial."""
    match tree:
        case {"protocolSection": {"designModule": {"studyType": str(kind)}}} if kind != "INTERVENTIONAL":
            raise InvalidInputError(
                "not_interventional",
                f"The record's studyType is {kind[:40]!r}; only interventional trials are conducted here.",
                field=paths.STUDY_TYPE,
                next_step="Choose the record of an interventional trial.",
            )
        case {"protocolSection": _}:
            return
        case _:
            raise InvalidInputError(
                "not_a_registry_record",
                "The file is JSON, but not one ClinicalTrials.gov v2 record: it has no protocolSection.",
                field="protocolSection",
                next_step="Give the JSON of one record, not a search answer or another registry's form.",
            )


def _refused(cause: ValidationError) -> InvalidInputError:
    errors = cause.errors(include_input=False, include_url=False)
    first = errors[0]
    field = _path(first)
    code = _CODES.get(first["type"], "wrong_type")
    what = f"{field} cannot be read: {first['msg']}."
    if code == "partial_record":
        lacking = ", ".join(_path(error) for error in errors[:20] if _CODES.get(error["type"]) == code)
        what = f"The record is incomplete; it lacks {lacking}."
    next_step = _NEXT_STEPS.get(code, "Download the record again and check this field.")
    return InvalidInputError(code, what, field=field, next_step=next_step)


def _path(error: ErrorDetails) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in error["loc"])
    return "".join(steps).removeprefix(".")


def _kept(study: Study, source_sha256: str) -> RegistryRecord:
    protocol = study.protocol_section
    identification, design = protocol.identification_module, protocol.design_module
    info, sponsor = design.design_info, protocol.sponsor_collaborators_module.lead_sponsor
    eligibility, outcomes = protocol.eligibility_module, protocol.outcomes_module.primary_outcomes
    who_masked = info.masking_info.who_masked
    return RegistryRecord(
        nct_id=identification.nct_id,
        organisation_study_id=identification.org_study_id_info.id,
        sponsor=None if is_a_person(sponsor.name, sponsor.sponsor_class) else sponsor.name,
        sponsor_class=sponsor.sponsor_class,
        brief_title=identification.brief_title,
        official_title=identification.official_title,
        overall_status=protocol.status_module.overall_status,
        conditions=tuple(protocol.conditions_module.conditions),
        study_type="INTERVENTIONAL",
        phases=None if design.phases is None else tuple(design.phases),
        allocation=info.allocation,
        intervention_model=info.intervention_model,
        intervention_model_description=info.intervention_model_description,
        primary_purpose=info.primary_purpose,
        masking=info.masking_info.masking,
        masking_description=info.masking_info.masking_description,
        who_masked=None if who_masked is None else tuple(who_masked),
        enrolment_count=design.enrollment_info.count,
        enrolment_type=design.enrollment_info.type,
        arm_groups=tuple(_arm_groups(protocol.arms_interventions_module)),
        interventions=tuple(_interventions(protocol.arms_interventions_module)),
        primary_outcomes=None if outcomes is None else tuple(outcome.measure for outcome in outcomes),
        has_monitoring_committee=protocol.oversight_module.oversight_has_dmc,
        minimum_age=read_age(eligibility.minimum_age, paths.MINIMUM_AGE),
        maximum_age=read_age(eligibility.maximum_age, paths.MAXIMUM_AGE),
        sex=eligibility.sex,
        healthy_volunteers=eligibility.healthy_volunteers,
        eligibility_criteria=eligibility.eligibility_criteria,
        eligibility_sha256=hashlib.sha256(eligibility.eligibility_criteria.encode()).hexdigest(),
        dates=tuple(_dates(protocol.status_module)),
        locations_count=len(protocol.contacts_locations_module.locations),
        data_date=_data_date(study),
        source_sha256=source_sha256,
    )


def _arm_groups(module: ArmsInterventions) -> Iterator[ArmGroup]:
    for arm in module.arm_groups:
        names = tuple(arm.intervention_names)
        yield ArmGroup(label=arm.label, type=arm.type, description=arm.description, intervention_names=names)


def _interventions(module: ArmsInterventions) -> Iterator[Intervention]:
    for given in module.interventions:
        yield Intervention(type=given.type, name=given.name, description=given.description)


def _dates(status: Status) -> Iterator[StatedDate]:
    for name, struct in (
        ("startDateStruct", status.start_date_struct),
        ("primaryCompletionDateStruct", status.primary_completion_date_struct),
        ("completionDateStruct", status.completion_date_struct),
    ):
        if struct is not None:
            yield _date(f"{paths.STATUS}.{name}.date", struct.date, struct.type)
    for name, verbatim in (
        ("studyFirstSubmitDate", status.study_first_submit_date),
        ("lastUpdateSubmitDate", status.last_update_submit_date),
    ):
        if verbatim is not None:
            yield _date(f"{paths.STATUS}.{name}", verbatim, None)


def _date(field: str, verbatim: str, claim: Claim | None) -> StatedDate:
    return StatedDate(field=field, verbatim=verbatim, precision=date_precision(verbatim, field), claim=claim)


def _data_date(study: Study) -> str | None:
    """Read the day of the registry's data (`versionHolder`); only a registry's own answer has it."""
    stated = study.derived_section.misc_info_module.version_holder
    if stated is not None and date_precision(stated, paths.DATA_DATE) != "day":
        raise InvalidInputError(
            "bad_date",
            f"{paths.DATA_DATE} is {stated[:40]!r}; the registry writes a full date there.",
            field=paths.DATA_DATE,
            next_step="Download the record again.",
        )
    return stated
