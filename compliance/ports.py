"""The outside, as compliance needs it: handed in by the wiring, seeded in demonstrations only."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.ports import Clock, Ledger, Opens, Randomiser, Seals


class Ids(Protocol):
    """Fresh ids and secrets; seeded in demonstrations only."""

    def event_id(self) -> UUID:
        """A new event id."""
        ...

    def token(self) -> str:
        """A short opaque code, for participants' randomisation numbers, lists, grants and the like."""
        ...

    def secret(self) -> bytes:
        """32 secret random bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """The outside, as conduct needs it."""

    ledger: Ledger
    clock: Clock
    ids: Ids
    seals: Seals
    randomiser: Randomiser
    digest: Callable[[bytes], bytes]
    hold: Callable[[str], AbstractContextManager[None]]
    opens: Opens
    stream_root: Callable[[str], str]
    software_version: str
