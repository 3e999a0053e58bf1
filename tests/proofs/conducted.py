"""Entries of a conducted trial for the reconciliation of lists, and ways to tamper with what they hold."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from compliance.proofs.lists import Reconciled, reconcile, records_of
from domain.record import Entry, Fact
from tests.compliance.running_trial import enrolled, open_trial, seal_lists
from tests.compliance.stores import Desk, open_desk

ARMS = [{"arm": "x1", "label": "first of two"}, {"arm": "x2", "label": "the other one"}]
MINIMISED: dict[str, Any] = {
    "method": "minimisation",
    "parameters": [
        {"name": "factors", "values": ["site"]},
        {"name": "form", "values": ["fake_arms"]},
        {"name": "measure", "values": ["range"]},
        {"name": "p", "values": ["4/5"]},
    ],
}
Ledgers = tuple[list[Entry], list[Entry]]


def allocate(desk: Desk, count: int, strata: str = "AB") -> list[str]:
    """Enrol and allocate so many, stratum after stratum in turn; their numbers."""
    numbers = [enrolled(desk, stratum=strata[at % len(strata)]) for at in range(count)]
    for number in numbers:
        desk.send("coo01", "allocate", {"participant": number})
    return numbers


def both_ledgers(desk: Desk) -> Ledgers:
    """The trial ledger and the vault, whole."""
    trial, vault = (list(desk.store.ledger.page(f"{kind}:T1", limit=10_000)) for kind in ("trial", "vault"))
    return trial, vault


def conducted(folder: Path) -> Ledgers:
    """Two lists of permuted blocks, four allocations; then a new design by minimisation, and three more."""
    with open_desk(folder) as desk:
        open_trial(desk, cap=6)
        allocate(desk, 4)
        seal_lists(desk, ARMS, MINIMISED, version=2)
        allocate(desk, 3, "A")
        return both_ledgers(desk)


def reconciled(ledgers: Ledgers) -> Reconciled:
    trial, vault = ledgers
    return reconcile(records_of("T1", trial, vault))


def with_fact(entry: Entry, **changes: Any) -> Entry:
    """The entry as if its fact had said something else."""
    return replace(entry, body=replace(entry.body, payload=replace(entry.fact, **changes)))


def at(entry: Entry, position: int) -> Entry:
    """The entry as if it stood elsewhere in its ledger."""
    return replace(entry, frame=replace(entry.frame, position=position))


def nth(entries: Sequence[Entry], fact: type[Fact], number: int = 0) -> int:
    """Where the first (or a later) entry of a kind stands in the list."""
    return [place for place, entry in enumerate(entries) if isinstance(entry.fact, fact)][number]


def altered(entries: list[Entry], fact: type[Fact], change: Callable[[Entry], Entry], number: int = 0) -> list[Entry]:
    """The ledger with one entry changed."""
    place = nth(entries, fact, number)
    return [*entries[:place], change(entries[place]), *entries[place + 1 :]]


def without(entries: list[Entry], fact: type[Fact], number: int = 0) -> list[Entry]:
    """The ledger with one entry gone."""
    place = nth(entries, fact, number)
    return [*entries[:place], *entries[place + 1 :]]
