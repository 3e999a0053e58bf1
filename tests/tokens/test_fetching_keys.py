"""Keys are fetched over HTTPS from one address: no redirect, no proxy, no endless answer, no endless wait."""

import ssl
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from adapters.tokens.fetching import LARGEST, keys_from
from adapters.tokens.provider_keys import KeysUnavailableError
from domain.errors import InvalidInputError


class Answers(BaseHTTPRequestHandler):
    """Answers as its path says."""

    def do_GET(self) -> None:
        match self.path:
            case "/keys":
                self._send(200, b'{"keys":[]}')
            case "/moved":
                self._send(302, b"", location="/keys")
            case "/long":
                self._send(200, b" " * (LARGEST + 1))
            case "/drops":
                self.send_response(200)
                self.end_headers()
                with suppress(OSError):
                    for _ in range(20):
                        self.wfile.write(b" ")
                        sleep(0.05)
            case "/slow":
                sleep(1)
            case "/odd":
                self.wfile.write(b"no HTTP at all\r\n\r\n")
            case _:
                self._send(404, b"nothing here")

    def _send(self, code: int, body: bytes, *, location: str = "") -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name of the base class)
        """Say nothing."""


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Generator[int]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def address() -> Generator[str]:
    with serving() as port:
        yield f"http://127.0.0.1:{port}"


def test_keys_are_fetched(address: str) -> None:
    assert keys_from(f"{address}/keys")() == b'{"keys":[]}'
    assert keys_from(f"{address.replace('127.0.0.1', 'localhost')}/keys")() == b'{"keys":[]}'


@pytest.mark.parametrize("path", ["moved", "long", "odd", "missing"])
def test_another_answer_is_no_answer(address: str, path: str) -> None:
    with pytest.raises(KeysUnavailableError):
        keys_from(f"{address}/{path}", seconds=0.5)()


@pytest.mark.parametrize("path", ["slow", "drops"])
def test_a_provider_that_keeps_us_waiting_is_left(address: str, path: str) -> None:
    started = monotonic()

    with pytest.raises(KeysUnavailableError):
        keys_from(f"{address}/{path}", seconds=0.2)()

    assert monotonic() - started < 0.9


def test_nobody_there_is_no_answer() -> None:
    with serving() as port:
        pass

    with pytest.raises(KeysUnavailableError):
        keys_from(f"http://127.0.0.1:{port}/keys")()


@pytest.mark.parametrize(
    "given",
    [
        "http://login.sponsor.example/keys",
        "http://192.0.2.1/keys",
        "http://127.0.0.1.attacker.example/keys",
        "http:///keys",
        "file:///etc/passwd",
        "ftp://127.0.0.1/keys",
        "127.0.0.1/keys",
        "",
    ],
)
@pytest.mark.requirement("P11-17")
def test_an_address_in_the_clear_is_refused(given: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        keys_from(given)

    assert caught.value.code == "keys_not_over_https"


def test_variables_of_the_environment_lead_nowhere_else(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert keys_from(f"{address}/keys")() == b'{"keys":[]}'


def certificate(folder: Path) -> Path:
    """A certificate for the loopback address that nobody but itself vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a provider of a test")])
    now = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    file = folder / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(made.public_bytes(Encoding.PEM) + private)
    return file


@pytest.mark.requirement("P11-17")
def test_a_provider_is_who_its_certificate_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))

    with serving(context) as port:
        trusted = keys_from(f"https://127.0.0.1:{port}/keys", authorities=file)
        untrusted = keys_from(f"https://127.0.0.1:{port}/keys")
        wrong_name = keys_from(f"https://localhost:{port}/keys", authorities=file)

        assert trusted() == b'{"keys":[]}'
        for source in (untrusted, wrong_name):
            with pytest.raises(KeysUnavailableError):
                source()
