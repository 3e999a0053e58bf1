"""A look at the key store's own records of one trial, as facts: they stand in no ledger until a report records them."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeVar

from adapters.keys.emergency_log import EmergencyLog
from adapters.keys.file import DamagedKeyStoreError
from adapters.keys.recorded import RecordedBreaks
from adapters.keys.store import KeyStore
from adapters.keys.unwrap_log import LogHead, Unwrap
from adapters.vault import allocation_keys
from adapters.wiring import Store
from compliance.emergency_record import Noted
from compliance.pages import all_entries
from domain.escrow.facts import CustodyChecked, EmergencyAct, EscrowWrap, KeyAct
from domain.ports import Ledger
from domain.unblinding.facts import UnblindingDrillRun

PER_ENTRY: Final = 100
"""Rows in one entry, so that it stays far below the longest that a ledger takes."""
T = TypeVar("T")
Where = Literal["trial", "access"]


def look_at(store: Store, trial: str) -> tuple[CustodyChecked, ...]:
    """The same, of an open store with its emergency log."""
    emergencies = RecordedBreaks(EmergencyLog(store.folder / "keys", store.keys), store.keys)
    return look(store.ledger, store.keys, trial, emergencies.records())


def look(ledger: Ledger, keys: KeyStore, trial: str, noted: Sequence[Noted] = ()) -> tuple[CustodyChecked, ...]:
    """What the key store's records say of the trial, those of its emergency log (`noted`) too; no key is among them."""
    log = keys.log()
    head, holds = _head(keys, log)
    events, own = _events(ledger, trial), {key.hex() for key in allocation_keys(ledger, trial)}
    others = _others(ledger, trial)
    acts = [_act(row, events) for row in log if _marks(row) & (own | events.keys()) or not _marks(row) & others]
    wraps = [
        EscrowWrap(key=row.key.hex(), public_key=row.public.hex())
        for row in keys.escrow_wraps().values()
        if row.key.hex() in own
    ]
    emergencies = [_emergency(one) for one in noted if one.record.trial == trial]
    parts = max(1, *(-(-len(found) // PER_ENTRY) for found in (acts, wraps, emergencies)))
    return tuple(
        CustodyChecked(
            acts=_part(acts, part),
            chain_holds=holds,
            emergencies=_part(emergencies, part),
            log_chain=head.chain.hex(),
            log_number=head.number,
            part=part + 1,
            parts=parts,
            trial=trial,
            wraps=_part(wraps, part),
        )
        for part in range(parts)
    )


def _part(found: Sequence[T], part: int) -> tuple[T, ...]:
    return tuple(found[PER_ENTRY * part : PER_ENTRY * (part + 1)])


def _head(keys: KeyStore, log: Sequence[Unwrap]) -> tuple[LogHead, bool]:
    try:
        return keys.verify_log(), True
    except DamagedKeyStoreError:
        return LogHead(log[-1].number, log[-1].chain), False


def _events(ledger: Ledger, trial: str) -> Mapping[str, Where]:
    """The entries of a trial that may stand behind a row, and in which ledger; a drill is quoted by its receipt."""
    kinds: tuple[Where, ...] = ("access", "trial")
    found: dict[str, Where] = {}
    for kind in kinds:
        for entry in all_entries(ledger, f"{kind}:{trial}"):
            found[str(entry.body.event_id)] = kind
            if isinstance(entry.fact, UnblindingDrillRun):
                found[str(entry.fact.receipt)] = kind
    return found


def _others(ledger: Ledger, trial: str) -> set[str]:
    """By what a row is known as another trial's."""
    kinds = (name.partition(":") for name in ledger.ledgers())
    others = [name for kind, _, name in kinds if kind == "trial" and name != trial]
    keys = {key.hex() for name in others for key in allocation_keys(ledger, name)}
    return keys.union(*(_events(ledger, name) for name in others))


def _marks(row: Unwrap) -> set[str]:
    return {str(row.authorised_by), row.key.hex()}


def _act(row: Unwrap, events: Mapping[str, Where]) -> KeyAct:
    return KeyAct(
        act=row.act,
        at=row.at,
        authorised_by=row.authorised_by,
        chain=row.chain.hex(),
        found_in=events.get(str(row.authorised_by)),
        key=row.key.hex(),
        number=row.number,
    )


def _emergency(noted: Noted) -> EmergencyAct:
    record = noted.record
    return EmergencyAct(
        at=record.disclosed_at,
        chain=noted.chain,
        command_id=record.command_id,
        drill=record.drill,
        number=noted.number,
    )
