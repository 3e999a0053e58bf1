"""The key store's own record of code-breaks that the ledger could not take: sealed, chained, on the disk before shown.

Each record has a slot of one size, encrypted and authenticated under a key of the store and bound to its number and
to the chain of all records before it. A slot that was not written to its end holds no record and nothing was shown
on it: the next record follows the last whole one. Only ever added to; a tail cut off shows beside a link of the
chain that is held elsewhere, such as the ledger's late entry.
"""

import os
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.keys.emergency_file import SLOT, SLOTS, SlotFile
from adapters.keys.file import damaged
from adapters.keys.store import KeyStore
from adapters.keys.unwrap_log import LogHead
from domain.errors import StorageFullError
from domain.randomisation.rand_v1 import lp

LABEL: Final = "trialproof.emergency-log.v1"
SCOPE: Final = "emergency-log"
NAME: Final = "emergency-{:04d}.log"
NONCE: Final = 12
TAG: Final = 16
LENGTH: Final = 4
LONGEST: Final = SLOT - NONCE - TAG - LENGTH
RESERVE: Final = 64
"""Slots that are left when the next file is made, in good times."""


class Row(NamedTuple):
    """One record: its number, its content, and the chain that covers it and all before it."""

    number: int
    plain: bytes
    chain: bytes

    def __repr__(self) -> str:
        return f"Row({self.number})"


class Scan(NamedTuple):
    """The log as it stands: its whole records, the slots that hold none, and the next free number."""

    rows: tuple[Row, ...]
    torn: tuple[int, ...]
    head: LogHead
    next: int


class EmergencyLogFullError(StorageFullError):
    """No slot is left; without a record nothing is disclosed."""

    code = "emergency_log_full"

    def __init__(self) -> None:
        super().__init__(
            "The emergency log of the key store has no slot left, so that nothing can be disclosed through it.",
            next_step="Call the 24-hour code-break desk at once; then make room on the disk and open the store again.",
        )


class EmergencyLog:
    """Records beside the key store, for any number of threads and processes."""

    def __init__(self, folder: Path, keys: KeyStore, randomness: Callable[[int], bytes] = os.urandom) -> None:
        self._folder, self._keys, self._randomness = folder, keys, randomness

    def prepare(self) -> None:
        """Make the key, and a file with room for times to come; done in good times, when a store is opened."""
        self._keys.key_for(SCOPE)
        if self.free() < RESERVE:
            number = len(self._files()) + 1
            SlotFile.create(self._folder / NAME.format(number), number)

    def record(self, plain: bytes) -> Row:
        """Write a record; it is on the disk when this returns. EmergencyLogFullError where no slot is left."""
        assert len(plain) <= LONGEST, "a record fits its slot"
        files = self._files()
        if not files:
            raise EmergencyLogFullError
        with files[0].held():
            found = self.scan()
            if found.next > len(files) * SLOTS:
                raise EmergencyLogFullError
            slot = self._sealed(found.next, found.head.chain, plain)
            index = found.next - 1
            files[index // SLOTS].write(index % SLOTS, slot)
        return Row(found.next, plain, _link(found.head.chain, slot))

    def rows(self) -> Sequence[Row]:
        """Every whole record, first to last."""
        return self.scan().rows

    def verify(self) -> Scan:
        """Follow the chain; DamagedKeyStoreError where records were altered. One torn slot between whole ones is none.

        Who alters a record breaks every later one; who alters the last alone shows beside a chain held elsewhere.
        """
        found = self.scan()
        broken = [slot for slot in found.torn if slot + 1 in found.torn]
        if broken:
            raise damaged(f"record {broken[0]} of the emergency log does not follow the one before")
        return found

    def free(self) -> int:
        """How many records still fit."""
        return len(self._files()) * SLOTS - self.scan().next + 1

    def scan(self) -> Scan:
        """Read everything; what is not whole stops nobody from adding the next record."""
        rows: list[Row] = []
        torn: list[int] = []
        head = LogHead(0, sha256(lp(LABEL)).digest())
        last = 0
        for file in self._files():
            for index, slot in enumerate(file.slots()):
                last = (file.number - 1) * SLOTS + index + 1
                plain = self._opened(last, head.chain, slot)
                if plain is None:
                    torn.append(last)
                    continue
                head = LogHead(last, _link(head.chain, slot))
                rows.append(Row(last, plain, head.chain))
        return Scan(tuple(rows), tuple(torn), head, last + 1)

    def _files(self) -> list[SlotFile]:
        found: list[SlotFile] = []
        while (path := self._folder / NAME.format(len(found) + 1)).exists():
            found.append(SlotFile(path, len(found) + 1))
        return found

    def _sealed(self, number: int, before: bytes, plain: bytes) -> bytes:
        nonce = self._randomness(NONCE)
        padded = len(plain).to_bytes(LENGTH) + plain.ljust(LONGEST, b"\0")
        return nonce + self._aead.encrypt(nonce, padded, lp(LABEL, str(number), before))

    def _opened(self, number: int, before: bytes, slot: bytes) -> bytes | None:
        try:
            padded = self._aead.decrypt(slot[:NONCE], slot[NONCE:], lp(LABEL, str(number), before))
        except (InvalidTag, ValueError):
            return None
        return padded[LENGTH : LENGTH + int.from_bytes(padded[:LENGTH])]

    @property
    def _aead(self) -> AESGCM:
        return AESGCM(self._keys.key_for(SCOPE).key)


def _link(before: bytes, slot: bytes) -> bytes:
    return sha256(lp(LABEL, before, slot)).digest()
