"""The ledger that the pure rooms ask for, over the ledger recorder and the event store's joints.

Reads go through the event store. Appends do not go through its `put`: one `put` reaches one ledger and gives
back positions, while an append here reaches several ledgers or none, asserts the streams that were only
read, and gives back heads. Both ways share the mapper, so there is one way to write a fact.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import cast
from uuid import UUID

from eventsourcing.persistence import EventStore, StoredEvent

from adapters.storage import batch
from adapters.storage.application_recorder import LedgerApplicationRecorder
from adapters.storage.mapper import EntryMapper, FactSealing, Unrecorded
from adapters.storage.recorder import LedgerRecorder
from compliance.proofs.entry import read_recorded_at
from compliance.proofs.tree import EMPTY_ROOT, Frontier, leaf_hash
from domain.errors import NotFoundError
from domain.ports import CommandOutcome, Head, NewEntry, Placed, Receipt
from domain.record import Entry
from domain.streams import ledger_of

PAGE = 500


class EventStoreLedger:
    """Appends facts and reads them back as entries; vault entries are opened on the way out."""

    def __init__(self, recorder: LedgerRecorder, sealing: FactSealing) -> None:
        self._recorder = recorder
        self._mapper = EntryMapper(sealing)

    def append(
        self, entries: Sequence[NewEntry], *, expected: dict[str, int], outcome: CommandOutcome | None
    ) -> Receipt:
        """Append to all streams in the order given, or to none; what is in `expected` alone is asserted only."""
        appends = tuple(_appends(self._stored(entries, expected)))
        written = {entry.stream for entry in entries}
        guards = tuple((name, number) for name, number in expected.items() if name not in written)
        given = self._recorder.append(batch.Append(appends, guards, _asked(outcome)))
        placed = tuple(_placed(at, entry) for at, entry in zip(given.placed, entries, strict=True))
        return Receipt(placed, {ledger: Head(head.size, head.root) for ledger, head in given.heads.items()})

    def stream(self, stream: str, *, after: int = 0) -> Sequence[Entry]:
        """Read the entries of a stream, by version."""
        found = self.event_store(ledger_of(stream)).get(stream, gt=after)
        return cast("list[Entry]", list(found))

    def page(self, ledger: str, *, after: int = 0, limit: int = PAGE, up_to: int | None = None) -> Sequence[Entry]:
        """Read entries of a ledger, by position."""
        found = LedgerApplicationRecorder(self._recorder, ledger).select_notifications(
            after, limit, up_to, inclusive_of_start=False
        )
        return [self._mapper.to_domain_event(stored) for stored in found]

    def stored_page(
        self, ledger: str, *, after: int = 0, limit: int = PAGE, up_to: int | None = None
    ) -> Sequence[batch.StoredEntry]:
        """Read entries as their rows and bytes stand, unopened: for verifiers and feeds."""
        return self._recorder.page(ledger, after=after, limit=limit, up_to=up_to)

    def head(self, ledger: str, *, at: int | None = None) -> Head:
        """Give size and root as stored, or compute the root of an earlier size from the entries' bytes."""
        if at is not None:
            return self._computed_head(ledger, at)
        found = self._recorder.head(ledger)
        return Head(0, EMPTY_ROOT) if found is None else Head(found.size, found.root)

    def ledgers(self) -> Sequence[str]:
        """Name all ledgers of the store."""
        return self._recorder.ledgers()

    def outcome(self, actor: str, command_id: UUID) -> CommandOutcome | None:
        """Give what became of a command id, if it came before."""
        found = self._recorder.outcome(actor, str(command_id))
        if found is None:
            return None
        placed = tuple((at.ledger, at.position) for at in found.placed)
        return CommandOutcome(actor, command_id, found.digest, found.code, placed)

    def event_store(self, ledger: str) -> EventStore[str]:
        """Give one ledger as the library's event store, for its `Repository`."""
        return EventStore(self._mapper, LedgerApplicationRecorder(self._recorder, ledger))

    def _stored(self, entries: Sequence[NewEntry], expected: dict[str, int]) -> Iterator[StoredEvent]:
        versions = dict(expected)
        for stream, context, fact in entries:
            versions[stream] += 1
            yield self._mapper.to_stored_event(Unrecorded(stream, versions[stream], context, fact))

    def _computed_head(self, ledger: str, at: int) -> Head:
        frontier = Frontier.empty()
        while page := self._recorder.page(ledger, after=frontier.size, limit=PAGE, up_to=at):
            frontier = frontier.extend(leaf_hash(stored.entry) for stored in page)
        if frontier.size != at:
            raise NotFoundError(
                f"The ledger {ledger} has no position {at}; it goes to {frontier.size}.",
                next_step="Ask for a position up to the head.",
            )
        return Head(at, frontier.root())


def _appends(stored: Iterator[StoredEvent]) -> Iterator[batch.StreamAppend]:
    for stream, run in groupby(stored, attrgetter("originator_id")):
        events = list(run)
        entries = tuple(batch.NewEntry(event.topic, event.state) for event in events)
        yield batch.StreamAppend(stream, events[0].originator_version - 1, entries)


def _asked(outcome: CommandOutcome | None) -> batch.Outcome | None:
    if outcome is None:
        return None
    return batch.Outcome(outcome.actor, str(outcome.command_id), outcome.digest, outcome.code)


def _placed(at: batch.Placed, entry: NewEntry) -> Placed:
    recorded_at = read_recorded_at(at.recorded_at)
    return Placed(at.ledger, at.position, at.stream, at.version, entry.context.event_id, recorded_at)
