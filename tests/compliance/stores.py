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
from compliance.authentication import Authentication
from compliance.conduct import Done
from compliance.envelope import Envelope, read_envelope
from compliance.gate import Identity
from compliance.setup import set_up
from compliance.signing import ToSign, asked_by, shown
from domain.people.roles import TIME_BOX, WITHOUT_TRAINING
from domain.session.facts import Component

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


SHOWN = "d" * 64
"""The digest of what was displayed to a signer."""


def known(store: Store, person: str, *, presented: tuple[Component, ...] = ()) -> Identity:
    """A person who has proved an identity just now, in a session of a day."""
    identity = Authentication(store.ports).started(
        person,
        strength="password_totp",
        components=("password", "totp"),
        device="a test",
        lasts=timedelta(days=1),
        idle=timedelta(minutes=15),
        originator="tests",
    )
    return identity._replace(presented=presented)


class Desk:
    """Sends commands to a store, an hour of the clock after the last one."""

    def __init__(self, store: Store, clock: SetClock) -> None:
        self.store, self.clock = store, clock
        self.sent = 0
        self.signs = True
        self._sessions: dict[str, tuple[Identity, datetime]] = {}

    def identity(self, person: str, *, presented: tuple[Component, ...] = ()) -> Identity:
        """The person in an open session; a new one after a day. Nobody who is not registered has one."""
        found = self._sessions.get(person)
        if found is None or self.clock.shows >= found[1]:
            if not Authentication(self.store.ports).person(person).active:
                return Identity(person, "password_totp", "none", "tests", presented)
            found = (known(self.store, person), self.clock.shows + timedelta(days=1))
            self._sessions[person] = found
        return found[0]._replace(presented=presented)

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
        done = self.store.conduct.carry_out(envelope, self.identity(person), trial=trial)
        if self.signs and trial is not None and done.receipt is not None:
            self.sign_owed(person, done, trial)
        return done

    def sign_owed(self, person: str, done: Done, trial: str) -> None:
        """Sign what the entries of a command ask to be signed, as the person who sent it."""
        assert done.receipt is not None
        for place in done.receipt.placed:
            wanted = asked_by(self.store.ledger.stream(place.stream)[: place.version])
            if wanted is not None:
                self.sign(person, trial, wanted)

    def sign(
        self, person: str, trial: str, wanted: ToSign, presented: tuple[Component, ...] = ("password", "totp")
    ) -> Done:
        """Sign a record as it was displayed, with the components given."""
        printed_name = Authentication(self.store.ports).person(person).printed_name
        payload = shown(self.store.ports, wanted, signer=person, printed_name=printed_name).payload
        envelope = self.envelope("sign_record", payload)
        return self.store.conduct.carry_out(envelope, self.identity(person, presented=presented), trial=trial)

    def register(self, person: str) -> None:
        """Register a person, trained, of verified identity, with the policy acknowledged."""
        registration = {"person": person, "printed_name": f"Name of {person}", "organisation": "An organisation"}
        self.send("admin", "register_person", registration, trial=None)
        training = {"person": person, "training": "t1", "completed": "2027-01-05", "reference": "file 1"}
        self.send("admin", "record_training", training, trial=None)
        if person == "verifier":
            return
        verified = {"person": person, "document": "passport", "method": "in_person"}
        self.send("verifier", "verify_identity", verified, trial=None)
        acknowledged = {"person": person, "version": "1", "display_digest": SHOWN}
        envelope = self.envelope("acknowledge_policy", acknowledged)
        identity = self.identity(person, presented=("password", "totp"))
        self.store.conduct.carry_out(envelope, identity, trial=None)

    def hire(self, person: str, role: str, sites: list[str] | None = None, trial: str | None = "T1") -> None:
        """Register a person and give a role."""
        self.register(person)
        self.grant(person, role, sites, trial)

    def grant(self, person: str, role: str, sites: list[str] | None = None, trial: str | None = "T1") -> None:
        """Give a role that somebody else asked for."""
        payload: dict[str, Any] = {
            "person": person,
            "role": role,
            "sites": sites,
            "trial": trial,
            "requested_by": "verifier",
            "training": None if role in WITHOUT_TRAINING else "t1",
        }
        for limit in (span for boxed, span in TIME_BOX.items() if boxed == role):
            payload["ends"] = (self.store.ports.clock() + limit).isoformat()
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
            person="admin",
            environment="demonstration",
            printed_name="Admin",
            organisation="An organisation",
        )
        desk = Desk(store, clock)
        policy = {"version": "1", "reference": "a policy", "document_sha256": "0" * 64}
        desk.send("admin", "issue_policy", policy, trial=None)
        desk.register("verifier")
        desk.grant("verifier", "administrator", trial=None)
        desk.hire("lead", "sponsor_lead")
        desk.send("lead", "register_trial", REGISTRATION)
        yield desk
    finally:
        store.close()
