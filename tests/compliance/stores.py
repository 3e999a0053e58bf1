"""A real store for tests of conduct: seeded, with an administrator, a sponsor lead and one site's people."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from adapters.chance import SeededBytes, SetClock
from adapters.wiring import Sources, Store, create_store
from compliance.conduct import Done
from compliance.envelope import Envelope, read_envelope
from compliance.gate import Identity
from compliance.setup import set_up

START = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
NAMESPACE = UUID("8f4ad1c8-8d70-5a31-9d1e-5a3a5d0d5a0e")
DESIGN: dict[str, Any] = {
    "allocation": "RANDOMIZED",
    "arms": [],
    "conditions": ["Lupus Nephritis"],
    "criteria_sha256": "0" * 64,
    "dates": [],
    "enrolment": 30,
    "enrolment_type": "ESTIMATED",
    "healthy_volunteers": False,
    "interventions": [],
    "locations": 0,
    "masking": "DOUBLE",
    "maximum_age": None,
    "minimum_age": None,
    "model": "PARALLEL",
    "official_title": None,
    "organisation_study_id": None,
    "overall_status": "UNKNOWN",
    "phases": None,
    "primary_purpose": "TREATMENT",
    "sex": "ALL",
    "sponsor": "A sponsor",
    "study_type": "INTERVENTIONAL",
    "who_masked": None,
}
REGISTRATION: dict[str, Any] = {
    "design": DESIGN,
    "provenance": "made for a test",
    "questions": [
        {
            "code": "D2",
            "field": None,
            "options": [],
            "question": "Which ratio, which strata?",
            "record_says": "silent",
            "title": "Ratio and strata",
        }
    ],
    "registry_id": "NCT00000001",
    "source_date": None,
    "source_sha256": "0" * 64,
    "title": "A trial",
}


def asserted(person: str) -> Identity:
    """An identity as demonstrations know it."""
    return Identity(person, "asserted", None, "tests")


class Desk:
    """Sends commands to a store, an hour of the clock after the last one."""

    def __init__(self, store: Store, clock: SetClock) -> None:
        self.store, self.clock = store, clock
        self.sent = 0

    def envelope(self, command: str, payload: dict[str, Any], **frame: Any) -> Envelope:
        """An envelope with an id of its own."""
        self.sent += 1
        command_id = frame.pop("command_id", None) or str(uuid5(NAMESPACE, str(self.sent)))
        line = {"command": command, "command_id": command_id, "payload": payload, **frame}
        return read_envelope(json.dumps(line).encode())

    def send(
        self, person: str, command: str, payload: dict[str, Any], *, trial: str | None = "T1", **frame: Any
    ) -> Done:
        """Send it as a person."""
        self.clock.shows += timedelta(minutes=1)
        envelope = self.envelope(command, payload, **frame)
        return self.store.conduct.carry_out(envelope, asserted(person), trial=trial)

    def hire(self, person: str, role: str, sites: list[str] | None = None, trial: str | None = "T1") -> None:
        """Register a person and give a role."""
        registration = {"person": person, "printed_name": f"Name of {person}", "organisation": "An organisation"}
        self.send("admin", "register_person", registration, trial=None)
        self.grant(person, role, sites, trial)

    def grant(self, person: str, role: str, sites: list[str] | None = None, trial: str | None = "T1") -> None:
        """Give a role that somebody else asked for."""
        payload = {"person": person, "role": role, "sites": sites, "trial": trial, "requested_by": "asker"}
        self.send("admin", "grant_role", payload, trial=None)

    def size(self, ledger: str) -> int:
        """How many entries a ledger holds."""
        return self.store.ledger.head(ledger).size


@contextmanager
def open_desk(folder: Path, sources: Sources | None = None) -> Generator[Desk]:
    """A new store with an administrator and a sponsor lead, and a registered trial T1."""
    clock = SetClock(START)
    seeded = Sources(clock, SeededBytes("tests"), seeded=True)
    store = create_store(folder / "store", folder / "secret.key", sources or seeded)
    try:
        set_up(
            store.ports,
            asserted("admin"),
            environment="demonstration",
            printed_name="Admin",
            organisation="An organisation",
        )
        desk = Desk(store, clock)
        desk.hire("lead", "sponsor_lead")
        desk.send("lead", "register_trial", REGISTRATION)
        yield desk
    finally:
        store.close()
