"""A whole ledger, page by page."""

from domain.ports import Ledger
from domain.record import Entry


def all_entries(ledger: Ledger, name: str, *, up_to: int | None = None) -> list[Entry]:
    """Every entry of a ledger up to a position."""
    found: list[Entry] = []
    while page := ledger.page(name, after=len(found), up_to=up_to):
        found += page
    return found
