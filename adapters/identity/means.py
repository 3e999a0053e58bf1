"""What all parts of the authenticator work with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from adapters.identity.file import CredentialFile
from adapters.identity.hashing import Hashing
from adapters.keys.store import Key, KeyStore
from compliance.authentication import Authentication
from compliance.contexts import environment_of
from domain.credentials.credentials import Credentials
from domain.people.person import Person
from domain.session.limits import Limits

NOBODY: str = "nobody"
"""Whose key is used for whoever has no account: the typed id may be a password and is kept nowhere."""


class Account(NamedTuple):
    """An account to which somebody could log in, with what counts for it."""

    person: Person
    credentials: Credentials

    @property
    def id(self) -> str:
        """Its id."""
        return self.person.person


@dataclass(frozen=True, slots=True)
class Means:
    """The record, the file of secrets, their keys, the hashing, the limits, and chance."""

    recorded: Authentication
    file: CredentialFile
    keys: KeyStore
    hashing: Hashing
    limits: Limits
    randomness: Callable[[int], bytes]

    def now(self) -> datetime:
        """The present, by the store's clock."""
        return self.recorded.ports.clock()

    def new_id(self) -> str:
        """An id for a credential."""
        return self.recorded.ports.ids.token()

    def issuer(self) -> str:
        """What an authenticator app shows beside the account: this product, and for what kind of data."""
        return f"Trialproof ({environment_of(self.recorded.ports.ledger)})"

    def account(self, person: str) -> Account | None:
        """The open account of a person; None for an id that nobody has, and an ended account."""
        found = self.recorded.person(person)
        if not found.exists or not found.active:
            return None
        return Account(found, self.recorded.credentials(person))

    def key_of(self, account: Account | None) -> Key:
        """The key under which this person's secrets rest."""
        return self.keys.key_for(f"person:{account.id}/credentials" if account else f"{NOBODY}/credentials")
