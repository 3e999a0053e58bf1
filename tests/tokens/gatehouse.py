"""A store with service accounts and linked persons, and a door that remembers what it was told."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.tokens.assertions import ServiceLogins, audience_of
from adapters.tokens.door import Door
from adapters.tokens.taken import TakenTokens
from compliance.authentication import Authentication
from compliance.gate import Identity
from domain.errors import LoginError
from domain.session.facts import Purpose
from tests.compliance.stores import Desk, open_desk
from tests.tokens.signing import KeyPair, Sign, ed25519_key, es256_key, token

SERVICE = "edc"
KEY = ed25519_key("edc")
OTHER_KEY = es256_key("edc")


class Gatehouse:
    """A store, its door, and what came to it."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk, self.store, self.file = desk, desk.store, folder / "identity" / "tokens.sqlite"
        self.authentication = Authentication(desk.store.ports)
        self.failed: list[tuple[Purpose, str, str | None]] = []
        self.issued: list[tuple[Identity, timedelta]] = []
        self.door = Door(self.authentication, self.issue, self.fail)
        self.taken = TakenTokens(self.file)
        self.services = ServiceLogins(self.door, self.taken)
        self.tokens_made = 0

    @property
    def now(self) -> int:
        return int(self.desk.clock.shows.timestamp())

    def later(self, seconds: float) -> None:
        self.desk.clock.shows += timedelta(seconds=seconds)

    def issue(self, identity: Identity, idle: timedelta) -> str:
        self.issued.append((identity, idle))
        return f"token {len(self.issued)}"

    def fail(self, purpose: Purpose, source: str, person: str | None) -> None:
        self.failed.append((purpose, source, person))

    def add_service(self, person: str, *keys: KeyPair) -> None:
        registration = {"person": person, "kind": "service", "printed_name": person, "organisation": "EDC"}
        self.command("register_person", registration)
        self.command("describe_service", {"person": person, "duty": "originator", "software": "EDC", "version": "4.2"})
        for key in keys:
            registered = {"algorithm": key.algorithm, "key": key.thumbprint, "public": key.text}
            self.command("register_service_key", {"person": person, **registered})

    def command(self, name: str, payload: dict[str, Any], *, by: str = "admin") -> None:
        self.desk.send(by, name, payload, trial=None)

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Claims that hold, changed; a change to None takes a claim out."""
        self.tokens_made += 1
        claims = {
            "iss": SERVICE,
            "sub": SERVICE,
            "aud": audience_of(self.store.ledger),
            "iat": self.now,
            "exp": self.now + 300,
            "jti": f"token {self.tokens_made}".replace(" ", "-"),
        }
        return {name: value for name, value in {**claims, **changes}.items() if value is not None}

    def assertion(self, key: KeyPair = KEY, *, header: Any = None, sign: Sign | None = None, **changes: Any) -> str:
        """An assertion that holds, but for what is changed."""
        whole: dict[str, Any] = {"alg": key.algorithm, "kid": key.kid, "typ": "JWT", **(header or {})}
        kept = {name: value for name, value in whole.items() if value is not None}
        return token(kept, self.claims(**changes), sign or key.sign)

    def log_in(self, assertion: str) -> Identity:
        return self.services.log_in(assertion, source="192.0.2.1").identity

    def refuses(self, assertion: str) -> None:
        """It opens nothing, writes nothing but the count, and says what every failure says."""
        before, counted = self.desk.size("system"), len(self.failed)

        with pytest.raises(LoginError) as caught:
            self.log_in(assertion)

        plain = LoginError()
        assert (caught.value.code, str(caught.value)) == ("login_failed", str(plain))
        assert (self.desk.size("system"), len(self.failed)) == (before, counted + 1)
        assert self.failed[-1][:2] == ("token", "192.0.2.1")
        assert not self.issued


@contextmanager
def open_gatehouse(folder: Path) -> Generator[Gatehouse]:
    """A gatehouse with one service account that has two keys."""
    with open_desk(folder) as desk:
        house = Gatehouse(desk, folder / "store")
        house.add_service(SERVICE, KEY, OTHER_KEY)
        try:
            yield house
        finally:
            house.taken.close()


def twice(claims: dict[str, Any], name: str, value: Any) -> bytes:
    """A JSON object in which one key stands twice, first with another value."""
    return f"{{{json.dumps(name)}: {json.dumps(value)}, {json.dumps(claims)[1:]}".encode()
