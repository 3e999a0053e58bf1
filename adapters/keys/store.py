"""The local key store: wrapped keys in a file, one secret to open it, and a log of the keys that tell an arm.

Nothing is remembered between two calls except the key of command digests, so that a destroyed key is gone
at once in every process.
"""

import hmac
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final, Literal, NamedTuple
from uuid import UUID

from adapters.keys.file import Header, KeyFile, create, damaged, examine
from adapters.keys.secret import SETTING
from adapters.keys.unwrap_log import LogHead, Unwrap, append_unwrap, read_log, start_of_log, verified_head
from adapters.keys.wrapping import NONCE_BYTES, Wrapping
from compliance.proofs.entry import recorded_at_text
from domain.errors import InvalidInputError, NotFoundError

KEY_BYTES: Final = 32
KEY_ID_BYTES: Final = 16
SALT_BYTES: Final = 32
FOR_SCOPE: Final = "scope"
COMMAND_DIGESTS: Final = "command-digests"

SinglePurpose = Literal["allocation"]


class Key(NamedTuple):
    """A key and its public id; the key itself never shows in a message or a trace."""

    id: bytes
    key: bytes

    def __repr__(self) -> str:
        return f"Key({self.id.hex()})"


class _Row(NamedTuple):
    id: bytes
    purpose: str
    scope: str | None
    nonce: bytes
    wrapped: bytes


_SELECT: Final = "SELECT id, purpose, scope, nonce, wrapped FROM wrapped_key WHERE "


class KeyStore:
    """All keys of a deployment, for any number of threads and processes."""

    def __init__(
        self, path: Path, secret: bytes, *, clock: Callable[[], datetime], randomness: Callable[[int], bytes]
    ) -> None:
        header = examine(path)
        self._wrapping = Wrapping(secret, header.salt)
        if not self._wrapping.proves(header.proof):
            raise InvalidInputError(
                "wrong_key_secret",
                f"This secret does not open the key store {path.name}: it is another store's, or the store's first row"
                " was altered.",
                field=SETTING,
                next_step="Name the key file that this store was made with; no other will ever open it.",
            )
        self._log_start = start_of_log(header.salt)
        self._clock = clock
        self._randomness = randomness
        self._file = KeyFile(path)

    @classmethod
    def create(
        cls, path: Path, secret: bytes, *, clock: Callable[[], datetime], randomness: Callable[[int], bytes]
    ) -> "KeyStore":
        """Make a new store; one that exists is never made again."""
        salt = randomness(SALT_BYTES)
        create(path, Header(salt, Wrapping(secret, salt).proof()))
        return cls(path, secret, clock=clock, randomness=randomness)

    def key_for(self, scope: str) -> Key:
        """Give the key of a scope, made and durable at its first use; one key, however many ask at once."""
        found = self._find("scope = ?", scope)
        return self._made(FOR_SCOPE, scope) if found is None else self._unwrapped(found)

    def fresh_key(self, purpose: SinglePurpose) -> Key:
        """Make a key for one use, durable before it is given."""
        return self._made(purpose, None)

    def key(self, key_id: bytes) -> bytes:
        """Give the key of a scope by its id; NotFoundError where it was destroyed or never was here."""
        return self._unwrapped(self._known(key_id, single_use=False)).key

    def unwrap(self, key_id: bytes, *, authorised_by: UUID) -> bytes:
        """Give the key of an allocation, after the log durably says when and by which entry's authority."""
        key = self._unwrapped(self._known(key_id, single_use=True)).key
        with self._file.writing() as connection:
            append_unwrap(connection, self._log_start, self._clock(), key_id, authorised_by)
        return key

    def command_digest(self, canonical: bytes) -> bytes:
        """Recognise a command that comes again; without the store's key the digest tells nothing of it."""
        return hmac.digest(self._digest_key, canonical, "sha256")

    def log(self) -> list[Unwrap]:
        """Give every key that was taken out under an authority, first to last."""
        with self._file.reading() as connection:
            return read_log(connection)

    def verify_log(self) -> LogHead:
        """Follow the log's chain; DamagedKeyStoreError names the first row that does not follow."""
        return verified_head(self._log_start, self.log())

    def close(self) -> None:
        self._file.close()

    @cached_property
    def _digest_key(self) -> bytes:
        return self.key_for(COMMAND_DIGESTS).key

    def _find(self, condition: str, value: str | bytes) -> _Row | None:
        with self._file.reading() as connection:
            row = connection.execute(_SELECT + condition, (value,)).fetchone()
        return None if row is None else _Row(*row)

    def _known(self, key_id: bytes, *, single_use: bool) -> _Row:
        row = self._find("id = ?", key_id)
        if row is None or (row.purpose != FOR_SCOPE) is not single_use:
            raise NotFoundError(
                f"The key store has no key {key_id.hex()} {'for one use' if single_use else 'of a scope'}.",
                next_step="It was destroyed, or is another store's; what it sealed cannot be opened with this store.",
            )
        return row

    def _made(self, purpose: str, scope: str | None) -> Key:
        made = Key(self._randomness(KEY_ID_BYTES), self._randomness(KEY_BYTES))
        nonce = self._randomness(NONCE_BYTES)
        wrapped = self._wrapping.wrap(made.key, made.id, purpose, scope or "", nonce=nonce)
        with self._file.writing() as connection:
            if scope is not None:
                row = connection.execute(_SELECT + "scope = ?", (scope,)).fetchone()
                if row is not None:
                    return self._unwrapped(_Row(*row))
            connection.execute(
                "INSERT INTO wrapped_key (id, purpose, scope, made_at, nonce, wrapped) VALUES (?, ?, ?, ?, ?, ?)",
                (made.id, purpose, scope, recorded_at_text(self._clock()), nonce, wrapped),
            )
        return made

    def _unwrapped(self, row: _Row) -> Key:
        try:
            key = self._wrapping.unwrap(row.wrapped, row.id, row.purpose, row.scope or "", nonce=row.nonce)
        except ValueError as error:
            raise damaged(f"the key {row.id.hex()} does not unwrap: {error}") from error
        return Key(row.id, key)
