"""What the ledger storage takes and gives: names, numbers and bytes, without their meaning."""

from collections.abc import Mapping
from dataclasses import dataclass


def ledger_of(stream: str) -> str:
    """Name the ledger of a stream: `trial:NCT1` of `trial:NCT1/participant/007`."""
    return stream.partition("/")[0]


def is_stream(name: str) -> bool:
    """Tell a stream from a ledger."""
    return "/" in name


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A fact to record: its stored type name and its canonical body."""

    type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class StreamAppend:
    """Entries to follow the version of a stream that their writer has seen (0: a new stream)."""

    stream: str
    after_version: int
    entries: tuple[NewEntry, ...]

    @property
    def ledger(self) -> str:
        return ledger_of(self.stream)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended; (actor, command id) is recorded once and for ever."""

    actor: str
    command_id: str
    digest: bytes
    code: str


@dataclass(frozen=True, slots=True)
class Append:
    """One atomic write over any ledgers of the database.

    `guards` names streams that must still stand at the version given, though nothing is added to them, and
    ledgers that must still have the size given.
    """

    streams: tuple[StreamAppend, ...]
    guards: tuple[tuple[str, int], ...] = ()
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an entry came to stand, and the recorded time as its frame spells it."""

    ledger: str
    position: int
    stream: str
    version: int
    recorded_at: str


@dataclass(frozen=True, slots=True)
class Head:
    """The size and root of a ledger's tree."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """The durable answer to an append; `heads` are those that its commit stored, which may cover neighbours."""

    placed: tuple[Placed, ...]
    heads: Mapping[str, Head]


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A row of a ledger; `entry` holds the bytes that were hashed."""

    ledger: str
    position: int
    stream: str
    version: int
    type: str
    recorded_at: str
    entry: bytes
    leaf: bytes


@dataclass(frozen=True, slots=True)
class StoredHead:
    """The head row as stored, frontier included, for those who check it against the entries."""

    ledger: str
    size: int
    frontier: bytes
    root: bytes
    recorded_at: str


@dataclass(frozen=True, slots=True)
class RecordedOutcome:
    """What an earlier command with the same id came to."""

    digest: bytes
    code: str
    placed: tuple[Placed, ...]
