"""Nonces for log-ins at a provider: each names its end and the browser that asked, under a key of this store.

Nothing is kept of a nonce until a log-in succeeds with it, so asking for many costs this store nothing.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from adapters.tokens.reading import UnprovenError
from compliance.ports import Ports
from domain.randomisation.rand_v1 import lp

LABEL: Final = "provider-nonce/v1"
LIFE: Final = 600
RANDOM: Final = 16
END: Final = 8
MAC: Final = 32


class Nonces:
    """Makes nonces and knows its own; `browser` is any secret that one browser holds."""

    def __init__(self, ports: Ports) -> None:
        self._keyed, self._secret = ports.digest, ports.ids.secret

    def new(self, issuer: str, browser: str, now: int) -> str:
        """A nonce for one log-in."""
        stem = (now + LIFE).to_bytes(END) + self._secret()[:RANDOM]
        return urlsafe_b64encode(stem + self._mac(issuer, browser, stem)).decode().rstrip("=")

    def check(self, nonce: str, issuer: str, browser: str, now: int) -> int:
        """Until when it counts; UnprovenError unless it was made here, for this browser, a few minutes ago."""
        try:
            plain = urlsafe_b64decode(nonce.encode("ascii") + b"=" * (-len(nonce) % 4))
        except ValueError as error:
            raise UnprovenError("not a nonce") from error
        stem, mac = plain[: END + RANDOM], plain[END + RANDOM :]
        if not hmac.compare_digest(mac, self._mac(issuer, browser, stem)):
            raise UnprovenError("not a nonce of ours, or of another browser")
        ends = int.from_bytes(stem[:END])
        if not now < ends <= now + LIFE:
            raise UnprovenError("a nonce of another time")
        return ends

    def _mac(self, issuer: str, browser: str, stem: bytes) -> bytes:
        return self._keyed(lp(LABEL, issuer, browser, stem))
