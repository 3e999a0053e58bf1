"""The ledger recorder: appends by group commit, reads by position or by stream."""

from collections.abc import Callable
from datetime import datetime

from adapters.storage.batch import Append, Receipt
from adapters.storage.combining import CombiningQueue
from adapters.storage.dialect import Dialect
from adapters.storage.group import GroupCommit
from adapters.storage.reading import LedgerReader
from adapters.storage.tail_check import check_tails


class LedgerRecorder(LedgerReader):
    """All ledgers of one database, for any number of threads.

    Writers that arrive together share one transaction and its flush to disk; a lone writer pays nothing
    for that. Other processes may write to the same database; one writing process is the fairer choice.
    """

    def __init__(self, dialect: Dialect, clock: Callable[[], datetime]) -> None:
        super().__init__(dialect)
        check_tails(self)
        self._group = GroupCommit(dialect, self, clock)
        self._queue: CombiningQueue[Append, Receipt] = CombiningQueue(self._group)

    def append(self, batch: Append) -> Receipt:
        """Write the batch whole, or not at all; it is durable when this returns.

        ConflictError: a stream or guard has moved, or the command has an outcome already. InDoubtError:
        a failure left open whether it was written; the same command id will tell.
        """
        return self._queue.ask(batch)

    def close(self) -> None:
        """Let the write in hand finish, refuse later ones, and give all connections back."""
        self._group.close()
        self._dialect.close()
