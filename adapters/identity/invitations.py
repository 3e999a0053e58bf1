"""Makes invitations: a one-time secret with which the owner of an account, and nobody else, sets the credentials."""

import json

from adapters.identity.means import Means
from adapters.identity.plain import digest_of, printable_secret
from compliance.authentication import GoneCredential, NewCredential
from compliance.conduct import Conduct
from compliance.envelope import read_envelope
from compliance.gate import Identity
from compliance.setup import PRODUCT
from domain import streams
from domain.credentials.facts import CredentialSet
from domain.errors import Refusal


class Invitations:
    """Invites; the ledger says who was invited by whom, the file keeps what recognises the secret."""

    def __init__(self, means: Means, conduct: Conduct) -> None:
        self._means, self._conduct = means, conduct

    def make(self, person: str, by: Identity | None) -> str:
        """The secret, printed once: only its digest is kept. Refusal where no single administrator may invite."""
        credential = self._first(person) if by is None else self._by(person, by)
        secret = printable_secret(self._means.randomness)
        with self._means.file.writing() as connection:
            connection.execute(
                "INSERT INTO one_time (id, person, digest, wrong, used) VALUES (?, ?, ?, 0, 0)",
                (credential, person, digest_of(secret, credential)),
            )
        return secret

    def _first(self, person: str) -> str:
        """The product itself invites the administrator whom it registered, as long as nobody has activated that."""
        account = self._means.account(person)
        if account is None or account.person.registered_by != PRODUCT or account.credentials.activated:
            raise Refusal(
                "not_allowed",
                "The product itself invites the first administrator alone, and once.",
                rule="product-invites-the-first-administrator",
                next_step="Ask an administrator for an invitation.",
            )
        credential = self._means.new_id()
        self._means.recorded.credentials_changed(
            None,
            person,
            known=account.credentials,
            new=(NewCredential("invitation", credential, self._means.now() + self._means.limits.invitation),),
            gone=tuple(
                GoneCredential("invitation", one.credential, "replaced") for one in account.credentials.of("invitation")
            ),
        )
        return credential

    def _by(self, person: str, by: Identity) -> str:
        expires = self._means.now() + self._means.limits.invitation
        line = {
            "command": "invite_person",
            "command_id": str(self._means.recorded.ports.ids.event_id()),
            "payload": {"person": person, "expires": expires.isoformat()},
        }
        done = self._conduct.carry_out(read_envelope(json.dumps(line).encode()), by, trial=None)
        assert done.receipt is not None
        stream, version = streams.credentials(person), done.receipt.placed[-1].version
        fact = self._means.recorded.ports.ledger.stream(stream, after=version - 1)[0].fact
        assert isinstance(fact, CredentialSet)
        return fact.credential
