"""The reference of events: every stored name with what the register and its type say."""

from typing import get_type_hints

from domain.catalogue import EventType, FieldEntry, event_types
from domain.upcasts import STEPS, current_name
from tests.reference.markdown import page, sentence, table
from tests.reference.type_words import meanings, type_words

INTRODUCTION = """\
Every event has a stored name with its version, `subject.fact.vN`. A released version never changes; an older one is
read for ever. An entry holds a context (who, when, why) and one of these payloads; both are described by
[the schema of an entry](schemas/trialproof.entry.v1.json), each payload by a schema of its own (JSON Schema 2020-12).

- **Blinding** says whether an entry may be read without knowing an arm: NEUTRAL, or RESTRICTED, which stands in the
  vault alone, its whole payload encrypted.
- **Retention** is the class of records whose retention rule holds; **rule** is the predicate rule that makes it a
  regulated record.
- **Kind** says of a field whether it is open to whoever may read the entry, or sealed: a *sealed text* at one fixed
  size to an audience, a *sealed arm* under a key of its own.
- Every field is there in every entry; what was not given is `null`. A type such as `OpenItem` is spelled out in the
  schema."""


def events_page() -> str:
    """The page."""
    rows = list(event_types())
    index = table(
        ["stored name", "ledger", "blinding", "retention", "rule"],
        ([f"[`{row.name}`](#{_anchor(row.name)})", *_register(row)] for row in rows),
    )
    older = table(
        ["older name", "is read as", "what is added"],
        ([f"`{name}`", f"`{current_name(name)}`", _words(step.change)] for name, step in sorted(STEPS.items())),
    )
    events = "\n\n".join(_event(row) for row in rows)
    parts = (INTRODUCTION, index, "## Older versions", older, "## Types", meanings(events), "## Events", events)
    return page("Events", *parts)


def _register(row: EventType) -> list[str]:
    return [", ".join(sorted(row.ledgers)), row.blinding.value, row.retention.value, row.predicate]


def _event(row: EventType) -> str:
    hints = get_type_hints(row.fact, include_extras=True)
    rows = ([f"`{field.name}`", _type(hints[field.name], field), _kind(field)] for field in row.fields)
    fields = table(["field", "type", "kind"], rows) or "It has no fields: that it happened says all."
    ledgers, blinding, retention, predicate = _register(row)
    said = f"Ledger: {ledgers} · {blinding} · {retention} · {predicate} · [schema](schemas/{row.name}.json)"
    return "\n\n".join([f"### {row.name}", sentence(row.fact), said, fields])


def _type(hint: object, field: FieldEntry) -> str:
    if field.kind == "open":
        return type_words(hint)
    words = "the arm" if field.kind == "sealed-arm" else f"words ({field.size or 0:,} bytes sealed)"
    return f"{words} or null" if type(None) in getattr(hint, "__args__", ()) else words


def _kind(field: FieldEntry) -> str:
    audience = f" to {field.audience.replace('_', ' ')}" if field.audience else ""
    return f"{field.kind.replace('-', ' ')}{audience}"


def _anchor(name: str) -> str:
    return name.replace(".", "")


def _words(change: object) -> str:
    return " ".join((change.__doc__ or "").split())
