"""How the demonstration's people come in and prove themselves: password, one-time code, session, as everybody does.

The passwords are drawn from the demonstration's own randomness, so they are the same every time; they and the
secrets of the one-time codes are fictional, stand in no ledger, and are kept for `demo-credentials` alone.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from pyotp.totp import TOTP

from adapters.chance import SetClock
from adapters.identity.authenticator import Authenticator, LoggedIn
from adapters.wiring import Store
from compliance.authentication import Authentication
from compliance.gate import Identity
from domain.errors import LoginError, SessionEndedError

ORIGINATOR: Final = "demonstration"
STEP: Final = 30
"""Seconds for which a one-time code holds (RFC 6238)."""
WORDS: Final = 3
WRONG: Final = "not the password that was set"


@dataclass
class Held:
    """What one person has: a password in the head, an app on the telephone, an open session or none."""

    password: str = field(repr=False)
    otp_secret: str = field(default="", repr=False)
    emergency: str = field(default="", repr=False)
    last_step: int = -1
    token: str | None = field(default=None, repr=False)


class Doors:
    """Opens sessions when they are needed, and proves components for signatures."""

    def __init__(self, store: Store, clock: SetClock) -> None:
        self.held: dict[str, Held] = {}
        self._authenticator: Authenticator = store.authenticator
        self._recorded = Authentication(store.ports)
        self._ids = store.ports.ids
        self._clock = clock

    def activate(self, person: str, invitation: str) -> None:
        """Set password and one-time codes with an invitation; nobody else learns them."""
        held = Held(password="-".join(self._ids.token() for _ in range(WORDS)))
        source = source_of(person)
        enrolment = self._authenticator.activate(person, invitation, held.password, source=source)
        held.otp_secret = enrolment.otp_secret
        self._authenticator.confirm(person, invitation, self._code(held), source=source)
        self.held[person] = held

    def invited(self, person: str, *, by: str | None) -> str:
        """The one-time secret of a new account, handed to its owner."""
        return self._authenticator.invite(person, by=None if by is None else self.identity(by))

    def identity(self, person: str) -> Identity:
        """The person in the open session; a new one where that is over; one who has no credentials has none."""
        if person not in self.held:
            return Identity(person, "password_totp", "none", ORIGINATOR)
        held = self.held[person]
        if held.token is not None:
            with suppress(SessionEndedError):
                return self._authenticator.identity(held.token, originator=ORIGINATOR)
            held.token = None
        return self.log_in(person).identity

    def proving(self, person: str) -> Identity:
        """The person, with the components that a signature needs now: both at a session's first, then the password."""
        identity, held = self.identity(person), self.held[person]
        assert held.token is not None
        first = not self._recorded.session(identity.session).has_signed
        return self._authenticator.prove(
            held.token,
            password=held.password,
            code=self._code(held) if first else None,
            source=source_of(person),
            originator=ORIGINATOR,
        )

    def log_in(self, person: str, *, password: str | None = None) -> LoggedIn:
        """Log in, with another password than one's own where one is given."""
        held = self.held[person]
        logged_in = self._authenticator.log_in(
            person,
            password or held.password,
            self._code(held),
            source=source_of(person),
            device=device_of(person),
            originator=ORIGINATOR,
        )
        held.token = logged_in.token
        return logged_in

    def fail(self, person: str, times: int = 1) -> None:
        """Attempts that prove nothing; every one has the same answer."""
        for _ in range(times):
            with suppress(LoginError):
                self.log_in(person, password=WRONG)

    def prepare_for_emergency(self, person: str) -> None:
        """Set the secret that breaks the code, whatever has been locked or forgotten."""
        assert self.identity(person)
        held, source = self.held[person], source_of(person)
        assert held.token is not None
        held.emergency = self._authenticator.set_emergency(
            held.token, held.password, self._code(held), source=source, originator=ORIGINATOR
        )

    def log_in_in_emergency(self, person: str) -> LoggedIn:
        """Log in with that secret; the session does nothing but break the code."""
        held, source = self.held[person], source_of(person)
        logged_in = self._authenticator.log_in_in_emergency(
            person, held.emergency, source=source, device=device_of(person), originator=ORIGINATOR
        )
        held.token = logged_in.token
        return logged_in

    def catch_up(self) -> None:
        """End what is over, as a service does each minute."""
        self._authenticator.catch_up()

    def log_out(self, person: str) -> None:
        """Leave, where a session is open."""
        held = self.held[person]
        if held.token is not None:
            self._authenticator.log_out(held.token)
            held.token = None

    def _code(self, held: Held) -> str:
        """The code of a time-step that was not used before; the clock waits for it."""
        step = max(int(self._clock.shows.timestamp()) // STEP, held.last_step + 1)
        self._clock.shows = max(self._clock.shows, datetime.fromtimestamp(step * STEP, UTC))
        held.last_step = step
        return TOTP(held.otp_secret, interval=STEP).at(self._clock.shows)


def source_of(person: str) -> str:
    """A fictional network address for each person, of a range that is kept for documentation (RFC 5737)."""
    return f"192.0.2.{int(person[1:])}"


def device_of(person: str) -> str:
    """A fictional device for each person."""
    return f"fictional device of {person}"
