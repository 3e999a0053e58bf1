"""Everything that a blinded role can reach of a store, as bytes under a name that says who reaches it and how.

Time that the host's clock measured (`at`, `duration_ms` of log lines) is left out; all other times are set.
"""

import json
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pytest
from typer.testing import CliRunner

from adapters.cli.main import app
from adapters.cli.show import WHOLE
from adapters.demo.director import TRIAL
from adapters.wiring import Store
from compliance.gate import TABLE, Identity
from compliance.inquire import Inquire
from compliance.scope import visible
from domain import streams
from domain.errors import TrialproofError
from domain.fields import SealedText
from domain.plain import written
from projections.catalogue import PROJECTIONS
from projections.replay import replay
from tests.blinding.twins import Twin

Reached = dict[str, bytes]
OPEN_LEDGERS = (streams.trial_ledger(TRIAL), streams.access_ledger(TRIAL), streams.SYSTEM_LEDGER)
"""All but the vault."""
READING = tuple(action for action in TABLE if action.startswith(("read_", "report_")))
MEASURED = ("at", "duration_ms")


class Circle(NamedTuple):
    """Who asks: everybody for what the gate says, some for all that is told, one of each kind on the command line."""

    everybody: tuple[str, ...]
    readers: tuple[str, ...]
    at_the_command_line: tuple[str, ...]


def reached_in(twin: Twin, circle: Circle) -> Reached:
    """All of it; the ledgers last, since reading leaves entries in them."""
    twin.dealt.deal("reading")
    found = {
        **dict(_gate(twin.store, circle.everybody)),
        **dict(_told(twin.store, circle.readers)),
        **dict(_texts(twin.store, circle.readers)),
        **dict(_printed(twin, circle.at_the_command_line)),
    }
    answers = {f"{one.person} sends no. {at}, {one.command}": one.answer for at, one in enumerate(twin.heard)}
    return {
        **found,
        **{name: answer.encode() for name, answer in answers.items()},
        **dict(_logged(twin.log_file)),
        **dict(_ledgers(twin.store)),
    }


def differences(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    """Where two runs differ, with the bytes around the first difference of each place."""
    found: list[str] = []
    for name in sorted(one.keys() | other.keys()):
        mine, yours = one.get(name), other.get(name)
        if mine != yours:
            found.append(f"{name}: {_around(mine, yours)}")
    return found


def _around(one: bytes | None, other: bytes | None) -> str:
    if one is None or other is None:
        return "only in one of the runs"
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    near = slice(max(0, at - 40), at + 40)
    return f"from byte {at} of {len(one)} and {len(other)}: {one[near]!r} | {other[near]!r}"


def asserted(person: str) -> Identity:
    return Identity(person, "asserted", None, "twins")


def _gate(store: Store, people: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """What everybody is allowed to read, or in which words it is refused."""
    inquire = Inquire(store.ports)
    for person in people:
        for action in (*READING, "read_vault_ledger", "read_access_ledger"):
            name = f"{person} asks the gate for {action}"
            yield name, _said(lambda p=person, a=action: str(inquire.allow(asserted(p), a, TRIAL)))
        name = f"{person} asks for a disclosure of others"
        yield name, _said(lambda p=person: str(inquire.disclosure(asserted(p), TRIAL, "of-nobody")))


def _told(store: Store, people: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Every projection."""
    inquire = Inquire(store.ports)
    for person in people:
        reading = inquire.reading(asserted(person), "read_trial", TRIAL)
        for name, projection in PROJECTIONS.items():
            view = replay(projection, reading.entries, true=reading.true).view()
            yield f"{person} asks for {name}", written(view).encode()


def _texts(store: Store, people: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Every sealed text, opened or refused."""
    inquire = Inquire(store.ports)
    entries = store.ledger.page(streams.trial_ledger(TRIAL), limit=100_000)
    sealed = [
        (entry, field)
        for entry in entries
        for field in (*type(entry.fact).__struct_fields__, "reason_text")
        if isinstance(getattr(entry.fact, field, getattr(entry.body, field, None)), SealedText)
    ]
    for person in people:
        for entry, field in sealed[:: max(1, len(sealed) // 20)]:
            name = f"{person} opens {field} of entry {entry.frame.position}"
            event = entry.body.event_id
            yield name, _said(lambda p=person, e=event, f=field: inquire.text(asserted(p), TRIAL, e, f))


def _said(ask: Callable[[], str]) -> bytes:
    try:
        return ask().encode()
    except TrialproofError as error:
        return f"{error.code}: {error} {error!r}".encode()


def _ledgers(store: Store) -> Iterator[tuple[str, bytes]]:
    """The ledgers as stored: bytes, leaves, size and root; of each site the positions that it sees."""
    for ledger in OPEN_LEDGERS:
        head = store.ledger.head(ledger)
        yield f"head of {ledger}", f"{head.size} {head.root.hex()}".encode()
        for stored in store.ledger.stored_page(ledger, limit=100_000):
            yield f"{ledger}@{stored.position}", stored.leaf + stored.entry
    entries = store.ledger.page(streams.trial_ledger(TRIAL), limit=100_000)
    for site in ("01", "02"):
        seen = [entry.frame.position for entry in visible(entries, frozenset({site}))]
        yield f"positions that site {site} sees", json.dumps(seen).encode()


def _logged(log_file: Path) -> Iterator[tuple[str, bytes]]:
    for number, line in enumerate(log_file.read_text().splitlines(), start=1):
        told = {name: value for name, value in json.loads(line).items() if name not in MEASURED}
        yield f"log line {number}", json.dumps(told).encode()


def _printed(twin: Twin, people: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """What the command line prints, as text and as data."""
    with command_line(twin) as invoke:
        for person in people:
            for words in invocations():
                for form in ((), ("--json",)) if words[0] != "replay" else (("--json",),):
                    said = " ".join((*words, *form))
                    yield f"{person} types {said}", invoke(*words, *form, "--as", person)
        yield "anyone types ledger verify", invoke("ledger", "verify")


def invocations() -> Iterator[tuple[str, ...]]:
    """What people type to read; `replay` gives long pages, so its JSON alone is taken."""
    yield from (("show", subject.name) for subject in WHOLE)
    yield from (("show", "participant", number) for number in ("001", "002", "005", "999"))
    yield ("show", "site")
    yield ("trial", "show")
    yield from (("replay", name.replace("_", "-")) for name in PROJECTIONS)
    yield ("replay", "timeline", "--as-known-on", "2027-02-01", "--as-true-on", "2027-01-20")
    yield from (("ledger", "tail", ledger) for ledger in (*OPEN_LEDGERS, streams.vault_ledger(TRIAL)))


@contextmanager
def command_line(twin: Twin) -> Generator[Callable[..., bytes]]:
    """The command line over the twin's store, with ids of invocations that repeat; logs go to the twin's log."""
    numbers = count(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("adapters.cli.run.open_store_at_its_time", lambda *_: twin.open())
        patch.setattr("adapters.cli.run.uuid4", lambda: UUID(int=next(numbers)))

        def invoke(*words: str) -> bytes:
            where = ("--store", str(twin.folder), "--log", str(twin.log_file))
            result = CliRunner().invoke(app, [*where, *words])
            said = f"{result.exit_code}\n{result.stdout}\n{result.stderr}\n{result.exception!r}"
            return said.replace(str(twin.folder), "STORE").encode()

        yield invoke
