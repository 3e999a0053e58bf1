"""How a package is handed over and read again: asked at the gate, keys out of the key store under a named entry.

The rules say yes before the first key is taken out, and once more when the delivery is recorded; what is not
recorded is not handed over. A recipient reads what was delivered to this recipient and nothing else, made again
from its salt and position; each look is an event, and the keys quote it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from compliance.admission import Admission
from compliance.contexts import environment_of
from compliance.gate import Identity
from compliance.histories import History
from compliance.pages import all_entries
from compliance.ports import Ports
from compliance.release_package import Handed, Package, Source, interim, planned
from domain import streams
from domain.access.facts import RecordRead
from domain.command import Room
from domain.errors import DamagedLedgerError, NotFoundError
from domain.record import Entry
from domain.release.base import Delivery
from domain.release.facts import ReleaseRecorded
from domain.release.interim import DeliverInterimPackage
from domain.release.reveal import DeliverReleasePackage
from domain.release.state import Act, Interim
from projections.amendments import effective

NOTHING_YET = "0" * 64
Stored = Callable[[str, int], bytes]


class Handover(NamedTuple):
    """A package that may be handed over once its delivery is recorded, and the command that records it."""

    package: Package
    command: str
    payload: dict[str, Any]

    def __repr__(self) -> str:
        return "Handover(concealed)"


class Release(Admission):
    """Makes packages; `stored` gives an entry's bytes by ledger and position."""

    def __init__(self, ports: Ports, stored: Stored) -> None:
        super().__init__(ports)
        self._stored = stored

    def planned(self, identity: Identity, trial: str, recipient: str) -> Handover:
        """The package of the planned reveal for a named recipient; Refusal before any key is taken out."""
        self.allow(identity, DeliverReleasePackage.NAME, trial)
        size = self.ports.ledger.head(streams.trial_ledger(trial)).size
        wish = DeliverReleasePackage(recipient=recipient, **self._open_ended(size))
        act, _ = self._permitted(wish, trial)
        package = self._planned(trial, size, Handed(recipient, bytes.fromhex(wish.salt)), act.event)
        return _handover(wish, package)

    def interim(self, identity: Identity, trial: str, analysis: str) -> Handover:
        """The closed package of an interim analysis; Refusal before any envelope is opened."""
        self.allow(identity, DeliverInterimPackage.NAME, trial)
        up_to = self._interim(trial, analysis).up_to
        wish = DeliverInterimPackage(analysis=analysis, **self._open_ended(up_to or 1))
        act, room = self._permitted(wish, trial)
        handed = Handed(wish.own(room).recipient, bytes.fromhex(wish.salt))
        package = self._closed(trial, up_to, handed, analysis, act.event)
        return _handover(wish, package)

    def read(self, identity: Identity, trial: str) -> Package:
        """The package of the planned reveal, for one to whom it was delivered."""
        fact = self._delivered(identity, trial, "read_release_package", None)
        event = self._look(identity, trial, "read_release_package", "release-package", "planned reveal")
        return _same(self._planned(trial, fact.up_to, Handed(fact.recipient, fact.salt), event), fact)

    def read_interim(self, identity: Identity, trial: str, analysis: str) -> Package:
        """The closed package of an interim analysis, for the committee's statistician to whom it was delivered."""
        fact = self._delivered(identity, trial, "read_interim_package", analysis)
        event = self._look(identity, trial, "read_interim_package", "interim-package", analysis)
        return _same(self._closed(trial, fact.up_to, Handed(fact.recipient, fact.salt), analysis, event), fact)

    def _open_ended(self, up_to: int) -> dict[str, Any]:
        """What every delivery says, with the digest still open."""
        salt = self.ports.ids.secret().hex()
        return {"allocations": 0, "digest": NOTHING_YET, "salt": salt, "up_to": up_to}

    def _permitted(self, wish: Delivery, trial: str) -> tuple[Act, Room]:
        room = self._room(wish, trial)
        return wish.permit(self.ports.clock(), room), room

    def _room(self, wish: Delivery, trial: str) -> Room:
        """What the command names, loaded as conduct loads it."""
        loaded: dict[str, History] = {}
        room = Room(trial=trial)
        while new := [stream for stream in wish.streams(room) if stream not in loaded]:
            for ledger in {streams.ledger_of(stream) for stream in new}:
                self.histories.follow(ledger)
            loaded |= {stream: self.histories.load(stream) for stream in new}
            room = Room(trial=trial, aggregates={stream: history.aggregate for stream, history in loaded.items()})
        entries = {stream: tuple(effective(loaded[stream].entries)) for stream in wish.entries_of(room)}
        return replace(room, entries=entries)

    def _interim(self, trial: str, analysis: str) -> Interim:
        stream = streams.interim(trial, analysis)
        self.histories.follow(streams.trial_ledger(trial))
        return self.histories.load(stream).of(Interim)

    def _planned(self, trial: str, size: int, handed: Handed, authorised_by: UUID) -> Package:
        opens = self.ports.opens
        return planned(
            self._source(trial, size), handed, lambda sealed: opens.release_key(sealed, authorised_by=authorised_by)
        )

    def _closed(self, trial: str, up_to: int, handed: Handed, analysis: str, authorised_by: UUID) -> Package:
        def arm_of(entry: Entry) -> str:
            return self.ports.opens.arm(
                entry.fact.envelope,
                trial=trial,
                event_id=entry.body.event_id,
                participant=streams.name_of(entry.frame.stream),
                list_root=entry.fact.list_root,
                authorised_by=authorised_by,
            )

        return interim(self._source(trial, up_to), handed, analysis, arm_of)

    def _source(self, trial: str, size: int) -> Source:
        name, ledger = streams.trial_ledger(trial), self.ports.ledger

        def stored(position: int) -> bytes:
            return self._stored(name, position)

        entries = all_entries(ledger, name, up_to=size)
        return Source(
            trial=trial,
            environment=environment_of(ledger),
            entries=entries,
            stored=stored,
            leaves=self.ports.leaves(name, len(entries)),
            root=ledger.head(name, at=len(entries)).root,
            vault=all_entries(ledger, streams.vault_ledger(trial)),
        )

    def _delivered(self, identity: Identity, trial: str, action: str, analysis: str | None) -> ReleaseRecorded:
        self.allow(identity, action, trial)
        facts = [entry.fact for entry in self.ports.ledger.stream(streams.released_lists(trial))]
        own = [fact for fact in facts if (fact.recipient, fact.analysis) == (identity.person, analysis)]
        if not own:
            raise NotFoundError(
                f"No such package was handed to {identity.person}.",
                next_step="An officer delivers it to its named recipients; ask for one of your own.",
            )
        found: ReleaseRecorded = own[-1]
        return found

    def _look(self, identity: Identity, trial: str, action: str, what: str, scope: str) -> UUID:
        allowed = self.allow(identity, action, trial)
        return self.record(identity, allowed, trial, "reading", RecordRead(scope=scope, what=what))


def _handover(wish: Delivery, package: Package) -> Handover:
    made = wish.model_copy(update={"allocations": package.allocations, "digest": package.digest})
    return Handover(package, wish.NAME, made.model_dump(mode="json", exclude_none=True))


def _same(package: Package, fact: ReleaseRecorded) -> Package:
    if package.digest != fact.digest:
        raise DamagedLedgerError(
            "The package made now is not the one that was handed over.",
            next_step="Verify the ledgers: the verifier names the first position that was altered.",
        )
    return package
