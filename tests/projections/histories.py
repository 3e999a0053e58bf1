"""Random but typed histories of a trial ledger: facts of every type, claimed times in any order, amendments in between.

Codes, numbers and ids come from small pools, so that entries meet: approvals find proposals, cases find
participants, corrections find targets.
"""

from functools import cache
from typing import Any, Final
from uuid import UUID

import msgspec.inspect as kinds
from hypothesis import strategies as st
from msgspec import Struct

import domain.facts  # noqa: F401  # pyright: ignore[reportUnusedImport]  # fills the register of event types
from domain.catalogue import EventType, FieldEntry, event_types
from domain.ledger.facts import CORRECTABLE_CONTEXT, RecordCorrected, RecordVoided
from domain.plain import written
from domain.record import Entry, Fact
from domain.times import Occurred
from domain.values import Number, PartialDate, Written
from tests.projections.entries import START, TRIAL, Book, at, sealed

Anything = st.SearchStrategy[Any]

ROWS: Final = [row for row in event_types() if "trial" in row.ledgers]
CODES = ("001", "002", "003", "01", "A", "us.15d")
STREAMS: Final = (
    *(f"participant/{number}" for number in CODES[:3]),
    *(f"adverse-event/{case}" for case in ("A", "001")),
    *("site/01", "trial", "protocol", "ledger", "randomisation", "stratum/A", "screening-numbers", "unknown/x/y"),
    *(f"unblinding/{request}" for request in ("A", "001")),
    *(f"deviation/{deviation}" for deviation in ("A", "001")),
    *(f"signature/{record}" for record in ("participant/001", "trial", "site/01", "adverse-event/A", "policy/u1")),
)
HOMES: Final = {
    "participant": "participant/",
    "adverse_event": "adverse-event/",
    "site": "site/",
    "trial": "trial",
    "unblinding": "unblinding/",
    "deviation": "deviation/",
    "signature": "signature/",
    "stratum": "stratum/",
}
"""Where most facts of a kind stand; the rest may stand anywhere."""
DAYS = ("2027-02-27", "2027-03-01", "2027-03-02", "2027-03-31", "2028-02-29")
DATES: Anything = st.sampled_from([*DAYS, "2027", "2027-03", "1800", "2399-12"]).map(PartialDate)
TIMES: Anything = st.one_of(
    st.sampled_from([at(day, clock) for day in DAYS for clock in ("00:00:00", "09:30:00", "23:59:59")]),
    st.sampled_from(
        [
            Occurred("2027-03-02[Asia/Shanghai]"),
            Occurred("2027-03[America/St_Johns]"),
            Occurred("2027[UTC]"),
            Occurred("1800[Asia/Shanghai]"),
            Occurred("2399-12-31T23:00:00-10:00[Pacific/Honolulu]"),
            Occurred("2399-12-31[Asia/Shanghai]"),
        ]
    ),
)
WRITTEN: Final[dict[type[Written], Anything]] = {
    PartialDate: DATES,
    Number: st.sampled_from(["0", "1.50", "-3", "88.4"]).map(Number),
    Occurred: TIMES,
}
IDS = st.integers(1, 24).map(lambda number: UUID(int=number))
GARBAGE = st.sampled_from(["", "null", '"x"', "[[", '{"ciphertext":1}', "1e5", '"2027-03-01[Asia/Shanghai]"'])


@st.composite
def histories(draw: st.DrawFn, max_size: int = 14) -> tuple[Entry, ...]:
    """Entries of one trial ledger, in order of position."""
    book = Book()
    for _ in range(draw(st.integers(0, max_size))):
        if book.entries and draw(st.integers(0, 3)) == 0:
            _amend(draw, book)
        else:
            row = draw(st.sampled_from(ROWS))
            _write(draw, book, _home(draw, row), draw(facts_of(row)))
    return tuple(book.entries)


