"""How long an emergency code-break takes, from the question to the arm: through the ledger, and through the fallback.

Run it as `python tests/benchmarks/code_break.py`. The ordinary way is the command, its append over two ledgers, the
access entry and the opened envelope, in a session that is open; the fallback is the record on the disk and the opened
envelope. Nothing is asserted: figures belong to the machine that printed them.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import quantiles
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adapters.chance import SetClock
from adapters.emergency import recorded_breaks
from adapters.wiring import Sources
from compliance.emergency import FallbackWay, OrdinaryWay
from compliance.envelope import Envelope
from compliance.gate import Identity
from compliance.inquire import Inquire
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import START, Desk, open_desk

PARTICIPANTS = 120


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, open_desk(Path(folder), Sources(SetClock(START))) as desk:
        open_trial(desk, cap=PARTICIPANTS)
        numbers = [allocated(desk) for _ in range(PARTICIPANTS)]
        ordinary, fallback = through_the_ledger(desk, numbers), through_the_key_store(desk, numbers)
    sys.stdout.write(f"{PARTICIPANTS} code-breaks each, milliseconds\n")
    tell("through the ledger", ordinary)
    tell("through the fallback", fallback)


def allocated(desk: Desk) -> str:
    number = enrolled(desk)
    desk.send("coo01", "allocate", {"participant": number})
    return number


def through_the_ledger(desk: Desk, numbers: Sequence[str]) -> list[float]:
    way = OrdinaryWay(desk.store.conduct, Inquire(desk.store.ports))
    return [timed(desk, number, lambda envelope, who: way(envelope, who, "T1")) for number in numbers]


def through_the_key_store(desk: Desk, numbers: Sequence[str]) -> list[float]:
    breaks = recorded_breaks(desk.store)
    way = FallbackWay(desk.store.ports, breaks, breaks.opens)
    return [timed(desk, number, lambda envelope, who: way(envelope, who, "T1", "storage_full")) for number in numbers]


def timed(desk: Desk, number: str, way: Callable[[Envelope, Identity], object]) -> float:
    wish = {"participant": number, "channel": "investigator", "reason": {"code": "suspected_reaction"}}
    envelope, who = desk.envelope("break_blind", wish), desk.identity("inv01")
    started = perf_counter()
    way(envelope, who)
    return (perf_counter() - started) * 1000


def tell(what: str, times: Sequence[float]) -> None:
    hundredths = quantiles(times, n=100)
    shown = f"p50 {hundredths[49]:7.1f}   p99 {hundredths[98]:7.1f}   max {max(times):7.1f}"
    sys.stdout.write(f"  {what:<22} {shown}\n")


if __name__ == "__main__":
    main()
