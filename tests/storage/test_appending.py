"""Batches: placed without gaps, whole or not at all, over any ledgers of the database."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.storage.batch import Append, Head, NewEntry, StreamAppend, ledger_of
from adapters.storage.recorder import LedgerRecorder
from compliance.proofs.entry import MAX_ENTRY_BYTES
from compliance.proofs.tree import root_of
from domain.errors import ConflictError, InvalidInputError
from tests.storage.ledgers import TRIAL, VAULT, assert_whole, entry, everything, one, opened, outcome, to


@pytest.mark.parametrize(
    ("stream", "ledger"),
    [("trial:NCT1/participant/007", "trial:NCT1"), ("system/person/u12", "system"), ("system", "system")],
)
def test_a_stream_names_its_ledger(stream: str, ledger: str) -> None:
    assert ledger_of(stream) == ledger
    assert to(stream).ledger == ledger


def test_positions_and_versions_start_at_one_and_have_no_gaps(recorder: LedgerRecorder) -> None:
    recorder.append(one(f"{TRIAL}/participant/1", "a", "b"))
    recorder.append(one(f"{TRIAL}/participant/2", "c"))
    receipt = recorder.append(one(f"{TRIAL}/participant/1", "d", after=2))

    assert [(place.position, place.version) for place in receipt.placed] == [(4, 3)]
    stored = [(found.position, found.stream[-1], found.version) for found in everything(recorder, TRIAL)]
    assert stored == [(1, "1", 1), (2, "1", 2), (3, "2", 1), (4, "1", 3)]
    assert_whole(recorder)


def test_every_ledger_counts_for_itself(recorder: LedgerRecorder) -> None:
    recorder.append(one("trial:NCT1/s/1", "a", "b"))
    receipt = recorder.append(one("trial:NCT2/s/1", "c"))

    assert receipt.placed[0].position == 1
    assert recorder.ledgers() == ["trial:NCT1", "trial:NCT2"]
    assert_whole(recorder)


def test_a_receipt_names_places_in_order_and_the_heads_that_were_stored(recorder: LedgerRecorder) -> None:
    batch = Append((to(f"{TRIAL}/s/1", "a"), to(f"{VAULT}/list/1", "b"), to(f"{TRIAL}/s/2", "c", "d")))

    receipt = recorder.append(batch)

    places = [(place.ledger, place.position, place.stream, place.version) for place in receipt.placed]
    assert places == [
        (TRIAL, 1, f"{TRIAL}/s/1", 1),
        (VAULT, 1, f"{VAULT}/list/1", 1),
        (TRIAL, 2, f"{TRIAL}/s/2", 1),
        (TRIAL, 3, f"{TRIAL}/s/2", 2),
    ]
    assert receipt.heads == {
        TRIAL: Head(3, root_of(recorder.leaves(TRIAL))),
        VAULT: Head(1, root_of(recorder.leaves(VAULT))),
    }
    assert recorder.head(TRIAL) == receipt.heads[TRIAL]


def test_a_batch_over_two_ledgers_is_written_whole_or_not_at_all(recorder: LedgerRecorder) -> None:
    recorder.append(one(f"{VAULT}/list/1", "slot 1"))

    with pytest.raises(ConflictError):
        recorder.append(Append((to(f"{TRIAL}/s/1"), to(f"{VAULT}/list/1", "slot 2", after=0)), outcome=outcome()))

    assert recorder.head(TRIAL) is None
    assert len(everything(recorder, VAULT)) == 1
    assert recorder.outcome("u12", "c-1") is None


@pytest.mark.parametrize("after", [0, 1, 3])
def test_an_append_after_any_version_but_the_current_one_is_a_conflict(recorder: LedgerRecorder, after: int) -> None:
    recorder.append(one(f"{TRIAL}/s/1", "a", "b"))

    with pytest.raises(ConflictError, match="stands at version 2"):
        recorder.append(one(f"{TRIAL}/s/1", "c", after=after))

    assert len(everything(recorder, TRIAL)) == 2


def test_a_batch_may_add_twice_to_the_same_stream(recorder: LedgerRecorder) -> None:
    receipt = recorder.append(Append((to(f"{TRIAL}/s/1", "a"), to(f"{TRIAL}/s/1", "b", after=1))))

    assert [place.version for place in receipt.placed] == [1, 2]
    assert_whole(recorder)


def test_a_guarded_stream_that_stands_still_lets_the_batch_pass(recorder: LedgerRecorder) -> None:
    recorder.append(one("system/person/u12", "granted"))

    receipt = recorder.append(
        Append((to(f"{TRIAL}/s/1"),), guards=(("system/person/u12", 1), ("system/person/new", 0)))
    )

    assert receipt.placed[0].position == 1


def test_a_guarded_stream_that_moved_is_a_conflict_and_nothing_is_written(recorder: LedgerRecorder) -> None:
    recorder.append(one("system/person/u12", "granted", "withdrawn"))

    with pytest.raises(ConflictError, match="system/person/u12 stands at version 2, not at 1"):
        recorder.append(Append((to(f"{TRIAL}/s/1"),), guards=(("system/person/u12", 1),)))

    assert recorder.ledgers() == ["system"]


def test_an_outcome_is_recorded_with_its_entries_in_the_order_of_the_batch(recorder: LedgerRecorder) -> None:
    recorder.append(one(f"{TRIAL}/s/0", "x"))
    streams = (to(f"{TRIAL}/s/1", "a", "b"), to(f"{VAULT}/list/1", "c"), to(f"{TRIAL}/s/1", "d", after=2))

    receipt = recorder.append(Append(streams, outcome=outcome("c-9")))

    recorded = recorder.outcome("u12", "c-9")
    assert recorded is not None
    assert (recorded.digest, recorded.code, recorded.placed) == (b"d" * 32, "accepted", receipt.placed)


def test_an_outcome_without_entries_is_recorded(recorder: LedgerRecorder) -> None:
    receipt = recorder.append(Append((), outcome=outcome()))

    assert (receipt.placed, receipt.heads) == ((), {})
    recorded = recorder.outcome("u12", "c-1")
    assert recorded is not None
    assert recorded.placed == ()


def test_the_same_command_id_is_recorded_once_for_each_actor(recorder: LedgerRecorder) -> None:
    recorder.append(Append((to(f"{TRIAL}/s/1"),), outcome=outcome("c-1", actor="u1")))
    recorder.append(Append((to(f"{TRIAL}/s/2"),), outcome=outcome("c-1", actor="u2")))

    with pytest.raises(ConflictError, match="has an outcome already"):
        recorder.append(Append((to(f"{TRIAL}/s/3"),), outcome=outcome("c-1", actor="u1")))

    assert len(everything(recorder, TRIAL)) == 2


def test_an_unknown_command_has_no_outcome(recorder: LedgerRecorder) -> None:
    assert recorder.outcome("u12", "never sent") is None


def test_a_batch_that_asks_for_nothing_writes_nothing(recorder: LedgerRecorder) -> None:
    assert recorder.append(Append(())).placed == ()
    assert recorder.append(Append((), guards=((f"{TRIAL}/s/1", 0),))).placed == ()

    assert recorder.ledgers() == []


def test_an_entry_over_the_limit_is_refused_and_the_recorder_goes_on(recorder: LedgerRecorder) -> None:
    huge = NewEntry("test.happened.v1", b'"' + b"x" * MAX_ENTRY_BYTES + b'"')

    with pytest.raises(InvalidInputError, match="at most 65535"):
        recorder.append(Append((StreamAppend(f"{TRIAL}/s/1", 0, (huge,)),)))

    assert recorder.append(one(f"{TRIAL}/s/1")).placed[0].position == 1


def test_vault_entries_lie_in_tables_of_their_own(recorder: LedgerRecorder, ledger_file: Path) -> None:
    recorder.append(Append((to(f"{TRIAL}/s/1", "seen"), to(f"{VAULT}/list/1", "hidden"))))

    with closing(sqlite3.connect(ledger_file)) as connection:
        open_rows = connection.execute("SELECT ledger FROM entry UNION SELECT ledger FROM head").fetchall()
        vault_rows = connection.execute("SELECT ledger FROM vault_entry UNION SELECT ledger FROM vault_head").fetchall()

    assert (open_rows, vault_rows) == ([(TRIAL,)], [(VAULT,)])


def test_what_was_recorded_is_there_after_opening_again_and_the_ledger_goes_on(ledger_file: Path) -> None:
    with opened(ledger_file) as first:
        first.append(one(f"{TRIAL}/s/1", "a", "b"))
        before = everything(first, TRIAL)

    with opened(ledger_file) as second:
        second.append(one(f"{TRIAL}/s/1", "c", after=2))

        assert everything(second, TRIAL)[:2] == before
        assert_whole(second)


def test_two_recorders_on_one_file_never_write_over_each_other(ledger_file: Path) -> None:
    with opened(ledger_file) as first, opened(ledger_file) as second:
        for turn in range(5):
            first.append(one(f"{TRIAL}/first/{turn}"))
            second.append(one(f"{TRIAL}/second/{turn}"))

        assert first.head(TRIAL) == second.head(TRIAL)
        assert len(everything(first, TRIAL)) == 10
        assert_whole(second)


def test_a_large_batch_is_one_transaction(recorder: LedgerRecorder) -> None:
    receipt = recorder.append(one(f"{TRIAL}/import/1", *(f"row {number}" for number in range(2_000))))

    assert receipt.heads[TRIAL].size == 2_000
    assert entry("row 1999").body in everything(recorder, TRIAL)[-1].entry
    assert_whole(recorder)
