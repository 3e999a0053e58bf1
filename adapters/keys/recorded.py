"""Code-breaks through the key store's own log: records as they stand there, and the envelopes that they open."""

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

import msgspec

from adapters.keys.box import lock, unlock
from adapters.keys.emergency_log import EmergencyLog, Row
from adapters.keys.file import damaged
from adapters.keys.padding import padded_arm, unpadded
from adapters.keys.sealing import ARM, box_of, reading
from adapters.keys.store import KeyStore
from adapters.keys.wrapping import NONCE_BYTES
from compliance.emergency_record import EmergencyRecord, Noted
from domain.fields import SealedArmEnvelope

DRILL: Final = "trialproof.drill.v1"
WORDS: Final = "drill"


class RecordedBreaks:
    """Writes and reads the records, and opens the envelopes that they name."""

    def __init__(self, log: EmergencyLog, keys: KeyStore) -> None:
        self._log, self._keys = log, keys

    def record(self, record: EmergencyRecord) -> Noted:
        """Write it; on the disk when this returns."""
        return _noted(self._log.record(msgspec.msgpack.encode(record)))

    def records(self) -> Sequence[Noted]:
        """Every record, first to last."""
        return [_noted(row) for row in self._log.rows()]

    def opens(
        self,
        envelope: SealedArmEnvelope,
        *,
        trial: str,
        event_id: UUID,
        participant: str,
        list_root: str,
        noted: Noted,
    ) -> str:
        """The arm, of the one allocation that the record names."""
        assert noted.record.key == envelope.key.hex(), "a record opens the envelope that it names"
        key = self._keys.unwrap_recorded(envelope.key)
        with reading("arm"):
            return unpadded(unlock(box_of(envelope), key, ARM, trial, str(event_id), participant, list_root)).decode()


class DrillEnvelopes:
    """Envelopes that are no allocation's: keys of their own purpose, bound to the drill's receipt."""

    def __init__(self, keys: KeyStore, randomness: Callable[[int], bytes]) -> None:
        self._keys, self._randomness = keys, randomness

    def sealed(self, trial: str, receipt: UUID) -> SealedArmEnvelope:
        """A fresh one."""
        key = self._keys.fresh_key("drill")
        box = lock(padded_arm(WORDS), key, self._randomness(NONCE_BYTES), DRILL, trial, str(receipt))
        return SealedArmEnvelope(**box._asdict())

    def opens(self, envelope: SealedArmEnvelope, trial: str, receipt: UUID) -> bool:
        """Open it through the key store's log, which quotes the receipt."""
        return self._opened(envelope, self._keys.unwrap(envelope.key, authorised_by=receipt), trial, receipt)

    def opens_recorded(self, envelope: SealedArmEnvelope, trial: str, receipt: UUID, noted: Noted) -> bool:
        """Open it for a record of the emergency log."""
        assert noted.record.key == envelope.key.hex(), "a record opens the envelope that it names"
        return self._opened(envelope, self._keys.unwrap_recorded(envelope.key), trial, receipt)

    def _opened(self, envelope: SealedArmEnvelope, key: bytes, trial: str, receipt: UUID) -> bool:
        with reading("drill"):
            return unpadded(unlock(box_of(envelope), key, DRILL, trial, str(receipt))).decode() == WORDS


def _noted(row: Row) -> Noted:
    try:
        record = msgspec.msgpack.decode(row.plain, type=EmergencyRecord)
    except msgspec.MsgspecError as error:
        raise damaged(f"record {row.number} of the emergency log has another form") from error
    return Noted(chain=row.chain.hex(), number=row.number, record=record)
