"""A first look at a database just opened: each head must agree with the last entry of its ledger.

It finds a file put together from two states. Whether every entry is what it was, only the verifier can say.
"""

from adapters.storage.batch import StoredEntry, StoredHead
from adapters.storage.plan import HeldHead
from adapters.storage.reading import LedgerReader
from compliance.proofs.tree import leaf_hash
from domain.errors import DamagedLedgerError


def check_tails(reader: LedgerReader) -> None:
    """Raise DamagedLedgerError for the first ledger whose head and last entry disagree."""
    for ledger in reader.ledgers():
        head = reader.stored_head(ledger)
        if head is not None:
            _check(head, reader.page(ledger, after=head.size - 1, limit=1))


def _check(head: StoredHead, last: list[StoredEntry]) -> None:
    if HeldHead.of(head).frontier.root() != head.root:
        raise _damaged(head, "its root does not follow from its own frontier")
    if [entry.position for entry in last] != [head.size]:
        raise _damaged(head, "it counts entries that are not there")
    if leaf_hash(last[0].entry) != last[0].leaf or last[0].recorded_at != head.recorded_at:
        raise _damaged(head, "its last entry is not the one that was hashed")


def _damaged(head: StoredHead, why: str) -> DamagedLedgerError:
    return DamagedLedgerError(
        f"The head of {head.ledger} at size {head.size} is not as it was written: {why}.",
        next_step="Keep the file as it is, verify the ledger, and restore from a backup.",
    )
