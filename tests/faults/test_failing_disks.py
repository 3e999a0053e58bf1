"""A disk that is full or dying: every acknowledged entry is there, everything else is told as it is."""

from pathlib import Path

import pytest

from tests.faults.forgetful_disk import ForgetfulDisk
from tests.faults.writers import Writers, lost
from tests.storage.ledgers import TRIAL, assert_whole, everything, opened

pytestmark = pytest.mark.faults


def test_a_full_disk_is_told_loses_nothing_and_can_be_written_again_once_there_is_room(
    ledger_file: Path, disk: ForgetfulDisk, writers_on_disk: Writers
) -> None:
    writers_on_disk.run("1", "until-full")
    disk.forget_what_was_not_flushed()

    assert writers_on_disk.refused == ["storage_full"] * 3
    assert len(writers_on_disk.stored) > 10
    with opened(ledger_file) as recorder:
        assert lost(writers_on_disk, recorder) == []
        assert len(everything(recorder, TRIAL)) * 2 == len(writers_on_disk.stored)
        assert_whole(recorder)


def test_a_disk_that_fails_to_flush_leaves_the_write_in_doubt_and_loses_nothing(
    ledger_file: Path, disk: ForgetfulDisk, writers_on_disk: Writers
) -> None:
    writers_on_disk.run("1", "failing-flushes")
    disk.forget_what_was_not_flushed()

    assert set(writers_on_disk.refused) <= {"in_doubt", "storage_unavailable"}
    assert "in_doubt" in writers_on_disk.refused
    with opened(ledger_file) as recorder:
        assert lost(writers_on_disk, recorder) == []
        assert_whole(recorder)
