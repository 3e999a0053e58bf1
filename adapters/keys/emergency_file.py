"""One file of the emergency log: its blocks are written when it is made, so that a full disk does not stop it later.

It is filled with bytes that follow from its number, which neither a compressing nor a deduplicating disk gives back;
a slot that holds them still is empty. On a disk that copies at every write (btrfs, zfs) room is not kept by this.
"""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import shake_256
from pathlib import Path
from tempfile import mkstemp
from time import monotonic, sleep
from typing import Final

from adapters.keys.file import flush
from domain.errors import StorageUnavailableError
from domain.randomisation.rand_v1 import lp

SIZE: Final = 1 << 20
SLOT: Final = 4096
SLOTS: Final = SIZE // SLOT
LABEL: Final = "trialproof.emergency-log.empty.v1"
PATIENCE: Final = 2.0
"""Seconds to wait for another process that is writing; a write takes milliseconds."""
PAUSE: Final = 0.01


class SlotFile:
    """Slots by their index, each of one size."""

    def __init__(self, path: Path, number: int) -> None:
        self.number = number
        self._path = path
        self._empty = _filler(number)

    @classmethod
    def create(cls, path: Path, number: int) -> "SlotFile":
        """Make the file whole under another name first; one that is there already stays."""
        with translated():
            handle, name = mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
            draft = Path(name)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_filler(number))
                flush(draft)
                if not path.exists():
                    path.hardlink_to(draft)
                    flush(path.parent)
            except FileExistsError:
                pass  # another process made it in the meantime: that one counts
            finally:
                draft.unlink()
        return cls(path, number)

    def slots(self) -> list[bytes]:
        """Every slot up to the last that is not empty."""
        with translated():
            stored = self._path.read_bytes()
        found = [stored[at : at + SLOT] for at in range(0, SIZE, SLOT)]
        while found and self._is_empty(len(found) - 1, found[-1]):
            found.pop()
        return found

    def write(self, index: int, slot: bytes) -> None:
        """Write a slot; it is on the disk when this returns."""
        assert len(slot) == SLOT, "slots have one size"
        with translated():
            handle = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
            try:
                os.pwrite(handle, slot, index * SLOT)
                os.fsync(handle)
            finally:
                os.close(handle)

    @contextmanager
    def held(self) -> Generator[None]:
        """Let no other thread or process write meanwhile; who dies lets go."""
        with translated():
            handle = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        try:
            _lock(handle)
            yield
        finally:
            os.close(handle)

    def _is_empty(self, index: int, slot: bytes) -> bool:
        return slot in (b"", self._empty[index * SLOT : (index + 1) * SLOT])


@lru_cache(maxsize=8)
def _filler(number: int) -> bytes:
    return shake_256(lp(LABEL, str(number))).digest(SIZE)


def _lock(handle: int) -> None:
    until = monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() >= until:
                raise _unavailable("another process holds it") from None
            sleep(PAUSE)
        else:
            return


@contextmanager
def translated() -> Generator[None]:
    """Tell a file that cannot be read or written in the words of the product."""
    try:
        yield
    except OSError as error:
        raise _unavailable(error.strerror or "it cannot be read or written") from error


def _unavailable(why: str) -> StorageUnavailableError:
    return StorageUnavailableError(
        f"The emergency log of the key store could not be used: {why}.",
        next_step="Call the 24-hour code-break desk at once; then check the disk and the file's permissions.",
    )
