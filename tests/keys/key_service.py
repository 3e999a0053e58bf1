"""A key management service over HTTP, and the root that uses it: proof that a service can stand in the root's place.

The service keeps its own key, binds wraps to an encryption context that it gets in the open, and can be down, slow,
denying or babbling. It is no product: it shows what an adapter to one has to do.
"""

import json
import os
import socket
import urllib.error
import urllib.request
from base64 import b64decode, b64encode
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.keys.root import EncryptionContext, RootKeyDeniedError, RootKeyUnavailableError, Wrapped

Mood = Literal["well", "slow", "denying", "babbling"]
PROOF: EncryptionContext = {"purpose": "proof"}
KNOWN = bytes(range(32))


class Service:
    """The service's side: a key that never leaves, and a mood that a test sets."""

    def __init__(self) -> None:
        self.mood: Mood = "well"
        self.waiting = Event()
        self.asked = 0
        self._aead = AESGCM(AESGCM.generate_key(256))

    def answer(self, path: str, asked: dict[str, Any]) -> tuple[int, bytes]:
        self.asked += 1
        if self.mood == "slow":
            self.waiting.wait(5)
        if self.mood == "denying":
            return 403, b'{"message": "not allowed by policy"}'
        if self.mood == "babbling":
            return 200, b"<html>maintenance</html>"
        context = json.dumps(asked["context"], sort_keys=True).encode()
        given = b64decode(asked["data"])
        try:
            done = self._encrypt(given, context) if path == "/encrypt" else self._decrypt(given, context)
        except InvalidTag:
            return 400, b'{"message": "InvalidCiphertext"}'
        return 200, json.dumps({"data": b64encode(done).decode()}).encode()

    def _encrypt(self, plain: bytes, context: bytes) -> bytes:
        nonce = os.urandom(12)
        return b"key-1" + nonce + self._aead.encrypt(nonce, plain, context)

    def _decrypt(self, blob: bytes, context: bytes) -> bytes:
        if len(blob) < 17 or not blob.startswith(b"key-1"):
            raise InvalidTag
        return self._aead.decrypt(blob[5:17], blob[17:], context)


class ServiceRoot:
    """A root whose key is the service's; every failure is one of the house's errors, within `patience` seconds."""

    def __init__(self, address: str, patience: float = 5.0) -> None:
        self._address = address
        self._patience = patience

    def proof(self) -> bytes:
        return self._asked("encrypt", KNOWN, PROOF)

    def proves(self, proof: bytes) -> bool:
        try:
            return self._asked("decrypt", proof, PROOF) == KNOWN
        except ValueError:
            return False

    def wrap(self, key: bytes, context: EncryptionContext) -> Wrapped:
        return Wrapped(self._asked("encrypt", key, context), None)

    def unwrap(self, wrapped: Wrapped, context: EncryptionContext) -> bytes:
        return self._asked("decrypt", wrapped.blob, context)

    def _asked(self, what: str, data: bytes, context: EncryptionContext) -> bytes:
        body = json.dumps({"context": dict(context), "data": b64encode(data).decode()}).encode()
        request = urllib.request.Request(f"{self._address}/{what}", body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=self._patience) as reply:
                return b64decode(json.load(reply)["data"])
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 400:
                    raise ValueError("the service does not recognise it") from error
                raise RootKeyDeniedError(f"the key service answered {error.code}") from error
        except OSError as error:
            raise RootKeyUnavailableError("the key service cannot be reached in time") from error
        except (ValueError, KeyError) as error:
            raise RootKeyUnavailableError("the key service answers nonsense") from error


@contextmanager
def served(service: Service) -> Generator[str]:
    """The service on a free port of the loopback; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, body = service.answer(self.path, asked)
            try:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                return  # who asked has gone: that is what a slow service is told

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (named by the base class)
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        service.waiting.set()
        server.shutdown()
        thread.join()
        server.server_close()


def nowhere() -> str:
    """An address at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


RootMaker = Callable[[bytes], ServiceRoot]
