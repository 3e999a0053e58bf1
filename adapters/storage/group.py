"""One transaction for all batches that wait: durable before any of them is answered."""

from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock

from adapters.storage.batch import Append, Head, Placed, Receipt
from adapters.storage.combining import Turn
from adapters.storage.dialect import Dialect
from adapters.storage.plan import GroupPlan, HeldHead
from adapters.storage.reading import LedgerReader
from domain.errors import InDoubtError, StorageUnavailableError, TrialproofError

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
            if self._closed:
                _tell_all(turns, _closed())
                return
            ended = False
            try:
                self._commit(turns)
                ended = True
            except TrialproofError as error:
                _tell_all(turns, error)
            finally:
                if not ended:
                    self._abandon()

    def close(self) -> None:
        """Let the group in hand finish; take no other."""
        with self._at_work:
            self._closed = True

    def _commit(self, turns: Sequence[AppendTurn]) -> None:
        if self._writer.begin():
            self._heads.clear()
        plan = self._plan(turns)
        admitted = _admit(plan, turns)
        if not plan.entries and not plan.outcomes:
            self._writer.rollback()
            _answer(admitted, {})
            return
        heads = {ledger: plan.head(ledger) for ledger in plan.held_heads()}
        self._writer.insert(plan.rows(heads))
        try:
            self._writer.commit()
        except TrialproofError as failure:
            self._abandon()
            self._raise_unless_stored(plan, failure)
        else:
            self._heads.update(plan.held_heads())
        _answer(admitted, heads)

    def _plan(self, turns: Sequence[AppendTurn]) -> GroupPlan:
        ledgers: set[str] = set()
        streams: set[str] = set()
        outcomes: set[tuple[str, str]] = set()
        for turn in turns:
            batch = turn.asked
            for append in batch.streams:
                ledgers.add(append.ledger)
                streams.add(append.stream)
            streams.update([stream for stream, _ in batch.guards])
            if batch.outcome is not None:
                outcomes.add((batch.outcome.actor, batch.outcome.command_id))
        self._hold(ledgers)
        versions = self._writer.versions(streams)
        known = self._writer.known_outcomes(outcomes) if outcomes else outcomes
        return GroupPlan(self._heads, versions, known, self._clock())

    def _hold(self, ledgers: set[str]) -> None:
        missing = ledgers - self._heads.keys()
        if missing:
            for ledger, stored in self._writer.heads(missing).items():
                self._heads[ledger] = HeldHead.of(stored)

    def _abandon(self) -> None:
        """Nothing remembered may outlive an error."""
        self._heads.clear()
        self._writer.rollback()

    def _raise_unless_stored(self, plan: GroupPlan, failure: TrialproofError) -> None:
        """Look, after a commit that failed, whether it took effect all the same; raise where it did not."""
        try:
            stored = self._is_stored(plan)
        except TrialproofError as error:
            raise InDoubtError(
                f"{failure.what} Whether the write took effect cannot be read either: {error.what}",
                next_step="Send the same command again, with the same id.",
            ) from failure
        if not stored:
            raise failure

    def _is_stored(self, plan: GroupPlan) -> bool:
        if plan.entries:
            last = plan.entries[-1]
            return self._reader.leaf(last.ledger, last.position) == last.leaf
        last_outcome = plan.outcomes[-1]
        recorded = self._reader.outcome(last_outcome.actor, last_outcome.command_id)
        return recorded is not None and recorded.digest == last_outcome.digest


def _admit(plan: GroupPlan, turns: Sequence[AppendTurn]) -> Admitted:
    admitted: Admitted = []
    for turn in turns:
        try:
            admitted.append((turn, plan.admit(turn.asked)))
        except TrialproofError as error:
            turn.error = error
    return admitted


def _answer(admitted: Admitted, heads: dict[str, Head]) -> None:
    for turn, placed in admitted:
        turn.answer = Receipt(placed, {place.ledger: heads[place.ledger] for place in placed})


def _tell_all(turns: Sequence[AppendTurn], error: TrialproofError) -> None:
    """Tell every caller with an exception object of his own: one object must not be raised in two threads."""
    for turn in turns:
        if turn.error is None:
            own = type(error).__new__(type(error), *error.args)
            own.__dict__.update(error.__dict__)
            own.__cause__ = error
            turn.error = own


def _closed() -> StorageUnavailableError:
    return StorageUnavailableError("The ledger storage was closed.", next_step="Open it again before writing.")
