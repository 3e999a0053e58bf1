"""JSON Schema 2020-12 of every event version, made from the types that write and read the entries.

A schema describes the payload as its entry holds it; of a vault event, the payload as the vault's key opens it.
`x-kind` says of every field whether it is open or sealed; size and audience of a sealed text are part of the form.
"""

from inspect import cleandoc
from typing import Any, Final, TypeAlias

import msgspec

import domain.facts  # noqa: F401  # pyright: ignore[reportUnusedImport]  # fills the register of event types
from compliance.proofs.entry import ENTRY_SCHEMA
from domain.catalogue import EventType, FieldEntry
from domain.record import Recorded
from domain.times import Occurred
from domain.values import Number, PartialDate, Written

Schema: TypeAlias = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
TAG_BYTES: Final = 16
_DATE: Final = "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"
_CLOCK: Final = "T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}"
_FORMS: Final[dict[type[Written], str]] = {
    PartialDate: f"^{_DATE}$",
    Number: r"^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,12})?$",
    Occurred: rf"^({_DATE}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{_CLOCK})\[[^\[\]]+\]$",
}
"""The forms of written values; what a pattern cannot say, such as 31 February, is checked where they are read."""


def schema_of(row: EventType) -> Schema:
    """The schema of one event version's payload, with what the register says of it."""
    given = _of_type(row.fact, f"urn:trialproof:event:{row.name}")
    known = given["$defs"][row.fact.__name__]["properties"]
    for field in row.fields:
        known[field.name] |= _kind(field)
    register = {
        "x-blinding": row.blinding.value,
        "x-ledgers": sorted(row.ledgers),
        "x-predicate": row.predicate,
        "x-retention": row.retention.value,
    }
    return {"title": row.name, **given, **register}


def entry_schema() -> Schema:
    """The schema of a whole entry, whatever its payload."""
    return {"title": ENTRY_SCHEMA, **_of_type(Recorded[Any], f"urn:trialproof:entry:{ENTRY_SCHEMA}")}


def schema_text(schema: Schema) -> str:
    """A schema as one text, always the same: names in order, two spaces a step."""
    return msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=2).decode() + "\n"


def _of_type(kind: Any, name: str) -> Schema:
    given = msgspec.json.schema(kind, schema_hook=_written)
    for definition in given["$defs"].values():
        definition["description"] = cleandoc(definition["description"])
    return {"$schema": DIALECT, "$id": name, **given}


def _written(kind: type) -> Schema:
    return {"type": "string", "pattern": _FORMS[kind], "description": cleandoc(kind.__doc__ or "")}


def _kind(field: FieldEntry) -> Schema:
    if field.size is None:
        return {"x-kind": field.kind}
    sealed = 4 * -(-(field.size + TAG_BYTES) // 3)
    fixed = {
        "audience": {"const": field.audience},
        "ciphertext": {"minLength": sealed, "maxLength": sealed},
        "size": {"const": field.size},
    }
    return {"x-kind": field.kind, "x-audience": field.audience, "x-size": field.size, "properties": fixed}
