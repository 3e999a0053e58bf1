"""Takes invitations in: first a password and a code app, then the app's first code; after it they count."""

import hmac
import sqlite3
from contextlib import suppress
from typing import Final, NamedTuple, NoReturn

from adapters.identity import codes
from adapters.identity.attempts import Attempts
from adapters.identity.codes import Enrolment
from adapters.identity.means import Account, Means
from adapters.identity.passwords import check_strength, normalised
from adapters.identity.plain import digest_of
from adapters.identity.set_passwords import SetPasswords
from compliance.authentication import GoneCredential, NewCredential
from domain.credentials.credentials import Credential
from domain.credentials.facts import RevokedWhy
from domain.errors import ConflictError, LoginError

WRONG_TRIES: Final = 5


class Invited(NamedTuple):
    """An invitation whose secret was given, with what was set with it so far."""

    account: Account
    credential: Credential
    password: str | None
    code_app: str | None


class Activation:
    """Sets the credentials of an account for the first time, or after a recovery."""

    def __init__(self, means: Means, attempts: Attempts, passwords: SetPasswords) -> None:
        self._means, self._attempts, self._passwords = means, attempts, passwords

    def begin(self, person: str, secret: str, password: str, source: str) -> Enrolment:
        """Keep a password and a new code app; they count once a first code confirms the app."""
        invited = self._invited(person, secret, source)
        plain = normalised(password)
        check_strength(plain, invited.account.person, self._means.limits)
        self._passwords.check_unused(invited.account, plain)
        key = self._means.key_of(invited.account)
        app, otp_secret = codes.enrolled(person, self._means.new_id(), key, self._means.randomness)
        digest = self._passwords.digest(invited.account, plain)
        with self._means.file.writing() as connection:
            open_still = self._forget_earlier(connection, invited)
            if open_still:
                codes.add(connection, app)
                password_id = self._passwords.add(connection, invited.account, digest)
                connection.execute(
                    "UPDATE one_time SET password = ?, code_app = ? WHERE id = ?",
                    (password_id, app.id, invited.credential.credential),
                )
        if not open_still:
            self._fail(invited.account, source)
        return codes.enrolment(otp_secret, person, self._means.issuer())

    def confirm(self, person: str, secret: str, code: str, source: str) -> None:
        """A first code proves the app: password and codes count from now on, the invitation does not."""
        invited = self._invited(person, secret, source)
        credential = invited.credential
        if not self._takes_code(invited, code):
            self._fail(invited.account, source)
        assert invited.password is not None
        assert invited.code_app is not None
        with suppress(ConflictError):  # recovered, revoked or used up in this very moment
            self._means.recorded.credentials_changed(
                None,
                person,
                known=invited.account.credentials,
                new=(NewCredential("password", invited.password), NewCredential("totp", invited.code_app)),
                gone=(GoneCredential("invitation", credential.credential, "replaced"),),
                invited_by=credential.set_by,
            )
            return
        self._fail(invited.account, source)

    def _invited(self, person: str, secret: str, source: str) -> Invited:
        account = self._means.account(person)
        credential = account.credentials.last("invitation") if account else None
        if account is None or credential is None:
            self._fail(account, source)
        if not self._is_right(account, credential, secret):
            self._fail(account, source)
        (row,) = self._means.file.rows("SELECT password, code_app FROM one_time WHERE id = ?", credential.credential)
        return Invited(account, credential, *row)

    def _is_right(self, account: Account, credential: Credential, secret: str) -> bool:
        """Compare, and count wrong tries in the same transaction; what has died is revoked."""
        name = credential.credential
        with self._means.file.writing() as connection:
            row = connection.execute("SELECT digest, wrong FROM one_time WHERE id = ?", (name,)).fetchone()
            digest, wrong = row or (bytes(32), 0)
            right = hmac.compare_digest(digest, digest_of(secret, name))
            if not right:
                wrong += 1
                connection.execute("UPDATE one_time SET wrong = ? WHERE id = ?", (wrong, name))
        if credential.expires is not None and self._means.now() >= credential.expires:
            self._revoke(account, credential, "expired")
            return False
        if wrong >= WRONG_TRIES:
            self._revoke(account, credential, "compromised")
            return False
        return right

    def _revoke(self, account: Account, credential: Credential, why: RevokedWhy) -> None:
        with suppress(ConflictError):  # somebody else revoked or replaced it first
            self._means.recorded.credentials_changed(
                None,
                account.id,
                known=account.credentials,
                gone=(GoneCredential("invitation", credential.credential, why),),
            )

    def _forget_earlier(self, connection: sqlite3.Connection, invited: Invited) -> bool:
        """Forget what was set with this invitation before and never counted; False where it is being confirmed."""
        name = (invited.credential.credential,)
        (used,) = connection.execute("SELECT used FROM one_time WHERE id = ?", name).fetchone()
        if used:
            return False
        for table, column in (("password", "password"), ("code_app", "code_app")):
            connection.execute(
                f"DELETE FROM {table} WHERE id IN (SELECT {column} FROM one_time WHERE id = ?)",  # noqa: S608 (constant names)
                name,
            )
        return True

    def _takes_code(self, invited: Invited, code: str) -> bool:
        """From here on nothing else can be set with the invitation; whoever dies here confirms with another code."""
        key = self._means.key_of(invited.account)
        with self._means.file.writing() as connection:
            app = codes.find(connection, invited.code_app) if invited.code_app else None
            if app is None:
                return False
            steps = codes.steps_of(app.secret(key), code, self._means.now())
            taken = codes.take(connection, app.id, steps)
            if taken:
                connection.execute("UPDATE one_time SET used = 1 WHERE id = ?", (invited.credential.credential,))
        return taken

    def _fail(self, account: Account | None, source: str) -> NoReturn:
        self._attempts.note("activation", source, account.id if account else None)
        raise LoginError
