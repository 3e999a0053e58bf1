"""What a hard lock binds, as computed from the whole trial ledger."""

from typing import NamedTuple

from domain.trial.facts import OpenItem


class LockView(NamedTuple):
    """The trial ledger at a position: its root, a digest of its effective data, and what is unfinished."""

    position: int
    root: str
    data_digest: str
    open_items: tuple[OpenItem, ...]
