"""The outside, as compliance needs it: handed in by the wiring, seeded in demonstrations only."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.ports import Clock, Ledger, Opens, OpensLists, Randomiser, Seals, Signs
from domain.session.limits import USUAL, Limits


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
    """What is not pure.

    `leaves` gives the leaf hashes of a ledger up to a position, `stream_root` the root (hex) over one
    stream's own leaf hashes up to a version (None: all), `signs` seals signatures, `verifies` checks a seal
    (public key, signed bytes, seal), `digest` a keyed digest of a command, `hold` a lock by name.
    """

    ledger: Ledger
    clock: Clock
    ids: Ids
    seals: Seals
    randomiser: Randomiser
    opens_list: OpensLists
    digest: Callable[[bytes], bytes]
    hold: Callable[[str], AbstractContextManager[None]]
    opens: Opens
    leaves: Callable[[str, int], Sequence[bytes]]
    stream_root: Callable[[str, int | None], str]
    signs: Signs
    verifies: Callable[[bytes, bytes, bytes], bool]
    software_version: str
    limits: Limits = USUAL
