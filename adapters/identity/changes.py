"""Changes of one's own credentials in an open session: each proved anew with it, each recorded as one."""

import sqlite3

from adapters.identity import codes
from adapters.identity.attempts import Attempts
from adapters.identity.codes import Enrolment
from adapters.identity.means import Account, Means
from adapters.identity.passwords import check_strength, normalised
from adapters.identity.proving import Proving
from adapters.identity.sessions import Opened, Sessions
from adapters.identity.set_passwords import SetPasswords
from compliance.authentication import GoneCredential, NewCredential
from compliance.gate import Identity
from domain.credentials.facts import Kind
from domain.errors import ConflictError, LoginError

TRIES = 20


class Changes:
    """Sets what replaces something of the same kind."""

    def __init__(
        self, means: Means, attempts: Attempts, proving: Proving, sessions: Sessions, passwords: SetPasswords
    ) -> None:
        self._means, self._attempts, self._passwords = means, attempts, passwords
        self._proving, self._sessions = proving, sessions

    def proved(self, token: str, password: str, code: str, source: str) -> tuple[Account, Opened]:
        """Whose session it is, with password and code; a session alone changes nothing, nor does an emergency's."""
        opened = self._sessions.find(token)
        account = self._means.account(opened.person)
        if opened.strength == "emergency":
            account = None
        self._proving.judge(account, self._proving.look(account, password=password, code=code), "login", source)
        assert account is not None
        return account, opened

    def password(self, token: str, old: str, code: str, new: str, source: str, originator: str) -> None:
        """Change the password; all sessions end, this one too."""
        opened = self._sessions.find(token)
        plain = normalised(new)
        check_strength(plain, self._means.recorded.person(opened.person), self._means.limits)
        account, opened = self.proved(token, old, code, source)
        self._passwords.check_unused(account, plain)
        digest = self._passwords.digest(account, plain)
        with self._means.file.writing() as connection:
            credential = self._passwords.add(connection, account, digest)
        self.set(opened.identity(originator), "password", credential)
        self._passwords.forget_oldest(account)
        self._sessions.end_all(account.id, "credentials_changed")

    def new_app(self, token: str, password: str, code: str, source: str) -> Enrolment:
        """Enrol another code app; it replaces the one in use when its first code confirms it."""
        account, _ = self.proved(token, password, code, source)
        app, secret = codes.enrolled(
            account.id, self._means.new_id(), self._means.key_of(account), self._means.randomness
        )
        with self._means.file.writing() as connection:
            _forget_app(connection, account.id)
            codes.add(connection, app)
            connection.execute("INSERT INTO renewal (person, code_app) VALUES (?, ?)", (account.id, app.id))
        return codes.enrolment(secret, account.id, self._means.issuer())

    def confirm_app(self, token: str, code: str, source: str, originator: str) -> None:
        """Put the new app in place of the old one; all sessions end, this one too."""
        opened = self._sessions.find(token)
        account = self._means.account(opened.person)
        assert account is not None, "a session that is open belongs to an open account"
        app = self._confirmed(account, code)
        if app is None:
            self._attempts.note("login", source, account.id)
            raise LoginError
        self.set(opened.identity(originator), "totp", app)
        self._sessions.end_all(account.id, "credentials_changed")

    def _confirmed(self, account: Account, code: str) -> str | None:
        """The new app's credential id, if this is its code; only who began with password and code has such an app."""
        key = self._means.key_of(account)
        with self._means.file.writing() as connection:
            row = connection.execute("SELECT code_app FROM renewal WHERE person = ?", (account.id,)).fetchone()
            app = codes.find(connection, row[0]) if row else None
            if app is None or not codes.take(
                connection, app.id, codes.steps_of(app.secret(key), code, self._means.now())
            ):
                return None
            connection.execute("DELETE FROM renewal WHERE person = ?", (account.id,))
        return app.id

    def set(self, identity: Identity, kind: Kind, credential: str) -> None:
        """Record that this credential counts; of every kind but passkeys, in place of those of its kind."""
        for _ in range(TRIES):
            known = self._means.recorded.credentials(identity.person)
            earlier = () if kind == "passkey" else known.of(kind)
            try:
                self._means.recorded.credentials_changed(
                    identity,
                    identity.person,
                    known=known,
                    new=(NewCredential(kind, credential),),
                    gone=tuple(GoneCredential(kind, one.credential, "replaced") for one in earlier),
                )
            except ConflictError:
                continue
            return
        raise ConflictError("The credentials changed again and again.", next_step="Try again.")


def _forget_app(connection: sqlite3.Connection, person: str) -> None:
    """An app that was enrolled before and never confirmed."""
    connection.execute("DELETE FROM code_app WHERE id IN (SELECT code_app FROM renewal WHERE person = ?)", (person,))
    connection.execute("DELETE FROM renewal WHERE person = ?", (person,))
