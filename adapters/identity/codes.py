"""One-time codes of an authenticator app (RFC 6238: SHA-1, 30 s, six digits), their secrets sealed where they rest."""

import hmac
import re
import sqlite3
from base64 import b32encode
from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from pyotp.totp import TOTP

from adapters.keys.box import Box, lock, unlock
from adapters.keys.store import Key
from adapters.keys.wrapping import NONCE_BYTES

SECRET_BYTES: Final = 20
SECONDS: Final = 30
WINDOW: Final = 1
"""Steps before and after the present one whose codes still count: clocks differ, and people type slowly."""
NEVER: Final = -1
SCHEME: Final = "trialproof/totp/1"
_CODE: Final = re.compile(r"[0-9]{6}", re.ASCII)


class Enrolment(NamedTuple):
    """What an authenticator app needs, shown once to its owner."""

    otp_secret: str
    otp_uri: str

    def __repr__(self) -> str:
        return "Enrolment(…)"


class CodeApp(NamedTuple):
    """One app that is enrolled: its secret, sealed."""

    id: str
    person: str
    box: Box

    def secret(self, key: Key) -> str:
        """The secret in base 32."""
        return unlock(self.box, key.key, SCHEME, self.person, self.id).decode()


def enrolled(person: str, credential: str, key: Key, randomness: Callable[[int], bytes]) -> tuple[CodeApp, str]:
    """A new app's secret, sealed and plain."""
    secret = b32encode(randomness(SECRET_BYTES))
    box = lock(secret, key, randomness(NONCE_BYTES), SCHEME, person, credential)
    return CodeApp(credential, person, box), secret.decode()


def enrolment(secret: str, person: str, issuer: str) -> Enrolment:
    """The secret, as text and as what a QR code holds."""
    uri = TOTP(secret, interval=SECONDS).provisioning_uri(name=person, issuer_name=issuer)
    return Enrolment(secret, uri)


def steps_of(secret: str, code: str, now: datetime) -> tuple[int, ...]:
    """The time-steps about now whose code this is; the clock is the store's, never the library's own."""
    plain = code.replace(" ", "")
    if _CODE.fullmatch(plain) is None:
        return ()
    totp = TOTP(secret, interval=SECONDS)
    present = totp.timecode(now)
    return tuple(
        step
        for step in range(present - WINDOW, present + WINDOW + 1)
        if step >= 0 and hmac.compare_digest(totp.generate_otp(step), plain)
    )


def add(connection: sqlite3.Connection, app: CodeApp) -> None:
    """Keep an app."""
    connection.execute(
        "INSERT INTO code_app (id, person, ciphertext, commitment, key, nonce, last_step) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (app.id, app.person, app.box.ciphertext, app.box.commitment, app.box.key, app.box.nonce, NEVER),
    )


def find(connection: sqlite3.Connection, credential: str) -> CodeApp | None:
    """The app of this credential."""
    row = connection.execute(
        "SELECT id, person, ciphertext, commitment, key, nonce FROM code_app WHERE id = ?", (credential,)
    ).fetchone()
    return None if row is None else CodeApp(row[0], row[1], Box(*row[2:]))


def take(connection: sqlite3.Connection, credential: str, steps: tuple[int, ...]) -> bool:
    """Use up the first of the steps that comes after every step ever used; False where none does.

    It belongs into the transaction that decides, so that of two log-ins with one code one wins.
    """
    (last,) = connection.execute("SELECT last_step FROM code_app WHERE id = ?", (credential,)).fetchone()
    fresh = [step for step in steps if step > last]
    if fresh:
        connection.execute("UPDATE code_app SET last_step = ? WHERE id = ?", (min(fresh), credential))
    return bool(fresh)
