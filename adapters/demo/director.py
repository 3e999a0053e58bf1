"""Sends the demonstration's commands at their moments, as `trialproof apply` would, and keeps the lines."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from adapters.chance import SetClock
from adapters.wiring import Store
from compliance.conduct import Done
from compliance.envelope import read_envelope
from compliance.gate import Identity
from domain.streams import name_of
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
        self.sent: list[Sent] = []
        self._clock = clock
        self._acts: list[Act] = []

    def at(self, when: datetime, act: Callable[[], object]) -> None:
        """Plan an act."""
        self._acts.append(Act(when, len(self._acts), act))

    def play(self, progress: Callable[[int, int], None]) -> None:
        """Play all acts, also those that acts plan for later."""
        played = 0
        while self._acts:
            self._acts.sort(key=lambda act: act[:2])
            current = self._acts.pop(0)
            self.show(current.at)
            current.act()
            played += 1
            progress(played, played + len(self._acts))

    def show(self, when: datetime) -> None:
        """Set the clock; it never goes back, and each command takes a moment."""
        self._clock.shows = max(when.astimezone(UTC), self._clock.shows + timedelta(seconds=1))

    def send(
        self,
        person: str,
        command: str,
        payload: dict[str, Any],
        *,
        occurred: str | None = None,
        performer: dict[str, Any] | None = None,
        trial: str | None = TRIAL,
    ) -> Done:
        """Send one line as a person."""
        line: dict[str, Any] = {"command": command, "command_id": str(self._id()), "payload": payload}
        if occurred is not None:
            line["occurred_at"] = occurred
        if performer is not None:
            line["performer"] = performer
        self.show(self._clock.shows)
        self.sent.append(Sent(self._clock.shows, person, line))
        identity = Identity(person, "asserted", None, "demonstration")
        return self.store.conduct.carry_out(read_envelope(json.dumps(line).encode()), identity, trial=trial)

    def _id(self) -> UUID:
        return self.store.ports.ids.event_id()


def stream_named(done: Done, kind: str) -> str:
    """The number or code of the stream of a kind that a command wrote to, as its result line tells it."""
    assert done.receipt is not None
    return next(name_of(place.stream) for place in done.receipt.placed if place.stream.split("/")[1] == kind)
