"""What one commit writes: every batch of a group is judged in turn, and framed where it is to stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from adapters.storage.batch import Append, Head, Outcome, Placed, StoredHead, StreamAppend, is_stream
from adapters.storage.dialect import EntryRow, GrownHead, NewHead, OutcomeRow, Rows
from adapters.storage.runs import written_runs
from compliance.proofs.entry import frame_entry, read_recorded_at, recorded_at_text
from compliance.proofs.tree import Frontier, leaf_hash
from domain.errors import ConflictError, DamagedLedgerError, TrialproofError

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class HeldHead:
    """A head that the next entry can follow."""

    frontier: Frontier
    recorded_at: str

    @classmethod
    def of(cls, stored: StoredHead) -> "HeldHead":
        try:
            read_recorded_at(stored.recorded_at)
            return cls(Frontier.from_bytes(stored.size, stored.frontier), stored.recorded_at)
        except ValueError as error:
            raise DamagedLedgerError(
                f"The stored head of {stored.ledger} cannot be read. {error}",
                next_step="Verify the ledger, and restore the file from a backup.",
            ) from error


NOTHING_YET = HeldHead(Frontier.empty(), "")


class GroupPlan:
    """The rows of one commit.

    It is given the heads that its batches follow or guard, and the versions of the streams that they guard. Any
    other stream is taken to stand where its writer saw it, unless its version is given, too.
    """

    def __init__(
        self,
        heads: Mapping[str, HeldHead],
        versions: dict[str, int],
        known_outcomes: set[tuple[str, str]],
        now: datetime,
    ) -> None:
        self._before = heads
        self._versions = versions
        self._known_outcomes = known_outcomes
        self._now = recorded_at_text(now)
        self._moment = now
        self.heads: dict[str, HeldHead] = {}
        self.entries: list[EntryRow] = []
        self.outcomes: list[OutcomeRow] = []

    def admit(self, batch: Append) -> tuple[Placed, ...]:
        """Place the entries of a batch after those already admitted; a batch that fails leaves no trace."""
        if batch.outcome is not None:
            self._refuse_known(batch.outcome)
        for guarded, number in batch.guards:
            _expect(guarded, number, self._standing(guarded))
        first = len(self.entries)
        undo: list[tuple[StreamAppend, int | None, HeldHead | None]] = []
        try:
            for append in batch.streams:
                undo.append((append, self._versions.get(append.stream), self.heads.get(append.ledger)))
                self._place(append)
        except TrialproofError:
            self._forget(first, undo)
            raise
        placed = tuple([Placed(row[0], row[1], row[2], row[3], row[5]) for row in self.entries[first:]])
        if batch.outcome is not None:
            self._keep(batch.outcome, placed)
        return placed

    def rows(self) -> tuple[Rows, dict[str, Head]]:
        """Give all that is to be written, and the new head of every ledger that grows."""
        rows = Rows(self.entries, [], [], self.outcomes)
        heads: dict[str, Head] = {}
        for ledger, held in self.heads.items():
            size, frontier, root = held.frontier.size, held.frontier.to_bytes(), held.frontier.root()
            heads[ledger] = Head(size, root)
            before = self._before.get(ledger)
            if before is None:
                rows.new_heads.append(NewHead(ledger, size, frontier, root, held.recorded_at))
            else:
                size_before = before.frontier.size
                rows.grown_heads.append(GrownHead(size, frontier, root, held.recorded_at, ledger, size_before))
        return rows, heads

    def _place(self, append: StreamAppend) -> None:
        stream, ledger = append.stream, append.ledger
        version = self._versions.get(stream, append.after_version)
        _expect(stream, append.after_version, version)
        head = self._head(ledger)
        position, leaves = head.frontier.size, list[bytes]()
        spelled, moment = self._recorded_at(head)
        for new in append.entries:
            position, version = position + 1, version + 1
            entry = frame_entry(
                new.body,
                ledger=ledger,
                position=position,
                recorded_at=moment,
                stream=stream,
                type_name=new.type,
                version=version,
            )
            leaf = leaf_hash(entry)
            leaves.append(leaf)
            self.entries.append(EntryRow(ledger, position, stream, version, new.type, spelled, leaf, entry))
        if leaves:
            self.heads[ledger] = HeldHead(head.frontier.extend(leaves), spelled)
            self._versions[stream] = version

    def _head(self, ledger: str) -> HeldHead:
        return self.heads.get(ledger) or self._before.get(ledger, NOTHING_YET)

    def _standing(self, guarded: str) -> int:
        """Give the version of a stream, or the size of a ledger."""
        return self._versions[guarded] if is_stream(guarded) else self._head(guarded).frontier.size

    def _forget(self, first: int, undo: list[tuple[StreamAppend, int | None, HeldHead | None]]) -> None:
        del self.entries[first:]
        for append, version, head in reversed(undo):
            _put_back(self._versions, append.stream, version)
            _put_back(self.heads, append.ledger, head)

    def _recorded_at(self, head: HeldHead) -> tuple[str, datetime]:
        """Give the ledger's last time again where the clock stepped back: spelled times sort as times."""
        if self._now >= head.recorded_at:
            return self._now, self._moment
        return head.recorded_at, read_recorded_at(head.recorded_at)

    def _refuse_known(self, outcome: Outcome) -> None:
        if (outcome.actor, outcome.command_id) in self._known_outcomes:
            raise ConflictError(
                f"The command {outcome.command_id} of this actor has an outcome already.",
                next_step="Read the recorded outcome of the command.",
            )

    def _keep(self, outcome: Outcome, placed: tuple[Placed, ...]) -> None:
        actor, command_id = outcome.actor, outcome.command_id
        self._known_outcomes.add((actor, command_id))
        self.outcomes.append(OutcomeRow(actor, command_id, outcome.digest, outcome.code, written_runs(placed)))


def _expect(guarded: str, expected: int, current: int) -> None:
    if expected != current:
        where = f"stream {guarded} stands at version" if is_stream(guarded) else f"ledger {guarded} stands at position"
        raise ConflictError(
            f"The {where} {current}, not at {expected}.",
            next_step="Read the stream again and decide anew.",
        )


def _put_back(values: dict[str, Value], key: str, value: Value | None) -> None:
    if value is None:
        values.pop(key, None)
    else:
        values[key] = value
