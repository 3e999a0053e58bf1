"""Types of fields in words, the same for commands and events; a type of its own name is explained in a table."""

import re
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from msgspec import Meta, Struct
from pydantic import AwareDatetime, BaseModel

from domain import input as given
from domain import values
from domain.allocation.design_commands import ArmGiven
from domain.eligibility.rule import FactValue, Rule
from domain.ledger.base import RecordStream
from domain.ledger.change import JsonGiven, Pointer
from domain.ledger.facts import JsonText
from domain.participant.base import ParticipantNumber
from domain.people.roles import Role
from domain.protocol.commands import Days
from domain.record import Instant
from domain.signature.facts import Bytes64
from domain.site.commands import SiteCode
from domain.times import Occurred
from domain.trial.commands import DesignGiven
from domain.unblinding.routine import Recipients
from tests.reference.markdown import table

NAMED: tuple[tuple[Any, str], ...] = (
    (given.Code, "code"),
    (given.Reference, "reference"),
    (given.PrintedName, "printed name"),
    (given.PublicText, "public text"),
    (given.Words256, "words (252 bytes)"),
    (given.Words1024, "words (1,020 bytes)"),
    (given.Words4096, "words (4,092 bytes)"),
    (given.Words16384, "words (16,380 bytes)"),
    (given.Digest, "digest"),
    (given.Zone, "zone"),
    (given.DateGiven, "date"),
    (given.NumberGiven, "number"),
    (given.OccurredGiven, "claimed time"),
    (given.QuantityGiven, "quantity"),
    (given.FactGiven, "fact value"),
    (given.RuleGiven, "rule"),
    (ArmGiven, "arm id"),
    (DesignGiven, "registry design"),
    (Days, "days"),
    (JsonGiven, "any JSON"),
    (Pointer, "pointer"),
    (ParticipantNumber, "participant number"),
    (RecordStream, "record"),
    (Recipients, "list of code"),
    (Role, "role"),
    (SiteCode, "site code"),
    (FactValue, "fact value"),
    (Rule, "rule"),
    (JsonText, "JSON text"),
    (values.Bytes16, "16 bytes"),
    (values.Bytes32, "32 bytes"),
    (Bytes64, "64 bytes"),
    (values.Code, "code"),
    (values.Hex64, "digest"),
    (values.Name, "name"),
    (values.Text, "public text"),
    (values.PartialDate, "date"),
    (values.Number, "number"),
    (values.Quantity, "quantity"),
    (Occurred, "claimed time"),
    (Instant, "instant"),
    (AwareDatetime, "instant"),
    (datetime, "instant"),
    (UUID, "UUID"),
    (NoneType, "null"),
    (bool, "true or false"),
    (int, "whole number"),
    (str, "text"),
)

MEANINGS = {
    "arm id": "a code of at most 60 characters",
    "any JSON": "a value without floating-point numbers; a decimal number is text",
    "claimed time": "`2027-03-03T10:15:00+08:00[Asia/Shanghai]`, or as exact as known: `2027-03[Asia/Shanghai]`",
    "code": "1 to 64 letters, digits and `. _ : + -`, beginning with a letter or digit",
    "date": "`2027-03-09`, or as exact as known: `2027-03`, `2027`",
    "days": "a whole number of days, 0 to 10,000",
    "digest": "a SHA-256 as 64 lower-case hex digits",
    "fact value": '`{"type": "measured", "quantity": …}`, `{"type": "chosen", "code": …}`,'
    ' `{"type": "stated", "holds": …}` or `{"type": "dated", "date": …}`',
    "instant": "a time with its offset from UTC, `2027-03-03T02:15:00Z`; entries hold UTC with six digits",
    "JSON text": "one value as canonical JSON text (RFC 8785)",
    "name": "1 to 256 characters",
    "number": 'a decimal number as text, its digits kept: `"1.50"`',
    "participant number": "3 to 6 digits: the screening number",
    "pointer": "a JSON pointer (RFC 6901) into context or payload: `/payload/value/quantity/value`",
    "printed name": "1 to 256 characters that show: letters, no control or invisible sign, single spaces",
    "public text": "1 to 8,192 characters, about no person; readable with its entry",
    "quantity": '`{"value": number, "unit": "mg/dL"}`, the unit in UCUM',
    "record": "a record of the trial: `participant/007`, `adverse-event/CASE`, `deviation/ID`, `site/CODE`",
    "reference": "1 to 256 characters",
    "registry design": "the verbatim design of a registry record, as `trialproof trial import` sends it",
    "role": "one of the [roles](commands.md#roles)",
    "rule": "a coded rule; its forms stand in the [schema](schemas/protocol.rule_coded.v1.json)",
    "site code": "1 to 32 letters, digits and `-`",
    "words": "free text of at most so many bytes in UTF-8, sealed before it is stored",
    "zone": "an IANA time zone, `Asia/Shanghai`",
}
"""What a reader must know of a type to write a value of it."""


