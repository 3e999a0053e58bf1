"""A value as plain data, and as the canonical JSON text (RFC 8785) that the ledger would write for it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias, cast

import msgspec

from domain.values import encode_hook

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"
MAX_INTEGER: Final = 2**53 - 1


def plain(value: Any) -> Json:
    """The value as plain data; ValueError for an integer that a double cannot hold."""
    return _plain(msgspec.to_builtins(value, builtin_types=(datetime,), enc_hook=encode_hook))


def canonical(data: Json) -> str:
    """Plain data as text; equal to RFC 8785 for what facts may hold: ASCII names, no floats."""
    return msgspec.json.encode(data, order="sorted").decode()


def written(value: Any) -> str:
    """A value of a fact or a context as canonical text."""
    return canonical(plain(value))


def _plain(value: Any) -> Json:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in cast("dict[str, Any]", value).items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in cast("Iterable[Any]", value)]
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise ValueError(f"{value} is larger than 2^53 - 1")
    return cast("Json", value)
