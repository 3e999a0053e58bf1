"""The people of the test store: what only they have, and how they get it; no test knows another way in."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from pyotp.totp import TOTP

from adapters.chance import system_clock
from adapters.cli.session_file import write_token
from adapters.identity.authenticator import LoggedIn
from adapters.wiring import Store
from compliance.conduct import Done
from compliance.envelope import read_envelope
from compliance.gate import Identity
from domain.people.roles import TIME_BOX, WITHOUT_TRAINING, Role

PASSWORD = "otter lamp granite seventeen"
SHOWN = "d" * 64
TRIAL = "NCT03458156"
CREDENTIALS = Path("store") / "identity" / "credentials.sqlite"


@dataclass(frozen=True)
class People:
    """Secrets of the people of one store folder: one password for all, an app for each."""

    folder: Path

    @property
    def _file(self) -> Path:
        return self.folder / "apps.json"

    def apps(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self._file.read_text()) if self._file.exists() else {}
        return found

    def keep(self, person: str, otp_secret: str) -> None:
        self._file.write_text(json.dumps({**self.apps(), person: otp_secret}))

    def session(self, person: str) -> Path:
        return self.folder / f"{person}.session"

    def code(self, person: str, at: datetime | None = None) -> str:
        """A code that counts now; steps taken before are forgotten, since no test waits for half a minute."""
        with closing(sqlite3.connect(self.folder / CREDENTIALS, isolation_level=None)) as file:
            file.execute("UPDATE code_app SET last_step = -1 WHERE person = ?", (person,))
        return TOTP(self.apps()[person]).at(at or system_clock())

    def lines(self, person: str, *names: str) -> str:
        """What `--secrets-from` reads: the person's password and a code, or what is named."""
        answers = {"password": lambda: PASSWORD, "code": lambda: self.code(person)}
        return "".join(f"{name}={answers[name]()}\n" for name in names or ("password", "code"))


class Office:
    """Hires people in an open store, as two administrators do."""

    def __init__(self, store: Store, people: People) -> None:
        self.store, self.people = store, people
        self.identities: dict[str, Identity] = {}

    def begin(self, first: str, second: str) -> None:
        """The first administrator, the policy, and the second one."""
        self.enter(first, self.store.authenticator.invite(first, by=None))
        self.send(first, "issue_policy", version="1", reference="a policy", document_sha256="0" * 64)
        self.register(second)
        self.register("lead-01")
        self.train("lead-01")
        self.grant(second, "administrator", requested_by="lead-01")
        self.grant("lead-01", "sponsor_lead", requested_by=second)
        self.enter(second, self.invite(second))
        self.enter("lead-01", self.invite("lead-01"))
        for person, verifier in ((first, "lead-01"), (second, "lead-01"), ("lead-01", second)):
            self.verify(person, verifier)
            self.acknowledge(person)

    def hire(self, person: str, role: Role, sites: list[str] | None) -> None:
        """Everything that a person needs."""
        self.register(person)
        self.train(person)
        self.grant(person, role, requested_by="lead-01", sites=sites, trial=TRIAL if sites else None)
        self.enter(person, self.invite(person))
        self.verify(person, "admin-02")
        self.acknowledge(person)

    def grant(self, person: str, role: Role, **more: Any) -> None:
        ends = self.store.ports.clock() + TIME_BOX[role] if role in TIME_BOX else None
        wish: dict[str, Any] = {"role": role, "training": None if role in WITHOUT_TRAINING else "t1"}
        self.send("admin-01", "grant_role", person=person, ends=ends and str(ends), **wish, **more)

    def register(self, person: str, by: str = "admin-01") -> None:
        self.send(by, "register_person", person=person, printed_name=person.title(), organisation="Any")

    def verify(self, person: str, verifier: str) -> None:
        self.send(verifier, "verify_identity", person=person, document="passport", method="in_person")

    def train(self, person: str, by: str = "admin-01") -> None:
        self.send(by, "record_training", person=person, training="t1", completed="2024-01-05", reference="file 1")

    def invite(self, person: str) -> str:
        return self.store.authenticator.invite(person, by=self.identities["admin-01"])

    def enter(self, person: str, secret: str) -> None:
        """Activate the account and log in, into a session file."""
        door = self.store.authenticator
        enrolment = door.activate(person, secret, PASSWORD, source="a test")
        self.people.keep(person, enrolment.otp_secret)
        door.confirm(person, secret, self.code(person), source="a test")
        opened = self.log_in(person)
        write_token(self.people.session(person), opened.token)
        self.identities[person] = opened.identity

    def acknowledge(self, person: str) -> None:
        """The policy, in a session of its own, so that the one in the file has signed nothing."""
        door = self.store.authenticator
        opened = self.log_in(person)
        proved = door.prove(
            opened.token, password=PASSWORD, code=self.code(person), source="a test", originator="tests"
        )
        self.send(person, "acknowledge_policy", proved, person=person, version="1", display_digest=SHOWN)
        door.log_out(opened.token)

    def log_in(self, person: str) -> LoggedIn:
        return self.store.authenticator.log_in(
            person, PASSWORD, self.code(person), source="a test", device="a test", originator="tests"
        )

    def code(self, person: str) -> str:
        return self.people.code(person, self.store.ports.clock())

    def send(self, sender: str, command: str, proved: Identity | None = None, /, **payload: Any) -> Done:
        line = {"command": command, "command_id": str(uuid4()), "payload": payload}
        envelope = read_envelope(json.dumps(line).encode())
        return self.store.conduct.carry_out(envelope, proved or self.identities[sender], trial=None)
