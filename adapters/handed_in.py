"""What somebody hands in with a compliance report: the results of a validation run, and the documents behind clauses.

Both are read strictly and become events; what they say is the file's own word.
"""

import csv
import json
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Final

from msgspec import ValidationError, convert

from compliance.reports.registers import Registers
from domain.access.facts import EvidencePresented, Procedure, ProceduresNamed
from domain.errors import InvalidInputError, NotFoundError

MAX_BYTES: Final = 16 << 20
COLUMNS: Final = ("clause", "document", "version", "owner")


def evidence(path: Path) -> EvidencePresented:
    """A `requirements.json` as the test run of a release writes it, under `build/validation`."""
    data = _read(path, "--evidence")
    try:
        told = json.loads(data)
        run = told["run"]
        found = {
            "commit": run["commit"] or None,
            "file_sha256": sha256(data).hexdigest(),
            "register_sha256": run["register_sha256"],
            "results": [
                {"requirement": row["id"], "status": row["status"], "tests": len(row["tests"])}
                for row in told["requirements"]
            ],
            "run_at": run["written_at"],
            "tests_run": run["tests_run"],
            "version": run["version"],
        }
        return convert(found, EvidencePresented)
    except (ValueError, LookupError, TypeError, ValidationError) as error:
        raise _unreadable(
            "--evidence", f"{path} is not the result of a validation run", "Hand in requirements.json of such a run."
        ) from error


def procedures(path: Path, registers: Registers) -> ProceduresNamed:
    """A CSV of clause, document, version and owner; a clause that is not in the register is refused."""
    lines = csv.reader(StringIO(_text(path), newline=""), strict=True)
    try:
        rows = list(lines)
    except csv.Error as error:
        raise _no_procedures(path, f"is not CSV ({error})") from error
    if not rows or tuple(rows[0]) != COLUMNS:
        raise _no_procedures(path, f"does not begin with the columns {','.join(COLUMNS)}")
    named = tuple(_procedure(path, row) for row in rows[1:])
    known = {clause.clause for clause in registers.clauses}
    unknown = [one.clause for one in named if one.clause not in known]
    if unknown:
        raise _no_procedures(path, f"names {unknown[0]}, which is no clause of the register")
    return ProceduresNamed(procedures=named)


def _procedure(path: Path, row: list[str]) -> Procedure:
    if len(row) != len(COLUMNS):
        raise _no_procedures(path, f"has a line of {len(row)} columns")
    try:
        return convert(dict(zip(COLUMNS, row, strict=True)), Procedure)
    except ValidationError as error:
        raise _no_procedures(path, f"has a line that names no document ({error})") from error


def _no_procedures(path: Path, why: str) -> InvalidInputError:
    return _unreadable("--procedures", f"{path} {why}", f"Write a CSV with the columns {','.join(COLUMNS)}.")


def _text(path: Path) -> str:
    try:
        return _read(path, "--procedures").decode()
    except UnicodeDecodeError as error:
        raise _no_procedures(path, "is not UTF-8") from error


def _read(path: Path, option: str) -> bytes:
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.", next_step=f"Name a file with {option}, or leave it out.")
    if path.stat().st_size > MAX_BYTES:
        raise _unreadable(option, f"{path} is larger than {MAX_BYTES >> 20} MiB", "Hand in the file itself, unpacked.")
    return path.read_bytes()


def _unreadable(option: str, why: str, next_step: str) -> InvalidInputError:
    return InvalidInputError("unreadable_file", f"{why}.", field=option, next_step=next_step)
