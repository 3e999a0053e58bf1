"""What may stand in a log line: a list of names, each with the form its values must have. Nothing else passes.

Names of facts' fields are not on the list, so that no arm, free text or personal field can come by mistake;
what is left out is counted, not described. Exceptions show their types and places, never messages or values.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Final
from uuid import UUID

from domain.commands import COMMANDS

Form = Callable[[Any], Any]
"""Gives a value as it may be written; None where it has not the form."""


def _matching(pattern: str) -> Form:
    form = re.compile(pattern, re.ASCII)
    return lambda given: given if isinstance(given, str) and form.fullmatch(given) else None


def _one_of(*known: str) -> Form:
    return lambda given: given if isinstance(given, str) and given in known else None


def _each(form: Form) -> Form:
    def every(given: Any) -> list[Any] | None:
        found = [form(one) for one in given] if isinstance(given, list | tuple) else [None]  # pyright: ignore[reportUnknownVariableType]  # a sequence of anything
        return None if None in found else found

    return every


def _id(given: Any) -> str | None:
    return str(given) if isinstance(given, UUID) else None


def _count(given: Any) -> int | None:
    return given if isinstance(given, int) and not isinstance(given, bool) else None


def _command(given: Any) -> str | None:
    return given if isinstance(given, str) and given in COMMANDS else None


_CODE: Final = r"[a-z][a-z0-9_]{1,39}"
_PLACE: Final = r"(trial|access|system|vault)(:[A-Za-z0-9][A-Za-z0-9._:+-]{0,63})?(@[1-9][0-9]{0,14})?"
FORMS: Final[Mapping[str, Form]] = {
    "event": _matching(r"[a-z]{1,20}\.[a-z_]{1,30}"),
    "invocation": _matching(r"[a-z]{1,20}(\.[a-z-]{1,30})?"),
    "correlation": _id,
    "causation": _id,
    "command_id": _id,
    "command_name": _command,
    "came_to": _matching(_CODE),
    "entries": _each(_matching(_PLACE)),
    "store_environment": _one_of("production", "demonstration", "unknown", "none"),
    "line_number": _count,
    "commands_done": _count,
    "commands_not_done": _count,
    "duration_ms": _count,
    "exit_code": _count,
    "library": _matching(r"[a-z][a-z0-9_]{0,39}"),
    "error_types": _each(_matching(r"[A-Za-z_][A-Za-z0-9_]{0,79}")),
    "frames": _each(_matching(r"[A-Za-z_][A-Za-z0-9_.]{0,119}:[0-9]{1,6}")),
}
"""Every name that a log line may hold, beside the `at` and `level` that the log itself writes."""


def redacted(_: Any, __: str, line: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what is on the list and has its form; say how many values were withheld."""
    kept: dict[str, Any] = {}
    for name, value in (*line.items(), *_told(line.get("exc_info"))):
        form = FORMS.get(name)
        written = None if form is None else form(value)
        if written is not None:
            kept[name] = written
    withheld = sum(1 for name, value in line.items() if name not in kept and name != "exc_info" and value is not None)
    return {"event": "log.withheld", **kept, **({"withheld": withheld} if withheld else {})}


def _told(exc_info: Any) -> Iterator[tuple[str, Any]]:
    """An exception as its types, causes included, and the places it passed."""
    given = sys.exc_info() if exc_info is True else exc_info
    error = given[1] if isinstance(given, tuple) else given  # pyright: ignore[reportUnknownVariableType]  # what a logger is given
    if not isinstance(error, BaseException):
        return
    chain = list(_chain(error))
    yield "error_types", [type(one).__name__ for one in chain]
    yield "frames", [place for one in chain for place in places(one.__traceback__)]


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__


def places(trace: TracebackType | None) -> Iterator[str]:
    """Module and line of every frame; no source line and no value."""
    while trace is not None:
        yield f"{trace.tb_frame.f_globals.get('__name__', '_')}:{trace.tb_lineno}"
        trace = trace.tb_next
