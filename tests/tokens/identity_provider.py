"""An identity provider for tests: it has keys, answers nonces, and may be made to lie in any way."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapters.tokens.id_tokens import Provider
from adapters.tokens.provider import ProviderLogins, signing_nonce
from adapters.tokens.provider_keys import KeysUnavailableError
from compliance.gate import Identity
from domain.errors import LoginError
from domain.session.facts import Component
from tests.tokens.gatehouse import Gatehouse
from tests.tokens.signing import KeyPair, Sign, es256_key, rs256_key, token

ISSUER = "https://login.sponsor.example"
CLIENT = "trialproof-at-sponsor"
SUBJECT = "248289761001"
BROWSER = "a secret in a cookie"
RECORD = "7" * 64
KEY = es256_key("provider 1")
NEXT_KEY = es256_key("provider 2")
RSA_KEY = rs256_key("provider")


def jwk(key: KeyPair, kid: str, **more: Any) -> dict[str, Any]:
    return {**key.public, "kid": kid, "use": "sig", **more}


@dataclass
class IdentityProvider:
    """What the provider publishes and signs; `down` makes it unreachable."""

    house: Gatehouse
    other_audiences: frozenset[str] = frozenset()
    keys: list[Any] = field(default_factory=lambda: [jwk(KEY, "1"), jwk(RSA_KEY, "rsa", alg="RS256")])
    fetched: int = 0
    down: bool = False
    elapsed: float = 0.0

    def __post_init__(self) -> None:
        provider = Provider(ISSUER, CLIENT, ("ES256", "RS256"), self.published, self.other_audiences)
        self.logins = ProviderLogins(self.house.door, provider, self.house.taken, lambda: self.elapsed)

    def published(self) -> bytes:
        self.fetched += 1
        if self.down:
            raise KeysUnavailableError
        return json.dumps({"keys": self.keys}).encode()

    def claims(self, nonce: str, **changes: Any) -> dict[str, Any]:
        """Claims that hold, changed; a change to None takes a claim out."""
        now = self.house.now
        claims = {
            "iss": ISSUER,
            "sub": SUBJECT,
            "aud": CLIENT,
            "nonce": nonce,
            "auth_time": now - 5,
            "iat": now,
            "exp": now + 3600,
            "email": "a.person@sponsor.example",
        }
        return {name: value for name, value in {**claims, **changes}.items() if value is not None}

    def id_token(
        self, nonce: str, *, key: KeyPair = KEY, kid: str | None = "1", header: Any = None, sign: Sign | None = None,
        **changes: Any,
    ) -> str:  # fmt: skip
        """A token that holds, but for what is changed."""
        whole: dict[str, Any] = {"alg": key.algorithm, "kid": kid, "typ": "JWT", **(header or {})}
        kept = {name: value for name, value in whole.items() if value is not None}
        return token(kept, self.claims(nonce, **changes), sign or key.sign)

    def log_in(self, id_token: str, nonce: str, *, browser: str = BROWSER) -> Identity:
        how = {"source": "192.0.2.7", "device": "a browser", "originator": "web"}
        return self.logins.log_in(id_token, nonce=nonce, browser=browser, **how).identity

    def logged_in(self, **changes: Any) -> Identity:
        """A whole log-in, from nonce to session."""
        nonce = self.logins.begin(BROWSER)
        return self.log_in(self.id_token(nonce, **changes), nonce)

    def refuses(self, id_token: str, nonce: str, *, browser: str = BROWSER) -> None:
        """It opens nothing, writes nothing but the count, and says what every failure says."""
        before, issued = self.house.desk.size("system"), len(self.house.issued)

        with pytest.raises(LoginError) as caught:
            self.log_in(id_token, nonce, browser=browser)

        assert (caught.value.code, str(caught.value)) == ("login_failed", str(LoginError()))
        assert self.house.failed.pop()[:2] == ("token", "192.0.2.7")
        assert (self.house.desk.size("system"), len(self.house.issued)) == (before, issued)

    def refuses_change(self, **changes: Any) -> None:
        """A log-in that is right but for these changes is refused."""
        nonce = self.logins.begin(BROWSER)
        self.refuses(self.id_token(changes.pop("nonce", nonce), **changes), nonce)

    def prove(self, identity: Identity, *, record: str = RECORD, **changes: Any) -> Component:
        """A fresh authentication for one signature."""
        nonce = changes.pop("nonce", signing_nonce(identity.session, RECORD))
        id_token = self.id_token(nonce, **changes)
        return self.logins.prove(id_token, identity, record_digest=record, source="192.0.2.7")


def link(house: Gatehouse, person: str = "lead", subject: str = SUBJECT) -> None:
    payload = {"person": person, "issuer": ISSUER, "subject": subject, "requested_by": "verifier"}
    house.command("link_provider_identity", payload)
