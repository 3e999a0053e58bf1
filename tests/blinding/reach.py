"""Everything that a blinded role can reach of a store, as bytes, by channel and by who reaches it how.

Left out is only what the host's clock measured (`at` and `duration_ms` of log lines); all other times are set.
"""

import json
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

import pytest
from typer.testing import CliRunner

from adapters.cli.main import app
from adapters.cli.session_file import write_token
from adapters.cli.show import WHOLE
from adapters.demo.director import TRIAL
from adapters.wiring import Store, read_models
from compliance.gate import Identity
from compliance.gate_table import TABLE
from compliance.inquire import Axes, Inquire
from compliance.scope import visible
from domain import streams
from domain.errors import LoginError, TrialproofError
from domain.fields import SealedText
from domain.plain import written
from domain.record import Entry, Fact
from projections.catalogue import PROJECTIONS
from projections.replay import replay
from tests.blinding.report_files import reports_for
from tests.blinding.twins import Twin

Channel = dict[str, bytes]
Typed = tuple[str, ...]
LEDGERS: Final = (streams.trial_ledger(TRIAL), streams.access_ledger(TRIAL), streams.SYSTEM_LEDGER)
"""All but the vault."""
READING: Final = tuple(action for action in TABLE if action.startswith("read_"))
MEASURED: Final = ("at", "duration_ms")
SITES: Final = ("01", "02")
REPORTS: Final = (
    *("screening-log", "signature-log", "access-log", "part11"),
    *("randomisation-log", "unblinding-log", "knowledge"),
)
PURPOSE: Final = ("--purpose", "comparing twin runs", "--out", "FOLDER/printed")


class Circle(NamedTuple):
    """Who asks: `everybody` the gate, `readers` for what it allows, `reporting` for reports, `typists` by commands."""

    everybody: tuple[str, ...]
    readers: tuple[str, ...]
    reporting: tuple[str, ...]
    typists: tuple[str, ...]
    typed: tuple[Typed, ...]


def reached_in(twin: Twin, circle: Circle) -> dict[str, Channel]:
    """All of it, by channel; the ledgers last, since reading leaves entries in them."""
    twin.dealt.deal("reading")
    return {
        "the gate": dict(_gate(twin, circle.everybody)),
        "projections": dict(_projections(twin, circle.readers)),
        "sealed texts": dict(_texts(twin, circle.readers)),
        "reports": dict(reports_for(twin, circle.reporting)),
        "read models": dict(_read_models(twin.store)),
        "the command line": dict(_printed(twin, circle.typists, circle.typed)),
        "answers": _answers(twin),
        "the log": dict(_logged(twin.log_file)),
        "the ledgers": dict(_ledgers(twin.store)),
        "site views": dict(_sites(twin.store)),
    }


def differences(one: Mapping[str, Channel], other: Mapping[str, Channel]) -> list[str]:
    """Where two runs differ, with the bytes around the first difference of each place."""
    assert one.keys() == other.keys()
    return [
        f"{channel}: {name}: {_around(one[channel].get(name), other[channel].get(name))}"
        for channel in one
        for name in sorted(one[channel].keys() | other[channel].keys())
        if one[channel].get(name) != other[channel].get(name)
    ]


def _around(one: bytes | None, other: bytes | None) -> str:
    if one is None or other is None:
        return "only in one of the runs"
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    near = slice(max(0, at - 40), at + 40)
    return f"from byte {at} of {len(one)} and {len(other)}: {one[near]!r} | {other[near]!r}"


