"""Reading what a command line names: a file, or standard input."""

import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from domain.errors import NotFoundError

STDIN: Final = Path("-")


@contextmanager
def opened(path: Path) -> Generator[IO[bytes]]:
    """The bytes of a file, or of standard input for `-`."""
    if path == STDIN:
        yield sys.stdin.buffer
        return
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file {path}.", next_step="Check the path.") from error
    with file:
        yield file


def lines(file: IO[bytes], longest: int) -> Iterator[tuple[int, bytes]]:
    """Numbered lines without their ends, blank ones left out; one that is too long is given cut, but not as fitting."""
    number = 0
    while line := file.readline(longest + 2):
        number += 1
        if not line.endswith(b"\n") and len(line) > longest:
            _skip_rest(file)
        if line.strip():
            yield number, line.rstrip(b"\r\n")


def _skip_rest(file: IO[bytes]) -> None:
    while (rest := file.readline(1 << 16)) and not rest.endswith(b"\n"):
        pass