def type_words(hint: Any) -> str:
    """A type in words; TypeError for one that has none, so that no field stays unexplained."""
    hint = _without_kind(hint)
    for known, words in NAMED:
        if hint == known:
            return words
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        inner, *marks, last = inside
        return type_words(Annotated[(inner, *marks)] if marks else inner) + _bounds(last)
    if origin in (Union, UnionType):
        return _either(inside)
    if origin is Literal:
        return _listed("one of", inside) if inside[1:] else f"`{inside[0]}`"
    if origin is tuple:
        return _listed("any of", get_args(inside[0])) if _is_choice(inside[0]) else f"list of {type_words(inside[0])}"
    if isinstance(hint, type) and issubclass(hint, BaseModel | Struct):
        return f"`{hint.__name__}`"
    raise TypeError(f"no words are known for {hint}")


def meanings(text: str) -> str:
    """A table of the types that the tables of this text use."""
    cells = " | ".join(re.findall(r"^\| `\w+` \| ([^|]+) \|", text, re.MULTILINE))
    used = {name for name in MEANINGS if re.search(rf"(?<![`\w]){name}(?![`\w])", cells)}
    return table(["type", "is"], ([name, MEANINGS[name]] for name in sorted(used, key=str.lower)))


def models_in(hint: Any) -> set[type[BaseModel]]:
    """The parts that a field of this type is made of, and their parts."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return {hint}.union(*map(models_in, get_type_hints(hint).values()))
    return set[type[BaseModel]]().union(*map(models_in, get_args(hint)))


def _without_kind(hint: Any) -> Any:
    """`Open[T]` marks T; only the mark goes."""
    if get_origin(hint) is not Annotated:
        return hint
    inner, *marks = get_args(hint)
    rest = [mark for mark in marks if not (isinstance(mark, Meta) and mark.extra_json_schema)]
    return Annotated[(inner, *rest)] if rest else inner


def _either(inside: tuple[Any, ...]) -> str:
    choices = [value for each in inside if _is_choice(each) for value in get_args(each)]
    others = [type_words(each) for each in inside if each is not NoneType and not _is_choice(each)]
    members = ([_listed("one of", tuple(choices))] if choices else []) + others
    return " or ".join([*members, "null"] if NoneType in inside else members)


def _is_choice(hint: Any) -> bool:
    return get_origin(hint) is Literal and hint != Role


def _listed(how: str, values: tuple[Any, ...]) -> str:
    return f"{how} {', '.join(f'`{value}`' for value in values)}"


def _bounds(mark: Any) -> str:
    """What a field's own mark sets: " from 1 to 1,000"."""
    known: dict[str, int] = {}
    for each in getattr(mark, "metadata", ()):
        known |= {name: getattr(each, name) for name in ("ge", "le", "min_length") if hasattr(each, name)}
    if "ge" in known:
        return f" from {known['ge']}" + (f" to {known['le']:,}" if "le" in known else "")
    return ", at least one" if known.get("min_length") == 1 else ""
