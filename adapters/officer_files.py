"""The files that carry the officers' parts of an escrow key: one for each officer, readable by its owner alone."""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from adapters.keys.escrow import OfficersPart
from adapters.keys.file import flush
from domain.errors import InvalidInputError, NotFoundError, StorageUnavailableError

FORMAT: Final = "trialproof.escrow-part.v1"
LONGEST: Final = 4096
_HEX: Final = re.compile(r"[0-9a-f]{64}")


def write_parts(parts: Sequence[OfficersPart], folder: Path) -> tuple[Path, ...]:
    """Write one new file for each officer, durable when this returns; none is written over another."""
    written: list[Path] = []
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for part in parts:
            path = folder / f"escrow-part-{part.number}-{part.officer}.json"
            _write(path, part)
            written.append(path)
        flush(folder)
    except OSError as error:
        remove(written)
        raise StorageUnavailableError(
            f"The parts could not be written to {folder}: {error.strerror}.",
            next_step="Name a folder that holds no parts yet, on a disk that takes them; nothing was recorded.",
        ) from error
    return tuple(written)


def remove(paths: Sequence[Path]) -> None:
    """Take files away again that no ledger knows of."""
    for path in paths:
        path.unlink()


def read_part(path: Path) -> OfficersPart:
    """Read one officer's part; InvalidInputError where the file is no such file."""
    try:
        with path.open("rb") as file:
            raw = file.read(LONGEST + 1)
    except OSError as error:
        raise NotFoundError(
            f"The part {path} cannot be read: {error.strerror}.", next_step="Check the path and its permissions."
        ) from error
    try:
        return _read(json.loads(raw))
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInputError(
            "bad_escrow_part",
            f"The file {path.name} is no part of an escrow key.",
            field="part",
            next_step="Bring the file that this officer was handed at the ceremony, unaltered.",
        ) from error


def _write(path: Path, part: OfficersPart) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(
            {
                "format": FORMAT,
                "trial": part.trial,
                "number": part.number,
                "officer": part.officer,
                "public_key": part.public_key,
                "salt": part.salt.hex(),
                "part": part.value.hex(),
            },
            file,
            indent=1,
        )
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())


def _read(given: dict[str, object]) -> OfficersPart:
    if given["format"] != FORMAT:
        raise ValueError(FORMAT)
    trial, number, officer = given["trial"], given["number"], given["officer"]
    if not isinstance(trial, str) or not isinstance(officer, str) or type(number) is not int:
        raise TypeError(FORMAT)
    public_key, salt, value = (_hex(given[name]) for name in ("public_key", "salt", "part"))
    return OfficersPart(trial, number, officer, public_key, bytes.fromhex(salt), bytes.fromhex(value))


def _hex(given: object) -> str:
    if not isinstance(given, str) or _HEX.fullmatch(given) is None:
        raise TypeError(FORMAT)
    return given
