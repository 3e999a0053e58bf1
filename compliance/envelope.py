"""The envelope of a command, read from strict bytes: what an `apply` line holds, and later an HTTP body.

    {"command": "record_consent", "command_id": "...", "occurred_at": "...", "performer": {...}, "payload": {...}}

Nothing is taken kindly: duplicate keys, floats, unpaired surrogates, unknown fields, naive times and
fields that would identify a person are refused with a stable code and the path of the field.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn, TypeVar
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, ValidationError

from domain.command import Command
from domain.commands import COMMANDS
from domain.errors import InvalidInputError
from domain.input import Code, OccurredGiven
from domain.record import Performer
from domain.times import Occurred

MAX_BYTES = 262_144
MAX_DEPTH = 32
LONGEST_INTEGER = 20
IDENTIFYING = frozenset(
    {"name", "first_name", "last_name", "initials", "birth_date", "date_of_birth", "dob", "hospital_number", "mrn"}
)
"""Fields that do not exist here: identity lists stay at the site (conduct rules, section 2)."""
CODES = {
    "extra_forbidden": "unknown_field",
    "missing": "missing_field",
    "literal_error": "unknown_value",
    "string_pattern_mismatch": "bad_form",
    "string_too_long": "text_too_long",
    "string_too_short": "blank_text",
    "timezone_aware": "naive_time",
}


M = TypeVar("M", bound=BaseModel)


class PerformerPart(BaseModel):
    """Who did the act; `person: null` says that it is not known."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    person: Code | None
    role: Code | None = None


class EnvelopePart(BaseModel):
    """The frame of a command line."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    command: str
    command_id: UUID
    correlation: UUID | None = None
    occurred_at: OccurredGiven | None = None
    payload: dict[str, Any]
    performer: PerformerPart | None = None


class Envelope(NamedTuple):
    """A command with its id, its claimed time and performer; `canonical` is what its id stands for."""

    command: Command
    command_id: UUID
    correlation: UUID
    occurred_at: Occurred | None
    performer: Performer | None
    canonical: bytes

    def identified_in(self, trial: str) -> bytes:
        """What its id stands for in a trial: the same id with other bytes is another command."""
        return b"\0".join([trial.encode(), self.canonical])

    def __repr__(self) -> str:
        """Which command it is; what was submitted may tell an arm."""
        return f"Envelope({self.command.NAME}, {self.command_id})"


def read_envelope(raw: bytes) -> Envelope:
    """Read one command line; InvalidInputError with a code and the field's path, and nothing else, on bad input."""
    data = strict_json(raw)
    frame = _validated(EnvelopePart, data, at="")
    kind = COMMANDS.get(frame.command)
    if kind is None:
        raise InvalidInputError(
            "unknown_command",
            f"There is no command {frame.command[:64]!r}.",
            field="command",
            next_step="See the list with `trialproof apply --list`.",
        )
    assert isinstance(data, dict)
    wish = _validated(kind, frame.payload, at="payload")
    return Envelope(
        command=wish,
        command_id=frame.command_id,
        correlation=frame.correlation or frame.command_id,
        occurred_at=frame.occurred_at,
        performer=Performer(person=frame.performer.person, role=frame.performer.role) if frame.performer else None,
        canonical=msgspec.json.encode({**data, "command_id": str(frame.command_id)}, order="deterministic"),
    )


def strict_json(raw: bytes) -> Any:
    """JSON without duplicate keys, floats, huge integers, unpaired surrogates, deep nesting or excess length."""
    if len(raw) > MAX_BYTES:
        raise _bad("too_large", f"The line is longer than {MAX_BYTES} bytes.")
    try:
        data = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_float=_no_float,
            parse_constant=_no_float,
            parse_int=_integer,
        )
    except UnicodeDecodeError as error:
        raise _bad("not_utf8", "The line is not UTF-8 text.") from error
    except RecursionError as error:
        raise _bad("too_deep", f"The line is nested deeper than {MAX_DEPTH} levels.") from error
    except json.JSONDecodeError as error:
        raise _bad("not_json", f"The line is not JSON: {error.msg} at character {error.pos}.") from error
    _check_tree(data, depth=0)
    return data


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _bad("duplicate_key", f"The key {key[:64]!r} stands twice in one object.")
        found[key] = value
    return found


def _no_float(text: str) -> NoReturn:
    raise _bad("float", f'{text[:32]} is a floating-point number; write a decimal number as text, such as "1.5".')


def _integer(text: str) -> int:
    """An integer of so few digits that it can be read at all; its size is judged afterwards."""
    if len(text) > LONGEST_INTEGER:
        raise _bad("too_large_number", "An integer is beyond 2^53; write it as text.")
    return int(text)


def _check_tree(data: Any, *, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise _bad("too_deep", f"The line is nested deeper than {MAX_DEPTH} levels.")
    match data:
        case dict():
            for key, value in data.items():  # pyright: ignore[reportUnknownVariableType]  # a parsed JSON object
                _check_tree(key, depth=depth + 1)
                _check_tree(value, depth=depth + 1)
        case list():
            for value in data:  # pyright: ignore[reportUnknownVariableType]  # a parsed JSON array
                _check_tree(value, depth=depth + 1)
        case str() if any("\ud800" <= sign <= "\udfff" for sign in data):
            raise _bad("unpaired_surrogate", "A text holds half of a surrogate pair.")
        case int() if abs(data) >= 2**53:
            raise _bad("too_large_number", "An integer is beyond 2^53; write it as text.")
        case _:
            return


def _validated(kind: type[M], data: Any, *, at: str) -> M:
    try:
        return kind.model_validate_json(msgspec.json.encode(data))
    except ValidationError as error:
        raise _explained(error, at) from error


def _explained(error: ValidationError, at: str) -> InvalidInputError:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path = ".".join(str(part) for part in (at, *first["loc"]) if part != "")
    kind, last = first["type"], str(first["loc"][-1]) if first["loc"] else ""
    if kind == "extra_forbidden" and last in IDENTIFYING:
        return InvalidInputError(
            "identifying_field",
            f"The field {path} would identify a person; identity lists stay at the site.",
            field=path,
            next_step="Leave it out; use the screening number.",
        )
    code = CODES.get(kind, "wrong_type" if kind.endswith(("_type", "_parsing")) else kind)
    return InvalidInputError(
        code, f"{path or 'The line'}: {first['msg']}.", field=path, next_step="Correct the field and send it again."
    )


def _bad(code: str, what: str) -> InvalidInputError:
    return InvalidInputError(code, what, next_step="Correct the line and send it again.")
