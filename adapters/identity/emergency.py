"""The emergency credential: a long secret set beforehand; its session opens the code break and nothing else.

It rests on nothing that ages, locks or lapses. Wrong attempts slow down their own source, for a minute at most, and
nobody else.
"""

import hmac
import sqlite3
from contextlib import suppress
from datetime import timedelta
from typing import Final

from adapters.identity.attempts import Attempts
from adapters.identity.changes import Changes
from adapters.identity.means import Account, Means
from adapters.identity.plain import digest_of, printable_secret
from adapters.identity.sessions import Sessions
from compliance.gate import NO_SESSION, Identity
from compliance.proofs.entry import recorded_at_text
from domain.errors import LoginError, StorageFullError, StorageUnavailableError

WRONG_A_MINUTE: Final = 10
"""From one source; the secret has 148 bits, so this is about load, not about guessing."""
HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
NO_CREDENTIAL: Final = "none"


class Emergencies:
    """Sets emergency credentials, and lets in with them."""

    def __init__(self, means: Means, attempts: Attempts, sessions: Sessions, changes: Changes) -> None:
        self._means, self._attempts, self._sessions, self._changes = means, attempts, sessions, changes

    def set(self, token: str, password: str, code: str, source: str, originator: str) -> str:
        """The secret, shown once; an earlier one counts no more."""
        account, opened = self._changes.proved(token, password, code, source)
        credential, secret = self._means.new_id(), printable_secret(self._means.randomness)
        with self._means.file.writing() as connection:
            connection.execute(
                "INSERT INTO one_time (id, person, digest, wrong, used) VALUES (?, ?, ?, 0, 0)",
                (credential, account.id, digest_of(secret, credential)),
            )
        self._changes.set(opened.identity(originator), "emergency", credential)
        return secret

    def log_in(
        self, account: Account | None, secret: str, source: str, device: str, originator: str
    ) -> tuple[str, Identity]:
        """A session for the code break; LoginError where the secret is wrong, or was used too often this hour."""
        credential = _credential(account)
        with self._means.file.writing() as connection:
            right = self._is_right(connection, credential, secret, source)
            spent = right and account is not None and self._is_spent(connection, account.id)
            if right and not spent and account is not None:
                self._note(connection, account.id, source, opened=True)
            else:
                known = account.id if account else None
                self._attempts.failed(connection, known, "emergency", source, locks=False)
        self._attempts.tell()
        if spent:
            raise _too_often(self._means.limits.emergencies_an_hour)
        if not right or account is None:
            raise _unproved()
        return self._sessions.open(
            account,
            strength="emergency",
            components=("emergency",),
            rests_on=(credential,),
            device=device,
            lasts=self._means.limits.emergency_session,
            idle=self._means.limits.emergency_session,
            originator=originator,
        )

    def prove(self, account: Account | None, secret: str, source: str, originator: str) -> Identity:
        """The identity without a session, for where the ledger cannot write one: it opens the code break alone.

        The log-in that was tried before has counted as one already. Wrong attempts count where the file of secrets
        can be written.
        """
        credential = _credential(account)
        wrong, opened = self._counts(account, source)
        if wrong >= WRONG_A_MINUTE:
            raise _unproved()
        (digest,) = self._means.file.rows("SELECT digest FROM one_time WHERE id = ?", credential) or [(bytes(32),)]
        if not hmac.compare_digest(digest[0], digest_of(secret, credential)) or account is None:
            with suppress(StorageFullError, StorageUnavailableError), self._means.file.writing() as connection:
                self._note(connection, NO_CREDENTIAL, source, opened=False)
            raise _unproved()
        if opened > self._means.limits.emergencies_an_hour:
            raise _too_often(self._means.limits.emergencies_an_hour)
        return Identity(account.id, "emergency", NO_SESSION, originator)

    def _counts(self, account: Account | None, source: str) -> tuple[int, int]:
        """Wrong attempts from that source in the last minute, and sessions of that account in the last hour."""
        now, known = self._means.now(), account.id if account else NO_CREDENTIAL
        minute, hour = (recorded_at_text(now - span) for span in (MINUTE, HOUR))
        asked = "SELECT count(*) FROM emergency WHERE opened = ? AND at > ? AND "
        ((wrong,),) = self._means.file.rows(asked + "source = ?", 0, minute, source)
        ((opened,),) = self._means.file.rows(asked + "person = ?", 1, hour, known)
        return int(wrong), int(opened)

    def _is_right(self, connection: sqlite3.Connection, credential: str, secret: str, source: str) -> bool:
        self._forget_old(connection)
        (wrong,) = connection.execute(
            "SELECT count(*) FROM emergency WHERE source = ? AND opened = 0", (source,)
        ).fetchone()
        if wrong >= WRONG_A_MINUTE:
            return False
        row = connection.execute("SELECT digest FROM one_time WHERE id = ?", (credential,)).fetchone()
        right = hmac.compare_digest(row[0] if row else bytes(32), digest_of(secret, credential))
        if not right:
            self._note(connection, NO_CREDENTIAL, source, opened=False)
        return right

    def _forget_old(self, connection: sqlite3.Connection) -> None:
        for opened, span in ((0, MINUTE), (1, HOUR)):
            earliest = recorded_at_text(self._means.now() - span)
            connection.execute("DELETE FROM emergency WHERE opened = ? AND at <= ?", (opened, earliest))

    def _is_spent(self, connection: sqlite3.Connection, person: str) -> bool:
        (opened,) = connection.execute(
            "SELECT count(*) FROM emergency WHERE opened = 1 AND person = ?", (person,)
        ).fetchone()
        return bool(opened >= self._means.limits.emergencies_an_hour)

    def _note(self, connection: sqlite3.Connection, person: str, source: str, *, opened: bool) -> None:
        connection.execute(
            "INSERT INTO emergency (person, source, at, opened) VALUES (?, ?, ?, ?)",
            (person, source, recorded_at_text(self._means.now()), int(opened)),
        )


def _credential(account: Account | None) -> str:
    last = account.credentials.last("emergency") if account else None
    return last.credential if last else NO_CREDENTIAL


def _unproved() -> LoginError:
    return LoginError(next_step="Try again; do not wait: the 24-hour code-break desk calls you back.")


def _too_often(limit: int) -> LoginError:
    """Told only to who gave the right secret."""
    return LoginError(
        f"This emergency credential opened {limit} sessions within an hour.",
        next_step="Use the session that is open, log in with password and code, or call the code-break desk.",
    )
