"""Everything a record leaves open: the design as a whole, and the wording of single criteria."""

from compliance.registry.arising import several_groups
from compliance.registry.criterion_question import CriterionQuestion, criterion_questions
from compliance.registry.open_question import OpenQuestion
from compliance.registry.particular import particular_questions
from compliance.registry.readings import reading_question
from compliance.registry.record import RegistryRecord
from compliance.registry.standing import standing_questions

__all__ = ["CriterionQuestion", "OpenQuestion", "criterion_questions", "open_questions"]


def open_questions(record: RegistryRecord) -> tuple[OpenQuestion, ...]:
    """In the order D1 to D15, TZ, R1, R2, ...; a code means the same in every trial."""
    reading = (reading_question(record),) if several_groups(record) else ()
    return (*reading, *standing_questions(record), *particular_questions(record))
