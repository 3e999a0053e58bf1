"""Open sessions by the digest of their token; over for ever by log-out, time, or a change of what they rest on."""

import sqlite3
from datetime import timedelta
from typing import Final, NamedTuple

from adapters.identity.attempts import Attempts
from adapters.identity.means import Account, Means
from adapters.identity.plain import as_name, digest_of_token, new_token
from compliance.gate import Identity
from compliance.proofs.entry import read_recorded_at, recorded_at_text
from domain import streams
from domain.errors import LoginError, Refusal, SessionEndedError
from domain.people.person import Person
from domain.people.public_keys import device_of
from domain.record import Strength
from domain.session.facts import Component, SessionStarted, Why

TOUCHED_EVERY: Final = timedelta(minutes=1)
"""How often the last use is written: an idle session may end up to so much early, never late."""
LASTING: Final = frozenset({"password", "totp", "passkey"})
"""Credentials on which an ordinary session rests: it ends with any of them."""
_COLUMNS: Final = "id, token, person, strength, rests_on, device, idle_seconds, last_used"


class Opened(NamedTuple):
    """One open session, as the file has it."""

    id: str
    token: bytes
    person: str
    strength: Strength
    rests_on: str
    device: str
    idle_seconds: int
    last_used: str

    def identity(self, originator: str) -> Identity:
        """Who is acting, with nothing proved anew."""
        return Identity(self.person, self.strength, self.id, originator)


class Sessions:
    """Opens sessions, recognises them by their token, ends them."""

    def __init__(self, means: Means, attempts: Attempts) -> None:
        self._means, self._attempts = means, attempts

    def open(
        self,
        account: Account,
        *,
        strength: Strength,
        components: tuple[Component, ...],
        rests_on: tuple[str, ...],
        device: str,
        lasts: timedelta,
        idle: timedelta,
        originator: str,
    ) -> tuple[str, Identity]:
        """A session for who has just proved an identity, and its token; LoginError where the account has ended."""
        self.end_overtaken()
        try:
            identity = self._means.recorded.started(
                account.id,
                strength=strength,
                components=components,
                device=device,
                lasts=lasts,
                idle=idle,
                originator=originator,
            )
        except Refusal:
            identity = None
        if identity is None:
            raise LoginError
        return self._kept(identity, rests_on, device, idle), identity

    def issue(self, identity: Identity, idle: timedelta) -> str:
        """The token of a session that the ledger has already: whoever opened it checked who it is."""
        (entry, *_) = self._means.recorded.ports.ledger.stream(streams.session(identity.session))
        assert isinstance(entry.fact, SessionStarted)
        self.end_overtaken()
        held = self._means.recorded.credentials(identity.person).held
        rests_on = tuple(one.credential for one in held if one.kind in LASTING)
        return self._kept(identity, rests_on, entry.fact.device, idle)

    def find(self, token: str) -> Opened:
        """The session of a token, used just now; SessionEndedError where it is over."""
        digest = digest_of_token(token)
        rows = self._means.file.rows(f"SELECT {_COLUMNS} FROM session WHERE token = ?", digest)  # noqa: S608 (constant names)
        opened = Opened(*rows[0]) if rows else None
        if opened is None or self._ended(opened):
            raise SessionEndedError
        now = self._means.now()
        if now - read_recorded_at(opened.last_used) >= TOUCHED_EVERY:
            with self._means.file.writing() as connection:
                connection.execute("UPDATE session SET last_used = ? WHERE id = ?", (recorded_at_text(now), opened.id))
        return opened

    def end(self, opened: Opened, why: Why) -> None:
        """End one; the ledger says so first, and everybody looks there."""
        self._means.recorded.ended(opened.id, why)
        with self._means.file.writing() as connection:
            connection.execute("DELETE FROM session WHERE id = ?", (opened.id,))

    def end_all(self, person: str, why: Why) -> None:
        """End all sessions of a person."""
        for opened in self._open():
            if opened.person == person:
                self.end(opened, why)

    def end_overtaken(self) -> None:
        """End all whose time is over, whose account has ended, or whose credentials count no more."""
        for opened in self._open():
            self._ended(opened)

    def _open(self) -> list[Opened]:
        return [Opened(*row) for row in self._means.file.rows(f"SELECT {_COLUMNS} FROM session ORDER BY rowid")]  # noqa: S608 (constant names)

    def _ended(self, opened: Opened) -> bool:
        why = self._over(opened)
        if why is None:
            return False
        self.end(opened, why)
        return True

    def _over(self, opened: Opened) -> Why | None:
        """Why it is over, None while it is open; what the ledger ended already keeps its own reason."""
        now, person = self._means.now(), self._means.recorded.person(opened.person)
        if not person.active:
            return "deactivated"
        if not self._stands(opened, person):
            return "revoked"
        known = self._means.recorded.session(opened.id)
        if known.ended or (known.person, known.strength) != (opened.person, opened.strength):
            return "revoked"
        if now >= known.ends:
            return "absolute"
        idle = timedelta(seconds=opened.idle_seconds)
        return "idle" if now - read_recorded_at(opened.last_used) >= idle else None

    def _stands(self, opened: Opened, person: Person) -> bool:
        """Whether everything that it rests on still counts: a service's key, a person's credentials."""
        if opened.strength == "machine":
            return any(opened.device == device_of(key.key) for key in person.keys if not key.revoked)
        return self._means.recorded.credentials(opened.person).holds(opened.rests_on.split())

    def _kept(self, identity: Identity, rests_on: tuple[str, ...], device: str, idle: timedelta) -> str:
        """Keep a session under a new token's digest, and note what is unusual about it."""
        token = new_token(self._means.randomness)
        opened = Opened(
            identity.session,
            digest_of_token(token),
            identity.person,
            identity.strength,
            " ".join(rests_on),
            device,
            int(idle.total_seconds()),
            recorded_at_text(self._means.now()),
        )
        with self._means.file.writing() as connection:
            connection.execute(f"INSERT INTO session ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", opened)  # noqa: S608 (constant names)
            if opened.strength != "machine":
                self._note_signals(connection, opened)
        self._attempts.tell()
        return token

    def _note_signals(self, connection: sqlite3.Connection, opened: Opened) -> None:
        mine = (opened.person,)
        beside = connection.execute("SELECT id FROM session WHERE person = ? ORDER BY rowid", mine).fetchall()
        others = [name for (name,) in beside if name != opened.id]
        if others:
            detail = as_name(f"beside {', '.join(others)}")
            self._attempts.note_signal(connection, opened.person, "concurrent_session", opened.id, detail)
        known = {device for (device,) in connection.execute("SELECT device FROM device WHERE person = ?", mine)}
        if known and opened.device not in known:
            self._attempts.note_signal(connection, opened.person, "new_device", opened.id, opened.device)
        connection.execute("INSERT OR IGNORE INTO device VALUES (?, ?)", (opened.person, opened.device))
