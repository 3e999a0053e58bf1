"""Sends the demonstration's commands at their moments, each through its sender's own session, and keeps the lines."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from adapters.chance import SetClock
from adapters.demo.doors import Doors
from adapters.demo.signing import owed_in
from adapters.vault import OfficersPart
from adapters.wiring import Store
from compliance.conduct import Done
from compliance.envelope import read_envelope
from domain.streams import name_of, trial_ledger
from domain.times import zone

ZONE = "Asia/Shanghai"
TRIAL = "DEMO-NCT03458156"
START = datetime(2027, 1, 4, 9, 0, tzinfo=zone(ZONE))
"""Day 0 of the demonstration, a Monday."""


def on_day(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """The local time on that day of the demonstration."""
    return (START + timedelta(days=day)).replace(hour=hour, minute=minute)


def claimed(when: datetime) -> str:
    """A local time as commands write it."""
    return f"{when.astimezone(zone(ZONE)).replace(microsecond=0).isoformat()}[{ZONE}]"


A_WHILE: Final = timedelta(minutes=16)
"""A little longer than a session lasts that nobody uses."""


class Sent(NamedTuple):
    """A line as sent: when, by whom, and what."""

    at: datetime
    person: str
    line: dict[str, Any]


class Act(NamedTuple):
    """Something that happens at a moment of the demonstration."""

    at: datetime
    order: int
    act: Callable[[], object]


class Director:
    """Plays acts in the order of their moments; the clock shows each act's moment."""

    def __init__(self, store: Store, clock: SetClock) -> None:
        self.store = store
        self.doors = Doors(store, clock)
        self.sent: list[Sent] = []
        self.parts: tuple[OfficersPart, ...] = ()
        self._clock = clock
        self._acts: list[Act] = []

    @property
    def now(self) -> datetime:
        """What the clock shows."""
        return self._clock.shows

    def at(self, when: datetime, act: Callable[[], object]) -> None:
        """Plan an act."""
        self._acts.append(Act(when, len(self._acts), act))

    def play(self, progress: Callable[[int, int], None]) -> None:
        """Play all acts, also those that acts plan for later."""
        played = 0
        while self._acts:
            self._acts.sort(key=lambda act: act[:2])
            current = self._acts.pop(0)
            if current.at > self.now + A_WHILE:
                self.rest()
            self.show(current.at)
            current.act()
            played += 1
            progress(played, played + len(self._acts))
        self.rest()

    def rest(self) -> None:
        """Nobody does anything for a while; sessions that nobody uses end, as a service ends them."""
        self.show(self.now + A_WHILE)
        self.doors.catch_up()

    def show(self, when: datetime) -> None:
        """Set the clock; it never goes back, and each command takes a moment."""
        self._clock.shows = max(when.astimezone(UTC), self._clock.shows + timedelta(seconds=1))

    def send(self, person: str, command: str, payload: dict[str, Any], *, signs: bool = True, **frame: Any) -> Done:
        """Send one line as a person, who then signs what it asks to be signed."""
        done = self.carry(person, command, payload, **frame)
        if signs:
            self.sign_owed(person, done)
        return done

    def carry(
        self,
        person: str,
        command: str,
        payload: dict[str, Any],
        *,
        occurred: str | None = None,
        performer: dict[str, Any] | None = None,
        trial: str | None = TRIAL,
        proves: bool = False,
    ) -> Done:
        """Send one line through the person's session; `proves` for what is signed with it."""
        line: dict[str, Any] = {"command": command, "command_id": str(self._id()), "payload": payload}
        if occurred is not None:
            line["occurred_at"] = occurred
        if performer is not None:
            line["performer"] = performer
        self.show(self.now)
        identity = self.doors.proving(person) if proves else self.doors.identity(person)
        self.sent.append(Sent(self.now, person, line))
        return self.store.conduct.carry_out(read_envelope(json.dumps(line).encode()), identity, trial=trial)

    def sign_owed(self, person: str, done: Done, *, instead_of: str | None = None) -> None:
        """The person signs, as displayed, what is owed on the records that a command wrote to."""
        assert done.receipt is not None
        records = dict.fromkeys(place.stream for place in done.receipt.placed if place.ledger == trial_ledger(TRIAL))
        for stream in records:
            for wish in owed_in(self.store, stream, person, instead_of or person):
                self.carry(person, "sign_record", wish, proves=True)

    def _id(self) -> UUID:
        return self.store.ports.ids.event_id()


def stream_named(done: Done, kind: str) -> str:
    """The number or code of the stream of a kind that a command wrote to, as its result line tells it."""
    assert done.receipt is not None
    return next(name_of(place.stream) for place in done.receipt.placed if place.stream.split("/")[1] == kind)
