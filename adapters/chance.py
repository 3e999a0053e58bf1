"""Where ids and randomness come from: the operating system, or a seed in demonstrations and tests."""

import hmac
import os
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from uuid import UUID

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""No letters or digits that are easily mistaken for each other when read aloud."""
TOKEN_LENGTH = 8


def system_clock() -> datetime:
    """The host's clock, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 (this is the adapter that reads the clock)


class FreshIds:
    """Event ids, short opaque codes and secrets from a source of random bytes."""

    def __init__(self, randomness: Callable[[int], bytes] = os.urandom) -> None:
        self._randomness = randomness

    def event_id(self) -> UUID:
        """A random (version 4) UUID."""
        return UUID(bytes=self._randomness(16), version=4)

    def token(self) -> str:
        """Eight letters or digits, evenly drawn."""
        signs: list[str] = []
        while len(signs) < TOKEN_LENGTH:
            (byte,) = self._randomness(1)
            if byte < 256 - 256 % len(ALPHABET):
                signs.append(ALPHABET[byte % len(ALPHABET)])
        return "".join(signs)

    def secret(self) -> bytes:
        """32 random bytes."""
        return self._randomness(32)


class SeededBytes:
    """The same bytes for the same seed: for demonstrations and tests, never for a production ledger."""

    def __init__(self, seed: str) -> None:
        self._key = seed.encode()
        self._count = 0
        self._lock = Lock()

    def __call__(self, length: int) -> bytes:
        """The next `length` bytes."""
        with self._lock:
            self._count += 1
            count = self._count
        blocks = -(-length // 32)
        return b"".join(hmac.digest(self._key, f"{count}/{n}".encode(), "sha256") for n in range(blocks))[:length]


class SetClock:
    """A clock that shows what it was set to: for demonstrations and tests, never for a production ledger."""

    def __init__(self, start: datetime) -> None:
        self.shows = start

    def __call__(self) -> datetime:
        """Read it."""
        return self.shows
