"""Facts made from their types alone, always the same ones: for event types that no demonstration happens to write."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec.inspect as kinds
from msgspec import Struct

from domain.catalogue import EventType, FieldEntry
from domain.fields import Administrators, Audience, Safety, SealedText, TrialTeam
from domain.record import Fact
from domain.times import Occurred
from domain.values import Number, PartialDate, Written

VARIANTS = (0, 1)
"""The first has every field filled, the second whatever may be empty empty, and other words of each list."""

KNOWN = {"participant": "005", "person": "u12", "site": "01", "pointer": "/payload/value/quantity/value"}
LONGEST_TEXT = 8192
"""What is longer is a value as canonical JSON."""
CANONICAL = ('{"type":"measured"}', '"2027-03"')
WRITTEN: dict[type[Written], tuple[Written, Written]] = {
    PartialDate: (PartialDate("2027-03-09"), PartialDate("2027-03")),
    Number: (Number("1.50"), Number("-0.5")),
    Occurred: (Occurred("2027-03-03T10:15:00+08:00[Asia/Shanghai]"), Occurred("2027-03[Asia/Shanghai]")),
}
AUDIENCES: dict[str, type[Audience]] = {each.name: each for each in (TrialTeam, Safety, Administrators)}


SealsText = Callable[[str, type[Audience], int], SealedText[Any]]
"""Seals words to an audience at a size."""


def sample(row: EventType, variant: int, seal: SealsText) -> Fact:
    """A fact of a type."""
    info = kinds.type_info(row.fact)
    assert isinstance(info, kinds.StructType)
    pairs = zip(row.fields, info.fields, strict=True)
    return row.fact(**{kind.name: _field(kind, field.type, variant, seal) for kind, field in pairs})


def _field(kind: FieldEntry, info: kinds.Type, variant: int, seal: SealsText) -> Any:
    if kind.kind != "sealed-text":
        return _value(kind.name, info, variant)
    if variant and isinstance(info, kinds.UnionType):
        return None
    assert kind.size is not None
    assert kind.audience is not None
    return seal(f"A sample of {kind.name}: größer, 更大.", AUDIENCES[kind.audience], kind.size)


def _value(name: str, info: kinds.Type, variant: int) -> Any:
    match info:
        case kinds.Metadata(type=inner):
            return _value(name, inner, variant)
        case kinds.UnionType(types=members):
            chosen = [member for member in members if isinstance(member, kinds.NoneType) == bool(variant)]
            return _value(name, (chosen or list(members))[-variant], variant)
        case kinds.NoneType():
            return None
        case kinds.BoolType():
            return not variant
        case kinds.IntType():
            return 7 + variant
        case kinds.StrType(min_length=least, max_length=most):
            return _text(name, least or 0, most or 0, variant)
        case kinds.UUIDType():
            return UUID(int=variant + 1, version=4)
        case kinds.DateTimeType():
            return datetime(2028, 2, 29, 23, 59, 59, variant, tzinfo=UTC)
        case kinds.LiteralType(values=values):
            return sorted(values, key=str)[-variant]
        case kinds.BytesType(min_length=int(length)):
            return bytes([variant + 1]) * length
        case kinds.CustomType(cls=written):
            return WRITTEN[written][variant]
        case kinds.VarTupleType(item_type=item):
            return () if variant else (_value(name, item, 0), _value(name, item, 1))
        case kinds.StructType(cls=struct):
            return _struct(struct, variant)
        case _:
            raise TypeError(f"no sample is known for {name}: {info}")


def _struct(struct: type[Struct], variant: int) -> Struct:
    info = kinds.type_info(struct)
    assert isinstance(info, kinds.StructType)
    return struct(**{field.name: _value(field.name, field.type, variant) for field in info.fields})


def _text(name: str, least: int, most: int, variant: int) -> str:
    if least == most:
        return "0123456789abcdef"[variant] * least
    if most > LONGEST_TEXT:
        return CANONICAL[variant]
    return KNOWN.get(name, f"{name}-{variant + 1}")
