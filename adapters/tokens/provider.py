"""Single sign-on: the sponsor's identity provider says who somebody is, an event here says whom that stands for.

A person is never made by a log-in. A signature asks for a fresh authentication at the provider that answers a
nonce made from the record, and for a component held here besides (21 CFR 11.200(a)(1)).
"""

from collections.abc import Callable
from hashlib import sha256
from time import monotonic
from typing import Final

from adapters.identity.plain import as_name
from adapters.tokens.door import Admitted, Door
from adapters.tokens.id_tokens import Provider, check_id_token
from adapters.tokens.nonces import Nonces
from adapters.tokens.provider_keys import ProviderKeys
from adapters.tokens.reading import UnprovenError
from adapters.tokens.taken import TakenTokens
from compliance.gate import Identity
from domain import streams
from domain.people.provider_links import ProviderLinks
from domain.session.facts import Component

FRESH_FOR_SIGNING: Final = 120
"""Seconds from the authentication at the provider to the signature."""


def signing_nonce(session: str, record_digest: str) -> str:
    """The nonce that a fresh authentication for one signature answers: of this session, over this record."""
    return sha256(f"{session}{record_digest}".encode()).hexdigest()


class ProviderLogins:
    """Opens sessions of strength `single_sign_on`, and proves the component `provider` for signatures."""

    def __init__(
        self,
        door: Door,
        provider: Provider,
        taken: TakenTokens,
        elapsed: Callable[[], float] = monotonic,
    ) -> None:
        self._door, self._provider, self._taken = door, provider, taken
        self._keys = ProviderKeys(provider.jwks, elapsed)
        self._nonces = Nonces(door.authentication.ports)

    def begin(self, browser: str) -> str:
        """The nonce with which a browser is sent to the provider; `browser` is a secret that it keeps."""
        return self._nonces.new(self._provider.issuer, browser, self._door.seconds())

    def log_in(self, id_token: str, *, nonce: str, browser: str, source: str, device: str, originator: str) -> Admitted:
        """Let a person in; LoginError where the token proves nobody, or nobody who is registered and linked."""
        limits = self._door.limits
        with self._door.attempt("token", source) as attempt:
            now = self._door.seconds()
            ends = self._nonces.check(nonce, self._provider.issuer, browser, now)
            within = int(limits.absolute.total_seconds())
            proven = check_id_token(
                self._provider, self._keys, id_token, nonce=nonce, now=now, authenticated_within=within
            )
            attempt.person = person = self._person(proven.subject)
            if not self._taken.take(f"nonce {self._provider.issuer}", nonce, expires=ends, now=now):
                raise UnprovenError("taken before")
            identity = self._door.authentication.started(
                person,
                strength="single_sign_on",
                components=("provider",),
                device=as_name(device),
                lasts=limits.absolute,
                idle=limits.idle,
                originator=originator,
            )
        return Admitted(self._door.issue(identity, limits.idle), identity)

    def prove(self, id_token: str, identity: Identity, *, record_digest: str, source: str) -> Component:
        """The component `provider`, for one signature over one record; LoginError where it is not proved anew.

        It counts for the request that brought it: whoever serves the request adds it to `Identity.presented`.
        """
        with self._door.attempt("signing", source) as attempt:
            attempt.person = identity.person
            now = self._door.seconds()
            proven = check_id_token(
                self._provider,
                self._keys,
                id_token,
                nonce=signing_nonce(identity.session, record_digest),
                now=now,
                authenticated_within=FRESH_FOR_SIGNING,
            )
            if self._person(proven.subject) != identity.person:
                raise UnprovenError("somebody else authenticated")
            signed, expires = sha256(proven.signed).hexdigest(), proven.authenticated + FRESH_FOR_SIGNING + 1
            if not self._taken.take(f"signing {self._provider.issuer}", signed, expires=expires, now=now):
                raise UnprovenError("taken before")
        return "provider"

    def _person(self, subject: str) -> str:
        histories = self._door.authentication.histories
        histories.follow(streams.SYSTEM_LEDGER)
        links = histories.load(streams.provider(self._provider.issuer)).aggregate
        assert isinstance(links, ProviderLinks)
        person = links.person_of(subject)
        if person is None:
            raise UnprovenError("linked to nobody")
        return person
