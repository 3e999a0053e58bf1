"""The independent check of one ledger: every stored row, its tree, its head, and heads held elsewhere.

It reads rows in order of position, keeps the frontier, one number for each stream and the event ids seen,
stops at the first thing that is wrong and names it. It trusts no stored hash: leaves come from bytes.
"""

from collections.abc import Container, Iterable, Sequence

from compliance.proofs.head_check import HeldCheck, StoredHead, find_in_head
from compliance.proofs.row_check import RowCheck, StoredRow
from compliance.proofs.verdict import Finding, HeldHead, Verdict, failed, passed

__all__ = ["HeldHead", "StoredHead", "StoredRow", "Verdict", "verify_ledger"]


def verify_ledger(
    ledger: str,
    rows: Iterable[StoredRow],
    head: StoredHead | None,
    *,
    held: Sequence[HeldHead] = (),
    known_types: Container[str] | None = None,
) -> Verdict:
    """Verify the rows of `ledger`, in order of position, against its head and every head held of it.

    Heads held of other ledgers are left aside, so that one list serves them all.
    """
    row_check, held_check = RowCheck(ledger, known_types), HeldCheck(ledger, held)
    bad = _first_in_rows(rows, row_check, held_check) or _first_at_end(head, row_check, held_check)
    covered = row_check.frontier
    if bad is not None:
        return failed(ledger, covered.size, covered.root(), row_check.environment, bad)
    return passed(ledger, covered.size, covered.root(), row_check.environment, held_check.agreed)


def _first_in_rows(rows: Iterable[StoredRow], row_check: RowCheck, held_check: HeldCheck) -> Finding | None:
    for row in rows:
        bad = row_check.find(row) or held_check.find(row_check.frontier)
        if bad is not None:
            return bad
    return None


def _first_at_end(head: StoredHead | None, row_check: RowCheck, held_check: HeldCheck) -> Finding | None:
    covered = row_check.frontier
    bad = find_in_head(head, covered) or held_check.find_beyond(covered)
    if bad is None and covered.size == 0:
        return Finding(1, "not_opened", "The ledger has no entry, not even the one that opens it.")
    return bad
