"""Write the golden corpus. A file that is there is never written over, since a released version is frozen for ever.

python -m tests.golden.make                          the first time
python -m tests.golden.make --new-types-only         after an event type, or a version of one, was added
python -m tests.golden.make --before-first-release   anew, as long as nothing has been released
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import rmtree

from compliance.proofs.tree import leaf_hash
from domain.catalogue import event_types
from tests.golden.corpus import (
    DIGESTS,
    ENTRIES,
    HERE,
    LEAVES,
    OPENED,
    SUFFIX,
    digest_of,
    golden_files,
    read_sums,
    write_sums,
)
from tests.golden.sources import OLDER, Found, all_found, demonstration


def main(arguments: Sequence[str], folder: Path = HERE) -> str:
    """Write what was asked for, and say what; SystemExit where that would touch a frozen file."""
    how = argparse.ArgumentParser(prog="python -m tests.golden.make", description=(__doc__ or "").partition("\n")[0])
    which = how.add_mutually_exclusive_group()
    which.add_argument("--new-types-only", action="store_true", help="write only the types that have no file yet")
    which.add_argument("--before-first-release", action="store_true", help="write everything anew")
    asked = how.parse_args(arguments)
    if asked.before_first_release:
        _clear(folder)
    there = {Path(name).stem for name in golden_files(folder)}
    if there and not asked.new_types_only:
        how.exit(1, f"{len(there)} event versions have golden entries, which are frozen: ask for --new-types-only.\n")
    missing = sorted(({row.name for row in event_types()} | set(OLDER)) - there)
    if not missing:
        return "Every event version has its golden entries already."
    with demonstration() as store:
        found = all_found(store)
    write(folder, {name: found[name] for name in missing})
    return f"Wrote golden entries of {len(missing)} event versions: {', '.join(missing)}."


def write(folder: Path, found: Mapping[str, Sequence[Found]]) -> None:
    """Write new files, and add their leaves and digests to those of the files that were there before."""
    leaves, digests = read_sums(folder / LEAVES), read_sums(folder / DIGESTS)
    for name, entries in found.items():
        file = name + SUFFIX
        _write_lines(folder / ENTRIES / file, [each.entry for each in entries])
        new = [f"{ENTRIES}/{file}"]
        opened = [each.opened for each in entries if each.opened is not None]
        if opened:
            _write_lines(folder / OPENED / file, opened)
            new.append(f"{OPENED}/{file}")
        leaves |= {f"{file}:{line}": leaf_hash(each.entry).hex() for line, each in enumerate(entries, start=1)}
        digests |= {each: digest_of(each, folder) for each in new}
    write_sums(folder / LEAVES, leaves)
    write_sums(folder / DIGESTS, digests)


def _write_lines(path: Path, lines: Sequence[bytes]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("xb") as file:
        file.writelines(line + b"\n" for line in lines)


def _clear(folder: Path) -> None:
    for part in (ENTRIES, OPENED):
        rmtree(folder / part, ignore_errors=True)
    for part in (LEAVES, DIGESTS):
        (folder / part).unlink(missing_ok=True)


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1:]) + "\n")
