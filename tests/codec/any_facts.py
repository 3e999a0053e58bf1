"""Any context and any fact that the types allow, found by walking the types themselves."""

from base64 import b64encode
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any
from unicodedata import normalize
from uuid import UUID

import msgspec.inspect as kinds
from hypothesis import strategies as st
from msgspec import Struct

import domain.facts  # noqa: F401  # pyright: ignore[reportUnusedImport]  # fills the register of event types
from domain.catalogue import EventType, FieldEntry, event_types
from domain.fields import SealedText
from domain.record import Context, Fact
from domain.times import Occurred
from domain.values import YEARS, Number, PartialDate, Written

Any_ = st.SearchStrategy[Any]

ROWS = list(event_types())
LARGEST = 2**53 - 1
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "UTC")
DAYS = st.dates(date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31))
DATES = DAYS.flatmap(lambda day: st.sampled_from([str(day), str(day)[:7], str(day)[:4]]))
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 (the strategy adds the offset)
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 (the strategy adds the offset)
    timezones=st.one_of(st.just(UTC), OFFSETS),
)
WHEN = st.one_of(DATES, INSTANTS.map(lambda at: at.replace(microsecond=0).isoformat().replace("Z", "+00:00")))
NUMBERS = st.from_regex(r"-?(0|[1-9]\d{0,17})(\.\d{1,12})?\Z", fullmatch=True, alphabet="-.0123456789")
WRITTEN: dict[type[Written], Any_] = {
    PartialDate: DATES.map(PartialDate),
    Number: NUMBERS.filter(lambda text: not text.startswith("-") or any(d in "123456789" for d in text)).map(Number),
    Occurred: st.tuples(WHEN, st.sampled_from(ZONES)).map(lambda given: Occurred(f"{given[0]}[{given[1]}]")),
}


def any_context() -> st.SearchStrategy[Context]:
    """Contexts of every shape, with a reason sealed at its size or without one."""
    info = kinds.type_info(Context)
    assert isinstance(info, kinds.StructType)
    fields = {field.name: _any(field.type) for field in info.fields if field.name != "reason_text"}
    return st.builds(Context, reason_text=st.one_of(st.none(), _sealed(1024, "trial_team")), **fields)


def any_fact(row: EventType) -> st.SearchStrategy[Fact]:
    """Facts of one type; sealed texts have their field's size and audience."""
    info = kinds.type_info(row.fact)
    assert isinstance(info, kinds.StructType)
    fields = {kind.name: _field(kind, field.type) for kind, field in zip(row.fields, info.fields, strict=True)}
    return st.builds(row.fact, **fields)


def plain(value: Any) -> Any:
    """What a fact is in plain JSON, spelled out here a second time, apart from the codec."""
    match value:
        case Struct():
            config = value.__struct_config__
            tag = {} if config.tag is None else {config.tag_field: config.tag}
            return tag | {name: plain(getattr(value, name)) for name in value.__struct_fields__}
        case Written():
            return str(value)
        case UUID():
            return str(value)
        case bytes():
            return b64encode(value).decode()
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        case tuple():
            return [plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]  # facts' own tuples
        case _:
            return value


def _field(kind: FieldEntry, info: kinds.Type) -> Any_:
    if kind.kind != "sealed-text":
        return _any(info)
    assert kind.size is not None
    sealed = _sealed(kind.size, str(kind.audience))
    return st.one_of(st.none(), sealed) if isinstance(info, kinds.UnionType) else sealed


def _sealed(size: int, audience: str) -> Any_:
    return st.builds(
        SealedText[Any],
        audience=st.just(audience),
        ciphertext=st.binary(min_size=1, max_size=8).map(lambda seed: (seed * (size + 16))[: size + 16]),
        commitment=st.binary(min_size=32, max_size=32),
        key=st.binary(min_size=16, max_size=16),
        nonce=st.binary(min_size=12, max_size=12),
        size=st.just(size),
    )


def _any(info: kinds.Type) -> Any_:
    match info:
        case kinds.Metadata(type=inner):
            return _any(inner)
        case kinds.NoneType():
            return st.none()
        case kinds.BoolType():
            return st.booleans()
        case kinds.IntType():
            return st.integers(-LARGEST, LARGEST)
        case kinds.StrType(min_length=least, max_length=most):
            return _texts(least or 0, most or 12)
        case kinds.BytesType(min_length=least, max_length=most):
            return st.binary(min_size=least or 0, max_size=most)
        case kinds.UUIDType():
            return st.uuids()
        case kinds.DateTimeType():
            return INSTANTS
        case kinds.LiteralType(values=values):
            return st.sampled_from(values)
        case kinds.CustomType(cls=written):
            return WRITTEN[written]
        case kinds.VarTupleType(item_type=item):
            return st.lists(_any(item), max_size=2).map(tuple)
        case kinds.TupleType(item_types=items):
            return st.tuples(*map(_any, items))
        case kinds.UnionType(types=members):
            return st.one_of(*map(_any, members))
        case kinds.StructType(cls=struct):
            return st.deferred(lambda: _struct(struct))
        case _:
            raise TypeError(f"no values are known for {info}")


@cache
def _struct(struct: type[Struct]) -> Any_:
    info = kinds.type_info(struct)
    assert isinstance(info, kinds.StructType)
    return st.builds(struct, **{field.name: _any(field.type) for field in info.fields})


def _texts(least: int, most: int) -> Any_:
    signs = st.characters(exclude_categories=["Cs"])
    texts = st.text(signs, min_size=least, max_size=max(least, min(most, 12)))
    return texts.map(lambda text: normalize("NFC", text)).filter(lambda text: least <= len(text) <= most)
