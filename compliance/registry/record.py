"""What is kept of a registry record: claims of the registry, word for word, about no person."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Allocation = Literal["RANDOMIZED", "NON_RANDOMIZED", "NA"]
InterventionModel = Literal["SINGLE_GROUP", "PARALLEL", "CROSSOVER", "FACTORIAL", "SEQUENTIAL"]
Masking = Literal["NONE", "SINGLE", "DOUBLE", "TRIPLE", "QUADRUPLE"]
MaskedRole = Literal["PARTICIPANT", "CARE_PROVIDER", "INVESTIGATOR", "OUTCOMES_ASSESSOR"]
Phase = Literal["NA", "EARLY_PHASE1", "PHASE1", "PHASE2", "PHASE3", "PHASE4"]
Claim = Literal["ACTUAL", "ESTIMATED"]
Sex = Literal["ALL", "FEMALE", "MALE"]
AgeUnit = Literal["YEARS", "MONTHS", "WEEKS", "DAYS", "HOURS", "MINUTES"]
DatePrecision = Literal["day", "month", "year", "text"]
Purpose = Literal[
    "TREATMENT",
    "PREVENTION",
    "DIAGNOSTIC",
    "ECT",
    "SUPPORTIVE_CARE",
    "SCREENING",
    "HEALTH_SERVICES_RESEARCH",
    "BASIC_SCIENCE",
    "DEVICE_FEASIBILITY",
    "OTHER",
]
ArmType = Literal[
    "EXPERIMENTAL",
    "ACTIVE_COMPARATOR",
    "PLACEBO_COMPARATOR",
    "SHAM_COMPARATOR",
    "NO_INTERVENTION",
    "OTHER",
]
InterventionType = Literal[
    "BEHAVIORAL",
    "BIOLOGICAL",
    "COMBINATION_PRODUCT",
    "DEVICE",
    "DIAGNOSTIC_TEST",
    "DIETARY_SUPPLEMENT",
    "DRUG",
    "GENETIC",
    "PROCEDURE",
    "RADIATION",
    "OTHER",
]


class Kept(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class ArmGroup(Kept):
    label: str
    type: ArmType | None
    description: str | None
    intervention_names: tuple[str, ...]


class Intervention(Kept):
    type: InterventionType
    name: str
    description: str | None

    @property
    def named_in_arms(self) -> str:
        """The form in which an arm group refers to this intervention."""
        return f"{self.type.replace('_', ' ').title()}: {self.name}"


class StatedAge(Kept):
    number: int
    unit: AgeUnit
    verbatim: str


class StatedDate(Kept):
    """A date as the record writes it; precision `text` means that nobody has read it as a date yet."""

    field: str
    verbatim: str
    precision: DatePrecision
    claim: Claim | None


class RecordWarning(Kept):
    """Something odd or silent in an accepted record."""

    code: str
    field: str
    what: str


class RegistryRecord(Kept):
    """An interventional trial as registered; None is always "not stated", never a default."""

    nct_id: str
    organisation_study_id: str | None
    sponsor: str | None
    sponsor_class: str | None
    brief_title: str
    official_title: str | None
    overall_status: str
    conditions: tuple[str, ...]
    study_type: Literal["INTERVENTIONAL"]
    phases: tuple[Phase, ...] | None
    allocation: Allocation | None
    intervention_model: InterventionModel | None
    intervention_model_description: str | None
    primary_purpose: Purpose | None
    masking: Masking | None
    masking_description: str | None
    who_masked: tuple[MaskedRole, ...] | None
    enrolment_count: int
    enrolment_type: Claim | None
    arm_groups: tuple[ArmGroup, ...]
    interventions: tuple[Intervention, ...]
    primary_outcomes: tuple[str, ...] | None
    has_monitoring_committee: bool | None
    minimum_age: StatedAge | None
    maximum_age: StatedAge | None
    sex: Sex | None
    healthy_volunteers: bool | None
    eligibility_criteria: str
    eligibility_sha256: str
    dates: tuple[StatedDate, ...]
    locations_count: int
    data_date: str | None
    source_sha256: str
    warnings: tuple[RecordWarning, ...] = ()