def _gate(twin: Twin, people: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """What everybody is allowed to read, or in which words it is refused."""
    inquire = Inquire(twin.store.ports)
    for person in people:
        identity = _identity(twin, person)
        for action in READING:
            yield f"{person}, {action}", _said(partial(inquire.allow, identity, action, TRIAL))
        ask = partial(inquire.disclosure, identity, TRIAL, "of-nobody")
        yield f"{person}, a disclosure to others", _said(ask)


def _identity(twin: Twin, person: str) -> Identity:
    """The person in an open session; somebody who has left asks without one."""
    try:
        return twin.doors.identity(person)
    except LoginError:
        return Identity(person, "password_totp", "none", "twins")


def _projections(twin: Twin, people: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """What each reader sees; and every projection of it, as known now and as known and true on an earlier day.

    A projection is a pure fold of the entries seen, so that one fold serves all readers who see the same.
    """
    inquire = Inquire(twin.store.ports)
    entries = _trial_entries(twin.store)
    day = entries[len(entries) * 3 // 4].frame.recorded_at.date()
    folded: set[tuple[frozenset[str] | None, Axes]] = set()
    for person in people:
        for axes in (Axes(), Axes(known=day), Axes(true=day)):
            reading = inquire.reading(twin.doors.identity(person), "read_trial", TRIAL, axes)
            sites = reading.allowed.sites
            told = [reading.position, str(reading.true), [entry.frame.position for entry in reading.entries]]
            yield f"{person}, positions, {axes}", json.dumps(told).encode()
            if (sites, axes) in folded:
                continue
            folded.add((sites, axes))
            for name, projection in PROJECTIONS.items():
                view = replay(projection, reading.entries, true=reading.true).view()
                yield f"{person}, {name}, {axes}", written(view).encode()


def _read_models(store: Store) -> Iterator[tuple[str, bytes]]:
    """The views that are kept beside the ledger."""
    follower = read_models(store)
    yield "positions", json.dumps(follower.catch_up()).encode()
    for name in PROJECTIONS:
        view = follower.view(streams.trial_ledger(TRIAL), name)
        assert view is not None, f"no view of {name} is kept"
        yield name, view


def _texts(twin: Twin, people: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Sealed texts, opened or refused: of each field the latest."""
    inquire = Inquire(twin.store.ports)
    latest = {
        (entry.frame.type, field): entry.body.event_id
        for entry in _trial_entries(twin.store)
        for field in _sealed_fields(entry)
    }
    for person in people[::4]:
        identity = twin.doors.identity(person)
        for (kind, field), event in latest.items():
            yield f"{person}, {field} of {kind}", _said(partial(inquire.text, identity, TRIAL, event, field))


def _sealed_fields(entry: Entry) -> Iterator[str]:
    fact: Fact = entry.fact
    yield from (field for field in fact.__struct_fields__ if isinstance(getattr(fact, field), SealedText))
    if entry.body.reason_text is not None:
        yield "reason_text"


def _said(ask: Callable[[], object]) -> bytes:
    try:
        return str(ask()).encode()
    except TrialproofError as error:
        return f"{error.code}: {error} {error!r}".encode()


def _answers(twin: Twin) -> Channel:
    """What the sender of each command was told: positions, or code and sentences of the error."""
    return {f"no. {at}, {one.person}, {one.command}": one.answer.encode() for at, one in enumerate(twin.heard)}


def _trial_entries(store: Store) -> list[Entry]:
    return list(store.ledger.page(streams.trial_ledger(TRIAL), limit=100_000))


def _ledgers(store: Store) -> Iterator[tuple[str, bytes]]:
    """The ledgers as stored: bytes, leaves, size and root."""
    for ledger in LEDGERS:
        head = store.ledger.head(ledger)
        yield f"head of {ledger}", f"{head.size} {head.root.hex()}".encode()
        for stored in store.ledger.stored_page(ledger, limit=100_000):
            yield f"{ledger}@{stored.position}", stored.leaf + stored.entry


def _sites(store: Store) -> Iterator[tuple[str, bytes]]:
    """Which positions each site sees."""
    for site in SITES:
        seen = [entry.frame.position for entry in visible(_trial_entries(store), frozenset({site}))]
        yield f"site {site}", json.dumps(seen).encode()


def _logged(log_file: Path) -> Iterator[tuple[str, bytes]]:
    for number, line in enumerate(log_file.read_text().splitlines(), start=1):
        told = {name: value for name, value in json.loads(line).items() if name not in MEASURED}
        yield f"line {number}", json.dumps(told).encode()


def _printed(twin: Twin, people: tuple[str, ...], typed: tuple[Typed, ...]) -> Iterator[tuple[str, bytes]]:
    """What the command line prints."""
    with command_line(twin) as invoke:
        for person in people:
            sit_down(twin, person)
            for words in typed:
                yield f"{person} types {' '.join(words)}", invoke(*words)
        for ledger in LEDGERS:
            yield f"anyone types ledger verify {ledger}", invoke("ledger", "verify", ledger)
        for person in (*people, "nobody"):
            answers, other = twin.folder.parent / "answers", str(twin.folder.parent / "no-session")
            answers.write_text("password=of somebody else\ncode=000000\n")
            answers.chmod(0o600)
            failing = ("login", person, "--session", other, "--secrets-from", str(answers))
            yield f"{person} fails to log in", invoke(*failing)


def sit_down(twin: Twin, person: str) -> None:
    """Put the person's session where the command line looks for it."""
    assert twin.doors.identity(person)
    token = twin.doors.held[person].token
    assert token is not None
    write_token(session_file(twin), token)


def session_file(twin: Twin) -> Path:
    return twin.folder.parent / "session"


def everything_typed() -> Iterator[Typed]:
    """What people type to read. `replay` gives long pages, so its data form alone is taken."""
    yield from (("show", subject.name) for subject in WHOLE)
    yield from (("show", "participant", number) for number in ("001", "005", "999"))
    yield from (("show", "site"), ("trial", "show"), ("trial", "show", "--json"))
    yield from (("ledger", "tail", ledger) for ledger in (*LEDGERS, streams.vault_ledger(TRIAL)))
    yield from (("replay", name.replace("_", "-"), "--json") for name in PROJECTIONS)
    yield ("replay", "timeline", "--json", "--as-known-on", "2027-01-12", "--as-true-on", "2027-01-11")
    yield ("report", "audit-trail", "--participant", "005", *PURPOSE)
    yield from (("report", name, *PURPOSE) for name in REPORTS)
    yield from (("whoami",), ("sign",), ("sign", "--mine"), ("ask", "left", "u35"), ("ask", "consent", "001"))
    yield from (("user", "list"), ("user", "show", "u13"), ("role", "list"))
    yield ("ask", "who-could", "allocate", "--site", "01", "--on", "2027-01-20")


@contextmanager
def command_line(twin: Twin) -> Generator[Callable[..., bytes]]:
    """The command line over the twin's store, with ids of invocations that repeat; it logs to the twin's log."""
    numbers, folder = count(1), str(twin.folder.parent)

    def opened(*_: Path) -> Store:
        return twin.open()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("adapters.cli.run.open_store_at_its_time", opened)
        patch.setattr("adapters.cli.run.uuid4", lambda: UUID(int=next(numbers)))

        def invoke(*words: str) -> bytes:
            where = ("--store", str(twin.folder), "--log", str(twin.log_file), "--session", str(session_file(twin)))
            result = CliRunner().invoke(app, [*where, *(word.replace("FOLDER", folder) for word in words)])
            said = f"{result.exit_code}\n{result.stdout}\n{result.stderr}\n{result.exception!r}"
            return said.replace(folder, "FOLDER").encode()

        yield invoke
