"""The fields we read of the foreign form, with their types; every other field is ignored.

Contacts, officials and responsible parties are not among them, so no person's details can pass.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from compliance.registry.record import (
    Allocation,
    ArmType,
    Claim,
    InterventionModel,
    InterventionType,
    MaskedRole,
    Masking,
    Phase,
    Purpose,
    Sex,
)

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTACT = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}\.\w"  # e-mail
    r"|(?<![\w+])\+\d{1,3}(?:[ .-]\(?\d{2,4}\)?){3,5}(?!\w)"  # telephone with a country
    r"|(?<![\w.-])(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w.-]\d)"  # telephone, American form
)


def _about_no_person(text: str) -> str:
    """Stop contact details at the door: what is imported stands for ever."""
    if not text.strip():
        raise PydanticCustomError("partial_record", "the text is blank")
    if _CONTROL.search(text):
        raise PydanticCustomError("control_character", "the text holds a control character")
    if _CONTACT.search(text):
        raise PydanticCustomError("contact_details", "the text holds an e-mail address or telephone number")
    return text


Line = Annotated[str, StringConstraints(max_length=1_000), AfterValidator(_about_no_person)]
Text = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_about_no_person)]
NctId = Annotated[str, StringConstraints(pattern=r"^NCT[0-9]{8}\z")]
_FEW = 200
_SOME = 500


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", alias_generator=to_camel)


class OrgStudyId(Shape):
    id: Line | None = None


class Identification(Shape):
    nct_id: NctId
    org_study_id_info: OrgStudyId = OrgStudyId()
    brief_title: Line
    official_title: Line | None = None


class DateStruct(Shape):
    date: Line
    type: Claim | None = None


class Status(Shape):
    overall_status: Line
    start_date_struct: DateStruct | None = None
    primary_completion_date_struct: DateStruct | None = None
    completion_date_struct: DateStruct | None = None
    study_first_submit_date: Line | None = None
    last_update_submit_date: Line | None = None


class Sponsor(Shape):
    name: Line
    # `class` is a keyword here, so the alias cannot be generated.
    sponsor_class: Line | None = Field(default=None, alias="class")


class SponsorCollaborators(Shape):
    lead_sponsor: Sponsor


class Oversight(Shape):
    oversight_has_dmc: bool | None = None


class Conditions(Shape):
    conditions: Annotated[list[Line], Field(min_length=1, max_length=_SOME)]


class MaskingInfo(Shape):
    masking: Masking | None = None
    masking_description: Text | None = None
    who_masked: list[MaskedRole] | None = None


class DesignInfo(Shape):
    allocation: Allocation | None = None
    intervention_model: InterventionModel | None = None
    intervention_model_description: Text | None = None
    primary_purpose: Purpose | None = None
    masking_info: MaskingInfo = MaskingInfo()


class Enrolment(Shape):
    # Above 2^53 - 1 two JSON readers need not see the same number.
    count: Annotated[int, Field(le=2**53 - 1)]
    type: Claim | None = None


class Design(Shape):
    study_type: str
    phases: list[Phase] | None = None
    design_info: DesignInfo
    enrollment_info: Enrolment


class ArmGroupShape(Shape):
    label: Line
    type: ArmType | None = None
    description: Text | None = None
    intervention_names: Annotated[list[Line], Field(max_length=_FEW)] = []


class InterventionShape(Shape):
    type: InterventionType
    name: Line
    description: Text | None = None


class ArmsInterventions(Shape):
    arm_groups: Annotated[list[ArmGroupShape], Field(min_length=1, max_length=_FEW)]
    interventions: Annotated[list[InterventionShape], Field(max_length=_FEW)] = []


class Outcome(Shape):
    measure: Line


class Outcomes(Shape):
    primary_outcomes: Annotated[list[Outcome], Field(max_length=_SOME)] | None = None


class Eligibility(Shape):
    eligibility_criteria: Text
    healthy_volunteers: bool | None = None
    sex: Sex | None = None
    minimum_age: Line | None = None
    maximum_age: Line | None = None


class ContactsLocations(Shape):
    locations: list[dict[str, JsonValue]] = []


class Protocol(Shape):
    identification_module: Identification
    status_module: Status
    sponsor_collaborators_module: SponsorCollaborators
    oversight_module: Oversight = Oversight()
    conditions_module: Conditions
    design_module: Design
    arms_interventions_module: ArmsInterventions
    outcomes_module: Outcomes = Outcomes()
    eligibility_module: Eligibility
    contacts_locations_module: ContactsLocations = ContactsLocations()


class MiscInfo(Shape):
    version_holder: Line | None = None


class Derived(Shape):
    misc_info_module: MiscInfo = MiscInfo()


class Study(Shape):
    protocol_section: Protocol
    derived_section: Derived = Derived()
