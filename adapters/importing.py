"""A registry's record as the commands that make a DRAFT trial of it: claims carried over, nothing decided.

What the record leaves open becomes a question; what does not fit a typed field becomes a warning.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final, NamedTuple

from compliance.registry.criteria import CriterionItem, Section, suggested_split
from compliance.registry.open_question import OpenQuestion
from compliance.registry.questions import open_questions
from compliance.registry.record import RegistryRecord, StatedAge, StatedDate

SEED: Final = "01fa34661b4caaa14574b2937fc7e3af72e52715230537b8cf553797bf8729ee"
SEED_PAGE: Final = "7b5d214c9f15ecd929333a83a7cfe05146365ff4f02cd0267395fb6f26a10188"
LONGEST: Final = 8192
"""Characters of a public text; a quotation beyond is cut, and says so."""
CUT: Final = " (cut here; the record has more)"
PREFIX: Final[dict[Section, str]] = {"inclusion": "I", "exclusion": "E"}


class Wish(NamedTuple):
    """A command to send: its name and payload."""

    command: str
    payload: dict[str, Any]

    @property
    def about(self) -> str:
        """What it is about, among the wishes of one import."""
        return str(self.payload.get("criterion", self.command))


def wishes(record: RegistryRecord, *, provenance: str) -> list[Wish]:
    """The trial first, then each criterion word for word, parts after what they are parts of."""
    items = suggested_split(record.eligibility_criteria).items
    return [Wish("register_trial", _trial(record, items, provenance)), *_criteria(items)]


def provenance_of(record: RegistryRecord, file_name: str) -> str:
    """Where the record comes from, as far as it is known: a reconstruction is called one."""
    if record.source_sha256 == SEED:
        return (
            "Reconstructed from the text of a republished registry page; it is not the registry's own record."
            f" SHA-256 of the page text {SEED_PAGE}, of the file {SEED}."
        )
    return (
        f"The file {file_name}, in the form of a ClinicalTrials.gov v2 record, SHA-256 {record.source_sha256}."
        " Whether the registry wrote it was not checked."
    )


def _trial(record: RegistryRecord, items: tuple[CriterionItem, ...], provenance: str) -> dict[str, Any]:
    return {
        "design": _design(record),
        "provenance": provenance,
        "questions": [_question(question) for question in open_questions(record)],
        "registry_id": record.nct_id,
        "source_date": record.data_date,
        "source_sha256": record.source_sha256,
        "title": record.brief_title,
        "warnings": list(_warnings(record, items)),
    }


def _design(record: RegistryRecord) -> dict[str, Any]:
    return {
        "allocation": record.allocation,
        "arms": [
            {
                "description": arm.description,
                "interventions": arm.intervention_names,
                "label": arm.label,
                "type": arm.type,
            }
            for arm in record.arm_groups
        ],
        "conditions": record.conditions,
        "criteria_sha256": record.eligibility_sha256,
        "dates": [pair for stated in record.dates for pair in _date(stated)],
        "enrolment": record.enrolment_count,
        "enrolment_type": record.enrolment_type,
        "healthy_volunteers": record.healthy_volunteers,
        "interventions": [
            {"description": given.description, "name": given.name, "type": given.type} for given in record.interventions
        ],
        "locations": record.locations_count,
        "masking": record.masking,
        "maximum_age": _age(record.maximum_age),
        "minimum_age": _age(record.minimum_age),
        "model": record.intervention_model,
        "official_title": record.official_title,
        "organisation_study_id": record.organisation_study_id,
        "overall_status": record.overall_status,
        "phases": record.phases,
        "primary_purpose": record.primary_purpose,
        "sex": record.sex,
        "sponsor": record.sponsor,
        "study_type": record.study_type,
        "who_masked": record.who_masked,
    }


def _date(stated: StatedDate) -> Iterator[tuple[str, str]]:
    """The words of the record under their path; its claim (actual or estimated) under a path of its own."""
    yield stated.field, stated.verbatim
    if stated.claim is not None:
        yield f"{stated.field.removesuffix('.date')}.type", stated.claim


def _age(stated: StatedAge | None) -> dict[str, Any] | None:
    """An age in years to days; one in hours or minutes stands in the warnings alone."""
    if stated is None or _in_hours(stated):
        return None
    return {"number": stated.number, "unit": stated.unit.lower(), "verbatim": stated.verbatim}


def _in_hours(stated: StatedAge | None) -> bool:
    return stated is not None and stated.unit in ("HOURS", "MINUTES")


def _question(question: OpenQuestion) -> dict[str, Any]:
    return {
        "code": question.code,
        "field": question.field or None,
        "options": [
            {"code": _option_code(text, number), "text": fitting(text)}
            for number, text in enumerate(question.options, start=1)
        ],
        "question": fitting(question.question),
        "record_says": fitting(question.record_says),
        "title": question.title,
    }


def _option_code(text: str, number: int) -> str:
    """The code that the option names itself (`R3: ...`), else its number among the options."""
    code, colon, _ = text.partition(":")
    return code if colon and code == f"R{number}" else f"O{number}"


def _warnings(record: RegistryRecord, items: tuple[CriterionItem, ...]) -> Iterator[str]:
    for warning in record.warnings:
        yield f"{warning.what} ({warning.field or 'the whole record'})"
    for which, stated in (("minimum", record.minimum_age), ("maximum", record.maximum_age)):
        if stated is not None and _in_hours(stated):
            yield f"The {which} age, {stated.verbatim!r}, has no typed form here; it stands in these words alone."
    homeless = [item for item in items if item.section not in PREFIX]
    if homeless:
        yield (
            f"{len(homeless)} piece(s) of the eligibility text stand under no heading that says inclusion or exclusion;"
            " none of them was recorded as a criterion. Record them with `record_criterion`."
        )


def _criteria(items: tuple[CriterionItem, ...]) -> Iterator[Wish]:
    for item in items:
        if item.section not in PREFIX:
            continue
        code = f"{PREFIX[item.section]}{item.ordinal}"
        yield _criterion(item.section, code, item.ordinal, item.verbatim, parent=None)
        for number, part in enumerate(item.parts, start=1):
            yield _criterion(item.section, f"{code}.{number}", number, part.verbatim.strip(), parent=code)


def _criterion(kind: str, code: str, ordinal: int, verbatim: str, *, parent: str | None) -> Wish:
    return Wish(
        "record_criterion",
        {
            "criterion": code,
            "kind": kind,
            "ordinal": ordinal,
            "parent": parent,
            "sha256": sha256(verbatim.encode()).hexdigest(),
            "verbatim": verbatim,
        },
    )


def fitting(text: str) -> str:
    """A text that quotes the record, cut where it is too long for one field."""
    return text if len(text) <= LONGEST else text[: LONGEST - len(CUT)] + CUT
