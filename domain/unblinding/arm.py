"""The way to an allocated arm: through the public commitment to the stratum's list in the vault."""

from domain import streams
from domain.allocation.facts import DisclosureRecorded, ListedArm
from domain.allocation.lists import Randomisation, SealedList
from domain.command import Decided, Given, Room
from domain.errors import DamagedLedgerError
from domain.participant.participant import Participant
from domain.unblinding.facts import ArmDisclosed


def list_streams(room: Room, own: Participant) -> tuple[str, ...]:
    """The streams that lead to the arm, as far as they are known: the commitment, then the sealed list."""
    if own.allocation is None:
        return ()
    committed = streams.randomisation(room.trial)
    sealed = _sealed_list(room, own) if committed in room else None
    return (committed,) if sealed is None else (committed, sealed)


def disclosed(given: Given, room: Room, own: Participant, *, recipient: str, request: str) -> tuple[Decided, Decided]:
    """The disclosure to one recipient: that it happened in the trial ledger, what it was in the vault alone.

    Both are appended together, before anything is revealed.
    """
    drawn = _drawn(room, own)
    in_vault = given.fact(
        streams.disclosure(given.trial, request),
        DisclosureRecorded(
            arm=drawn.arm, label=drawn.label, participant=own.number, recipient=recipient, request=request
        ),
    )
    told = ArmDisclosed(recipient=recipient, vault_entry=in_vault.event_id)
    return (given.fact(streams.unblinding(given.trial, request), told), in_vault)


def _sealed_list(room: Room, own: Participant) -> str | None:
    assert own.allocation is not None, "who was never allocated has no list"
    committed = room.get(Randomisation, streams.randomisation(room.trial))
    list_id = committed.list_of(own.allocation.fact.list_root, own.allocation.fact.stratum)
    return None if list_id is None else streams.sealed_list(room.trial, list_id)


def _drawn(room: Room, own: Participant) -> ListedArm:
    assert own.allocation is not None, "who was never allocated has no arm"
    stream = _sealed_list(room, own)
    found = None if stream is None else room.get(SealedList, stream).arm_of(own.allocation.event)
    if found is None:
        raise DamagedLedgerError(
            f"The vault holds no slot for the allocation of participant {own.number}.",
            next_step="Call the code-break desk, which opens the sealed envelope; then verify both ledgers.",
        )
    return found
