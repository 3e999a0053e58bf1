"""Challenges for passkeys: made here, counted once, over after five minutes."""

from datetime import timedelta
from hashlib import sha256
from typing import Final, Literal, NamedTuple

from adapters.identity.means import Means
from compliance.proofs.entry import recorded_at_text

RANDOM_BYTES: Final = 32
LASTS: Final = timedelta(minutes=5)
OPEN_AT_ONCE: Final = 5
"""For one person and purpose: who asks for more loses the oldest."""
Purpose = Literal["registration", "log_in", "signing"]


class Challenge(NamedTuple):
    """One challenge: its id, and the bytes that a device signs."""

    id: str
    value: bytes


class Challenges:
    """Makes challenges and takes them back, once each."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def make(self, person: str | None, purpose: Purpose, session: str, digest: bytes) -> Challenge:
        """A challenge; one for nobody is made all the same, and kept nowhere."""
        name, random = self._means.new_id() + self._means.new_id(), self._means.randomness(RANDOM_BYTES)
        if person is not None:
            until = recorded_at_text(self._means.now() + LASTS)
            with self._means.file.writing() as connection:
                connection.execute("DELETE FROM challenge WHERE until <= ?", (recorded_at_text(self._means.now()),))
                connection.execute(
                    "DELETE FROM challenge WHERE id IN (SELECT id FROM challenge WHERE person = ? AND purpose = ?"
                    " ORDER BY rowid DESC LIMIT -1 OFFSET ?)",
                    (person, purpose, OPEN_AT_ONCE - 1),
                )
                connection.execute(
                    "INSERT INTO challenge (id, person, purpose, session, random, until) VALUES (?, ?, ?, ?, ?, ?)",
                    (name, person, purpose, session, random, until),
                )
        return Challenge(name, _value(random, digest))

    def take(self, name: str, person: str, purpose: Purpose, session: str, digest: bytes) -> bytes | None:
        """The bytes that had to be signed, bound to this digest; None for a challenge that does not count."""
        with self._means.file.writing() as connection:
            row = connection.execute(
                "DELETE FROM challenge WHERE id = ? AND person = ? AND purpose = ? AND session = ?"
                " RETURNING random, until",
                (name, person, purpose, session),
            ).fetchone()
        if row is None or recorded_at_text(self._means.now()) >= row[1]:
            return None
        return _value(row[0], digest)


def _value(random: bytes, digest: bytes) -> bytes:
    return sha256(random + digest).digest()
