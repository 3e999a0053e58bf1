"""The golden corpus as it lies beside this file: stored entries of every event version, byte for byte."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ENTRIES, OPENED = "entries", "opened"
LEAVES, DIGESTS = "LEAVES", "DIGESTS"
SUFFIX = ".jsonl"


class Golden(NamedTuple):
    """One entry of the corpus; `opened` is the payload of a vault entry as its key opened it."""

    name: str
    line: int
    entry: bytes
    opened: bytes | None
    leaf: bytes


def golden_entries(folder: Path = HERE) -> Iterator[Golden]:
    """All entries, by stored name and line."""
    leaves = read_sums(folder / LEAVES)
    for path in sorted((folder / ENTRIES).glob(f"*{SUFFIX}")):
        entries = path.read_bytes().splitlines()
        beside = folder / OPENED / path.name
        opened = beside.read_bytes().splitlines() if beside.exists() else [None] * len(entries)
        for line, (entry, payload) in enumerate(zip(entries, opened, strict=True), start=1):
            yield Golden(path.stem, line, entry, payload, bytes.fromhex(leaves.pop(f"{path.name}:{line}")))
    assert not leaves, f"{LEAVES} names entries that are not there: {sorted(leaves)}"


def golden_files(folder: Path = HERE) -> list[str]:
    """The files that are frozen, by name."""
    found = (path for part in (ENTRIES, OPENED) for path in (folder / part).glob("*"))
    return sorted(path.relative_to(folder).as_posix() for path in found)


def digest_of(name: str, folder: Path = HERE) -> str:
    """The SHA-256 of a file, as DIGESTS holds it."""
    return sha256((folder / name).read_bytes()).hexdigest()


def read_sums(path: Path) -> dict[str, str]:
    """A file of lines "HEX  NAME", as sha256sum writes them; by name."""
    lines = path.read_text().splitlines() if path.exists() else []
    return {name: value for value, _, name in (line.partition("  ") for line in lines)}


def write_sums(path: Path, sums: Mapping[str, str]) -> None:
    """The same, by name in order."""
    path.write_text("".join(f"{sums[name]}  {name}\n" for name in sorted(sums)))
