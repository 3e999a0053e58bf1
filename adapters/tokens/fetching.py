"""Fetching a provider's keys over HTTPS: one address, no redirect, no proxy of the environment, bounded."""

import ssl
from http.client import HTTPException, HTTPResponse
from ipaddress import ip_address
from pathlib import Path
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from adapters.tokens.provider_keys import KeysUnavailableError, Source
from domain.errors import InvalidInputError

LARGEST: Final = 262_144
SECONDS: Final = 5.0


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> None:
        """Follow none: it could lead to a place that nobody chose."""
        del req, fp, code, msg, headers, newurl


def keys_from(address: str, *, authorities: Path | None = None, seconds: float = SECONDS) -> Source:
    """A source of keys; `authorities` is a file of certificates to trust instead of the host's.

    Raises InvalidInputError for an address that is not HTTPS, unless it is on the loopback interface.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise InvalidInputError(
            "keys_not_over_https",
            "A provider's keys are fetched over HTTPS; whoever can change them on the way can log in as anybody.",
            field="jwks",
            next_step="Give the provider's `jwks_uri`, which begins with https://.",
        )
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=_trust(authorities)), _NoRedirects())
    request = Request(address, headers={"Accept": "application/json", "User-Agent": "trialproof"})  # noqa: S310 (checked above)

    def fetch() -> bytes:
        until = monotonic() + seconds
        try:
            with opener.open(request, timeout=seconds) as answer:
                return _read(answer, until)
        except (OSError, HTTPException) as error:
            raise KeysUnavailableError("the provider did not answer with its keys") from error

    return fetch


def _read(answer: HTTPResponse, until: float) -> bytes:
    """The whole answer, unless it is longer than any set of keys or comes in drops."""
    text = b""
    while part := answer.read1(LARGEST):
        text += part
        if len(text) > LARGEST or monotonic() > until:
            raise KeysUnavailableError("the provider's answer is too long, or takes too long")
    return text


def _is_loopback(host: str | None) -> bool:
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def _trust(authorities: Path | None) -> ssl.SSLContext:
    """TLS with the host's authorities, from where they were installed and not from where a variable points."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    paths = ssl.get_default_verify_paths()
    file, folder = Path(paths.openssl_cafile), Path(paths.openssl_capath)
    if authorities is not None:
        context.load_verify_locations(cafile=authorities)
    elif file.is_file():
        context.load_verify_locations(cafile=file)
    elif folder.is_dir():
        context.load_verify_locations(capath=folder)
    return context
