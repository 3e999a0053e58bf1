"""A book in which a test writes recorded entries: positions, versions, times and ids follow one another."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.catalogue import type_of
from domain.fields import SealedText
from domain.ledger.facts import RecordCorrected, RecordVoided
from domain.record import Authority, Body, Context, Entry, Fact, Frame, Performer, Recorded
from domain.streams import ledger_of
from domain.times import Occurred

TRIAL = "DEMO"
ZONE = "Asia/Shanghai"
START = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
"""10:00 of 1 March at the site."""
SEALED = b"\xa5\x5a" * 12


def event(position: int) -> UUID:
    """The id of the entry at a position."""
    return UUID(int=position)


def at(day: str, clock: str = "10:00:00", zone: str = ZONE, offset: str = "+08:00") -> Occurred:
    """A claimed instant on the site's clock."""
    return Occurred(f"{day}T{clock}{offset}[{zone}]")


def sealed(size: int = 1024, audience: str = "trial_team") -> Any:
    """A sealed text whose ciphertext every test would notice."""
    given: Any = {"audience": audience, "size": size}
    return SealedText[Any](ciphertext=SEALED, commitment=bytes(32), key=bytes(16), nonce=bytes(12), **given)


def context(event_id: UUID, occurred_at: Occurred, recorded_at: datetime, **changes: Any) -> dict[str, Any]:
    """A whole context; `changes` replace parts of it."""
    given: dict[str, Any] = {
        "actor": "u1",
        "authority": Authority(grant="g1", rule="r1", system_position=4, table_version="1"),
        "causation": None,
        "clock_reading": recorded_at,
        "command_id": UUID(int=7000),
        "correlation": UUID(int=7000),
        "event_id": event_id,
        "occurred_at": occurred_at,
        "on_behalf_of": None,
        "organisation": "Site 01",
        "originator": "web",
        "performer": Performer(person="u1", role="investigator"),
        "printed_name": "U One",
        "protocol_version": "1.0",
        "reason_code": None,
        "reason_text": None,
        "role": "investigator",
        "salt": bytes(16),
        "session": "s1",
        "software_version": "0.1.0",
        "source_kind": "direct",
        "source_ref": None,
        "strength": "asserted",
    }
    assert set(given) == set(Context.__struct_fields__)
    return given | changes


class Book:
    """Entries of a trial ledger, one after the other; each is recorded a minute after the one before it."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.versions = Counter[str]()
        self.clock = START

    def turn_to(self, day: str) -> None:
        """From here on it is 10:00 of that day at the site."""
        self.clock = at(day).earliest

    def write(self, stream: str, fact: Fact, occurred: Occurred | None = None, **changes: Any) -> Entry:
        """Record a fact; without a claimed time of its own it happened when it was recorded."""
        position = len(self.entries) + 1
        self.clock += timedelta(minutes=1)
        self.versions[stream] += 1
        when = occurred or Occurred.at(self.clock, ZONE)
        frame = Frame(
            ledger=ledger_of(stream),
            position=position,
            recorded_at=self.clock,
            schema="trialproof.entry.v1",
            stream=stream,
            type=type_of(type(fact)).name,
            version=self.versions[stream],
        )
        body = Body(payload=fact, **context(event(position), when, self.clock, **changes))
        self.entries.append(Recorded(body=body, frame=frame))
        return self.entries[-1]

    def correct(self, target: Entry, pointer: str, old: str, new: str, **changes: Any) -> Entry:
        """Record a correction in the target's stream."""
        fact = RecordCorrected(
            new=new,
            old=old,
            pointer=pointer,
            proposal=None,
            target=target.body.event_id,
            target_position=target.frame.position,
        )
        return self.write(target.frame.stream, fact, **changes)

    def void(self, target: Entry, **changes: Any) -> Entry:
        """Record in the target's stream that it does not hold."""
        fact = RecordVoided(
            recorded_instead_in=None, target=target.body.event_id, target_position=target.frame.position
        )
        return self.write(target.frame.stream, fact, **changes)
