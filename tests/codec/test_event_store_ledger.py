"""The ledger that the rules see, over real files: what is appended comes back typed, and nothing else does."""

import json
import sqlite3
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from eventsourcing.application import Repository
from msgspec import Struct

from adapters.chance import SeededBytes
from adapters.keys.sealing import VaultSealing
from adapters.storage.application_recorder import LedgerApplicationRecorder
from adapters.storage.ledger import EventStoreLedger
from adapters.storage.mapper import Unrecorded
from adapters.storage.recorder import LedgerRecorder
from adapters.storage.sqlite import SqliteDialect
from compliance.proofs.entry import frame_of
from compliance.proofs.tree import EMPTY_ROOT, leaf_hash, root_of
from domain.allocation.facts import PlaceTaken, SlotDrawn
from domain.errors import (
    ConflictError,
    DamagedLedgerError,
    InvalidInputError,
    NotFoundError,
    StorageUnavailableError,
)
from domain.fields import SealedFact
from domain.ledger.facts import LedgerOpened
from domain.participant.conduct_facts import TreatmentGiven, VisitRecorded
from domain.participant.facts import ScreeningOpened
from domain.ports import CommandOutcome, Ledger, NewEntry
from domain.record import Entry, Fact
from tests.codec.entries import context
from tests.keys.stores import SecondsClock, made

TRIAL, VAULT = "trial:DEMO", "vault:DEMO"
WHO, STRATUM, LIST = f"{TRIAL}/participant/007", f"{TRIAL}/stratum/LN", f"{VAULT}/list/q7k2m9"
SCREENED = ScreeningOpened(number="007", previous=None, site="01")
VISIT = VisitRecorded(done=True, visit="V1")
DRAWN = SlotDrawn(
    allocation=UUID(int=9), arm="CANARY-ARM", index=1, inputs=None, participant="007", randomisation_number="R7"
)
PLACE = PlaceTaken(participant="007", stratum="LN")


class Opened(NamedTuple):
    """A ledger over a file of its own."""

    file: Path
    recorder: LedgerRecorder
    ledger: EventStoreLedger


@pytest.fixture
def store(tmp_path: Path) -> Generator[Opened]:
    file = tmp_path / "ledger.sqlite"
    recorder = LedgerRecorder(SqliteDialect(file), SecondsClock())
    with made(tmp_path / "keystore.sqlite") as keys:
        yield Opened(file, recorder, EventStoreLedger(recorder, VaultSealing(keys, SeededBytes("nonces"))))
    recorder.close()


_ids = iter(range(100, 10_000))


def new(stream: str, fact: Fact) -> NewEntry:
    return NewEntry(stream, context(event_id=UUID(int=next(_ids))), fact)


def append(ledger: Ledger, *entries: NewEntry, **expected: int) -> Any:
    return ledger.append(entries, expected=expected, outcome=None)


def facts(entries: Iterable[Entry]) -> list[Fact]:
    return [entry.fact for entry in entries]


def test_an_appended_fact_comes_back_with_its_context_and_place(store: Opened) -> None:
    entry = new(WHO, SCREENED)

    receipt = append(store.ledger, entry, **{WHO: 0})

    (found,) = store.ledger.stream(WHO)
    assert (found.fact, found.body.event_id) == (SCREENED, entry.context.event_id)
    (placed,) = receipt.placed
    assert placed == (TRIAL, 1, WHO, 1, entry.context.event_id, found.frame.recorded_at)
    assert receipt.heads == {TRIAL: store.ledger.head(TRIAL)}


def test_one_append_reaches_several_ledgers_in_the_order_given(store: Opened) -> None:
    entries = (new(WHO, SCREENED), new(LIST, DRAWN), new(WHO, VISIT), new(STRATUM, PLACE), new(WHO, VISIT))

    receipt = append(store.ledger, *entries, **{WHO: 0, LIST: 0, STRATUM: 0})

    assert [(at.ledger, at.position, at.stream, at.version) for at in receipt.placed] == [
        (TRIAL, 1, WHO, 1),
        (VAULT, 1, LIST, 1),
        (TRIAL, 2, WHO, 2),
        (TRIAL, 3, STRATUM, 1),
        (TRIAL, 4, WHO, 3),
    ]
    assert [at.event_id for at in receipt.placed] == [entry.context.event_id for entry in entries]
    assert facts(store.ledger.page(TRIAL)) == [SCREENED, VISIT, PLACE, VISIT]
    assert facts(store.ledger.page(VAULT)) == [DRAWN]
    assert receipt.heads.keys() == {TRIAL, VAULT}
    assert store.ledger.ledgers() == [TRIAL, VAULT]


@pytest.mark.parametrize("moved", [WHO, LIST, STRATUM])
def test_a_stream_that_moved_stops_the_append_in_every_ledger(store: Opened, moved: str) -> None:
    append(store.ledger, new(WHO, SCREENED), new(LIST, DRAWN), new(STRATUM, PLACE), **{WHO: 0, LIST: 0, STRATUM: 0})
    expected = {WHO: 1, LIST: 1, STRATUM: 1} | {moved: 0}

    with pytest.raises(ConflictError):
        append(store.ledger, new(WHO, VISIT), new(LIST, DRAWN), **expected)

    assert (store.ledger.head(TRIAL).size, store.ledger.head(VAULT).size) == (2, 1)


