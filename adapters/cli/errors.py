"""What went wrong, in words and as an exit code that programs may rely on.

The sentences are the errors' own: what happened, why, what to do next. A fault of the program itself is
told by its type and place alone, since a message or a value could hold what must not be shown.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from adapters.redaction import places
from compliance.reports.twin import TwinsDifferError
from domain.errors import (
    ConflictError,
    DamagedLedgerError,
    InDoubtError,
    InvalidInputError,
    KeyRetainedError,
    LoginError,
    NotFoundError,
    Refusal,
    StorageFullError,
    StorageUnavailableError,
    TrialproofError,
)


class ExitCode(IntEnum):
    """How an invocation ended."""

    OK = 0
    NOT_VERIFIED = 1
    USAGE = 2
    INVALID_INPUT = 3
    REFUSED = 4
    CONFLICT = 5
    NOT_FOUND = 6
    STORAGE = 7
    NOT_AUTHENTICATED = 8
    FAULT = 70
    INTERRUPTED = 130
    READER_LEFT = 141


MEANINGS: Mapping[ExitCode, str] = {
    ExitCode.OK: "done",
    ExitCode.NOT_VERIFIED: "a verification or a check failed, or a file is not as it was written",
    ExitCode.USAGE: "the command line itself cannot be read; nothing was opened",
    ExitCode.INVALID_INPUT: "the input cannot be read as a command or a record; nothing was written",
    ExitCode.REFUSED: "authority, order, signature or blinding refused it; the refusal is recorded",
    ExitCode.CONFLICT: "others changed the same streams first, or the outcome is in doubt: send it again, same id",
    ExitCode.NOT_FOUND: "no such store, trial, participant, entry or file",
    ExitCode.STORAGE: "a disk or file could not be read or written; nothing was acknowledged",
    ExitCode.NOT_AUTHENTICATED: "nobody is logged in, the session is over, or what was given proves nobody",
    ExitCode.FAULT: "a fault of the program; nothing was acknowledged",
    ExitCode.INTERRUPTED: "interrupted from the keyboard",
    ExitCode.READER_LEFT: "whoever read the output stopped reading",
}

_FAMILY: Mapping[type[TrialproofError], ExitCode] = {
    InvalidInputError: ExitCode.INVALID_INPUT,
    Refusal: ExitCode.REFUSED,
    KeyRetainedError: ExitCode.REFUSED,
    ConflictError: ExitCode.CONFLICT,
    InDoubtError: ExitCode.CONFLICT,
    NotFoundError: ExitCode.NOT_FOUND,
    LoginError: ExitCode.NOT_AUTHENTICATED,
    DamagedLedgerError: ExitCode.NOT_VERIFIED,
    TwinsDifferError: ExitCode.NOT_VERIFIED,
    StorageFullError: ExitCode.STORAGE,
    StorageUnavailableError: ExitCode.STORAGE,
}


def exit_code_of(error: BaseException) -> ExitCode:
    """The code of an error; of the nearest of its kinds that has one."""
    if isinstance(error, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    if isinstance(error, BrokenPipeError):
        return ExitCode.READER_LEFT
    if isinstance(error, OSError):
        return ExitCode.STORAGE
    return next((code for kind, code in _FAMILY.items() if isinstance(error, kind)), ExitCode.FAULT)


def told(error: BaseException) -> dict[str, Any]:
    """An error as data: its code, what happened, what to do next, and where."""
    match error:
        case TrialproofError():
            named = {"rule": getattr(error, "rule", ""), "field": getattr(error, "field", "")}
            return {
                "error": error.code,
                "message": error.what,
                "next_step": error.next_step,
                **{name: value for name, value in named.items() if value},
            }
        case OSError():
            return {
                "error": "file_trouble",
                "message": f"{error.filename or 'A file'}: {error.strerror or 'it cannot be read or written'}.",
                "next_step": "Check the path, the permissions and the disk.",
            }
        case _:
            where = ", ".join(places(error.__traceback__))
            return {
                "error": "fault",
                "message": f"A fault of the program: {type(error).__name__} at {where}.",
                "next_step": "Nothing was acknowledged. Report it with this line; it holds no data of the trial.",
            }
