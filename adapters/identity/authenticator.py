"""Checks who somebody is, and says so to the rest of the product as an `Identity`; nothing else makes one of a secret.

One answer, `login_failed`, for every attempt that proves nothing: an unknown id, a wrong password, a code used
before, a locked or ended account. What came of an attempt is recorded through `compliance.authentication`.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from adapters.identity.activation import Activation
from adapters.identity.attempts import Attempts
from adapters.identity.changes import Changes
from adapters.identity.codes import Enrolment
from adapters.identity.emergency import Emergencies
from adapters.identity.file import CredentialFile
from adapters.identity.hashing import Hashing
from adapters.identity.invitations import Invitations
from adapters.identity.means import Account, Means
from adapters.identity.notices import Notices
from adapters.identity.plain import as_name, is_id
from adapters.identity.proving import Proving
from adapters.identity.relying_party import LOCAL, RelyingParty
from adapters.identity.sessions import LASTING, Sessions
from adapters.identity.set_passwords import SetPasswords
from adapters.keys.store import KeyStore
from compliance.authentication import Authentication
from compliance.conduct import Conduct
from compliance.gate import Identity
from domain.credentials.credentials import Credential
from domain.errors import LoginError, SessionEndedError
from domain.record import Strength
from domain.session.facts import Component, Purpose
from domain.session.limits import Limits

if TYPE_CHECKING:
    from adapters.identity.passkeys import Answer, Ceremony, Passkeys

__all__ = ["Authenticator", "Enrolment", "LoggedIn", "LoginError", "RelyingParty", "SessionEndedError"]

NOBODY: Final = "-"
"""What stands for text that cannot be an id: it is not looked up."""


class LoggedIn(NamedTuple):
    """An open session: its token, whose it is, and what its owner has to be told."""

    token: str
    identity: Identity
    notices: tuple[str, ...]

    def __repr__(self) -> str:
        return f"LoggedIn({self.identity.person}, …)"


class Authenticator:
    """The one door. Every word about a source or a device is cut to one line; no secret leaves by an error."""

    def __init__(
        self,
        conduct: Conduct,
        file: CredentialFile,
        keys: KeyStore,
        *,
        hashing: Hashing,
        randomness: Callable[[int], bytes],
        limits: Limits,
        site: RelyingParty = LOCAL,
    ) -> None:
        means = Means(Authentication(conduct.ports), file, keys, hashing, limits, randomness)
        self._means, self._site = means, site
        self._attempts = Attempts(means)
        self._sessions = Sessions(means, self._attempts)
        self._proving = Proving(means, self._attempts)
        self._notices = Notices(means)
        passwords = SetPasswords(means)
        self._invitations = Invitations(means, conduct)
        self._activation = Activation(means, self._attempts, passwords)
        self._changes = Changes(means, self._attempts, self._proving, self._sessions, passwords)
        self._emergencies = Emergencies(means, self._attempts, self._sessions, self._changes)

    @cached_property
    def passkeys(self) -> "Passkeys":
        """Registering passkeys, and asking for them."""
        from adapters.identity.passkeys import Passkeys  # noqa: PLC0415 (0.2 s of imports, for passkeys alone)

        return Passkeys(self._means, self._sessions, self._changes, self._site)

    # Invitations

    def invite(self, person: str, *, by: Identity | None) -> str:
        """A one-time secret for the owner of an account, as an administrator; None: the first administrator's own."""
        return self._invitations.make(person, by)

    def activate(self, person: str, secret: str, password: str, *, source: str) -> Enrolment:
        """Set a password with an invitation and enrol a code app; neither counts before `confirm`."""
        return self._activation.begin(_id(person), secret, password, as_name(source))

    def confirm(self, person: str, secret: str, code: str, *, source: str) -> None:
        """Prove the app with its first code; the invitation is used up."""
        self._activation.confirm(_id(person), secret, code, as_name(source))

    # Sessions

    def log_in(self, person: str, password: str, code: str, *, source: str, device: str, originator: str) -> LoggedIn:
        """Open a session with password and code."""
        account = self._means.account(_id(person))
        presented = self._proving.look(account, password=password, code=code)
        components = self._proving.judge(account, presented, "login", as_name(source))
        return self._opened(account, "password_totp", components, device, originator)

    def begin_passkey_log_in(self, person: str) -> "Ceremony":
        """What a device is asked, to log in with a passkey; it looks the same for whoever has none."""
        return self.passkeys.begin_log_in(self._means.account(_id(person)))

    def log_in_with_passkey(
        self, person: str, answer: "Answer", *, source: str, device: str, originator: str
    ) -> LoggedIn:
        """Open a session with a passkey whose device verified its user."""
        account = self._means.account(_id(person))
        presented = self._proving.look(account, passkey=self.passkeys.look(account, "log_in", "", answer))
        components = self._proving.judge(account, presented, "login", as_name(source))
        return self._opened(account, "passkey", components, device, originator)

    def log_in_in_emergency(self, person: str, secret: str, *, source: str, device: str, originator: str) -> LoggedIn:
        """Open a session for the code break alone, whatever has aged, lapsed or been locked."""
        account = self._means.account(_id(person))
        token, identity = self._emergencies.log_in(account, secret, as_name(source), as_name(device), originator)
        return LoggedIn(token, identity, ())

    def prove_in_emergency(self, person: str, secret: str, *, source: str, originator: str) -> Identity:
        """Who this is, by the emergency credential, where no session can be written; it opens the code break alone."""
        return self._emergencies.prove(self._means.account(_id(person)), secret, as_name(source), originator)

    def identity(self, token: str, *, originator: str) -> Identity:
        """Who holds this token; SessionEndedError where it opens no session any more."""
        return self._sessions.find(token).identity(originator)

    def prove(
        self,
        token: str,
        *,
        password: str | None = None,
        code: str | None = None,
        passkey: "Answer | None" = None,
        source: str,
        originator: str,
    ) -> Identity:
        """Who holds this token, with the components proved for this one request; all that are given must be right."""
        opened = self._sessions.find(token)
        account = self._means.account(opened.person)
        shown = None if passkey is None else self.passkeys.look(account, "signing", opened.id, passkey)
        presented = self._proving.look(account, password=password, code=code, passkey=shown)
        if presented.components:
            self._proving.judge(account, presented, "signing", as_name(source))
        return opened.identity(originator)._replace(presented=presented.components)

    def log_out(self, token: str) -> None:
        """End the session; a token that opens none is nothing to complain about."""
        try:
            opened = self._sessions.find(token)
        except SessionEndedError:
            return
        self._sessions.end(opened, "log_out")

    def catch_up(self) -> None:
        """End every session that is over and record every failure that is due; a service calls it each minute."""
        self._sessions.end_overtaken()
        self._attempts.tell()

    # One's own credentials

    def change_password(self, token: str, old: str, code: str, new: str, *, source: str, originator: str) -> None:
        """Change the password; all sessions of this person end, this one too."""
        self._changes.password(token, old, code, new, as_name(source), originator)

    def renew_code_app(self, token: str, password: str, code: str, *, source: str) -> Enrolment:
        """Enrol another code app, with a code of the one in use; it counts after `confirm_code_app`."""
        return self._changes.new_app(token, password, code, as_name(source))

    def confirm_code_app(self, token: str, code: str, *, source: str, originator: str) -> None:
        """Prove the new app with its first code; all sessions of this person end, this one too."""
        self._changes.confirm_app(token, code, as_name(source), originator)

    def set_emergency(self, token: str, password: str, code: str, *, source: str, originator: str) -> str:
        """A secret for emergencies, shown once; it replaces an earlier one."""
        return self._emergencies.set(token, password, code, as_name(source), originator)

    def credentials(self, token: str) -> tuple[Credential, ...]:
        """One's own credentials: kinds and ages."""
        return self._means.recorded.credentials(self._sessions.find(token).person).held

    # For whoever checks tokens of another making

    def issue(self, identity: Identity, idle: timedelta) -> str:
        """The token of a session that was opened elsewhere: by a service's own key, by an identity provider."""
        return self._sessions.issue(identity, idle)

    def note_failure(self, purpose: Purpose, source: str, person: str | None) -> None:
        """Count an attempt that failed elsewhere; `person` only where the account exists."""
        self._attempts.note(purpose, as_name(source), person)

    def close(self) -> None:
        """Close the file."""
        self._means.file.close()

    def _opened(
        self,
        account: Account | None,
        strength: Strength,
        components: tuple[Component, ...],
        device: str,
        originator: str,
    ) -> LoggedIn:
        assert account is not None, "nobody proves an account that is not there"
        token, identity = self._sessions.open(
            account,
            strength=strength,
            components=components,
            rests_on=tuple(one.credential for one in account.credentials.held if one.kind in LASTING),
            device=as_name(device),
            lasts=self._means.limits.absolute,
            idle=self._means.limits.idle,
            originator=originator,
        )
        return LoggedIn(token, identity, self._notices.at_log_in(account, identity))


def _id(person: str) -> str:
    return person if is_id(person) else NOBODY
