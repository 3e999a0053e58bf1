"""The rules of an ID token (OpenID Connect Core 1.0, 3.1.3.7), made stricter where the standard leaves a choice."""

from dataclasses import dataclass
from typing import Final

from adapters.tokens.provider_keys import KINDS, ProviderKeys, Source
from adapters.tokens.reading import Claims, Token, UnprovenError, read_token
from adapters.tokens.verifying import check_signature
from domain.errors import InvalidInputError

LONGEST: Final = 16_384
SKEW: Final = 30
LONGEST_ON_THE_WAY: Final = 600
"""Seconds from the issue of an ID token to its use here."""
REFUSED: Final = frozenset({"b64", "crit", "cty", "jku", "jwk", "x5c", "x5u", "zip"})
"""Header members that bring a key along, or ask for another reading of the token."""


@dataclass(frozen=True, slots=True)
class Provider:
    """The sponsor's identity provider, as settings name it; nothing of it is learnt from a token.

    `other_audiences` are clients that may stand beside this one in `aud`; usually there are none.
    """

    issuer: str
    client_id: str
    algorithms: tuple[str, ...]
    jwks: Source
    other_audiences: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not self.issuer.startswith("https://") or not self.algorithms or not KINDS.keys() >= {*self.algorithms}:
            raise InvalidInputError(
                "bad_provider",
                "An identity provider has an issuer that begins with https://, and algorithms with public keys.",
                field="provider",
                next_step=f"Choose among {', '.join(KINDS)}, as the provider signs.",
            )


@dataclass(frozen=True, slots=True)
class Proven:
    """What an ID token proved: which subject authenticated at the provider, and when; `signed` tells it from others."""

    subject: str
    authenticated: int
    signed: bytes


def check_id_token(
    provider: Provider, keys: ProviderKeys, given: str, *, nonce: str, now: int, authenticated_within: int
) -> Proven:
    """Who authenticated; UnprovenError unless the token is this provider's, for us, fresh, and answers our nonce."""
    token = read_token(given, longest=LONGEST)
    _check_signature(provider, keys, token)
    claims = token.claims
    if claims.text("iss") != provider.issuer:
        raise UnprovenError("of another issuer")
    _check_audience(provider, claims)
    if claims.text("nonce") != nonce:
        raise UnprovenError("an answer to another question")
    _check_times(claims, now, authenticated_within)
    return Proven(claims.text("sub"), claims.second("auth_time"), token.signed)


def _check_signature(provider: Provider, keys: ProviderKeys, token: Token) -> None:
    if not REFUSED.isdisjoint(token.header.members):
        raise UnprovenError("a header member that has no place here")
    token.header.only("typ", "JWT")
    algorithm = token.header.text("alg")
    if algorithm not in provider.algorithms:
        raise UnprovenError("another algorithm than the provider's")
    check_signature(token, keys.key(token.header.text("kid"), algorithm), algorithm)


def _check_audience(provider: Provider, claims: Claims) -> None:
    """For us, for nobody whom we do not know, and where there are several, requested by us."""
    audiences = claims.texts("aud")
    if provider.client_id not in audiences or not {*audiences} <= {provider.client_id, *provider.other_audiences}:
        raise UnprovenError("for another audience")
    if len(audiences) > 1 and "azp" not in claims.members:
        raise UnprovenError("for several audiences, requested by nobody")
    claims.only("azp", provider.client_id)


def _check_times(claims: Claims, now: int, authenticated_within: int) -> None:
    issued, authenticated = claims.second("iat"), claims.second("auth_time")
    starts = claims.second("nbf") if "nbf" in claims.members else issued
    if max(issued, authenticated, starts) > now + SKEW:
        raise UnprovenError("from the future")
    if now >= claims.second("exp") or now - issued > LONGEST_ON_THE_WAY:
        raise UnprovenError("expired, or too long on the way")
    if now - authenticated > authenticated_within:
        raise UnprovenError("the authentication is too old")
