"""How the fields of a fact are printed in trails: plain words where they are words, canonical JSON otherwise.

What is sealed prints as its kind and size, never as ciphertext, also inside the old and new values of corrections.
"""

from typing import Any, Final, NamedTuple, cast
from uuid import UUID

import msgspec

from domain.catalogue import FieldEntry, type_of
from domain.ledger.facts import CorrectionProposed, RecordCorrected
from domain.plain import Json, canonical, written
from domain.record import Fact
from domain.values import Written

QUOTING: Final = (RecordCorrected, CorrectionProposed)
"""Facts that quote values of other entries, as JSON texts in these fields."""
QUOTED: Final = frozenset({"old", "new"})


class Printed(NamedTuple):
    """One field of a fact, in words; None is "not recorded"."""

    name: str
    text: str | None


def printed(fact: Fact) -> tuple[Printed, ...]:
    """All fields of a fact, by name."""
    fields = type_of(type(fact)).fields
    quoting = isinstance(fact, QUOTING)
    return tuple(Printed(field.name, _field(fact, field, quoting=quoting)) for field in fields)


def quoted(text: str) -> str:
    """A JSON text as printed; what is sealed in it by its size alone."""
    try:
        value: Json = msgspec.json.decode(text)
        return _plain(_masked(value))
    except (ValueError, RecursionError):
        return f"unreadable, {len(text)} characters"


def sealed(size: object) -> str:
    """What stands for a sealed text."""
    return f"sealed text, {size} bytes"


def _field(fact: Fact, field: FieldEntry, *, quoting: bool) -> str | None:
    value: Any = getattr(fact, field.name)
    if value is None:
        return None
    if field.kind != "open":
        return sealed(field.size) if field.kind == "sealed-text" else "sealed arm"
    if quoting and field.name in QUOTED:
        return quoted(value)
    return _open(value)


def _open(value: Any) -> str:
    if isinstance(value, str | int | UUID | Written) and not isinstance(value, bool):
        return str(value)
    try:
        return canonical_text(written(value))
    except ValueError:
        return "a number too large to be written"


def canonical_text(text: str) -> str:
    """A canonical text without the quotes of a mere word."""
    return cast("str", msgspec.json.decode(text)) if text.startswith('"') else text


def _plain(value: Json) -> str:
    return value if isinstance(value, str) else canonical(value)


def _masked(value: Json) -> Json:
    if isinstance(value, dict):
        if "ciphertext" in value:
            return sealed(value["size"]) if isinstance(value.get("size"), int) else "sealed arm"
        return {name: _masked(member) for name, member in value.items()}
    return [_masked(item) for item in value] if isinstance(value, list) else value
