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
KEYS: Final = (
    "number", "code", "case", "request", "deviation", "site", "stratum", "fact", "scope", "criterion", "month",
)  # fmt: skip
"""Fields that tell one row of a list from another, in the order in which they are looked for."""
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
        yield from _parts("", view, None, named_by="")


def _stated(what: str, value: Any, behind: Moment | None) -> Iterator[Statement]:
    match value:
        case Moment():
            yield Statement(what, "recorded", value)
        case Value() if not _is_inline(value):
            yield from _parts(what, value, behind, named_by="")
        case tuple() if not _is_inline(value):  # pyright: ignore[reportUnknownArgumentType]  # rows of any kind
            yield from _rows("" if what == ROWS else what, value, behind)  # pyright: ignore[reportUnknownArgumentType]  # rows of any kind
        case _:
            yield Statement(what, text_of(value), behind)


def _parts(what: str, value: Value, behind: Moment | None, *, named_by: str) -> Iterator[Statement]:
    """The simple fields of a value with an entry behind it are one statement; everything else its own."""
    own = getattr(value, "behind", None)
    fields = {name: field for name, field in _fields(value).items() if name not in {"behind", named_by}}
    if isinstance(own, Moment):
        together = {name: field for name, field in fields.items() if _is_inline(field)}
        if together or not fields:
            yield Statement(what, _joined(together), own)
        fields = {name: field for name, field in fields.items() if name not in together}
        behind = own
    for name, field in fields.items():
        yield from _stated(f"{what}, {spoken(name)}" if what else spoken(name), field, behind)


def _rows(what: str, rows: tuple[Any, ...], behind: Moment | None) -> Iterator[Statement]:
    for number, row in enumerate(rows, start=1):
        named_by = next((name for name in KEYS if getattr(row, name, None)), "")
        row_name = f"{what} {text_of(getattr(row, named_by)) if named_by else number}".strip()
        if isinstance(row, Value) and not _is_inline(row):
            yield from _parts(row_name, row, behind, named_by=named_by)
        elif named_by:
            rest = {name: field for name, field in _fields(row).items() if name != named_by}
            yield Statement(row_name, _joined(rest), behind)
        else:
            yield Statement(row_name, text_of(row), behind)


def _is_inline(value: Any) -> bool:
    """Whether one line can hold it: no entry of its own stands behind it, and it is no list of rows."""
    match value:
        case Person():
            return True
        case Moment():
            return False
        case Value():
            return all(_is_inline(field) for field in _fields(value).values())
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
            return ", ".join(text_of(one) for one in value) or NONE  # pyright: ignore[reportUnknownVariableType]  # values of any kind
        case str() | int() | Written():
            return str(value)
        case _:
            return str(msgspec.to_builtins(value))


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
