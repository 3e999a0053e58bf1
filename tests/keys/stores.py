"""Key stores with a seeded chance and a clock that goes on, for the tests of this folder."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from adapters.chance import SeededBytes
from adapters.keys.store import KeyStore

SECRET = bytes(range(32))
NOON = datetime(2027, 3, 3, 12, tzinfo=UTC)
AUTHORITY = UUID(int=77)


class SecondsClock:
    """A clock that goes a second on at each look."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@contextmanager
def made(path: Path, seed: str = "first") -> Generator[KeyStore]:
    store = KeyStore.create(path, SECRET, clock=SecondsClock(), randomness=SeededBytes(seed))
    try:
        yield store
    finally:
        store.close()


@contextmanager
def opened(path: Path, seed: str = "again", secret: bytes = SECRET) -> Generator[KeyStore]:
    store = KeyStore(path, secret, clock=SecondsClock(), randomness=SeededBytes(seed))
    try:
        yield store
    finally:
        store.close()
