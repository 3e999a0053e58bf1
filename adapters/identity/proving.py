"""Looks at what somebody presents: password, code, passkey; the verdict falls in one transaction afterwards."""

import sqlite3
from typing import NamedTuple, Protocol

from adapters.identity import codes
from adapters.identity.attempts import Attempts
from adapters.identity.means import Account, Means
from adapters.identity.passwords import normalised
from domain.credentials.facts import Kind
from domain.errors import LoginError
from domain.session.facts import Component, Purpose


class Passkey(Protocol):
    """A passkey that signed the challenge, or did not; whether its counter went on is judged with the rest."""

    @property
    def credential(self) -> str | None:
        """Its credential id; None where it proved nothing."""
        ...

    def counts_on(self, connection: sqlite3.Connection) -> bool:
        """Take its counter; False where it did not go on."""
        ...


class Presented(NamedTuple):
    """What was presented for an account, looked at but not judged: no code is used up yet.

    `right` is False as soon as one thing is wrong; `rests_on` names the credentials that were looked at.
    """

    right: bool
    components: tuple[Component, ...]
    rests_on: tuple[str, ...]
    steps: tuple[int, ...]
    passkey: Passkey | None

    def __repr__(self) -> str:
        return "Presented(…)"


class Proving:
    """Judges attempts: one at a time, in the order of their transactions, over all processes."""

    def __init__(self, means: Means, attempts: Attempts) -> None:
        self._means, self._attempts = means, attempts

    def look(
        self,
        account: Account | None,
        *,
        password: str | None = None,
        code: str | None = None,
        passkey: Passkey | None = None,
    ) -> Presented:
        """The slow work; as much of it for an account that does not exist as for one that does."""
        found: list[tuple[Component, str | None]] = []
        steps: tuple[int, ...] = ()
        if password is not None:
            found.append(("password", self._password(account, password)))
        if code is not None:
            app, steps = self._code(account, code)
            found.append(("totp", app))
        if passkey is not None:
            found.append(("passkey", passkey.credential))
        rests_on = tuple(credential for _, credential in found if credential is not None)
        components: tuple[Component, ...] = tuple([component for component, _ in found])
        return Presented(len(rests_on) == len(found), components, rests_on, steps, passkey)

    def judge(
        self, account: Account | None, presented: Presented, purpose: Purpose, source: str
    ) -> tuple[Component, ...]:
        """The components that are proved by now; LoginError, the same for every cause, where any of them is wrong."""
        with self._means.file.writing() as connection:
            proved = account is not None and self._is_proved(connection, account, presented)
            if account is not None and proved:
                self._attempts.succeeded(connection, account.id)
            else:
                self._attempts.failed(connection, account.id if account else None, purpose, source, locks=True)
        self._attempts.tell()
        if not proved:
            raise LoginError
        return presented.components

    def _is_proved(self, connection: sqlite3.Connection, account: Account, presented: Presented) -> bool:
        """Not for a locked account, nor with what was revoked meanwhile; code and counter are used up last."""
        now = self._means.account(account.id)
        if now is None or self._attempts.is_locked(connection, account.id):
            return False
        if not presented.right or not now.credentials.holds(presented.rests_on):
            return False
        if "totp" in presented.components and not self._takes_code(connection, account, presented):
            return False
        if presented.passkey is None or presented.passkey.counts_on(connection):
            return True
        self._attempts.note_signal(connection, account.id, "passkey_counter", None, "its counter did not go on")
        return False

    def _takes_code(self, connection: sqlite3.Connection, account: Account, presented: Presented) -> bool:
        app = presented.rests_on[presented.components.index("totp")]
        if codes.take(connection, app, presented.steps):
            return True
        self._attempts.note_signal(connection, account.id, "replayed_code", None, "a code was given again")
        return False

    def _password(self, account: Account | None, password: str) -> str | None:
        held = _counting(account, "password")
        rows = self._means.file.rows("SELECT digest FROM password WHERE id = ?", held) if held else []
        digest, key = rows[0][0] if rows else None, self._means.key_of(account).key
        return held if self._means.hashing.is_right(digest, normalised(password), key) else None

    def _code(self, account: Account | None, code: str) -> tuple[str | None, tuple[int, ...]]:
        held = _counting(account, "totp")
        with self._means.file.reading() as connection:
            app = codes.find(connection, held) if held else None
        if app is None:
            return None, ()
        steps = codes.steps_of(app.secret(self._means.key_of(account)), code, self._means.now())
        return (app.id if steps else None), steps


def _counting(account: Account | None, kind: Kind) -> str | None:
    last = account.credentials.last(kind) if account else None
    return last.credential if last else None