def test_a_fact_that_does_not_read_back_stops_the_append_of_all(store: Opened) -> None:
    broken: Any = VisitRecorded(done="yes", visit="V1")  # type: ignore[arg-type]  # what a constructor lets pass

    with pytest.raises(InvalidInputError):
        append(store.ledger, new(WHO, SCREENED), new(WHO, broken), **{WHO: 0})

    assert store.ledger.ledgers() == []


@pytest.mark.requirement("E6-08")
@pytest.mark.parametrize("stream", [WHO, f"{TRIAL}/list/q7", "access:DEMO/x", "system/x"])
def test_a_fact_of_the_vault_never_lands_elsewhere(store: Opened, stream: str) -> None:
    with pytest.raises(InvalidInputError, match="vault"):
        append(store.ledger, new(stream, DRAWN), **{stream: 0})

    assert store.ledger.ledgers() == []


@pytest.mark.requirement("E6-08")
def test_no_file_of_the_store_holds_what_a_vault_entry_says(store: Opened) -> None:
    append(store.ledger, new(WHO, SCREENED), new(LIST, DRAWN), **{WHO: 0, LIST: 0})

    stored = b"".join(path.read_bytes() for path in store.file.parent.iterdir())
    assert b"list.slot_drawn.v2" in stored, "the look sees no vault entry at all"
    assert b"CANARY" not in stored


def test_a_vault_opens_with_an_entry_in_the_clear(store: Opened) -> None:
    opening = LedgerOpened(environment="demonstration", kind="vault", ledger_id=bytes(16))

    append(store.ledger, new(f"{VAULT}/ledger", opening), **{f"{VAULT}/ledger": 0})

    (stored,) = store.ledger.stored_page(VAULT)
    assert json.loads(stored.entry)["body"]["payload"]["environment"] == "demonstration"
    assert facts(store.ledger.page(VAULT)) == [opening]


def test_vault_entries_of_short_and_long_payloads_have_one_length(store: Opened) -> None:
    short = SlotDrawn(
        allocation=UUID(int=9), arm="A", index=1, inputs=None, participant="007", randomisation_number="R7"
    )
    long = SlotDrawn(
        allocation=UUID(int=9), arm="A" * 64, index=10**6, inputs=None, participant="0" * 64, randomisation_number="R7"
    )

    append(store.ledger, new(LIST, short), new(LIST, long), **{LIST: 0})

    one, other = store.ledger.stored_page(VAULT)
    assert len(one.entry) == len(other.entry)


def test_pages_go_by_position_and_stop_where_asked(store: Opened) -> None:
    append(store.ledger, *(new(WHO, TreatmentGiven(dose=n, randomisation_number=None)) for n in range(7)), **{WHO: 0})

    def doses(**asked: Any) -> list[int]:
        return [entry.fact.dose for entry in store.ledger.page(TRIAL, **asked)]

    assert doses() == [0, 1, 2, 3, 4, 5, 6]
    assert doses(after=2, limit=3) == [2, 3, 4]
    assert doses(after=2, up_to=4) == [2, 3]
    assert doses(after=7) == []
    assert [entry.fact.dose for entry in store.ledger.stream(WHO, after=5)] == [5, 6]
    assert [stored.position for stored in store.ledger.stored_page(TRIAL, after=1, limit=9, up_to=3)] == [2, 3]
    assert store.ledger.stream(f"{TRIAL}/participant/999") == []


def test_a_stored_page_gives_the_bytes_that_were_hashed(store: Opened) -> None:
    append(store.ledger, new(WHO, SCREENED), **{WHO: 0})

    (stored,) = store.ledger.stored_page(TRIAL)

    assert leaf_hash(stored.entry) == stored.leaf
    assert frame_of(stored.entry).position == 1


def test_the_head_now_and_at_every_earlier_size_is_the_root_of_the_bytes(store: Opened) -> None:
    heads = [store.ledger.head(TRIAL)]
    for version in range(5):
        append(store.ledger, new(WHO, VISIT), **{WHO: version})
        heads.append(store.ledger.head(TRIAL))

    assert heads[0] == (0, EMPTY_ROOT)
    assert [store.ledger.head(TRIAL, at=size) for size in range(6)] == heads
    leaves = [leaf_hash(stored.entry) for stored in store.ledger.stored_page(TRIAL)]
    assert heads[5].root == root_of(leaves)


