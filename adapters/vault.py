"""Custody beside the key store: what the ledgers say of escrow and of keys to be destroyed, carried out there.

The entry always comes first; whatever is interrupted goes on when the same step is taken again.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from adapters.keys.escrow import OfficersPart, escrow_private, established_by, make_parts
from adapters.keys.store import EscrowTo, KeyStore
from compliance.pages import all_entries
from domain import streams
from domain.errors import NotFoundError
from domain.escrow.facts import EscrowEstablished, EscrowOpened, ParticipantKeyDestroyed
from domain.participant.facts import Allocated
from domain.ports import Ledger
from domain.record import Entry

__all__ = ["OfficersPart", "escrow_private", "established_by", "make_parts"]


class Lost(NamedTuple):
    """What recovery came to: keys whose wrap was made again, and keys with no escrow wrap to make it from."""

    restored: int
    beyond: tuple[str, ...]


def established_of(ledger: Ledger, trial: str) -> EscrowEstablished | None:
    """The escrow key in use."""
    facts = [entry.fact for entry in ledger.stream(streams.escrow(trial))]
    return next((fact for fact in reversed(facts) if isinstance(fact, EscrowEstablished)), None)


def escrow_key(ledger: Ledger, trial: str) -> bytes | None:
    """The public escrow key in use; None as long as no ceremony was held."""
    established = established_of(ledger, trial)
    return None if established is None else bytes.fromhex(established.public_key)


def allocation_keys(ledger: Ledger, trial: str) -> tuple[bytes, ...]:
    """The keys of all envelopes, in the order of the allocations."""
    return tuple(e.fact.envelope.key for e in told(ledger, trial) if isinstance(e.fact, Allocated))


def rewrap(ledger: Ledger, keys: KeyStore, trial: str) -> int:
    """Make the escrow wraps of allocations that came before the escrow key in use; how many."""
    public = escrow_key(ledger, trial)
    if public is None:
        raise no_escrow(trial)
    return keys.rewrap(allocation_keys(ledger, trial), EscrowTo(trial, public))


def lost(ledger: Ledger, keys: KeyStore, trial: str) -> tuple[bytes, ...]:
    """The allocations' keys that the root does not open any more."""
    return tuple(key for key in allocation_keys(ledger, trial) if not keys.holds(key))


def recover(ledger: Ledger, keys: KeyStore, trial: str, parts: Sequence[OfficersPart], *, authorised_by: UUID) -> Lost:
    """Make lost wraps again from the escrow, with the parts of two officers, by the entry that says so."""
    established = established_of(ledger, trial)
    assert established is not None, "an escrow that was opened was established"
    private = escrow_private(trial, established, parts)
    wanted, there = lost(ledger, keys, trial), keys.escrow_wraps()
    for key in wanted:
        if key in there:
            keys.restore(key, private, authorised_by=authorised_by)
    return Lost(sum(key in there for key in wanted), tuple(key.hex() for key in wanted if key not in there))


def destroy_ordered(ledger: Ledger, keys: KeyStore, trial: str) -> int:
    """Destroy every key that an entry orders to be destroyed and that the log does not have yet; how many."""
    done = {row.authorised_by for row in keys.log() if row.act == "destroy"}
    waiting = [
        (entry.fact.participant, entry.body.event_id)
        for entry in told(ledger, trial)
        if isinstance(entry.fact, ParticipantKeyDestroyed) and entry.body.event_id not in done
    ]
    for number, event in waiting:
        keys.destroy(f"participant:{trial}/{number}", authorised_by=event)
    return len(waiting)


def opening_of(ledger: Ledger, trial: str, position: int) -> UUID:
    """The event id of the opening of the escrow at that position."""
    (entry,) = ledger.page(streams.trial_ledger(trial), after=position - 1, limit=1)
    assert isinstance(entry.fact, EscrowOpened)
    return entry.body.event_id


def check_parts(ledger: Ledger, trial: str, parts: Sequence[OfficersPart]) -> None:
    """InvalidInputError names a part that does not open this trial's escrow; NotFoundError where there is none."""
    established = established_of(ledger, trial)
    if established is None:
        raise no_escrow(trial)
    escrow_private(trial, established, parts)


def no_escrow(trial: str) -> NotFoundError:
    """Say that no ceremony was held."""
    return NotFoundError(
        f"The trial {trial} has no escrow key.",
        next_step="Hold a ceremony with `trialproof vault ceremony` first.",
    )


def told(ledger: Ledger, trial: str) -> list[Entry]:
    """The entries of the trial ledger."""
    return all_entries(ledger, streams.trial_ledger(trial))
