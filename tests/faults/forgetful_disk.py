"""The test's side of `forgetful_disk.c`: build it, load it, and undo what was never flushed."""

import os
import shutil
import struct
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
RECORD = struct.Struct("=qqqq")
FLUSHED = -1
SUFFIXES = {1: "", 2: "-wal"}


class ForgetfulDisk:
    """One ledger file on a disk that keeps only what was flushed."""

    def __init__(self, library: Path, ledger_file: Path) -> None:
        self.ledger_file = ledger_file
        self.journal = ledger_file.with_name("journal")
        self.journal.touch()
        self.environment = {
            **os.environ,
            "LD_PRELOAD": str(library),
            "FORGETFUL_FILE": str(ledger_file),
            "FORGETFUL_JOURNAL": str(self.journal),
        }

    def forget_what_was_not_flushed(self) -> int:
        """Put the files back to their last flush; give the number of writes undone."""
        unflushed: dict[int, list[tuple[int, int, bytes]]] = defaultdict(list)
        for file, offset, size, before in self._records():
            if offset == FLUSHED:
                unflushed[file].clear()
            else:
                unflushed[file].append((offset, size, before))
        for file, writes in unflushed.items():
            with Path(f"{self.ledger_file}{SUFFIXES[file]}").open("r+b") as damaged:
                for offset, size, before in reversed(writes):
                    damaged.seek(offset)
                    damaged.write(before)
                    damaged.truncate(size)
        Path(f"{self.ledger_file}-shm").unlink(missing_ok=True)
        os.truncate(self.journal, 0)
        return sum(len(writes) for writes in unflushed.values())

    def _records(self) -> list[tuple[int, int, int, bytes]]:
        data, at, found = self.journal.read_bytes(), 0, list[tuple[int, int, int, bytes]]()
        while at + RECORD.size <= len(data):
            file, offset, size, length = RECORD.unpack_from(data, at)
            before = data[at + RECORD.size : at + RECORD.size + length]
            if len(before) < length:
                break  # killed while noting it: the write itself never came
            found.append((file, offset, size, before))
            at += RECORD.size + length
        return found


def build(folder: Path) -> Path:
    """Compile the disk; skip the test where that cannot be done."""
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("needs a C compiler (cc) and a loader with LD_PRELOAD")
    library = folder / "forgetful_disk.so"
    source = HERE / "forgetful_disk.c"
    subprocess.run(
        [compiler, "-O1", "-shared", "-fPIC", "-Wall", "-Werror", "-o", library, source, "-ldl", "-lpthread"],
        check=True,
    )
    return library
