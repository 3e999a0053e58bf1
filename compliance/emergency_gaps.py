"""Reconciles the key store's own log of code-breaks with the ledger: for each record an entry, and the reverse."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from compliance.emergency_record import Noted
from domain.record import Entry
from domain.unblinding.facts import DisclosureEnteredLate, UnblindingDrillRun

Gap = Literal["not_entered", "no_record", "differs", "drill_not_recorded"]


class Unreconciled(NamedTuple):
    """One thing that stands on one side only, or differently; `number` is that of the key store's record.

    `participant` None: no record tells. `position` None: no entry stands.
    """

    gap: Gap
    number: int
    at: datetime
    participant: str | None
    position: int | None


def gaps(notes: Iterable[Noted], entries: Iterable[Entry], *, trial: str) -> tuple[Unreconciled, ...]:
    """What does not match, by number; the records of all trials may be given, and the trial ledger whole."""
    own = {noted.number: noted for noted in notes if noted.record.trial == trial}
    late: dict[int, Entry] = {}
    drills: set[UUID] = set()
    for entry in entries:
        match entry.fact:
            case DisclosureEnteredLate(number=number):
                late[number] = entry
            case UnblindingDrillRun(receipt=receipt, through_fallback=True):
                drills.add(receipt)
            case _:
                pass
    found = [gap for noted in own.values() for gap in _of_record(noted, late.get(noted.number), drills)]
    found += [
        Unreconciled("no_record", number, entry.fact.disclosed_at, None, entry.frame.position)
        for number, entry in late.items()
        if number not in own
    ]
    return tuple(sorted(found, key=lambda one: one.number))


def _of_record(noted: Noted, entry: Entry | None, drills: set[UUID]) -> Iterable[Unreconciled]:
    record = noted.record
    if record.drill:
        if record.command_id not in drills:
            yield Unreconciled("drill_not_recorded", noted.number, record.disclosed_at, None, None)
    elif entry is None:
        yield Unreconciled("not_entered", noted.number, record.disclosed_at, record.participant, None)
    elif (entry.fact.chain, entry.fact.disclosed_at) != (noted.chain, record.disclosed_at):
        yield Unreconciled("differs", noted.number, record.disclosed_at, record.participant, entry.frame.position)
