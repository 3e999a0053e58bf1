"""The one secret that opens a key store: 32 bytes in a file of their own, as hex text, for one user only."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from adapters.keys.file import flush
from domain.errors import InvalidInputError, StorageUnavailableError

SECRET_BYTES: Final = 32
SETTING: Final = "TRIALPROOF_KEY_FILE"
FOR_OTHERS: Final = 0o077
_HEX: Final = re.compile(r"[0-9a-fA-F]{64}\n?")


def read_secret(path: Path) -> bytes:
    """Read the secret from the file that TRIALPROOF_KEY_FILE names."""
    try:
        with path.open(encoding="ascii", errors="replace") as file:
            mode = os.fstat(file.fileno()).st_mode & 0o777
            text = file.read(2 * SECRET_BYTES + 2)
    except OSError as error:
        raise StorageUnavailableError(
            f"The key file {path.name} could not be read: {error.strerror}.",
            next_step=f"Check the setting {SETTING} and the file's permissions.",
        ) from error
    if mode & FOR_OTHERS:
        raise _bad("key_file_open_to_others", f"has mode {mode:04o}", "Take it from everybody else: chmod 600.")
    if _HEX.fullmatch(text) is None:
        raise _bad("bad_key_file", "does not hold 64 hex digits", "Put the file of this key store in its place.")
    return bytes.fromhex(text)


def write_new_secret(path: Path, randomness: Callable[[int], bytes]) -> bytes:
    """Draw a secret and write it to a new file that only this user can read; durable when it returns."""
    secret = randomness(SECRET_BYTES)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secret.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        flush(path.parent)
    except OSError as error:
        raise StorageUnavailableError(
            f"The key file {path.name} could not be written: {error.strerror}.",
            next_step="Name a file that does not exist yet, on a disk that takes it.",
        ) from error
    return secret


def _bad(code: str, why: str, next_step: str) -> InvalidInputError:
    return InvalidInputError(code, f"The key file that {SETTING} names {why}.", field=SETTING, next_step=next_step)
