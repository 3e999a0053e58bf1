"""How fast one core replays a trial: entries decoded from their stored bytes and folded, and then shown.

Run it as `python tests/benchmarks/replay.py [entries]`. Each rate is the best of some rounds over the same bytes:
decoding alone, then decoding with each projection's fold. Beside it, what showing the folded state costs.
Entries and states are trees, in which the collector of cycles finds nothing: it is switched off here.
"""

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adapters.storage.codec import decode, encode_body
from compliance.proofs.entry import frame_entry
from domain import streams
from domain.participant import conduct_facts as conduct
from domain.record import Context, Entry, Fact
from projections.catalogue import PROJECTIONS
from tests.projections.entries import TRIAL, Book
from tests.projections.facts import (
    allocated,
    case,
    chosen,
    consent,
    decided,
    deviated,
    enrolled,
    known,
    measured,
    person,
    received,
    reported,
    screened,
)

ENTRIES = 40_000
ROUNDS = 3

Stored = tuple[bytes, str]


def main() -> None:
    stored = written(int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES)
    size = sum(len(data) for data, _ in stored) // len(stored)
    sys.stdout.write(f"{len(stored):,} entries of {size:,} bytes on average, one core, CPU time\n")
    gc.disable()
    alone = min(decoding(stored) for _ in range(ROUNDS))
    sys.stdout.write(f"{'decode':<18} {len(stored) / alone:>9,.0f}/s\n")
    for name in PROJECTIONS:
        times = [folding(stored, name) for _ in range(ROUNDS)]
        fold = min(time for time, _ in times)
        shown = min(time for _, time in times)
        sys.stdout.write(f"{name:<18} {len(stored) / fold:>9,.0f}/s   shown in {shown * 1_000:>7,.0f} ms\n")


def decoding(stored: list[Stored]) -> float:
    started = process_time()
    for data, name in stored:
        decode(data, name)
    return process_time() - started


def folding(stored: list[Stored], name: str) -> tuple[float, float]:
    """The time to decode and fold, and the time to show what was folded."""
    started = process_time()
    state = PROJECTIONS[name].start()
    for data, type_name in stored:
        state = state.after(decode(data, type_name))
    folded = process_time()
    state.view()
    return folded - started, process_time() - folded


def written(count: int) -> list[Stored]:
    book = Book()
    for stream, fact in conducted():
        book.write(stream, fact)
        if len(book.entries) == count:
            break
    return [stored_form(entry) for entry in book.entries]


def stored_form(entry: Entry) -> Stored:
    context = Context(**{name: getattr(entry.body, name) for name in Context.__struct_fields__})
    frame = entry.frame
    data = frame_entry(
        encode_body(context, entry.fact),
        ledger=frame.ledger,
        position=frame.position,
        recorded_at=frame.recorded_at,
        stream=frame.stream,
        type_name=frame.type,
        version=frame.version,
    )
    return data, frame.type


def conducted() -> Iterator[tuple[str, Fact]]:
    """One participant after the other, about 40 entries each."""
    number = 0
    while True:
        number += 1
        own, code = person(f"{number:06}"), f"{number:06}"
        yield own, screened(code, f"{number % 20:02}")
        yield own, consent("treatment", "follow_up", "samples")
        yield own, known("age_at_consent", measured("41", "a"))
        yield own, chosen("sex", "F")
        for fact in ("creatinine", "albumin", "platelets", "proteinuria"):
            yield own, known(fact, measured("1.20"))
        yield own, decided(eligible=True, failed=("I1", "I2", "E1"))
        yield own, enrolled("LN")
        yield own, allocated("LN", f"R{code}")
        for visit in range(8):
            yield own, conduct.TreatmentGiven(dose=visit + 1, randomisation_number=f"R{code}")
            yield own, conduct.VisitRecorded(done=True, visit=f"V{visit}")
            yield own, known("creatinine", measured("1.10"))
        yield case(code), reported(case=code, participant=code)
        yield case(code), received()
        yield streams.deviation(TRIAL, code), deviated(deviation=code, participant=code)


if __name__ == "__main__":
    main()