def _write(draw: st.DrawFn, book: Book, stream: str, fact: Fact) -> None:
    book.write(
        stream,
        fact,
        draw(TIMES),
        actor=draw(st.sampled_from(["u1", "u2", "u3"])),
        reason_code=draw(st.sampled_from([None, "late"])),
        reason_text=draw(st.sampled_from([None, sealed()])),
        source_kind=draw(st.sampled_from(["direct", "derived"])),
    )


def _home(draw: st.DrawFn, row: EventType) -> str:
    home = HOMES.get(row.name.partition(".")[0], "")
    return f"trial:{TRIAL}/" + draw(st.sampled_from([stream for stream in STREAMS if stream.startswith(home)]))


def _amend(draw: st.DrawFn, book: Book) -> None:
    """Void or correct an entry; now and then one that is not there, in the wrong stream, or with a wrong value."""
    target = draw(st.sampled_from(book.entries))
    ahead = draw(st.sampled_from([0, 0, 0, 0, 1]))
    place: dict[str, Any] = {
        "target": UUID(int=target.frame.position + ahead),
        "target_position": target.frame.position + draw(st.sampled_from([ahead, ahead, ahead, 0])),
    }
    stream = draw(st.sampled_from([target.frame.stream] * 5 + [f"trial:{TRIAL}/participant/001"]))
    if draw(st.booleans()):
        _write(draw, book, stream, RecordVoided(recorded_instead_in=None, **place))
    else:
        pointer, new = _correction(draw, target)
        fact = RecordCorrected(new=new, old=draw(GARBAGE), pointer=pointer, proposal=None, **place)
        _write(draw, book, stream, fact)


def _correction(draw: st.DrawFn, target: Entry) -> tuple[str, str]:
    """A pointer into the target, and mostly a value that fits there."""
    if draw(st.integers(0, 3)) == 0:
        part = draw(st.sampled_from(sorted(CORRECTABLE_CONTEXT)))
        return f"/{part}", written(draw(TIMES)) if part == "occurred_at" else draw(GARBAGE)
    names = target.fact.__struct_fields__
    if not names or draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from(["/payload", "/payload/none", "actor", "/actor"])), draw(GARBAGE)
    name = draw(st.sampled_from(names))
    other = draw(facts_of(next(row for row in ROWS if row.fact is type(target.fact))))
    return f"/payload/{name}", written(getattr(other, name))


@cache
def facts_of(row: EventType) -> st.SearchStrategy[Fact]:
    """Facts of one type."""
    info = kinds.type_info(row.fact)
    assert isinstance(info, kinds.StructType)
    fields = {kind.name: _field(kind, field.type) for kind, field in zip(row.fields, info.fields, strict=True)}
    return st.builds(row.fact, **fields)


def _field(kind: FieldEntry, info: kinds.Type) -> Anything:
    if kind.kind != "sealed-text":
        return _any(info)
    text = st.just(sealed(kind.size or 0, kind.audience or ""))
    return st.one_of(st.none(), text) if isinstance(info, kinds.UnionType) else text


def _any(info: kinds.Type) -> Anything:
    match info:
        case kinds.Metadata(type=inner):
            return _any(inner)
        case kinds.NoneType():
            return st.none()
        case kinds.BoolType():
            return st.booleans()
        case kinds.IntType():
            return st.integers(0, 20)
        case kinds.StrType(min_length=64):
            return st.just("ab" * 32)
        case kinds.StrType():
            return st.sampled_from(CODES)
        case kinds.BytesType(min_length=least):
            return st.just(bytes(least or 4))
        case kinds.UUIDType():
            return IDS
        case kinds.DateTimeType():
            return st.sampled_from([START, START.replace(year=2028), START.replace(year=9999, month=12, day=31)])
        case kinds.LiteralType(values=values):
            return st.sampled_from(values)
        case kinds.CustomType(cls=kind):
            return WRITTEN[kind]
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
def _struct(struct: type[Struct]) -> Anything:
    info = kinds.type_info(struct)
    assert isinstance(info, kinds.StructType)
    return st.builds(struct, **{field.name: _any(field.type) for field in info.fields})
