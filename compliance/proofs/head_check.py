"""The end of a ledger against the head beside it, and against heads that others held."""

from collections.abc import Sequence
from typing import Protocol

from compliance.proofs.tree import Frontier
from compliance.proofs.verdict import Finding, HeldHead


class StoredHead(Protocol):
    """The head of a ledger as it is stored beside the rows."""

    @property
    def size(self) -> int: ...
    @property
    def root(self) -> bytes: ...
    @property
    def frontier(self) -> bytes: ...


def find_in_head(head: StoredHead | None, rows: Frontier) -> Finding | None:
    """Compare the stored head with the frontier computed from all rows."""
    if head is None:
        return Finding(None, "head_missing", f"The ledger has {rows.size} entries and no head.")
    if head.size > rows.size:
        sentence = f"The head counts {head.size} entries, but they end at position {rows.size}."
        return Finding(rows.size + 1, "tail_missing", sentence)
    if head.size < rows.size:
        sentence = f"The head counts {head.size} entries, but they go on to position {rows.size}."
        return Finding(head.size + 1, "tail_added", sentence)
    try:
        stored = Frontier.from_bytes(head.size, head.frontier)
    except ValueError as error:
        return Finding(None, "head_damaged", f"The head cannot be read. {error}")
    if stored.root() != head.root:
        return Finding(None, "head_damaged", "The root and the frontier of the head contradict each other.")
    return _other_subtree(stored, rows)


class HeldCheck:
    """Compares the root at the size of each held head, on the way through the rows."""

    def __init__(self, ledger: str, held: Sequence[HeldHead]) -> None:
        self.agreed = 0
        """The largest size at which a held head agreed."""
        self._waiting = sorted((one for one in held if one.ledger == ledger), key=lambda one: one.size)

    def find(self, rows: Frontier) -> Finding | None:
        """Look at the heads held of exactly this size."""
        while self._waiting and self._waiting[0].size == rows.size:
            held = self._waiting.pop(0)
            if held.root != rows.root():
                sentence = f"{_one_of(self.agreed + 1, held.size)} is not the one behind the held head {held}."
                return Finding(None, "held_differs", sentence)
            self.agreed = held.size
        return None

    def find_beyond(self, rows: Frontier) -> Finding | None:
        """Look at the heads held of a larger ledger than there is."""
        if not self._waiting:
            return None
        sentence = f"The ledger was cut back: it ends at position {rows.size}, before the held head {self._waiting[0]}."
        return Finding(rows.size + 1, "held_cut_back", sentence)


def _other_subtree(stored: Frontier, rows: Frontier) -> Finding | None:
    """Name the first complete subtree that differs: no single position can be told without stored leaves."""
    last = 0
    widths = (1 << bit for bit in reversed(range(rows.size.bit_length())) if rows.size >> bit & 1)
    for width, ours, theirs in zip(widths, rows.hashes, stored.hashes, strict=True):
        last += width
        if ours != theirs:
            sentence = f"{_one_of(last - width + 1, last)} is not the one that the head covers."
            return Finding(None, "root_differs", sentence)
    return None


def _one_of(first: int, last: int) -> str:
    return f"The entry {last}" if first == last else f"One of the entries {first} to {last}"
