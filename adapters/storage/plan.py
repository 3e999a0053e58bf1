"""What one commit writes: every batch of a group is judged in turn, and framed where it is to stand."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from adapters.storage.batch import Append, Head, Outcome, Placed, StoredHead, StreamAppend
from adapters.storage.dialect import EntryRow, OutcomeRow, Rows
from adapters.storage.runs import written_runs
from compliance.proofs.entry import frame_entry, read_recorded_at, recorded_at_text
from compliance.proofs.tree import Frontier, leaf_hash
from domain.errors import ConflictError, DamagedLedgerError


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


@dataclass(slots=True)
class _Draft:
    """What one batch would write; thrown away where the batch fails."""

    heads: dict[str, HeldHead] = field(default_factory=dict[str, HeldHead])
    versions: dict[str, int] = field(default_factory=dict[str, int])
    entries: list[EntryRow] = field(default_factory=list[EntryRow])


class GroupPlan:
    """The rows of one commit. It knows the heads, versions and outcomes that its batches ask for."""

    def __init__(
        self,
        heads: Mapping[str, HeldHead],
        versions: Mapping[str, int],
        known_outcomes: Collection[tuple[str, str]],
        now: datetime,
    ) -> None:
        self._before = heads
        self._after: dict[str, HeldHead] = {}
        self._versions = dict(versions)
        self._known_outcomes = set(known_outcomes)
        self._now = recorded_at_text(now)
        self._moment = now
        self.entries: list[EntryRow] = []
        self.outcomes: list[OutcomeRow] = []

    def admit(self, batch: Append) -> tuple[Placed, ...]:
        """Place the entries of a batch after those already admitted; a batch that fails leaves no trace."""
        if batch.outcome is not None:
            self._refuse_known(batch.outcome)
        for stream, version in batch.guards:
            _expect(stream, version, self._versions[stream])
        draft = _Draft()
        for append in batch.streams:
            self._place(append, draft)
        placed = tuple(Placed(row[0], row[1], row[2], row[3], row[5]) for row in draft.entries)
        self._accept(draft, batch.outcome, placed)
        return placed

    def head(self, ledger: str) -> Head:
        frontier = self._after[ledger].frontier
        return Head(frontier.size, frontier.root())

    def held_heads(self) -> Mapping[str, HeldHead]:
        return self._after

    def rows(self, heads: Mapping[str, Head]) -> Rows:
        rows = Rows(self.entries, [], [], self.outcomes)
        for ledger, held in self._after.items():
            chosen = rows.grown_heads if ledger in self._before else rows.new_heads
            size, frontier = held.frontier.size, held.frontier.to_bytes()
            chosen.append(StoredHead(ledger, size, frontier, heads[ledger].root, held.recorded_at))
        return rows

    def _place(self, append: StreamAppend, draft: _Draft) -> None:
        stream, ledger = append.stream, append.ledger
        version = draft.versions.get(stream, self._versions[stream])
        _expect(stream, append.after_version, version)
        head = draft.heads.get(ledger) or self._after.get(ledger) or self._before.get(ledger, NOTHING_YET)
        spelled, moment = self._recorded_at(head)
        leaves: list[bytes] = []
        position = head.frontier.size
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
            draft.entries.append(EntryRow(ledger, position, stream, version, new.type, spelled, leaf, entry))
        if leaves:
            draft.heads[ledger] = HeldHead(head.frontier.extend(leaves), spelled)
            draft.versions[stream] = version

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

    def _accept(self, draft: _Draft, outcome: Outcome | None, placed: tuple[Placed, ...]) -> None:
        self._after.update(draft.heads)
        self._versions.update(draft.versions)
        self.entries.extend(draft.entries)
        if outcome is not None:
            self._known_outcomes.add((outcome.actor, outcome.command_id))
            self.outcomes.append(
                OutcomeRow(outcome.actor, outcome.command_id, outcome.digest, outcome.code, written_runs(placed))
            )


def _expect(stream: str, expected: int, current: int) -> None:
    if expected != current:
        raise ConflictError(
            f"The stream {stream} stands at version {current}, not at {expected}.",
            next_step="Read the stream again and decide anew.",
        )
