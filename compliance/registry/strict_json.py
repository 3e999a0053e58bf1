"""Bytes to a JSON tree, refusing what two readers could read differently."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import NoReturn

from pydantic import JsonValue

from domain.errors import InvalidInputError

MAX_BYTES = 16 * 1024 * 1024  # records with posted results run to several megabytes

_SURROGATE = re.compile(r"[\ud800-\udfff]")


class _Repeated(dict[str, JsonValue]):
    """Stands in the tree for an object that holds one key twice, so that its place can be named."""

    key: str = ""


def strict_tree(raw: bytes) -> JsonValue:
    """Read the one JSON value of a UTF-8 file; a byte order mark is allowed."""
    if len(raw) > MAX_BYTES:
        raise InvalidInputError(
            "too_large",
            f"The file has {len(raw)} bytes; a registry record has at most {MAX_BYTES}.",
            next_step="Give the file of one record.",
        )
    try:
        tree: JsonValue = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_no_constant)
    except (ValueError, RecursionError) as cause:
        raise InvalidInputError(
            "not_json",
            "The file is not UTF-8 JSON that can be read.",
            next_step="Download the record again in the registry's JSON form.",
        ) from cause
    _require_one_reading(tree)
    return tree


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    repeated = _Repeated(members)
    repeated.key = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return repeated


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _require_one_reading(tree: JsonValue) -> None:
    for path, value in _places(tree):
        if _has_surrogate(value):
            raise InvalidInputError(
                "unpaired_surrogate",
                f"A text at {path or 'the top'} holds half of a character (an unpaired surrogate).",
                field=path,
                next_step="Download the record again.",
            )
        if isinstance(value, _Repeated):
            raise InvalidInputError(
                "duplicate_key",
                f"The object at {path or 'the top'} holds the key {value.key[:80]!r} more than once.",
                field=_joined(path, value.key),
                next_step="Download the record again; do not choose one of the two.",
            )


def _places(tree: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    """Every value with its path, without recursion: the depth of a foreign file is not ours to trust."""
    waiting: list[tuple[str, JsonValue]] = [("", tree)]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        if isinstance(value, dict):
            waiting.extend((_joined(path, key), child) for key, child in value.items())
        elif isinstance(value, list):
            waiting.extend((f"{path}[{index}]", child) for index, child in enumerate(value))


def _has_surrogate(value: JsonValue) -> bool:
    texts = value if isinstance(value, dict) else (value,)
    return any(isinstance(text, str) and _SURROGATE.search(text) is not None for text in texts)


def _joined(path: str, key: str) -> str:
    """Extend a path; an absurd key is cut, so that an error stays readable."""
    return f"{path}.{key[:80]}" if path else key[:80]
