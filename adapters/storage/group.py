"""One transaction for all batches that wait: durable before any of them is answered."""

from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock

from adapters.storage.batch import Append, Placed, Receipt, is_stream
from adapters.storage.combining import Turn
from adapters.storage.dialect import Dialect, Rows
from adapters.storage.plan import GroupPlan, HeldHead
from adapters.storage.reading import LedgerReader
from domain.errors import (
    ConflictError,
    DamagedLedgerError,
    InDoubtError,
    StorageUnavailableError,
    TrialproofError,
)

AppendTurn = Turn[Append, Receipt]
Admitted = list[tuple[AppendTurn, tuple[Placed, ...]]]


class GroupCommit:
    """Commits groups of batches, one group at a time, and remembers the heads in between."""

    def __init__(self, dialect: Dialect, reader: LedgerReader, clock: Callable[[], datetime]) -> None:
        self._writer = dialect.writer
        self._reader = reader
        self._clock = clock
        self._heads: dict[str, HeldHead] = {}
        self._at_work = Lock()
        self._closed = False

    def __call__(self, turns: Sequence[AppendTurn]) -> None:
        """Leave a receipt or an error on every turn."""
        with self._at_work:
            try:
                self._commit(turns)
            except TrialproofError as error:
                _tell_all(turns, error)

    def close(self) -> None:
        """Let the group in hand finish; take no other."""
        with self._at_work:
            self._closed = True

    def _commit(self, turns: Sequence[AppendTurn]) -> None:
        if self._closed:
            raise StorageUnavailableError("The ledger storage was closed.", next_step="Open it again before writing.")
        known, self._heads = self._heads, {}  # whatever fails from here on, no head outlives it
        try:
            self._write(turns, known, careful=False)
        except ConflictError:
            known.clear()
            self._write_carefully(turns, known)
        self._heads = known

    def _write_carefully(self, turns: Sequence[AppendTurn], known: dict[str, HeldHead]) -> None:
        """Look everything up under the lock, so that each batch meets its own conflict alone."""
        try:
            self._write(turns, known, careful=True)
        except ConflictError as error:
            raise DamagedLedgerError(
                f"The heads and the entries of the ledgers contradict each other: {error.what}",
                next_step="Stop writing, keep the file as it is, and verify the ledgers.",
            ) from error

    def _write(self, turns: Sequence[AppendTurn], known: dict[str, HeldHead], *, careful: bool) -> None:
        with self._writer.transaction():
            plan = self._plan(turns, known, careful=careful)
            admitted = _admit(plan, turns)
            rows, heads = plan.rows()
            failure = self._written(rows)
        if failure is None:
            known.update(plan.heads)
        else:
            known.clear()
            self._raise_unless_stored(rows, failure)
        for turn, placed in admitted:
            turn.answer = Receipt(placed, {place.ledger: heads[place.ledger] for place in placed})

    def _plan(self, turns: Sequence[AppendTurn], known: dict[str, HeldHead], *, careful: bool) -> GroupPlan:
        new_ledgers: list[str] = []
        streams: set[str] = set()
        outcomes: set[tuple[str, str]] = set()
        for turn in turns:
            batch = turn.asked
            for append in batch.streams:
                if append.ledger not in known:
                    new_ledgers.append(append.ledger)
                if careful or not append.entries:
                    streams.add(append.stream)
            for guarded, _ in batch.guards:
                if is_stream(guarded):
                    streams.add(guarded)
                else:
                    new_ledgers.append(guarded)  # a head in memory knows nothing of other processes
            if careful and batch.outcome is not None:
                outcomes.add((batch.outcome.actor, batch.outcome.command_id))
        if new_ledgers:
            stored = self._writer.heads(set(new_ledgers))
            known.update({ledger: HeldHead.of(head) for ledger, head in stored.items()})
        versions = self._writer.versions(streams)
        return GroupPlan(known, versions, self._writer.known_outcomes(outcomes), self._clock())

    def _written(self, rows: Rows) -> TrialproofError | None:
        """Write and commit; give the error of a commit that failed, to be looked into."""
        if rows.entries or rows.outcomes:
            self._writer.insert(rows)
            try:
                self._writer.commit()
            except TrialproofError as failure:
                return failure
        return None

    def _raise_unless_stored(self, rows: Rows, failure: TrialproofError) -> None:
        """Look, after a commit that failed, whether it took effect all the same; raise where it did not."""
        try:
            stored = self._is_stored(rows)
        except TrialproofError as error:
            raise InDoubtError(
                f"{failure.what} Whether the write took effect cannot be read either: {error.what}",
                next_step="Send the same command again, with the same id.",
            ) from failure
        if not stored:
            raise failure

    def _is_stored(self, rows: Rows) -> bool:
        if rows.entries:
            last = rows.entries[-1]
            return self._reader.leaf(last.ledger, last.position) == last.leaf
        last_outcome = rows.outcomes[-1]
        recorded = self._reader.outcome(last_outcome.actor, last_outcome.command_id)
        return recorded is not None and recorded.digest == last_outcome.digest


def _admit(plan: GroupPlan, turns: Sequence[AppendTurn]) -> Admitted:
    admitted: Admitted = []
    for turn in turns:
        turn.error = None
        try:
            admitted.append((turn, plan.admit(turn.asked)))
        except TrialproofError as error:
            turn.error = error
    return admitted


def _tell_all(turns: Sequence[AppendTurn], error: TrialproofError) -> None:
    """Tell every caller with an exception object of his own: one object must not be raised in two threads."""
    for turn in turns:
        if turn.error is None:
            own = type(error).__new__(type(error), *error.args)
            own.__dict__.update(error.__dict__)
            own.__cause__ = error
            turn.error = own
