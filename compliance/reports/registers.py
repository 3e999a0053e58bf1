"""What reports are read against besides ledgers: the clauses of a rule, and the requirements behind them.

Data of a release, handed in as text by whoever may read files; their digests stand in the report.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import StringIO
from typing import Final, Literal, get_args

from msgspec import ValidationError, convert

from compliance.requirements import Register, parse
from domain.errors import InvalidInputError
from domain.values import Text, Value

Shown = Literal["technical", "shared", "procedural", "not applicable"]
"""Who can meet a clause: the software, people, both; or nobody needs to, with the reason as its control."""
COLUMNS: Final = ("clause", "title", "shown", "control", "requirements", "checks")


class Clause(Value):
    """One clause in our own words, the control that answers it, and what shows that it does."""

    clause: Text
    title: Text
    shown: Shown
    control: Text
    requirements: tuple[str, ...]
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Registers:
    """Requirements and clauses, with the digest of the requirements that evidence must be about."""

    requirements: Register
    clauses: tuple[Clause, ...]
    digest: str


NO_REGISTERS: Final = Registers(Register(()), (), sha256(b"").hexdigest())


def read_registers(requirements: str, clauses: str) -> Registers:
    """Read both; InvalidInputError where a clause names a requirement that is not there."""
    register = parse(requirements)
    rows = tuple(_clauses(clauses))
    unknown = register.unknown(each for row in rows for each in row.requirements)
    if unknown:
        raise _unreadable(f"names {unknown[0]}, which is no requirement")
    return Registers(register, rows, sha256(requirements.encode()).hexdigest())


def _clauses(text: str) -> Iterator[Clause]:
    lines = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        if tuple(next(lines, ())) != COLUMNS:
            raise _unreadable(f"names other columns than {', '.join(COLUMNS)}")
        for row in lines:
            yield _clause(lines.line_num, row)
    except csv.Error as error:
        raise _unreadable(f"is not CSV: {error}") from error


def _clause(line: int, row: list[str]) -> Clause:
    if len(row) != len(COLUMNS) or row[2] not in get_args(Shown):
        raise _unreadable(f"has no clause in line {line}")
    named = dict(zip(COLUMNS, row, strict=True))
    lists = {name: tuple(named[name].split()) for name in ("requirements", "checks")}
    try:
        return convert({**named, **lists}, Clause)
    except ValidationError as error:
        raise _unreadable(f"cannot be read in line {line}: {error}") from error


def _unreadable(why: str) -> InvalidInputError:
    return InvalidInputError(
        "unreadable_register",
        f"The register of clauses {why}.",
        field="clauses",
        next_step="Restore compliance/reports/part11_clauses.csv as it was released.",
    )
