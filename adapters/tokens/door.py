"""The door behind which tokens are checked: whoever proves nothing is counted, and told `login_failed`."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from adapters.tokens.reading import UnprovenError
from compliance.authentication import Authentication
from compliance.gate import Identity
from domain.errors import LoginError, Refusal
from domain.session.facts import Purpose
from domain.session.limits import Limits

Issues = Callable[[Identity, timedelta], str]
"""Gives a session token for a session that was opened; the time is how long it may lie unused."""
Fails = Callable[[Purpose, str, str | None], None]
"""Counts an attempt that failed: for what, from where, and for which account where one was named."""


class Admitted(NamedTuple):
    """Who was let in; the token is a secret and is not shown by accident."""

    token: str
    identity: Identity

    def __repr__(self) -> str:
        return f"Admitted({self.identity.person})"


@dataclass(slots=True)
class Attempt:
    """One attempt; `person` is filled in once the token names an account."""

    person: str | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """What all who check tokens share."""

    authentication: Authentication
    issue: Issues
    fail: Fails
    limits: Limits = field(default_factory=Limits)

    @contextmanager
    def attempt(self, purpose: Purpose, source: str) -> Generator[Attempt]:
        """Whatever is unproven inside, and an account that is not open, comes out as one LoginError."""
        attempt = Attempt()
        try:
            yield attempt
        except (UnprovenError, Refusal) as error:
            self.fail(purpose, source, self._known(attempt.person))
            raise LoginError from error

    def seconds(self) -> int:
        """The present, in whole seconds since 1970."""
        return int(self.authentication.ports.clock().timestamp())

    def _known(self, person: str | None) -> str | None:
        """The account named, if there is one: what else was sent as an id is not kept."""
        return person if person is not None and self.authentication.person(person).exists else None
