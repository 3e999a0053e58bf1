"""The clause register: what a regulation obliges to, what the product does about it, what shows that it does.

The rows stand in `requirements.csv` beside this file; whoever needs them hands the text in.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO
from typing import Final

from msgspec import ValidationError, convert

from domain.errors import InvalidInputError, NotFoundError
from domain.values import Code, Text, Value

COLUMNS: Final = ("id", "source", "clause", "obligation", "system_behaviour", "evidence", "kind")


class Kind(StrEnum):
    """Who can meet the obligation: the product alone, people alone, or both together."""

    TECHNICAL = "technical"
    SHARED = "shared"
    PROCEDURAL = "procedural"


class Requirement(Value):
    """One row: a clause, in our words, and the control that answers it."""

    id: Code
    source: Text
    clause: Text
    obligation: Text
    system_behaviour: Text
    evidence: Text
    kind: Kind


@dataclass(frozen=True, slots=True)
class Register:
    """All requirements, in the order of the file; every id is there once."""

    requirements: tuple[Requirement, ...]

    def __iter__(self) -> Iterator[Requirement]:
        return iter(self.requirements)

    def __len__(self) -> int:
        return len(self.requirements)

    def named(self, requirement_id: str) -> Requirement:
        for requirement in self.requirements:
            if requirement.id == requirement_id:
                return requirement
        raise NotFoundError(
            f"No requirement has the id {requirement_id!r}.",
            next_step="Look the id up in compliance/requirements.csv.",
        )

    def unknown(self, requirement_ids: Iterable[object]) -> tuple[object, ...]:
        """Those of the ids that no requirement has."""
        known = {requirement.id for requirement in self.requirements}
        return tuple(each for each in requirement_ids if each not in known)


def parse(text: str) -> Register:
    """Read the register; a text of any other form is refused whole."""
    lines = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        if tuple(next(lines, ())) != COLUMNS:
            raise _unreadable(1, f"names other columns than {', '.join(COLUMNS)}")
        requirements = tuple(_requirement(lines.line_num, row) for row in lines)
    except csv.Error as error:
        raise _unreadable(lines.line_num, f"is not CSV: {error}") from error
    _refuse_a_second_of_any_id(requirements)
    return Register(requirements)


def _requirement(line: int, row: list[str]) -> Requirement:
    if len(row) != len(COLUMNS):
        raise _unreadable(line, f"has {len(row)} columns, not {len(COLUMNS)}")
    try:
        return convert(dict(zip(COLUMNS, row, strict=True)), Requirement)
    except ValidationError as error:
        raise _unreadable(line, f"cannot be a requirement: {error}") from error


def _refuse_a_second_of_any_id(requirements: Iterable[Requirement]) -> None:
    seen: set[str] = set()
    for requirement in requirements:
        if requirement.id in seen:
            raise InvalidInputError(
                "repeated_requirement",
                f"The register holds {requirement.id} twice.",
                field=requirement.id,
                next_step="Keep one row per id.",
            )
        seen.add(requirement.id)


def _unreadable(line: int, why: str) -> InvalidInputError:
    return InvalidInputError(
        "unreadable_register",
        f"Line {line} of the register {why}.",
        field=f"line {line}",
        next_step="Restore requirements.csv as it was released.",
    )
