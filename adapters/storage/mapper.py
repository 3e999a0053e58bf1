"""The event store's mapper: from facts to what is stored, from what was stored to entries.

The payload of a vault entry is sealed whole on the way in and opened on the way out, so that a copy of the
database shows no arm; everything else about an entry is the same in every ledger.
"""

from typing import Any, NamedTuple, Protocol
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, Notification, StoredEvent
from msgspec.structs import replace

from adapters.storage.codec import decode, decode_payload
from adapters.storage.verified import body_around, verified_body, verified_payload
from domain.catalogue import type_of
from domain.errors import DamagedLedgerError, StorageUnavailableError
from domain.fields import SealedFact
from domain.record import Context, Entry, Fact
from domain.streams import ledger_of


class FactSealing(Protocol):
    """Seals the payload of a vault entry under the vault's key, bound to its stream, type and event."""

    def seal_fact(self, plain: bytes, *, stream: str, type_name: str, event_id: UUID) -> SealedFact:
        """Seal the canonical payload."""
        ...

    def open_fact(self, sealed: SealedFact, *, stream: str, type_name: str, event_id: UUID) -> bytes:
        """Open it again; DamagedLedgerError where it was altered or moved."""
        ...


class Unrecorded(NamedTuple):
    """A fact with its context, and the place in its stream that it is to take."""

    originator_id: str
    originator_version: int
    context: Context
    fact: Fact


class EntryMapper(Mapper[str]):
    """In: the canonical part B, since only the ledger can frame it. Out: the whole entry, typed."""

    def __init__(self, sealing: FactSealing) -> None:
        self._sealing = sealing

    def to_stored_event(self, domain_event: DomainEventProtocol[str] | Unrecorded) -> StoredEvent:
        """Write part B, read back and compared."""
        assert isinstance(domain_event, Unrecorded), "what was read from a ledger is not recorded again"
        stream, version, context, fact = domain_event
        row = type_of(type(fact))
        if row.is_sealed_whole:
            body = self._sealed(stream, row.name, context, fact)
        else:
            body = verified_body(context, fact, ledger=ledger_of(stream))
        return StoredEvent(stream, version, row.name, body)

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """Read the entry; DamagedLedgerError where its row says another place than its bytes."""
        entry = decode(stored_event.state, stored_event.topic)
        _check_place(entry, stored_event)
        return self._opened(entry) if isinstance(entry.fact, SealedFact) else entry

    def _sealed(self, stream: str, type_name: str, context: Context, fact: Fact) -> bytes:
        plain = verified_payload(fact, ledger=ledger_of(stream))
        sealed = self._sealing.seal_fact(plain, stream=stream, type_name=type_name, event_id=context.event_id)
        if self._open(sealed, stream, type_name, context.event_id) != plain:
            raise StorageUnavailableError(
                "What the key store sealed for a vault does not open again as it was; nothing was written.",
                next_step="Check the key store before writing anything else.",
            )
        return body_around(context, sealed)

    def _opened(self, entry: Entry) -> Entry:
        frame, body = entry.frame, entry.body
        plain = self._open(body.payload, frame.stream, frame.type, body.event_id)
        return replace(entry, body=replace(body, payload=decode_payload(plain, frame.type)))

    def _open(self, sealed: SealedFact, stream: str, type_name: str, event_id: UUID) -> bytes:
        return self._sealing.open_fact(sealed, stream=stream, type_name=type_name, event_id=event_id)


def _check_place(entry: Entry, stored: StoredEvent) -> None:
    frame = entry.frame
    agree = frame.stream == stored.originator_id and frame.version == stored.originator_version
    if not agree or (isinstance(stored, Notification) and frame.position != stored.id):
        raise DamagedLedgerError(
            f"The row of version {stored.originator_version} of {stored.originator_id} holds an entry that says it"
            f" is version {frame.version} of {frame.stream} at position {frame.position}.",
            next_step="Verify the ledger: the verifier names the first position that was altered.",
        )
