"""A reader of canonical JSON (RFC 8785) that two people cannot read differently.

Everything a lenient reader would pass over is refused: a name given twice, a float, NaN, an integer that
a double cannot hold, half a surrogate pair, text outside NFC, and any spelling but the canonical one.
"""

import re
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder, JSONEncoder
from typing import Final, Never, TypeAlias
from unicodedata import is_normalized

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"

MAX_INTEGER: Final = 2**53 - 1


def read_canonical(data: bytes) -> Json:
    """Read the value; ValueError says in a sentence what two readers could read differently."""
    try:
        text = data.decode()
        if text.isascii():
            value: Json = _QUICK.decode(text)
            if _SORTED.encode(value) == text:
                return value
        return _careful(text)
    except UnicodeDecodeError as error:
        raise ValueError(f"Byte {error.start} is not UTF-8.") from error
    except JSONDecodeError as error:
        raise ValueError(f"It is not JSON from character {error.pos} on.") from error
    except RecursionError as error:
        raise ValueError("It is nested too deeply to be read.") from error


def is_plain_text(text: str) -> bool:
    """Tell whether every reader sees the same letters: normal form C, no half of a surrogate pair."""
    return is_normalized("NFC", text) and not _HALF_PAIR.search(text)


def _careful(text: str) -> Json:
    """Read any text, object by object, so that every refusal has its reason."""
    value: Json = _NAMING.decode(text)
    if not all(is_plain_text(part) for part in _texts(value)):
        raise ValueError("A text holds half of a surrogate pair or is not in Unicode normal form C.")
    if _IN_ORDER.encode(value) != text:
        raise ValueError("It is JSON, but not spelled in the canonical way (RFC 8785).")
    return value


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A name is given twice in one object.")
    if list(found) != sorted(found, key=_utf16):
        raise ValueError("The names of an object do not stand in canonical order.")
    return found


def _utf16(name: str) -> bytes:
    """Give the order of names that RFC 8785 (3.2.3) asks for."""
    return name.encode("utf-16-be", "surrogatepass")


def _integer(digits: str) -> int:
    if len(digits) > len(str(-MAX_INTEGER)) or abs(int(digits)) > MAX_INTEGER:
        raise ValueError(f"The integer {digits[:20]} is larger than 2^53 - 1.")
    return int(digits)


def _no_float(digits: str) -> Never:
    raise ValueError(f"The number {digits[:20]} is not an integer.")


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is not a number of JSON.")


def _texts(value: Json) -> Iterator[str]:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(text):
                yield text
            case list(items):
                waiting.extend(items)
            case dict(members):
                waiting.extend(members)
                waiting.extend(members.values())
            case _:
                pass


_HALF_PAIR: Final = re.compile("[\ud800-\udfff]")
_QUICK: Final = JSONDecoder(parse_int=_integer, parse_float=_no_float, parse_constant=_no_constant)
_NAMING: Final = JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_no_float, parse_constant=_no_constant
)
_SORTED: Final = JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
_IN_ORDER: Final = JSONEncoder(ensure_ascii=False, separators=(",", ":"))
