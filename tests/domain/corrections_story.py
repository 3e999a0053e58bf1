"""What tests of corrections share: a fact on record, and corrections of it."""

import json
from typing import Any
from uuid import UUID

from domain import streams
from domain.command import Reason
from domain.corrections import pointed_at
from domain.ledger.commands import CorrectRecord, ProposeCorrection, VoidRecord
from domain.participant.screening import RecordFact
from domain.record import Entry
from projections.amendments import effective
from tests.domain.harness import World
from tests.domain.story import measured

WHY = Reason(code="transcription", text="Digits were swapped when the sheet was copied.")
VALUE = "/payload/value/quantity/value"
NUMBER = "001"


def aged(world: World, number: str = NUMBER, age: str = "40") -> UUID:
    """An age on record; the event's id."""
    (entry, *_) = world.when(RecordFact(fact="age", participant=number, value=measured(age, "a")))
    return entry.body.event_id


def correcting(target: UUID, **changed: Any) -> CorrectRecord:
    wish: dict[str, Any] = {
        "new": "41",
        "old": "40",
        "pointer": VALUE,
        "reason": WHY,
        "stream": f"participant/{NUMBER}",
        "target": target,
    }
    return CorrectRecord(**(wish | changed))


def voiding(target: UUID, **changed: Any) -> VoidRecord:
    wish: dict[str, Any] = {"reason": WHY, "stream": f"participant/{NUMBER}", "target": target}
    return VoidRecord(**(wish | changed))


def proposing(target: UUID, **changed: Any) -> ProposeCorrection:
    stream = f"participant/{NUMBER}"
    wish: dict[str, Any] = {"new": "41", "pointer": VALUE, "reason": WHY, "stream": stream, "target": target}
    return ProposeCorrection(**(wish | changed))


def last_of(world: World, kind: type[Any], number: str = NUMBER) -> Entry:
    """The participant's last entry of a type, as written."""
    held = world.entries[streams.participant(world.trial, number)]
    return next(entry for entry in reversed(held) if isinstance(entry.fact, kind))


def event_of(world: World, kind: type[Any], number: str = NUMBER) -> UUID:
    return last_of(world, kind, number).body.event_id


def written(world: World, event: UUID) -> Entry:
    (entry,) = [entry for held in world.entries.values() for entry in held if entry.body.event_id == event]
    return entry


def present(world: World, event: UUID, pointer: str) -> Any:
    """The value at a pointer of an entry as it counts now, for the field `old`."""
    held = effective(world.entries[written(world, event).frame.stream])
    (entry,) = [entry for entry in held if entry.body.event_id == event]
    return json.loads(pointed_at(entry, pointer))
