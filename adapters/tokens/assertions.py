"""Service accounts log in by a client assertion under their own registered key (RFC 7523, private_key_jwt).

An assertion names this deployment by the random id of its system ledger, lives five minutes at most and counts
once. Which algorithm checks it stands with the registered key.
"""

import json
from functools import cached_property, lru_cache
from typing import Final

from joserfc.jwk import ECKey, OKPKey

from adapters.tokens.door import Admitted, Attempt, Door
from adapters.tokens.reading import Claims, Token, UnprovenError, read_token
from adapters.tokens.taken import TakenTokens
from adapters.tokens.verifying import Key, check_signature
from compliance.contexts import environment_of
from domain import streams
from domain.people.person import Person, ServiceKey
from domain.people.public_keys import device_of, kid_of
from domain.ports import Ledger

LONGEST: Final = 4096
LIFE: Final = 300
SKEW: Final = 30
HEADER: Final = frozenset({"alg", "kid", "typ"})
"""All that a header may hold: no key, no certificate, no address of either, nothing critical."""
TYPES: Final = ("JWT", "client-authentication+jwt")
DECOY: Final = ServiceKey(
    key="0" * 64,
    algorithm="Ed25519",
    public='{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}',
    revoked=True,
)
"""Checked against where no key is known, so that an unknown account takes as long as a known one."""


def audience_of(ledger: Ledger) -> str:
    """What an assertion for this deployment names as its audience, and one for another cannot."""
    environment_of(ledger)  # raises where the store was never set up
    (opened,) = ledger.stream(streams.opening(streams.SYSTEM_LEDGER))
    return f"trialproof:{opened.fact.ledger_id.hex()}"


class ServiceLogins:
    """Opens sessions of strength `machine`."""

    def __init__(self, door: Door, taken: TakenTokens) -> None:
        self._door, self._taken = door, taken

    @cached_property
    def audience(self) -> str:
        """The audience that an assertion has to name; it never changes."""
        return audience_of(self._door.authentication.ports.ledger)

    def log_in(self, assertion: str, *, source: str) -> Admitted:
        """Let a service in; LoginError where the assertion proves nothing. The originator is the service itself."""
        with self._door.attempt("token", source) as attempt:
            token = read_token(assertion, longest=LONGEST)
            key = self._proved(token, attempt)
            person = self._checked(token.claims)
            lasts = self._door.limits.service_session
            identity = self._door.authentication.started(
                person,
                strength="machine",
                components=("key",),
                device=device_of(key.key),
                lasts=lasts,
                idle=lasts,
                originator=person,
            )
        return Admitted(self._door.issue(identity, lasts), identity)

    def _proved(self, token: Token, attempt: Attempt) -> ServiceKey:
        """The registered key with which the token was signed."""
        if not HEADER.issuperset(token.header.members):
            raise UnprovenError("a header member that has no place here")
        token.header.only("typ", *TYPES)
        kid = token.header.text("kid")
        attempt.person = issuer = token.claims.text("iss", longest=64)
        key = _key(self._door.authentication.person(issuer), kid)
        check_signature(token, _imported(key.public), key.algorithm)
        if key is DECOY:
            raise UnprovenError("no such key of such a service")
        return key

    def _checked(self, claims: Claims) -> str:
        """The service account, once every claim holds and the token is taken."""
        now, issuer = self._door.seconds(), claims.text("iss")
        if claims.text("sub") != issuer:
            raise UnprovenError("issuer and subject differ")
        if claims.texts("aud") != (self.audience,):
            raise UnprovenError("for another audience")
        issued, expires = claims.second("iat"), claims.second("exp")
        starts = claims.second("nbf") if "nbf" in claims.members else issued
        if max(issued, starts) > now + SKEW:
            raise UnprovenError("from the future")
        if not (issued < expires <= issued + LIFE and now < expires):
            raise UnprovenError("expired, or made to last too long")
        if not self._taken.take(f"service {issuer}", claims.text("jti", longest=128), expires=expires, now=now):
            raise UnprovenError("taken before")
        return issuer


def _key(account: Person, kid: str) -> ServiceKey:
    known = (key for key in account.keys if account.is_service and not key.revoked and kid_of(key.key) == kid)
    return next(known, DECOY)


@lru_cache(maxsize=1024)
def _imported(public: str) -> Key:
    members = json.loads(public)
    return ECKey.import_key(members) if members["kty"] == "EC" else OKPKey.import_key(members)
