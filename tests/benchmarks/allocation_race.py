"""16 threads draw from one stratum's list: beside them the same race on a plain event-sourced aggregate with retries.

Run it as `python tests/benchmarks/allocation_race.py`. The plain aggregate only takes the next number, with no gate,
no sealing, no second ledger and no signature checks; its conflicts are tried again at once. Rounds take turns, so
that both meet the same neighbours.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple
from uuid import UUID, uuid4

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import IntegrityError, OperationalError

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adapters.chance import SetClock
from adapters.wiring import Sources
from compliance.conduct import Conduct
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import START, open_desk

THREADS = 16
PLACES = 200
ROUNDS = 3


class Plain(Aggregate):
    """A list of slots as one aggregate."""

    @event("Started")
    def __init__(self, slots: int) -> None:
        self.slots, self.taken = slots, list[str]()

    @event("Taken")
    def take(self, participant: str) -> None:
        self.taken.append(participant)


class Raced(NamedTuple):
    """What came of one race."""

    per_second: float
    median_ms: float
    p99_ms: float
    conflicts: int
    surfaced: int


def main() -> None:
    ours, plain = list[Raced](), list[Raced]()
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            ours.append(our_race(Path(folder)))
        with tempfile.TemporaryDirectory() as folder:
            plain.append(plain_race(Path(folder)))
    show("allocations, whole command", ours)
    show("plain aggregate, retries", plain)
    ratio = median(one.per_second for one in ours) / median(one.per_second for one in plain)
    sys.stdout.write(f"rate of ours to the plain aggregate: {ratio:.2f}\n")


def show(what: str, rounds: Sequence[Raced]) -> None:
    sys.stdout.write(
        f"{what:<28} {median(one.per_second for one in rounds):>7,.0f}/s"
        f"  median {median(one.median_ms for one in rounds):>6,.1f} ms"
        f"  p99 {median(one.p99_ms for one in rounds):>7,.1f} ms"
        f"  conflicts tried again {sum(one.conflicts for one in rounds):>5}"
        f"  surfaced {sum(one.surfaced for one in rounds)}\n"
    )


def our_race(folder: Path) -> Raced:
    """Whole commands over one store, as callers send them."""
    with open_desk(folder, Sources(SetClock(START), os.urandom)) as desk:
        open_trial(desk, cap=PLACES)
        envelopes = [desk.envelope("allocate", {"participant": enrolled(desk)}) for _ in range(PLACES)]
        conduct, coordinator = Conduct(desk.store.ports), desk.identity("coo01")

        def allocate(number: int) -> int:
            conduct.carry_out(envelopes[number], coordinator, trial="T1")
            return 0

        return timed(allocate)


def plain_race(folder: Path) -> Raced:
    """The same number of slots from one aggregate, whose writers try again where they collide."""
    settings = {
        "PERSISTENCE_MODULE": "eventsourcing.sqlite",
        "SQLITE_DBNAME": str(folder / "plain.sqlite"),
        "SQLITE_LOCK_TIMEOUT": "30",
        "AGGREGATE_CACHE_MAXSIZE": "10",
    }
    application: Application[UUID] = Application(env=settings)
    slots = Plain(PLACES)
    application.save(slots)

    def take(number: int) -> int:
        for tries in count():
            try:
                found: Plain = application.repository.get(slots.id)
                found.take(str(number))
                application.save(found)
            except (IntegrityError, OperationalError, AggregateNotFoundError):
                continue
            return tries
        raise AssertionError(uuid4())

    raced = timed(take)
    kept: Plain = application.repository.get(slots.id)
    assert len(kept.taken) == PLACES, "the plain aggregate lost slots"
    return raced


def timed(act: Callable[[int], int]) -> Raced:
    """Let all threads take all slots."""

    def one(number: int) -> tuple[float, int, bool]:
        started = perf_counter()
        try:
            tries = act(number)
        except Exception:  # noqa: BLE001 (whatever reaches a caller is counted)
            return perf_counter() - started, 0, True
        return perf_counter() - started, tries, False

    started = perf_counter()
    with ThreadPoolExecutor(THREADS) as threads:
        rows = list(threads.map(one, range(PLACES)))
    spent = perf_counter() - started
    waits = sorted(seconds * 1000 for seconds, _, _ in rows)
    return Raced(
        per_second=PLACES / spent,
        median_ms=median(waits),
        p99_ms=waits[int(len(waits) * 0.99) - 1],
        conflicts=sum(tries for _, tries, _ in rows),
        surfaced=sum(failed for _, _, failed in rows),
    )


if __name__ == "__main__":
    main()
