"""A batch can ask that a whole ledger stands where its writer read it: nothing came, not even in a new stream."""

from pathlib import Path

import pytest

from adapters.storage.batch import Append
from adapters.storage.recorder import LedgerRecorder
from domain.errors import ConflictError
from tests.storage.ledgers import TRIAL, VAULT, assert_whole, everything, one, opened, to


def test_a_ledger_of_the_size_that_was_read_lets_the_batch_pass(recorder: LedgerRecorder) -> None:
    recorder.append(one(f"{TRIAL}/s/1", "a", "b"))

    receipt = recorder.append(Append((to(f"{TRIAL}/s/2"),), guards=((TRIAL, 2), (VAULT, 0))))

    assert receipt.placed[0].position == 3
    assert_whole(recorder)


@pytest.mark.parametrize("size", [0, 1, 3])
@pytest.mark.parametrize("into", [TRIAL, VAULT])
def test_a_ledger_of_another_size_stops_the_batch(recorder: LedgerRecorder, into: str, size: int) -> None:
    recorder.append(one(f"{TRIAL}/s/1", "a", "b"))

    with pytest.raises(ConflictError, match=f"{TRIAL} stands at position 2, not at {size}"):
        recorder.append(Append((to(f"{into}/s/2"),), guards=((TRIAL, size),)))

    assert [len(everything(recorder, ledger)) for ledger in (TRIAL, VAULT)] == [2, 0]


def test_what_another_process_added_is_seen_though_a_head_is_remembered(
    recorder: LedgerRecorder, ledger_file: Path
) -> None:
    recorder.append(one(f"{TRIAL}/s/1"))
    with opened(ledger_file) as other:
        other.append(one(f"{TRIAL}/s/2"))

    with pytest.raises(ConflictError):
        recorder.append(Append((to(f"{VAULT}/s/1"),), guards=((TRIAL, 1),)))

    assert recorder.append(Append((to(f"{VAULT}/s/1"),), guards=((TRIAL, 2),))).placed[0].position == 1
    assert_whole(recorder)
