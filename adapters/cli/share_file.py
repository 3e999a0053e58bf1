"""The file that keeps an officer's share of a seed until it is revealed: readable by its owner alone."""

import os
import stat
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from domain.errors import InvalidInputError, NotFoundError, StorageUnavailableError
from domain.values import Value

FORMAT: Final = "trialproof.seed-share.v1"
LONGEST: Final = 4096
FOR_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class SeedShareKept(NamedTuple):
    """A share with what it is for; it never shows in a message or a trace."""

    trial: str
    version: int
    officer: str
    share: bytes

    def __repr__(self) -> str:
        return "SeedShareKept(concealed)"


class _Written(Value):
    format: str
    officer: str
    share: str
    trial: str
    version: int


def write_share(path: Path, kept: SeedShareKept) -> None:
    """Write a new file, durable when this returns; never over another one."""
    text = _Written(format=FORMAT, officer=kept.officer, share=kept.share.hex(), trial=kept.trial, version=kept.version)
    try:
        _write(path, msgspec.json.format(msgspec.json.encode(text)) + b"\n")
    except OSError as error:
        raise StorageUnavailableError(
            f"The share could not be written to {path}: {error.strerror}.",
            next_step="Name a new file, on a disk that takes it; nothing was recorded.",
        ) from error


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink()
        raise


def read_share(path: Path) -> SeedShareKept:
    """Read a share; InvalidInputError where others can reach the file, or it is no such file."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise NotFoundError(
            f"The share {path} cannot be read: {error.strerror}.", next_step="Check the path and its permissions."
        ) from error
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_mode & FOR_OTHERS:
            raise InvalidInputError(
                "share_open_to_others",
                f"The file {path.name} can be reached by others.",
                field="--share",
                next_step="If anybody may have seen it, have the design declared again; else close it to others.",
            )
        raw = file.read(LONGEST)
    return _read(raw, path)


def _read(raw: bytes, path: Path) -> SeedShareKept:
    try:
        written = msgspec.json.decode(raw, type=_Written)
        kept = SeedShareKept(written.trial, written.version, written.officer, bytes.fromhex(written.share))
    except ValueError:
        written, kept = None, None
    if written is None or kept is None or written.format != FORMAT:
        raise InvalidInputError(
            "bad_share_file",
            f"The file {path.name} holds no share of a seed.",
            field="--share",
            next_step="Name the file that `trialproof randomisation share` made.",
        )
    return kept
