"""Reading back: the bytes as written, by stream, by position, by type; times that never step back."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from adapters.storage.batch import Append, NewEntry, StreamAppend
from adapters.storage.recorder import LedgerRecorder
from adapters.storage.sqlite import SqliteDialect
from compliance.proofs.entry import body_of
from compliance.proofs.tree import Frontier, leaf_hash
from domain.errors import InvalidInputError
from tests.storage.ledgers import NOON, TRIAL, TurnedClock, assert_whole, body, everything, one, to


def test_an_entry_is_stored_as_the_body_given_in_the_frame_of_its_place(recorder: LedgerRecorder) -> None:
    recorder.append(one(f"{TRIAL}/participant/007", "Zoë said “no”"))

    (stored,) = everything(recorder, TRIAL)

    assert stored.entry.decode() == (
        '{"body":{"text":"Zoë said “no”"},"frame":{"ledger":"trial:NCT1","position":1,'
        '"recorded_at":"2027-03-03T12:00:00.001000Z","schema":"trialproof.entry.v1",'
        '"stream":"trial:NCT1/participant/007","type":"test.happened.v1","version":1}}'
    )
    assert stored.leaf == leaf_hash(stored.entry)
    assert body_of(stored.entry) == body("Zoë said “no”")


def test_a_stream_is_read_by_version(recorder: LedgerRecorder) -> None:
    recorder.append(Append((to(f"{TRIAL}/s/1", "a", "b", "c"), to(f"{TRIAL}/s/11", "other"))))

    found = recorder.stream(f"{TRIAL}/s/1")

    assert [stored.version for stored in found] == [1, 2, 3]
    assert [stored.version for stored in recorder.stream(f"{TRIAL}/s/1", after=1)] == [2, 3]
    assert [stored.version for stored in recorder.stream(f"{TRIAL}/s/1", after=1, up_to=2)] == [2]
    assert recorder.stream(f"{TRIAL}/s/2") == []


def test_a_ledger_is_read_in_pages(recorder: LedgerRecorder) -> None:
    recorder.append(one(f"{TRIAL}/s/1", *"abcdefg"))

    assert [stored.position for stored in recorder.page(TRIAL, limit=3)] == [1, 2, 3]
    assert [stored.position for stored in recorder.page(TRIAL, after=3, limit=3)] == [4, 5, 6]
    assert [stored.position for stored in recorder.page(TRIAL, after=3, up_to=5)] == [4, 5]
    assert recorder.page(TRIAL, after=7) == []
    assert recorder.page("trial:other") == []
    assert recorder.leaves(TRIAL, after=2, up_to=4) == [
        stored.leaf for stored in recorder.page(TRIAL, after=2, up_to=4)
    ]


def test_a_page_can_be_of_some_types_only(recorder: LedgerRecorder) -> None:
    entries = tuple(NewEntry(f"type.{letter}.v1", body(letter)) for letter in "abab")
    recorder.append(Append((StreamAppend(f"{TRIAL}/s/1", 0, entries),)))

    found = recorder.page(TRIAL, types=("type.b.v1",))

    assert [stored.position for stored in found] == [2, 4]


def test_the_stored_head_has_the_frontier_that_the_next_entry_needs(recorder: LedgerRecorder) -> None:
    recorder.append(one(f"{TRIAL}/s/1", *"abc"))

    head = recorder.stored_head(TRIAL)

    assert head is not None
    assert Frontier.from_bytes(head.size, head.frontier).root() == head.root
    assert head.recorded_at == everything(recorder, TRIAL)[-1].recorded_at


def test_a_ledger_without_entries_has_no_head(recorder: LedgerRecorder) -> None:
    assert recorder.head(TRIAL) is None
    assert recorder.stored_head(TRIAL) is None
    assert recorder.leaf(TRIAL, 1) is None


def test_recorded_times_stand_still_while_the_clock_is_behind(recorder: LedgerRecorder, clock: TurnedClock) -> None:
    recorder.append(one(f"{TRIAL}/s/1", "a"))
    clock.now = NOON - timedelta(days=365)
    recorder.append(one(f"{TRIAL}/s/1", "b", after=1))
    recorder.append(one("trial:NCT2/s/1", "another ledger has no earlier time to keep"))
    clock.now = NOON + timedelta(hours=1)
    recorder.append(one(f"{TRIAL}/s/1", "c", after=2))

    times = [stored.recorded_at for stored in everything(recorder, TRIAL)]
    (elsewhere,) = everything(recorder, "trial:NCT2")

    assert times == [
        "2027-03-03T12:00:00.001000Z",
        "2027-03-03T12:00:00.001000Z",
        "2027-03-03T13:00:00.001000Z",
    ]
    assert elsewhere.recorded_at.startswith("2026-03-03")
    assert_whole(recorder)


def test_recorded_times_are_kept_in_utc_whatever_the_clock_speaks(ledger_file: Path) -> None:
    shanghai = timezone(timedelta(hours=8))
    recorder = LedgerRecorder(SqliteDialect(ledger_file), lambda: datetime(2027, 3, 3, 20, 0, 0, 5, tzinfo=shanghai))

    receipt = recorder.append(one(f"{TRIAL}/s/1"))

    assert receipt.placed[0].recorded_at == "2027-03-03T12:00:00.000005Z"
    recorder.close()


def test_a_clock_without_an_offset_records_nothing(ledger_file: Path) -> None:
    naive = NOON.astimezone(UTC).replace(tzinfo=None)
    recorder = LedgerRecorder(SqliteDialect(ledger_file), lambda: naive)

    with pytest.raises(InvalidInputError, match="without an offset"):
        recorder.append(one(f"{TRIAL}/s/1"))

    assert recorder.ledgers() == []
    recorder.close()
