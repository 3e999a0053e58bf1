"""A writer killed at any moment loses nothing that it acknowledged, even where unflushed bytes are lost."""

from pathlib import Path
from random import Random

import pytest

from tests.faults.forgetful_disk import ForgetfulDisk
from tests.faults.writers import Writers, lost
from tests.storage.ledgers import TRIAL, VAULT, assert_whole, everything, opened

pytestmark = pytest.mark.faults

KILLS = 20


def test_a_killed_writer_loses_no_acknowledged_entry(ledger_file: Path, writers: Writers) -> None:
    chance = Random(1)
    for kill in range(KILLS):
        writers.run_and_kill(f"{kill}", chance)

        with opened(ledger_file) as recorder:
            assert lost(writers, recorder) == []
            assert_whole(recorder)

    with opened(ledger_file) as recorder:
        assert len(everything(recorder, TRIAL)) == len(everything(recorder, VAULT))
    assert writers.finished < KILLS / 2, "most were to be killed at work"


def test_a_power_cut_loses_no_acknowledged_entry(
    ledger_file: Path, disk: ForgetfulDisk, writers_on_disk: Writers
) -> None:
    chance = Random(2)
    undone = 0
    for kill in range(KILLS):
        writers_on_disk.run_and_kill(f"{kill}", chance)
        undone += disk.forget_what_was_not_flushed()

        with opened(ledger_file) as recorder:
            assert lost(writers_on_disk, recorder) == []
            assert_whole(recorder)
            assert len(everything(recorder, TRIAL)) == len(everything(recorder, VAULT))

    assert undone > 0
    assert writers_on_disk.finished < KILLS / 2, "most were to be killed at work"


def test_a_writer_that_does_not_flush_does_lose_what_it_acknowledged(
    ledger_file: Path, disk: ForgetfulDisk, writers_on_disk: Writers
) -> None:
    """The control of the test above: it proves that the disk there forgets."""
    writers_on_disk.run("careless", "carelessly")
    assert len(writers_on_disk.stored) == 100

    assert disk.forget_what_was_not_flushed() > 0

    with opened(ledger_file) as recorder:
        assert len(lost(writers_on_disk, recorder)) > 0
