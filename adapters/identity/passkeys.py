"""Passkeys (WebAuthn): registered in a session, used to log in and to sign; the device itself verifies its user.

Nothing biometric reaches this side: a device says, under its own key, that its user was verified (21 CFR 11.200(b)).
A challenge counts once; for a signature it is bound to the digest of what is signed.
"""

import hmac
import sqlite3
from typing import Final, NamedTuple

from webauthn.registration.verify_registration_response import VerifiedRegistration

from adapters.identity.ceremonies import asserted, assertion_options, registered, registration_options
from adapters.identity.challenges import Challenge, Challenges, Purpose
from adapters.identity.changes import Changes
from adapters.identity.means import Account, Means
from adapters.identity.relying_party import RelyingParty
from adapters.identity.sessions import Sessions
from domain.errors import InvalidInputError

NO_SESSION: Final = ""
NOTHING: Final = b""


class Ceremony(NamedTuple):
    """What a browser or device needs: the options as JSON, and the id by which the answer refers to them."""

    id: str
    options: str


class Answer(NamedTuple):
    """A device's answer as JSON, to which ceremony, and for a signature the digest of what is signed."""

    ceremony: str
    response: str
    digest: bytes = NOTHING


class Shown(NamedTuple):
    """A passkey that signed its challenge, with the counter it showed; `credential` None: it proved nothing."""

    credential: str | None
    sign_count: int

    def counts_on(self, connection: sqlite3.Connection) -> bool:
        """Take the counter: it goes on, or the device keeps none and always shows zero."""
        row = connection.execute("SELECT sign_count FROM passkey WHERE id = ?", (self.credential,)).fetchone()
        if row is None or not (self.sign_count > row[0] or self.sign_count == row[0] == 0):
            return False
        connection.execute("UPDATE passkey SET sign_count = ? WHERE id = ?", (self.sign_count, self.credential))
        return True


UNPROVEN: Final = Shown(None, 0)


class Passkeys:
    """Registers passkeys, asks for them, and looks at what they answer."""

    def __init__(self, means: Means, sessions: Sessions, changes: Changes, site: RelyingParty) -> None:
        self._means, self._sessions, self._changes, self._site = means, sessions, changes, site
        self._challenges = Challenges(means)

    def begin_registration(self, token: str, password: str, code: str, *, source: str) -> Ceremony:
        """Ask a device for a new passkey, in a session, with password and code proved anew."""
        account, opened = self._changes.proved(token, password, code, source)
        challenge = self._challenges.make(account.id, "registration", opened.id, NOTHING)
        handle = hmac.digest(self._means.key_of(account).key, b"trialproof/passkey-user/1", "sha256")
        known = self._means.file.rows("SELECT handle FROM passkey WHERE person = ?", account.id)
        options = registration_options(self._site, challenge.value, account.person, handle, [row[0] for row in known])
        return Ceremony(challenge.id, options)

    def finish_registration(self, token: str, answer: Answer, *, originator: str) -> str:
        """Keep the device's public key; the passkey's id. InvalidInputError for an answer that does not hold."""
        opened = self._sessions.find(token)
        expected = self._challenges.take(answer.ceremony, opened.person, "registration", opened.id, NOTHING)
        made = None if expected is None else registered(self._site, answer.response, expected)
        credential = self._means.new_id()
        if made is None or not self._keeps(credential, opened.person, made):
            raise InvalidInputError(
                "bad_passkey",
                "The device's answer does not fit what it was asked, or its user was not verified.",
                field="passkey",
                next_step="Begin the registration again, on a device with a screen lock.",
            )
        self._changes.set(opened.identity(originator), "passkey", credential)
        return credential

    def begin_log_in(self, person: Account | None) -> Ceremony:
        """Ask for a passkey; for an unknown account it looks the same."""
        challenge = self._challenges.make(person.id if person else None, "log_in", NO_SESSION, NOTHING)
        return self._asked(challenge)

    def begin_signing(self, token: str, digest: bytes) -> Ceremony:
        """Ask for a passkey over the digest of what is to be signed."""
        opened = self._sessions.find(token)
        return self._asked(self._challenges.make(opened.person, "signing", opened.id, digest))

    def look(self, account: Account | None, purpose: Purpose, session: str, answer: Answer) -> Shown:
        """What the answer proves; whether its counter went on is judged with the rest of the attempt."""
        if account is None:
            return UNPROVEN
        digest = answer.digest if purpose == "signing" else NOTHING
        expected = self._challenges.take(answer.ceremony, account.id, purpose, session, digest)
        if expected is None:
            return UNPROVEN
        rows = self._means.file.rows("SELECT id, handle, public FROM passkey WHERE person = ?", account.id)
        held = {one.credential for one in account.credentials.of("passkey")}
        for credential, handle, public in rows:
            if credential in held:
                shown = asserted(self._site, answer.response, expected, handle, public)
                if shown is not None:
                    return Shown(credential, shown)
        return UNPROVEN

    def _asked(self, challenge: Challenge) -> Ceremony:
        return Ceremony(challenge.id, assertion_options(self._site, challenge.value))

    def _keeps(self, credential: str, person: str, made: VerifiedRegistration) -> bool:
        """Keep it, unless this very passkey is kept for somebody already."""
        with self._means.file.writing() as connection:
            kept = connection.execute(
                "INSERT OR IGNORE INTO passkey (id, person, handle, public, sign_count) VALUES (?, ?, ?, ?, ?)",
                (credential, person, made.credential_id, made.credential_public_key, made.sign_count),
            )
            return kept.rowcount == 1
