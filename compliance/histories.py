"""Streams folded into aggregates, kept by version so that only what is new is read again.

The cache is an aid of the write side alone: reads as of another day never use it.
"""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import NamedTuple, TypeVar

from domain import streams
from domain.adverse_event.adverse_event import AdverseEvent
from domain.aggregate import Aggregate
from domain.allocation.lists import Administrations, Design, Numbers, Places, Randomisation, SealedList
from domain.credentials.credentials import Credentials
from domain.deviation.deviation import Deviation
from domain.escrow.escrow import Escrow, KeyEnd
from domain.kits.stock import KitMap, Kits
from domain.participant.participant import Participant
from domain.people.officers import Officers
from domain.people.person import Person
from domain.people.policy import Policy
from domain.people.provider_links import ProviderLinks
from domain.ports import Ledger
from domain.protocol.protocol import Protocol
from domain.record import Entry
from domain.release.state import AnalysisPlan, AnalysisSets, Interim, Releases, Reveal
from domain.session.session import Session
from domain.signature.signatures import Signatures
from domain.site.site import Site
from domain.trial.trial import Trial
from domain.unblinding.susar import Submissions
from domain.unblinding.unblinding import Disclosures, Unblinding
from projections.amendments import effective, is_amendment

AGGREGATES: Mapping[str, type[Aggregate]] = {
    "administration": Administrations,
    "adverse-event": AdverseEvent,
    "analysis-plan": AnalysisPlan,
    "analysis-sets": AnalysisSets,
    "credentials": Credentials,
    "design": Design,
    "deviation": Deviation,
    "disclosure": Disclosures,
    "escrow": Escrow,
    "key": KeyEnd,
    "kit-map": KitMap,
    "kits": Kits,
    "interim": Interim,
    "list": SealedList,
    "officers": Officers,
    "participant": Participant,
    "person": Person,
    "policy": Policy,
    "protocol": Protocol,
    "provider": ProviderLinks,
    "randomisation": Randomisation,
    "release": Releases,
    "reveal": Reveal,
    "screening-numbers": Numbers,
    "session": Session,
    "signature": Signatures,
    "site": Site,
    "stratum": Places,
    "submission": Submissions,
    "trial": Trial,
    "unblinding": Unblinding,
}
"""Which aggregate a stream is about, by the second part of its id."""

PAGE = 500
A = TypeVar("A", bound=Aggregate)


class History(NamedTuple):
    """A stream as read: its version, its entries as written, and the aggregate they fold to."""

    version: int
    entries: tuple[Entry, ...]
    aggregate: Aggregate
    amended: bool

    @property
    def position(self) -> int:
        """Up to where in its ledger it was read: the position of its last entry."""
        return self.entries[-1].frame.position if self.entries else 0

    def of(self, kind: type[A]) -> A:
        """The aggregate, which is about this kind of thing."""
        assert isinstance(self.aggregate, kind)
        return self.aggregate


class Histories:
    """Loads streams; corrected and voided entries count as corrected and voided.

    Each ledger is followed by position, so that one read tells what is new in all streams that are kept.
    What another process appends meanwhile shows as a conflict of versions at the append.
    """

    def __init__(self, ledger: Ledger, *, keep: int = 4096) -> None:
        self._ledger = ledger
        self._keep = keep
        self._known: OrderedDict[str, History] = OrderedDict()
        self._followed: dict[str, int] = {}
        self._guard = Lock()

    def follow(self, ledger: str) -> int:
        """Take in what is new in a ledger; its last position."""
        with self._guard:
            if ledger not in self._followed:
                self._followed[ledger] = self._ledger.head(ledger).size
            more = True
            while more:
                page = self._ledger.page(ledger, after=self._followed[ledger], limit=PAGE)
                for entry in page:
                    self._take_in(entry)
                    self._followed[ledger] = entry.frame.position
                more = len(page) == PAGE
            return self._followed[ledger]

    def load(self, stream: str) -> History:
        """The stream as it stood when its ledger was last followed, or later."""
        with self._guard:
            known = self._known.get(stream)
            if known is None:
                known = _folded(stream, None, tuple(self._ledger.stream(stream)))
            self._known[stream] = known
            self._known.move_to_end(stream)
            while len(self._known) > self._keep:
                self._known.popitem(last=False)
            return known

    def _take_in(self, entry: Entry) -> None:
        stream, version = entry.frame.stream, entry.frame.version
        known = self._known.get(stream)
        if known is not None and version == known.version + 1:
            self._known[stream] = _folded(stream, known, (entry,))


def _folded(stream: str, known: History | None, new: tuple[Entry, ...]) -> History:
    start = AGGREGATES[streams.kind_of(stream)].start()
    entries = (*known.entries, *new) if known else new
    amended = (known is not None and known.amended) or any(map(is_amendment, new))
    if amended:
        aggregate = _fold(start, effective(entries), entries[-1].frame.version)
    else:
        aggregate = _fold(known.aggregate if known else start, new, entries[-1].frame.version if entries else 0)
    return History(aggregate.version, entries, aggregate, amended)


def _fold(aggregate: Aggregate, entries: "tuple[Entry, ...] | list[Entry]", version: int) -> Aggregate:
    for entry in entries:
        aggregate = aggregate.after(entry)
    return aggregate.at_version(version)
