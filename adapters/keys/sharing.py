"""A 32-byte secret in three parts, any two of which give it back: Shamir's scheme over GF(2^128), half by half.

The line through the secret is fixed by one part that is drawn, and the two others are read off it. So the chance is
the store's own source and nothing else's, and a seeded demonstration makes the same parts again.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from Crypto.Protocol.SecretSharing import Shamir

PARTS: Final = 3
THRESHOLD: Final = 2
SECRET_BYTES: Final = 32
_HALF: Final = 16


class Part(NamedTuple):
    """One part; it never shows in a message or a trace."""

    number: int
    value: bytes

    def __repr__(self) -> str:
        return f"Part({self.number})"


def split(secret: bytes, randomness: Callable[[int], bytes]) -> tuple[Part, ...]:
    """Three parts, of which one alone is chance."""
    halves = [_line(half, randomness(_HALF)) for half in _halves(secret)]
    return tuple(Part(number, b"".join(half[number - 1] for half in halves)) for number in range(1, PARTS + 1))


def joined(parts: Sequence[Part]) -> bytes:
    """The secret from two parts with different numbers."""
    cut = [[(part.number, half) for half in _halves(part.value)] for part in parts]
    return b"".join(Shamir.combine(list(points)) for points in zip(*cut, strict=True))


def _halves(secret: bytes) -> tuple[bytes, bytes]:
    return secret[:_HALF], secret[_HALF:]


def _line(secret: bytes, first: bytes) -> tuple[bytes, bytes, bytes]:
    """The points at 1, 2 and 3 of the line through (0, secret) and (1, first).

    What combines points gives the value at 0. In a field of characteristic 2, adding x to every place moves the value
    at x to 0: (0, 1) becomes (2, 3) for x = 2, and (3, 2) for x = 3.
    """
    second = Shamir.combine([(2, secret), (3, first)])
    third = Shamir.combine([(3, secret), (2, first)])
    return first, second, third
