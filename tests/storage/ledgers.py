"""What the storage tests share: a ledger file to open, small batches, a clock to turn, and a full check."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.storage.batch import Append, NewEntry, Outcome, StoredEntry, StreamAppend
from adapters.storage.dialect import Dialect
from adapters.storage.reading import LedgerReader
from adapters.storage.recorder import LedgerRecorder
from adapters.storage.sqlite import SqliteDialect
from compliance.proofs.entry import body_of, frame_entry, frame_of, recorded_at_text
from compliance.proofs.tree import Frontier, leaf_hash, root_of

TRIAL = "trial:NCT1"
VAULT = "vault:NCT1"
NOON = datetime(2027, 3, 3, 12, tzinfo=UTC)


class TurnedClock:
    """A clock that goes a millisecond on at each look, and wherever a test turns it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


def recording(dialect: Dialect) -> LedgerRecorder:
    return LedgerRecorder(dialect, TurnedClock())


@contextmanager
def opened(path: Path, clock: TurnedClock | None = None) -> Generator[LedgerRecorder]:
    recorder = LedgerRecorder(SqliteDialect(path), clock or TurnedClock())
    try:
        yield recorder
    finally:
        recorder.close()


def entry(text: str = "a fact") -> NewEntry:
    return NewEntry("test.happened.v1", body(text))


def body(text: str) -> bytes:
    return json.dumps({"text": text}, separators=(",", ":"), ensure_ascii=False).encode()


def to(stream: str, *texts: str, after: int = 0) -> StreamAppend:
    return StreamAppend(stream, after, tuple(entry(text) for text in texts or ("a fact",)))


def one(stream: str, *texts: str, after: int = 0) -> Append:
    return Append((to(stream, *texts, after=after),))


def outcome(command_id: str = "c-1", *, actor: str = "u12", digest: bytes = b"d" * 32) -> Outcome:
    return Outcome(actor, command_id, digest, "accepted")


def everything(reader: LedgerReader, ledger: str) -> list[StoredEntry]:
    return reader.page(ledger, limit=1_000_000)


def assert_whole(reader: LedgerReader) -> None:
    """Recompute every ledger from its bytes: positions, versions, frames, leaves, frontier, root."""
    for ledger in reader.ledgers():
        entries = everything(reader, ledger)
        assert [stored.position for stored in entries] == list(range(1, len(entries) + 1))
        versions: dict[str, int] = {}
        for stored in entries:
            versions[stored.stream] = versions.get(stored.stream, 0) + 1
            assert stored.version == versions[stored.stream]
            assert_framed(stored)
        leaves = [leaf_hash(stored.entry) for stored in entries]
        assert leaves == [stored.leaf for stored in entries] == reader.leaves(ledger)
        head = reader.stored_head(ledger)
        assert head is not None
        assert (head.size, head.root) == (len(entries), root_of(leaves))
        assert head.frontier == Frontier.empty().extend(leaves).to_bytes()


def assert_framed(stored: StoredEntry) -> None:
    frame = frame_of(stored.entry)
    assert recorded_at_text(frame.recorded_at) == stored.recorded_at
    assert stored.entry == frame_entry(
        body_of(stored.entry),
        ledger=stored.ledger,
        position=stored.position,
        recorded_at=frame.recorded_at,
        stream=stored.stream,
        type_name=stored.type,
        version=stored.version,
    )
