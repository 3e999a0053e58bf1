"""Starts and kills `writing_child.py`, and remembers what it said was stored."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import IO

from adapters.storage.reading import LedgerReader

ROOT = Path(__file__).resolve().parents[2]
CHILD = Path(__file__).with_name("writing_child.py")

Acknowledged = tuple[str, int, str, int]


@dataclass
class Writers:
    """One program that forks a writer per run; `stored` is all that was ever acknowledged."""

    commands: IO[str]
    answers: IO[str]
    stored: list[Acknowledged] = field(default_factory=list[Acknowledged])
    refused: list[str] = field(default_factory=list[str])
    finished: int = 0

    def run(self, name: str, how: str = "carefully") -> None:
        """Let a run write all that it wants to, then kill it."""
        writer = self._start(name, how)
        while not self._heard("done"):
            pass
        self._kill(writer)

    def run_and_kill(self, name: str, chance: Random) -> None:
        """Kill a run at a moment left to chance."""
        writer = self._start(name, "carefully")
        enough = len(self.stored) + 2 * chance.randrange(46)
        while len(self.stored) < enough:
            self._heard("stored")
        time.sleep(chance.random() * 0.001)
        self._kill(writer)

    def _start(self, name: str, how: str) -> int:
        self.commands.write(f"{name} {how}\n")
        self.commands.flush()
        return int(self.answers.readline().removeprefix("writer "))

    def _kill(self, writer: int) -> None:
        os.kill(writer, signal.SIGKILL)
        while not self._heard("ended"):
            pass

    def _heard(self, awaited: str) -> bool:
        """Take in one line; a run may not end before it was killed."""
        words = self.answers.readline().split()
        match words:
            case ["stored", ledger, position, stream, version]:
                self.stored.append((ledger, int(position), stream, int(version)))
            case ["refused", code]:
                self.refused.append(code)
            case ["done"]:
                self.finished += 1
            case ["ended"] if awaited == "ended":
                pass
            case _:
                raise AssertionError(f"The writer said {words}.")
        return words[0] == awaited


@contextmanager
def running_writers(ledger_file: Path, environment: Mapping[str, str] = os.environ) -> Generator[Writers]:
    process = subprocess.Popen(
        [sys.executable, str(CHILD), str(ledger_file)],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Writers(process.stdin, process.stdout)
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(timeout=30)


def lost(writers: Writers, reader: LedgerReader) -> list[Acknowledged]:
    """Give what was acknowledged and is not where it was said to be."""
    there = {
        (stored.ledger, stored.position, stored.stream, stored.version)
        for ledger in reader.ledgers()
        for stored in reader.page(ledger, limit=1_000_000)
    }
    return [acknowledged for acknowledged in writers.stored if acknowledged not in there]
