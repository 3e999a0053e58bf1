"""A projection's view in statements: what is known, its value, and the entry behind it.

Any view can be shown so, without words of its own: the names are the names of its fields. What was never
recorded is said, not left out.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from domain.values import Quantity, Value, Written
from projections.fold import Moment, Person

NOT_RECORDED: Final = "not recorded"
NONE: Final = "none"
IDS: Final = ("number", "code", "case", "request", "deviation")
"""Fields of which one is enough to tell a row from the others."""
COORDINATES: Final = ("site", "stratum", "month", "fact", "scope", "criterion")
"""Fields that together tell a row from the others."""
PLACE: Final = frozenset({"event_id", "occurred_at", "position", "recorded_at"})
"""Fields of a row that is one entry."""
ROWS: Final = "rows"
"""A list that is all that a view has; its name says nothing."""


class Statement(NamedTuple):
    """One thing known; `behind` is None where no single entry says it, such as a count."""

    what: str
    value: str
    behind: Moment | None


def statements(view: Any) -> Iterator[Statement]:
    """Take a view, or the rows of one, apart, down to single statements."""
    if isinstance(view, tuple):
        yield from _rows("", view, None)  # pyright: ignore[reportUnknownArgumentType]  # rows of any kind
    else:
        yield from _parts("", view, None, named_by=())


def _stated(what: str, value: Any, behind: Moment | None) -> Iterator[Statement]:
    match value:
        case Moment():
            yield Statement(what, "recorded", value)
        case Value() if not _is_inline(value):
            yield from _parts(what, value, behind, named_by=())
        case tuple() if not _is_inline(value):  # pyright: ignore[reportUnknownArgumentType]  # rows of any kind
            yield from _rows("" if what == ROWS else what, value, behind)  # pyright: ignore[reportUnknownArgumentType]  # rows of any kind
        case _:
            yield Statement(what, text_of(value), behind)


def _parts(what: str, value: Value, behind: Moment | None, *, named_by: tuple[str, ...]) -> Iterator[Statement]:
    """The simple fields of a value with an entry behind it are one statement; everything else its own."""
    own = _own(value)
    left_out = {"behind", *named_by, *(() if own is None else PLACE)}
    fields = {name: field for name, field in _fields(value).items() if name not in left_out}
    if own is not None:
        together = {name: field for name, field in fields.items() if _is_inline(field)}
        if together or not fields:
            yield Statement(what, _joined(together), own)
        fields = {name: field for name, field in fields.items() if name not in together}
        behind = own
    for name, field in fields.items():
        yield from _stated(f"{what}, {spoken(name)}" if what else spoken(name), field, behind)


def _own(value: Value) -> Moment | None:
    """The entry that the value names as behind it, or that it is about as a whole."""
    fields = _fields(value)
    if fields.keys() >= PLACE:
        reason = fields.get("reason_code")
        return Moment(
            event_id=fields["event_id"],
            occurred_at=fields["occurred_at"],
            position=fields["position"],
            reason_code=reason,
            recorded_at=fields["recorded_at"],
        )
    behind = fields.get("behind")
    return behind if isinstance(behind, Moment) else None


def _rows(what: str, rows: tuple[Any, ...], behind: Moment | None) -> Iterator[Statement]:
    keys = [_key(row) for row in rows]
    names = [" ".join(text_of(getattr(row, name)) for name in key) for row, key in zip(rows, keys, strict=True)]
    unique = len(set(names)) == len(names)
    for number, (row, key, name) in enumerate(zip(rows, keys, names, strict=True), start=1):
        row_name = " ".join(filter(None, (what, name, "" if name and unique else f"#{number}")))
        match row:
            case Moment():
                yield Statement(row_name, "recorded", row)
            case Value() if not _is_inline(row):
                yield from _parts(row_name, row, behind, named_by=key)
            case Value() if key:
                rest = {name: field for name, field in _fields(row).items() if name not in key}
                yield Statement(row_name, _joined(rest), behind)
            case _:
                yield Statement(row_name, text_of(row), behind)


def _key(row: Any) -> tuple[str, ...]:
    """The fields that name a row."""
    known = _fields(row) if isinstance(row, Value) else {}
    one = [name for name in IDS if known.get(name)]
    return tuple(one[:1] or [name for name in COORDINATES if known.get(name)])


def _is_inline(value: Any) -> bool:
    """Whether one line can hold it: no entry of its own stands behind it, and it is no list of rows."""
    match value:
        case Person():
            return True
        case Moment():
            return False
        case Value():
            return _own(value) is None and all(_is_inline(field) for field in _fields(value).values())
        case tuple():
            return all(not isinstance(one, Value) for one in value)  # pyright: ignore[reportUnknownVariableType]  # values of any kind
        case _:
            return True


def text_of(value: Any) -> str:
    """A value in words."""
    match value:
        case None:
            return NOT_RECORDED
        case True | False:
            return "yes" if value else "no"
        case Person():
            return f"{value.printed_name} ({value.actor}, {value.role}, {value.organisation})"
        case Quantity():
            return f"{value.value} {value.unit}"
        case Value():
            return _joined(_fields(value))
        case tuple():
            return ", ".join(_item(one) for one in value) or NONE  # pyright: ignore[reportUnknownVariableType]  # values of any kind
        case str() | int() | Written():
            return str(value)
        case _:
            return str(msgspec.to_builtins(value))


def _item(one: Any) -> str:
    """One of several; a name with its text stands in a list as a pair."""
    match one:
        case (str() as name, None | str() as text):
            return f"{spoken(name)} {text_of(text)}"
        case _:
            return text_of(one)


def _joined(fields: dict[str, Any]) -> str:
    """Fields with their names; a single one needs no name."""
    if len(fields) == 1:
        return text_of(*fields.values())
    return "; ".join(f"{spoken(name)} {text_of(field)}" for name, field in fields.items()) or "recorded"


def _fields(value: Value) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__struct_fields__}


def spoken(name: str) -> str:
    """A field's name as words."""
    return name.replace("_", " ")
