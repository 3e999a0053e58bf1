"""What is owed a signature: as rows, and as part of what a command came to."""

from collections.abc import Iterator
from typing import Any, Final

from adapters.cli.answers import local
from adapters.cli.run import Run
from compliance.conduct import Done
from compliance.signing import ToSign, owed
from domain import streams
from domain.record import Entry
from domain.signature.required import BY_FACT

ZONE: Final = "UTC"


def owed_by(run: Run, done: Done) -> Iterator[ToSign]:
    """What the entries of a command ask to be signed, and is not signed yet; also when it was carried out before."""
    ledger = run.store.ledger
    for name, position in done.placed:
        if not name.startswith("trial:"):
            continue
        (entry,) = ledger.page(name, after=position - 1, limit=1)
        if type(entry.fact) in BY_FACT:
            yield from _owed_for(run, entry)


def _owed_for(run: Run, entry: Entry) -> Iterator[ToSign]:
    ledger, stream = run.store.ledger, entry.frame.stream
    waiting = owed(ledger.stream(stream), ledger.stream(streams.signatures(stream)))
    return (one for one in waiting if one.target == entry.body.event_id)


def row_of(one: ToSign, position: int | None = None) -> dict[str, Any]:
    """What is owed, as a row."""
    return {
        "entry": position,
        "record": one.record,
        "kind": one.kind,
        "meaning": one.meaning,
        "signer": one.signer,
        "due": local(one.due, ZONE),
    }


def in_words(one: ToSign) -> str:
    """What is owed, as part of a sentence."""
    return f"{one.record} is to be signed ({one.meaning}) by {one.signer} until {local(one.due, ZONE)}"
