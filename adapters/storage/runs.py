"""The positions of a batch as runs, `[["trial:X",5,7],["vault:X",9,9]]`, in the order of its entries."""

import json
from collections.abc import Iterator, Sequence

from adapters.storage.batch import Placed


def written_runs(placed: Sequence[Placed]) -> str:
    runs: list[tuple[str, int, int]] = []
    for place in placed:
        first = place.position
        if runs and runs[-1][0] == place.ledger and runs[-1][2] == place.position - 1:
            first = runs.pop()[1]
        runs.append((place.ledger, first, place.position))
    return json.dumps(runs, separators=(",", ":"), ensure_ascii=False)


def read_runs(text: str) -> Iterator[tuple[str, int, int]]:
    """Give ledger, first and last position of each run; ValueError where the text is none of ours."""
    for run in json.loads(text):
        match run:
            case [str(ledger), int(first), int(last)]:
                yield ledger, first, last
            case _:
                raise ValueError(f"{run!r} is not a run of positions.")
