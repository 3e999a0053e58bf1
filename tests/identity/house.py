"""A store with two administrators, and people who have what only they have: a password in the head, an app at hand."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from pyotp.totp import TOTP

from adapters.identity.authenticator import Authenticator, LoggedIn
from adapters.wiring import Sources, open_store
from compliance.conduct import Done
from compliance.gate import Identity
from domain import streams
from domain.record import Entry, Fact
from tests.compliance.stores import SHOWN, Desk, open_desk

F = TypeVar("F", bound=Fact)
ORIGINATOR = "tests"
SOURCE = "192.0.2.7"
DEVICE = "a browser"
STEP = timedelta(seconds=30)
WORDS = ("granite", "otter", "violin", "meadow", "lantern", "copper", "harbour", "walnut", "saddle", "thimble")


@dataclass
class Owner:
    """What one person has, and nobody else."""

    person: str
    password: str
    otp_secret: str = field(repr=False)

    def code(self, at: datetime) -> str:
        return TOTP(self.otp_secret).at(at)


class House:
    """People, and the door they come in by."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.owners: dict[str, Owner] = {}

    @property
    def door(self) -> Authenticator:
        return self.desk.store.authenticator

    @property
    def folder(self) -> Path:
        return self.desk.store.folder

    @property
    def now(self) -> datetime:
        return self.desk.clock.shows

    def later(self, span: timedelta = STEP) -> None:
        self.desk.clock.shows += span

    def invited(self, person: str, *, by: str = "admin") -> str:
        """A secret for somebody who is registered."""
        return self.door.invite(person, by=self.desk.identity(by))

    def registered(self, person: str) -> None:
        registration = {"person": person, "printed_name": f"Name of {person}", "organisation": "An organisation"}
        self.desk.send("admin", "register_person", registration, trial=None)

    def settles(self, person: str, secret: str, password: str | None = None) -> Owner:
        """The owner uses an invitation up."""
        chosen = password or password_of(person)
        enrolment = self.door.activate(person, secret, chosen, source=SOURCE)
        owner = Owner(person, chosen, enrolment.otp_secret)
        self.door.confirm(person, secret, owner.code(self.now), source=SOURCE)
        self.owners[person] = owner
        self.later()
        return owner

    def owner(self, person: str) -> Owner:
        """Somebody who is registered, invited and activated."""
        self.registered(person)
        return self.settles(person, self.invited(person))

    def code(self, person: str) -> str:
        return self.owners[person].code(self.now)

    def log_in(self, person: str, **more: Any) -> LoggedIn:
        """Log in with what the owner has; the clock goes on, so that the next code is another one."""
        owner = self.owners[person]
        given: dict[str, Any] = {
            "password": owner.password,
            "code": owner.code(self.now),
            "source": SOURCE,
            "device": DEVICE,
        } | more
        opened = self.door.log_in(person, given.pop("password"), given.pop("code"), originator=ORIGINATOR, **given)
        self.later()
        return opened

    def identity(self, token: str) -> Identity:
        return self.door.identity(token, originator=ORIGINATOR)

    def prove(self, token: str, **given: Any) -> Identity:
        return self.door.prove(token, source=SOURCE, originator=ORIGINATOR, **given)

    def entries(self) -> list[Entry]:
        """All of the system ledger."""
        return list(self.desk.store.ledger.page(streams.SYSTEM_LEDGER, limit=5000))

    def facts(self, kind: type[F]) -> list[F]:
        """All facts of one kind, in order."""
        return [entry.fact for entry in self.entries() if isinstance(entry.fact, kind)]

    def stored(self, asked: str) -> list[tuple[Any, ...]]:
        """What stands in the credential file."""
        return stored(self.folder, asked)

    def send(self, by: str, command: str, person: str, **payload: Any) -> None:
        self.desk.send(by, command, {"person": person, **payload}, trial=None)

    def size(self) -> int:
        return self.desk.size(streams.SYSTEM_LEDGER)


def password_of(person: str) -> str:
    """A password that nobody would guess, another one for each person."""
    start = sum(person.encode()) % len(WORDS)
    return " ".join(WORDS[(start + step * 3) % len(WORDS)] for step in range(4))


def stored(folder: Path, asked: str) -> list[tuple[Any, ...]]:
    """What stands in the credential file of a store."""
    path = folder / "identity" / "credentials.sqlite"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(asked).fetchall()


@contextmanager
def open_house(folder: Path) -> Generator[House]:
    """A store with administrators `admin` and `verifier`, sponsor lead `lead`, and the activated owner `ana`."""
    with open_desk(folder) as desk:
        house = House(desk)
        house.owner("ana")
        yield house


@contextmanager
def reopened(house: House) -> Generator[House]:
    """The same store in another set of objects, as another process has it."""
    store = open_store(house.folder, house.folder.parent / "secret.key", Sources(house.desk.clock, seeded=True))
    other = House(Desk(store, house.desk.clock))
    other.owners = house.owners
    try:
        yield other
    finally:
        store.close()


def verified(house: House, person: str) -> None:
    """Somebody who neither registered nor invited that person looked who it is."""
    house.send("verifier", "verify_identity", person, document="passport", method="in_person")


def signs_policy(house: House, token: str, version: str = "1", **given: Any) -> Done:
    """The shortest signature of all: acknowledge the policy, with what is given to prove oneself."""
    identity = house.prove(token, **given)
    payload = {"person": identity.person, "version": version, "display_digest": SHOWN}
    envelope = house.desk.envelope("acknowledge_policy", payload)
    return house.desk.store.conduct.carry_out(envelope, identity, trial=None)


def issues_policy(house: House, version: str) -> None:
    policy = {"version": version, "reference": "a policy", "document_sha256": "0" * 64}
    house.desk.send("admin", "issue_policy", policy, trial=None)
