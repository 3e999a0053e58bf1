"""The past that a code-break rests on, loaded apart from `conduct`: to decide where nothing can be written."""

from typing import NamedTuple

from compliance.gate import Identity
from compliance.histories import Histories, History
from domain import streams
from domain.command import Room
from domain.errors import DamagedLedgerError, NotFoundError
from domain.site.site import Site
from domain.unblinding.emergency import BreakBlind


class Loaded(NamedTuple):
    """The room of one code-break, the versions it was read at, and up to where the two ledgers were read."""

    room: Room
    versions: dict[str, int]
    position: int
    system_position: int

    def zone(self, wish: BreakBlind) -> str:
        """The zone of the participant's site."""
        site = wish.concerned_site(self.room)
        stream = streams.site(self.room.trial, site) if site else ""
        return self.room.get(Site, stream).zone if stream in self.room else "UTC"


def load(histories: Histories, wish: BreakBlind, trial: str, identity: Identity) -> Loaded:
    """Read who sends, and every stream that the command names, until it names nothing new."""
    position = histories.follow(streams.trial_ledger(trial))
    system_position = histories.follow(streams.SYSTEM_LEDGER)
    histories.follow(streams.vault_ledger(trial))
    found: dict[str, History] = {}
    unread: set[str] = set()
    named: tuple[str, ...] = (streams.person(identity.person), streams.session(identity.session))
    while True:
        for stream in named:
            if stream not in found:
                _read(histories, stream, found, unread)
        aggregates = {stream: history.aggregate for stream, history in found.items()}
        room = Room(trial=trial, aggregates=aggregates, sender=identity.person)
        named = wish.streams(room)
        if all(stream in found or stream in unread for stream in named):
            versions = {stream: history.version for stream, history in found.items()}
            return Loaded(room, versions, position, system_position)


def _read(histories: Histories, stream: str, found: dict[str, History], unread: set[str]) -> None:
    """A stream of the vault that cannot be read stops nobody: the envelope beside the allocation tells the arm."""
    try:
        found[stream] = histories.load(stream)
    except (DamagedLedgerError, NotFoundError):
        if not streams.ledger_of(stream).startswith("vault:"):
            raise
        unread.add(stream)
