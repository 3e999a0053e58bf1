"""Reading a compact JWS (RFC 7515) strictly, before anything in it is believed.

Libraries read kindly: the last of two equal keys wins, unknown header members pass, numbers may be anything.
Here a token that could be read in two ways is none.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from compliance.envelope import strict_json
from domain.errors import InvalidInputError

COMPACT: Final = re.compile(rb"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
VISIBLE: Final = re.compile(r"[!-~]+")
LATEST: Final = 253_402_300_799
"""The last second of the year 9999: no date in a token is later."""


class UnprovenError(Exception):
    """Why a token proved nothing; for this package's own use, never told to whoever sent it."""


class Claims(NamedTuple):
    """The members of a header or a payload; each is asked for by type."""

    members: Mapping[str, Any]

    def text(self, name: str, *, longest: int = 255) -> str:
        """A member of visible ASCII characters."""
        value = self.members.get(name)
        if not isinstance(value, str) or len(value) > longest or VISIBLE.fullmatch(value) is None:
            raise UnprovenError(f"no proper {name}")
        return value

    def second(self, name: str) -> int:
        """A member that is a time, in whole seconds since 1970 (a NumericDate, RFC 7519)."""
        value = self.members.get(name)
        if type(value) is not int or not 0 <= value <= LATEST:
            raise UnprovenError(f"no proper {name}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A member that is one text or a list of them."""
        value = self.members.get(name)
        values: list[Any] = value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]  # a parsed JSON array
        if not values or not all(isinstance(one, str) for one in values):
            raise UnprovenError(f"no proper {name}")
        return tuple(values)

    def only(self, name: str, *expected: str) -> None:
        """A member that may be missing, and else is one of these."""
        if name in self.members and self.members[name] not in expected:
            raise UnprovenError(f"an unexpected {name}")


class Token(NamedTuple):
    """A token as it was written: `signed` is what the signature covers."""

    header: Claims
    claims: Claims
    signed: bytes
    raw: bytes


def read_token(given: str, *, longest: int) -> Token:
    """Take a token apart; UnprovenError unless it can be read in one way only."""
    if len(given) > longest or not given.isascii():
        raise UnprovenError("too long, or not ASCII")
    raw = given.encode()
    parts = COMPACT.fullmatch(raw)
    if parts is None:
        raise UnprovenError("not a compact JWS")
    header, payload, _ = (_decoded(part) for part in parts.groups())
    return Token(_object(header), _object(payload), raw[: parts.end(2)], raw)


def _decoded(part: bytes) -> bytes:
    if len(part) % 4 == 1:
        raise UnprovenError("not base64url")
    decoded = urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    if urlsafe_b64encode(decoded).rstrip(b"=") != part:
        raise UnprovenError("base64url of another form")
    return decoded


def _object(text: bytes) -> Claims:
    try:
        members = strict_json(text)
    except (InvalidInputError, ValueError) as error:
        raise UnprovenError("not strict JSON") from error
    if not isinstance(members, dict):
        raise UnprovenError("not a JSON object")
    return Claims(members)  # pyright: ignore[reportUnknownArgumentType]  # a parsed JSON object
