"""What is done to a ledger file by hand is found and named; what recomputing hides, a held head finds.

As the file's owner would: triggers dropped, rows rewritten, on a copy of a real store with all four kinds of ledgers.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.cli.verify import KNOWN_TYPES
from adapters.wiring import look_at
from compliance.proofs.entry import body_of, frame_entry, frame_of
from compliance.proofs.tree import Frontier, leaf_hash
from compliance.proofs.verdict import HeldHead, Verdict
from compliance.proofs.verify import verify_ledger
from domain.errors import Refusal
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import open_desk

LEDGERS = ("access:T1", "system", "trial:T1", "vault:T1")
COLUMNS = ("ledger", "position", "stream", "version", "type", "recorded_at", "leaf", "entry")
FAR = 1_000_000


class Place(NamedTuple):
    """Where somebody lays hands on a ledger."""

    ledger: str
    position: int
    size: int

    @property
    def table(self) -> str:
        return "vault_entry" if self.ledger.startswith("vault:") else "entry"

    @property
    def key(self) -> tuple[str, int]:
        return self.ledger, self.position


Change = Callable[[sqlite3.Connection, Place], None]


class Honest(NamedTuple):
    """The ledger file of a store that was closed, and what its ledgers were found to be."""

    file: Path
    found: dict[str, Verdict]


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Honest:
    folder = tmp_path_factory.mktemp("honest")
    with open_desk(folder) as desk:
        open_trial(desk, cap=6)
        for _ in range(2):
            desk.send("coo01", "allocate", {"participant": enrolled(desk)})
        with pytest.raises(Refusal):
            desk.send("coo01", "open_screening", {})
    file = folder / "store" / "ledger.sqlite"
    assert not Path(f"{file}-wal").exists(), "a copy of the file alone is not the whole"
    return Honest(file, {ledger: verdict(file.parent, ledger) for ledger in LEDGERS})


@contextmanager
def copied(honest: Honest) -> Generator[Path]:
    with TemporaryDirectory() as folder:
        shutil.copy(honest.file, Path(folder) / "ledger.sqlite")
        yield Path(folder)


def altered(store: Path, place: Place, *changes: Change) -> None:
    with closing(sqlite3.connect(store / "ledger.sqlite", isolation_level=None)) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        for change in changes:
            change(raw, place)


def verdict(store: Path, ledger: str, *held: HeldHead) -> Verdict:
    with closing(look_at(store)) as file:
        return verify_ledger(ledger, file.rows(ledger), file.head(ledger), held=held, known_types=KNOWN_TYPES)


def any_place(data: st.DataObject, honest: Honest, *, but_first: bool = False, but_last: bool = False) -> Place:
    ledger = data.draw(st.sampled_from(LEDGERS), label="ledger")
    size = honest.found[ledger].size
    return Place(ledger, data.draw(st.integers(1 + but_first, size - but_last), label="position"), size)


def row(raw: sqlite3.Connection, place: Place) -> dict[str, Any]:
    found = raw.execute(
        f"SELECT {', '.join(COLUMNS)} FROM {place.table} WHERE ledger = ? AND position = ?", place.key
    ).fetchone()
    return dict(zip(COLUMNS, found, strict=True))


def write(raw: sqlite3.Connection, place: Place, **values: object) -> None:
    named = ", ".join(f"{name} = ?" for name in values)
    raw.execute(f"UPDATE {place.table} SET {named} WHERE ledger = ? AND position = ?", (*values.values(), *place.key))


def another_byte(at: int, by: int, column: str) -> Change:
    def change(raw: sqlite3.Connection, place: Place) -> None:
        data = bytearray(row(raw, place)[column])
        data[at % len(data)] ^= by
        write(raw, place, **{column: bytes(data)})

    return change


def another_column(column: str, value: object) -> Change:
    return lambda raw, place: write(raw, place, **{column: value})


def removed(raw: sqlite3.Connection, place: Place) -> None:
    raw.execute(f"DELETE FROM {place.table} WHERE ledger = ? AND position = ?", place.key)


def cut_off(raw: sqlite3.Connection, place: Place) -> None:
    raw.execute(f"DELETE FROM {place.table} WHERE ledger = ? AND position >= ?", place.key)


def moved(raw: sqlite3.Connection, place: Place, to: int) -> None:
    raw.execute(f"UPDATE {place.table} SET position = ? WHERE ledger = ? AND position = ?", (to, *place.key))


def swapped_with(other: int) -> Change:
    def change(raw: sqlite3.Connection, place: Place) -> None:
        moved(raw, place, FAR)
        moved(raw, place._replace(position=other), place.position)
        moved(raw, place._replace(position=FAR), other)

    return change


def inserted(raw: sqlite3.Connection, place: Place) -> None:
    """A forged entry that is right in itself; what follows stands one position later."""
    for position in range(place.size, place.position - 1, -1):
        moved(raw, place._replace(position=position), position + 1)
    model = row(raw, place._replace(position=place.position + 1))
    stream = f"{place.ledger}/forged"
    entry = framed(model, position=place.position, stream=stream, version=1, event_id="0" * 36)
    values = {**model, "position": place.position, "stream": stream, "version": 1, "entry": entry}
    values["leaf"] = leaf_hash(entry)
    raw.execute(
        f"INSERT INTO {place.table} ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})",
        [values[name] for name in COLUMNS],
    )


def framed(model: dict[str, Any], **changed: Any) -> bytes:
    """The entry of a row with other words in its body, canonical and framed as the product would."""
    frame, body = frame_of(model["entry"]), json.loads(body_of(model["entry"]))
    body |= {"printed_name": "Somebody Else", "event_id": changed.get("event_id", body["event_id"])}
    return frame_entry(
        json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode(),
        ledger=model["ledger"],
        position=changed.get("position", model["position"]),
        recorded_at=frame.recorded_at,
        stream=changed.get("stream", model["stream"]),
        type_name=model["type"],
        version=changed.get("version", model["version"]),
    )


def forged(raw: sqlite3.Connection, place: Place) -> None:
    """Other words in an entry, with the leaf that fits them."""
    entry = framed(row(raw, place))
    write(raw, place, entry=entry, leaf=leaf_hash(entry))


def recomputed(raw: sqlite3.Connection, place: Place) -> None:
    """The head made anew from the leaves as they are: nothing inside the file disagrees any more."""
    asked = f"SELECT leaf FROM {place.table} WHERE ledger = ? ORDER BY position"
    frontier = Frontier.empty().extend(leaf for (leaf,) in raw.execute(asked, (place.ledger,)))
    head = place.table.replace("entry", "head")
    raw.execute(
        f"UPDATE {head} SET frontier = ?, root = ? WHERE ledger = ?",
        (frontier.to_bytes(), frontier.root(), place.ledger),
    )


ONE_ROW: Sequence[Change] = (
    removed,
    another_column("type", "visit.recorded.v1"),
    another_column("stream", "trial:T1/participant/999"),
    another_column("version", 4_711),
    another_column("recorded_at", "2027-03-01T00:00:00.000000Z"),
)
bytes_of = st.builds(another_byte, st.integers(0, 10_000), st.integers(1, 255), st.sampled_from(["entry", "leaf"]))


def test_an_honest_file_is_verified_in_every_ledger_and_no_more_than_that_is_said(honest: Honest) -> None:
    for found in honest.found.values():
        assert (found.ok, found.level) == (True, "L0")
        assert found.size > 1


@pytest.mark.requirement("P11-04", "EMA-15")
@given(data=st.data())
@settings(max_examples=60)
def test_a_changed_or_removed_entry_is_named_by_its_position(honest: Honest, data: st.DataObject) -> None:
    place = any_place(data, honest)
    change = data.draw(bytes_of | st.sampled_from(ONE_ROW), label="change")

    with copied(honest) as store:
        altered(store, place, change)
        found = verdict(store, place.ledger)

    assert not found.ok
    assert found.first_bad == place.position
    assert found.entries == place.position - 1


@pytest.mark.requirement("P11-04")
@given(data=st.data())
@settings(max_examples=30)
def test_of_two_swapped_entries_the_first_is_named(honest: Honest, data: st.DataObject) -> None:
    place = any_place(data, honest, but_last=True)
    other = data.draw(st.integers(place.position + 1, place.size), label="other")

    with copied(honest) as store:
        altered(store, place, swapped_with(other))
        found = verdict(store, place.ledger)

    assert not found.ok
    assert found.first_bad == place.position


@pytest.mark.requirement("P11-04")
@given(data=st.data())
@settings(max_examples=30)
def test_an_inserted_entry_shifts_the_next_out_of_its_place_and_a_cut_end_is_missed(
    honest: Honest, data: st.DataObject
) -> None:
    place = any_place(data, honest, but_first=True)

    with copied(honest) as store:
        altered(store, place, inserted)
        after_insertion = verdict(store, place.ledger)
    with copied(honest) as store:
        altered(store, place, cut_off)
        after_cut = verdict(store, place.ledger)

    assert not after_insertion.ok
    assert after_insertion.first_bad == place.position + 1, "the forged row is right in itself, the next one is not"
    assert not after_cut.ok
    assert after_cut.first_bad == place.position


@given(data=st.data())
@settings(max_examples=20)
def test_a_forged_entry_with_its_leaf_is_found_by_the_head(honest: Honest, data: st.DataObject) -> None:
    place = any_place(data, honest)

    with copied(honest) as store:
        altered(store, place, forged)
        found = verdict(store, place.ledger)

    assert not found.ok
    assert found.first_bad in {None, place.position}


@pytest.mark.requirement("EMA-15")
@given(data=st.data())
@settings(max_examples=30)
def test_whoever_recomputes_everything_is_found_by_a_head_held_before_and_by_nothing_else(
    honest: Honest, data: st.DataObject
) -> None:
    place = any_place(data, honest)
    before = honest.found[place.ledger]
    held = HeldHead(place.ledger, before.size, bytes.fromhex(before.root))

    with copied(honest) as store:
        altered(store, place, forged, recomputed)
        alone, with_held = verdict(store, place.ledger), verdict(store, place.ledger, held)

    assert (alone.ok, alone.level) == (True, "L0")
    assert any("recomputed" in sentence and "not detected" in sentence for sentence in alone.does_not_show)
    assert alone.root != before.root
    assert not with_held.ok
    assert (with_held.kind, with_held.level) == ("held_differs", "none")


def test_a_head_held_of_an_earlier_size_speaks_for_what_it_covers_and_says_so(honest: Honest) -> None:
    size = honest.found["trial:T1"].size
    with closing(look_at(honest.file.parent)) as file:
        leaves = [stored.leaf for stored in file.rows("trial:T1")]
    held = HeldHead("trial:T1", 10, Frontier.empty().extend(leaves[:10]).root())

    with copied(honest) as store:
        altered(store, Place("trial:T1", size, size), forged, recomputed)
        later = verdict(store, "trial:T1", held)
    with copied(honest) as store:
        altered(store, Place("trial:T1", 7, size), forged, recomputed)
        covered = verdict(store, "trial:T1", held)

    assert (later.ok, later.level) == (True, "L4 (held)")
    assert any("after position 10" in sentence for sentence in later.does_not_show)
    assert not covered.ok
