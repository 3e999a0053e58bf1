"""The local key store: wrapped keys in a file, a root that wraps them, and a log of the keys that tell an arm.

A key of an allocation has two wraps: the root's, on line at all hours for emergencies, and one to the trial's escrow
key, which two officers open together. Nothing is remembered between two calls except the key of command digests, so
that a destroyed key is gone at once in every process.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final, Literal, NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from adapters.keys import rows
from adapters.keys.escrow import unwrap_with, wrap_to
from adapters.keys.file import DamagedKeyStoreError, Header, KeyFile, create, damaged, examine
from adapters.keys.root import RootKey, RootOf
from adapters.keys.rows import FOR_SCOPE, EscrowRow, KeyRow, context_of
from adapters.keys.secret import SETTING
from adapters.keys.unwrap_log import Act, LogHead, Unwrap, append_act, is_logged, read_log, start_of_log, verified_head
from adapters.keys.wrapping import Wrapping
from domain.errors import InvalidInputError, KeyRetainedError, NotFoundError

KEY_BYTES: Final = 32
KEY_ID_BYTES: Final = 16
SALT_BYTES: Final = 32
COMMAND_DIGESTS: Final = "command-digests"
ERASABLE: Final = ("participant:", "person:")
"""The scopes whose keys can be destroyed: those of what is written about one person."""
NO_KEY: Final = b""
"""What the log says was destroyed where nothing had ever been sealed under the scope."""

SinglePurpose = Literal["allocation", "drill"]


class Key(NamedTuple):
    """A key and its public id; the key itself never shows in a message or a trace."""

    id: bytes
    key: bytes

    def __repr__(self) -> str:
        return f"Key({self.id.hex()})"


class EscrowTo(NamedTuple):
    """To which escrow key a second wrap is made."""

    trial: str
    public: bytes


class KeyStore:
    """All keys of a deployment, for any number of threads and processes.

    `root` is the secret of the embedded root, or what makes another root from the store's salt.
    """

    def __init__(
        self, path: Path, root: bytes | RootOf, *, clock: Callable[[], datetime], randomness: Callable[[int], bytes]
    ) -> None:
        header = examine(path)
        self._root = _root(root, header.salt, randomness)
        if not self._root.proves(header.proof):
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
        cls, path: Path, root: bytes | RootOf, *, clock: Callable[[], datetime], randomness: Callable[[int], bytes]
    ) -> "KeyStore":
        """Make a new store; one that exists is never made again."""
        salt = randomness(SALT_BYTES)
        create(path, Header(salt, _root(root, salt, randomness).proof()))
        return cls(path, root, clock=clock, randomness=randomness)

    def key_for(self, scope: str) -> Key:
        """Give the key of a scope, made and durable at its first use; one key, however many ask at once."""
        with self._file.reading() as connection:
            found = rows.by_scope(connection, scope)
        return self._made_for(scope) if found is None else self._unwrapped(found)

    def fresh_key(self, purpose: SinglePurpose, *, escrow: EscrowTo | None = None) -> Key:
        """Make a key for one use, durable under all its wraps before it is given."""
        made, row = self._wrapped_anew(purpose, None)
        second = None if escrow is None else _second_wrap(made, escrow)
        with self._file.writing() as connection:
            rows.write_key(connection, row, self._clock())
            if second is not None:
                rows.write_escrow(connection, second, self._clock())
        return made

    def key(self, key_id: bytes) -> bytes:
        """Give the key of a scope by its id; NotFoundError where it was destroyed or never was here."""
        return self._unwrapped(self._known(key_id, single_use=False)).key

    def unwrap(self, key_id: bytes, *, authorised_by: UUID) -> bytes:
        """Give the key of an allocation, after the log durably says when and by which entry's authority.

        Under the same authority it is given again without another row: one entry, one unwrapping.
        """
        key = self._unwrapped(self._known(key_id, single_use=True)).key
        self._log("unwrap", key_id, authorised_by)
        return key

    def unwrap_recorded(self, key_id: bytes) -> bytes:
        """Give the key of an allocation for a code-break that the emergency log has on the disk already."""
        return self._unwrapped(self._known(key_id, single_use=True)).key

    def unwrap_by_escrow(self, key_id: bytes, private: X25519PrivateKey, *, authorised_by: UUID) -> bytes:
        """Give the key of an allocation by its escrow wrap, logged as well before it is given."""
        with self._file.reading() as connection:
            row = rows.escrow_of(connection, key_id)
        if row is None:
            raise NotFoundError(
                f"The key store has no escrow wrap of the key {key_id.hex()}.",
                next_step="Open it through the root; `trialproof vault rewrap` makes the missing escrow wraps.",
            )
        try:
            key = unwrap_with(private, row.wrapped, trial=row.trial, key_id=key_id)
        except ValueError as error:
            raise damaged(f"the escrow wrap of the key {key_id.hex()} does not open: {error}") from error
        self._log("escrow", key_id, authorised_by)
        return key

    def restore(self, key_id: bytes, private: X25519PrivateKey, *, authorised_by: UUID) -> None:
        """Make the root's wrap of an allocation's key again, from its escrow wrap."""
        key = self.unwrap_by_escrow(key_id, private, authorised_by=authorised_by)
        row = self._wrapped_as(Key(key_id, key), "allocation", None)
        with self._file.writing() as connection:
            rows.remove_key(connection, key_id)
            rows.write_key(connection, row, self._clock())

    def holds(self, key_id: bytes) -> bool:
        """Whether the root still opens the wrap of an allocation's key; the key itself is given to nobody."""
        try:
            self._unwrapped(self._known(key_id, single_use=True))
        except (NotFoundError, DamagedKeyStoreError):
            return False
        return True

    def rewrap(self, key_ids: Iterable[bytes], escrow: EscrowTo) -> int:
        """Make the escrow wraps that are missing, or that an earlier escrow key opens; how many. No key is given."""
        there = self.escrow_wraps()
        missing = [one for one in key_ids if one not in there or there[one].public != escrow.public]
        for key_id in missing:
            row = _escrow_row(self._unwrapped(self._known(key_id, single_use=True)), escrow)
            with self._file.writing() as connection:
                rows.write_escrow(connection, row, self._clock())
        return len(missing)

    def escrow_wraps(self) -> Mapping[bytes, EscrowRow]:
        """Every escrow wrap, by the id of its key."""
        with self._file.reading() as connection:
            return rows.all_escrow(connection)

    def destroy(self, scope: str, *, authorised_by: UUID) -> None:
        """Destroy the key of a participant or person for ever, logged in the same transaction; once per authority.

        KeyRetainedError for every other scope: vault, allocations and signatures rest on those keys.
        """
        if not scope.startswith(ERASABLE):
            raise KeyRetainedError(
                f"The key of {scope} is kept as long as the records that rest on it.",
                next_step="Only the key of a participant or a person can be destroyed; every proof stays then.",
            )
        with self._file.writing() as connection:
            if is_logged(connection, "destroy", authorised_by):
                return
            row = rows.by_scope(connection, scope)
            if row is not None:
                rows.remove_key(connection, row.id)
            key_id = NO_KEY if row is None else row.id
            append_act(connection, self._log_start, self._clock(), "destroy", key_id, authorised_by)
        self._file.forget_deleted()

    def command_digest(self, canonical: bytes) -> bytes:
        """Recognise a command that comes again; without the store's key the digest tells nothing of it."""
        return hmac.digest(self._digest_key, canonical, "sha256")

    def log(self) -> list[Unwrap]:
        """Give every key that was taken out or destroyed under an authority, first to last."""
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

    def _log(self, act: Act, key_id: bytes, authorised_by: UUID) -> None:
        with self._file.reading() as connection:
            if is_logged(connection, act, authorised_by, key_id):
                return
        with self._file.writing() as connection:
            if not is_logged(connection, act, authorised_by, key_id):
                append_act(connection, self._log_start, self._clock(), act, key_id, authorised_by)

    def _known(self, key_id: bytes, *, single_use: bool) -> KeyRow:
        with self._file.reading() as connection:
            row = rows.by_id(connection, key_id)
        if row is None or row.for_one_use is not single_use:
            raise NotFoundError(
                f"The key store has no key {key_id.hex()} {'for one use' if single_use else 'of a scope'}.",
                next_step="It was destroyed, or is another store's; what it sealed cannot be opened with this store.",
            )
        return row

    def _made_for(self, scope: str) -> Key:
        made, own = self._wrapped_anew(FOR_SCOPE, scope)
        with self._file.writing() as connection:
            others = rows.by_scope(connection, scope)
            if others is None:
                rows.write_key(connection, own, self._clock())
        return made if others is None else self._unwrapped(others)

    def _wrapped_anew(self, purpose: str, scope: str | None) -> tuple[Key, KeyRow]:
        made = Key(self._randomness(KEY_ID_BYTES), self._randomness(KEY_BYTES))
        return made, self._wrapped_as(made, purpose, scope)

    def _wrapped_as(self, key: Key, purpose: str, scope: str | None) -> KeyRow:
        blob, nonce = self._root.wrap(key.key, context_of(key.id, purpose, scope))
        return KeyRow(key.id, purpose, scope, nonce, blob)

    def _unwrapped(self, row: KeyRow) -> Key:
        try:
            key = self._root.unwrap(row.wrap, row.context)
        except ValueError as error:
            raise damaged(f"the key {row.id.hex()} does not unwrap: {error}") from error
        return Key(row.id, key)


def _root(root: bytes | RootOf, salt: bytes, randomness: Callable[[int], bytes]) -> RootKey:
    return Wrapping(root, salt, randomness) if isinstance(root, bytes) else root(salt)


def _second_wrap(made: Key, escrow: EscrowTo) -> EscrowRow | None:
    """None for a public key that nothing can be wrapped to: it stops no allocation, and the custody report lists it."""
    with suppress(ValueError):
        return _escrow_row(made, escrow)
    return None


def _escrow_row(key: Key, escrow: EscrowTo) -> EscrowRow:
    wrapped = wrap_to(escrow.public, key.key, trial=escrow.trial, key_id=key.id)
    return EscrowRow(key.id, escrow.trial, escrow.public, wrapped)
