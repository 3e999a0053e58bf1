"""Field types of commands: strict text in, typed values out; each error carries a stable code.

pydantic checks shapes; what it would take too kindly (dates from numbers, naive times, odd unicode) is
read by the same written values that the facts use.
"""

import unicodedata
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
from pydantic import AfterValidator, PlainValidator, StringConstraints
from pydantic_core import PydanticCustomError

from domain.eligibility.rule import FactValue, Rule
from domain.times import Occurred, matches_zone, zone
from domain.values import Number, PartialDate, Quantity, Value, Written, decode_hook

EMPTY_WORDS = frozenset(
    {"", "n/a", "na", "n.a.", "none", "typo", "error", "mistake", "correction", "-", "--", ".", "x"}
)
UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
"""Unicode categories of signs that do not show: controls, bidi overrides, zero-width signs, all spaces but one."""
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Signs that show nothing, though Unicode calls them letters, marks or symbols."""
W = TypeVar("W", bound=Written)


def fault(code: str, sentence: str) -> PydanticCustomError:
    """An input error with a stable code."""
    return PydanticCustomError(code, "{sentence}", {"sentence": sentence})  # pyright: ignore[reportArgumentType]  # the template is constant, the code is not


def _written(kind: type[W], code: str) -> Callable[[Any], W]:
    def read(given: Any) -> W:
        if isinstance(given, kind):
            return given
        if not isinstance(given, str):
            raise fault(code, f"expected text, got {type(given).__name__}")
        try:
            return kind(given)
        except ValueError as error:
            raise fault(code, str(error)) from error

    return read


def struct_given(kind: Any, code: str) -> Callable[[Any], Any]:
    """Read a typed value of the facts from plain JSON data."""

    def read(given: Any) -> Any:
        if isinstance(given, Value):
            return given
        try:
            return msgspec.convert(given, kind, dec_hook=decode_hook)
        except msgspec.ValidationError as error:
            raise fault(code, str(error)) from error

    return read


def _known_zone(given: str) -> str:
    try:
        zone(given)
    except ValueError as error:
        raise fault("unknown_zone", str(error)) from error
    return given


def _right_offset(given: Occurred) -> Occurred:
    if not matches_zone(given):
        raise fault("wrong_offset", f"{given.when} is not an offset that {given.zone_name} has at that moment")
    return given


def plain_text(given: str) -> str:
    """Text in NFC, with no control or unpaired character; anything else is refused, never mended."""
    if not unicodedata.is_normalized("NFC", given):
        raise fault("not_nfc", "the text is not in Unicode normal form C")
    if any(unicodedata.category(sign) in {"Cc", "Cs", "Cn"} and sign != "\n" for sign in given):
        raise fault("control_character", "the text holds a control or unpaired character")
    return given


def printable_name(given: str) -> str:
    """A name that shows what it holds: it stands beside signatures, so no sign hides in it or looks like a gap."""
    hidden = (sign for sign in given if sign in BLANKS or (sign != " " and unicodedata.category(sign) in UNSEEN))
    if next(hidden, None) is not None:
        raise fault("hidden_sign", "the name holds a sign that does not show, or turns the direction of reading")
    if given != given.strip(" ") or "  " in given:
        raise fault("stray_space", "the name begins or ends with a space, or holds two in a row")
    if not any(sign.isalpha() for sign in given):
        raise fault("no_letter", "the name holds no letter")
    return given


def _not_blank(given: str) -> str:
    if not given.strip():
        raise fault("blank_text", "the text is blank")
    return given


def _fits(size: int) -> Callable[[str], str]:
    def fits(given: str) -> str:
        if len(given.encode("utf-8")) > size - 4:
            raise fault("text_too_long", f"the text is longer than {size - 4} bytes")
        return given

    return fits


def reason_is_real(text: str) -> bool:
    """A reason says something: not blank, not "n/a", not "typo", and more than one word long."""
    words = text.strip().lower().rstrip(".!")
    return words not in EMPTY_WORDS and len(words) >= 8 and " " in words  # noqa: PLR2004 (shorter says nothing)


Words256 = Annotated[str, AfterValidator(plain_text), AfterValidator(_not_blank), AfterValidator(_fits(256))]
Words1024 = Annotated[str, AfterValidator(plain_text), AfterValidator(_not_blank), AfterValidator(_fits(1024))]
Words4096 = Annotated[str, AfterValidator(plain_text), AfterValidator(_not_blank), AfterValidator(_fits(4096))]
Words16384 = Annotated[str, AfterValidator(plain_text), AfterValidator(_not_blank), AfterValidator(_fits(16384))]
"""Free text, sealed before it is stored; the number is the sealed field's size, four bytes of it its length."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:+-]{0,63}$"), AfterValidator(plain_text)]
Reference = Annotated[
    str, StringConstraints(min_length=1, max_length=256), AfterValidator(plain_text), AfterValidator(_not_blank)
]
PrintedName = Annotated[Reference, AfterValidator(printable_name)]
"""The name of a person or an organisation, as it is printed beside what they did."""
PublicText = Annotated[
    str, StringConstraints(min_length=1, max_length=8192), AfterValidator(plain_text), AfterValidator(_not_blank)
]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone)]
DateGiven = Annotated[PartialDate, PlainValidator(_written(PartialDate, "bad_date"))]
NumberGiven = Annotated[Number, PlainValidator(_written(Number, "bad_number"))]
OccurredGiven = Annotated[Occurred, PlainValidator(_written(Occurred, "bad_time")), AfterValidator(_right_offset)]
QuantityGiven = Annotated[Quantity, PlainValidator(struct_given(Quantity, "bad_quantity"))]
FactGiven = Annotated[FactValue, PlainValidator(struct_given(FactValue, "bad_fact_value"))]
RuleGiven = Annotated[Rule, PlainValidator(struct_given(Rule, "bad_rule"))]