def test_the_head_at_an_earlier_size_reads_on_over_pages(store: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    append(store.ledger, *(new(WHO, VISIT) for _ in range(7)), **{WHO: 0})
    monkeypatch.setattr("adapters.storage.ledger.PAGE", 2)

    assert store.ledger.head(TRIAL, at=7) == store.ledger.head(TRIAL)


@pytest.mark.parametrize("at", [2, 3, -1])
def test_a_size_that_the_ledger_never_had_has_no_head(store: Opened, at: int) -> None:
    append(store.ledger, new(WHO, SCREENED), **{WHO: 0})

    with pytest.raises(NotFoundError):
        store.ledger.head(TRIAL, at=at)


def test_the_outcome_of_a_command_is_kept_with_its_entries_and_only_once(store: Opened) -> None:
    command = UUID(int=50)
    outcome = CommandOutcome("u12", command, b"d" * 32, "done", ())
    assert store.ledger.outcome("u12", command) is None

    store.ledger.append([new(WHO, SCREENED), new(LIST, DRAWN)], expected={WHO: 0, LIST: 0}, outcome=outcome)

    assert store.ledger.outcome("u12", command) == ("u12", command, b"d" * 32, "done", ((TRIAL, 1), (VAULT, 1)))
    assert store.ledger.outcome("u13", command) is None
    with pytest.raises(ConflictError):
        store.ledger.append([new(WHO, VISIT)], expected={WHO: 1}, outcome=outcome)


def test_the_library_builds_aggregates_from_the_same_entries(store: Opened) -> None:
    append(store.ledger, new(WHO, SCREENED), new(WHO, VISIT), new(WHO, VISIT), **{WHO: 0})

    class Visits(Struct):
        id: str
        version: int
        seen: int

    def project(start: Any, entries: Iterable[Any]) -> Any:
        for entry in entries:
            seen = (start.seen if start else 0) + isinstance(entry.fact, VisitRecorded)
            start = Visits(entry.originator_id, entry.originator_version, seen)
        return start

    repository: Repository[str] = Repository(store.ledger.event_store(TRIAL))

    found: Any = repository.get(WHO, projector_func=project)
    earlier: Any = repository.get(WHO, version=2, projector_func=project)
    assert (found.version, found.seen) == (3, 2)
    assert (earlier.version, earlier.seen) == (2, 1)


def test_the_library_can_put_facts_into_one_ledger_through_the_same_mapper(store: Opened) -> None:
    given: Any = [Unrecorded(LIST, 1, context(event_id=UUID(int=1)), DRAWN)]

    store.ledger.event_store(VAULT).put(given)

    assert facts(store.ledger.stream(LIST)) == [DRAWN]


def rewritten(store: Opened, sql: str) -> None:
    """Change rows as the owner of the file can, past the triggers."""
    connection = sqlite3.connect(store.file)
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(sql)
    connection.commit()
    connection.close()


@pytest.mark.requirement("P11-04")
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entry SET version = 3 WHERE position = 2",
        "UPDATE entry SET stream = 'trial:DEMO/participant/008' WHERE position = 2",
        "UPDATE entry SET position = 9 WHERE position = 2",
        "UPDATE entry SET type = 'participant.treatment_given.v1' WHERE position = 2",
        """UPDATE entry SET entry = replace(entry, '"done":true', '"done":1') WHERE position = 2""",
    ],
)
def test_a_row_that_says_another_thing_than_its_bytes_is_not_read_over(store: Opened, sql: str) -> None:
    append(store.ledger, new(WHO, SCREENED), new(WHO, VISIT), **{WHO: 0})
    rewritten(store, sql)

    with pytest.raises(DamagedLedgerError):
        store.ledger.page(TRIAL)


def test_a_vault_entry_whose_ciphertext_was_exchanged_is_not_read_over(store: Opened) -> None:
    append(store.ledger, new(LIST, DRAWN), new(LIST, DRAWN), **{LIST: 0})
    one, other = store.ledger.stored_page(VAULT)
    mine, theirs = (json.loads(stored.entry)["body"]["payload"] for stored in (one, other))
    forged = one.entry
    for part in mine:
        forged = forged.replace(mine[part].encode(), theirs[part].encode())
    rewritten(store, f"UPDATE vault_entry SET entry = x'{forged.hex()}' WHERE position = 1")

    with pytest.raises(DamagedLedgerError, match="moved"):
        store.ledger.stream(LIST)


def test_sealing_that_does_not_open_again_writes_nothing(store: Opened) -> None:
    class Forgetful:
        def seal_fact(self, plain: bytes, *, stream: str, type_name: str, event_id: UUID) -> SealedFact:
            del stream, type_name, event_id
            return SealedFact(ciphertext=plain, commitment=bytes(32), key=bytes(16), nonce=bytes(12))

        def open_fact(self, sealed: SealedFact, *, stream: str, type_name: str, event_id: UUID) -> bytes:
            del sealed, stream, type_name, event_id
            return b"{}"

    ledger = EventStoreLedger(store.recorder, Forgetful())

    with pytest.raises(StorageUnavailableError, match="nothing was written"):
        append(ledger, new(LIST, DRAWN), **{LIST: 0})

    assert ledger.ledgers() == []


def test_the_recorder_of_one_ledger_gives_notifications_of_the_same_entries(store: Opened) -> None:
    append(store.ledger, new(WHO, SCREENED), new(WHO, VISIT), **{WHO: 0})

    found = LedgerApplicationRecorder(store.recorder, TRIAL).select_notifications(1, 10)

    assert [(each.id, each.topic) for each in found] == [
        (1, "participant.screening_opened.v2"),
        (2, "participant.visit_recorded.v1"),
    ]
