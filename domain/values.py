"""The smallest values: frozen, strict on read, written the same way for ever.

A `Value` is a msgspec Struct; its constructor validates nothing, so a fact counts only after it has
been read back from its own bytes. A `Written` value is one line of text with a rule of its own.
No value has defaults: a default in a fact would be a silent statement.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, dataclass_transform, final

from msgspec import Meta, Struct, field


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class Value(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """An immutable tree of immutable values."""


class Written:
    """A value that is its own text; a malformed text raises ValueError with the reason."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.check(text)
        self.text = text

    def check(self, text: str) -> None:
        """Raise ValueError unless `text` is of this form."""

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and str(other) == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"

    def __str__(self) -> str:
        return self.text


YEARS = range(1800, 2400)
"""Years that a trial can speak of; further out, instants in some zones have no date any more."""
PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


@final
class PartialDate(Written):
    """A date known to the year, the month or the day: `2027`, `2027-03`, `2027-03-09`."""

    __slots__ = ()

    def check(self, text: str) -> None:
        match = PARTIAL_DATE.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a date of the form YYYY, YYYY-MM or YYYY-MM-DD")
        year, month, day = match.groups()
        if int(year) not in YEARS:
            raise ValueError(f"{text!r} lies outside the years {YEARS[0]} to {YEARS[-1]}")
        date(int(year), int(month or 1), int(day or 1))

    @property
    def earliest(self) -> date:
        """The first day it can mean."""
        return date.fromisoformat((self.text + "-01-01")[:10])

    @property
    def latest(self) -> date:
        """The last day it can mean."""
        match len(self.text):
            case 4:
                return date(int(self.text), 12, 31)
            case 7:
                year, month = int(self.text[:4]), int(self.text[5:])
                following = date(year + month // 12, month % 12 + 1, 1)
                return date.fromordinal(following.toordinal() - 1)
            case _:
                return date.fromisoformat(self.text)

    @property
    def is_exact(self) -> bool:
        """Known to the day."""
        return len(self.text) == 10  # noqa: PLR2004 (the length of YYYY-MM-DD)


@final
class Number(Written):
    """A decimal number with its digits as written: `1.50` stays `1.50`."""

    __slots__ = ()

    FORM = re.compile(r"-?(0|[1-9]\d{0,17})(\.\d{1,12})?", re.ASCII)

    def check(self, text: str) -> None:
        if self.FORM.fullmatch(text) is None or (text.startswith("-") and not any(d in "123456789" for d in text)):
            raise ValueError(f"{text!r} is not a plain decimal number")

    @property
    def decimal(self) -> Decimal:
        """The number, exact."""
        return Decimal(self.text)


Unit = Literal[
    "1", "%", "a", "mo", "wk", "d", "h", "g", "mg", "kg", "mL", "mm[Hg]", "g/(24.h)", "mg/(24.h)",
    "mg/dL", "umol/L", "U/L", "[ULN]", "mL/min/{1.73_m2}", "{score}", "10*6/kg", "10*6", "10*9/L", "Cel", "cm",
]  # fmt: skip
"""Units of measure, written in UCUM; `[ULN]` is a multiple of the laboratory's upper limit of normal."""


class Quantity(Value):
    """A number and its unit, as measured."""

    value: Number
    unit: Unit


Bytes12 = Annotated[bytes, Meta(min_length=12, max_length=12)]
Bytes16 = Annotated[bytes, Meta(min_length=16, max_length=16)]
Bytes32 = Annotated[bytes, Meta(min_length=32, max_length=32)]
Hex64 = Annotated[str, Meta(min_length=64, max_length=64)]
Code = Annotated[str, Meta(min_length=1, max_length=64)]
Name = Annotated[str, Meta(min_length=1, max_length=256)]
Text = Annotated[str, Meta(min_length=1, max_length=8192)]


def decode_hook(kind: type, given: Any) -> Any:
    """Read a written value; msgspec turns ValueError and TypeError into messages with the path."""
    if issubclass(kind, Written) and isinstance(given, str):
        return kind(given)
    raise TypeError(f"expected text for {kind.__name__}, got {type(given).__name__}")


def encode_hook(value: Any) -> Any:
    """Write a written value as its text."""
    if isinstance(value, Written):
        return value.text
    raise TypeError(f"{type(value).__name__} cannot be written")
