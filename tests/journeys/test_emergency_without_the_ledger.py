"""The ledger cannot write, or not in time: the key store records first, discloses, and the ledger follows late."""

import sqlite3
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from time import monotonic, sleep

import pytest

from adapters.emergency import emergency_log, recorded_breaks
from adapters.wiring import LEDGER_FILE
from compliance.emergency_gaps import gaps
from domain.errors import LoginError, Refusal
from domain.unblinding.facts import (
    ArmDisclosed,
    BreakNotified,
    DisclosureEnteredLate,
    DisclosureRepeated,
    EmergencyUnblindingInvoked,
)
from tests.journeys.breaking import Emergency, emergency
from tests.journeys.filling import fills, makes_room


@pytest.fixture
def trial(tmp_path: Path) -> Generator[Emergency]:
    with emergency(tmp_path) as opened:
        yield opened


def kinds(trial: Emergency, request: str) -> list[type]:
    return [type(entry.fact) for entry in trial.of_request(request)]


def test_the_ordinary_way_records_in_the_ledger_alone(trial: Emergency) -> None:
    shown = trial.breaks()

    assert (shown.arm, shown.noted, trial.records()) == (trial.true_arm(), None, 0)
    assert kinds(trial, shown.request) == [EmergencyUnblindingInvoked, ArmDisclosed, BreakNotified]


@pytest.mark.requirement("E6-06")
def test_a_full_disk_discloses_by_the_key_store_and_the_entry_follows(trial: Emergency) -> None:
    fills(trial)
    before = len(trial.told())

    shown = trial.breaks()

    assert shown.arm == trial.true_arm()
    assert shown.noted is not None
    assert shown.noted.record.cause == "storage_full"
    assert len(trial.told()) == before
    assert [gap.gap for gap in gaps(recorded_breaks(trial.store).records(), trial.told(), trial="T1")] == [
        "not_entered"
    ]

    makes_room(trial)
    trial.house.later()
    entered = trial.enters_late()

    assert [one.state for one in entered] == ["entered"]
    assert kinds(trial, shown.request) == [
        EmergencyUnblindingInvoked,
        ArmDisclosed,
        BreakNotified,
        DisclosureEnteredLate,
    ]
    late = trial.of_request(shown.request)[-1]
    assert (late.fact.number, late.fact.chain, late.fact.cause) == (1, shown.noted.chain, "storage_full")
    assert {entry.body.command_id for entry in trial.of_request(shown.request)} == {shown.noted.record.command_id}
    assert (late.body.actor, late.body.performer.person) == ("trialproof", "inv01")
    assert late.body.occurred_at.earliest == shown.at < late.frame.recorded_at
    assert gaps(recorded_breaks(trial.store).records(), trial.told(), trial="T1") == ()


def test_the_late_entry_is_made_once(trial: Emergency) -> None:
    fills(trial)
    trial.breaks()
    makes_room(trial)
    trial.enters_late()
    size = len(trial.told())

    again = trial.enters_late()

    assert [one.state for one in again] == ["there"]
    assert len(trial.told()) == size


def test_a_writer_that_hangs_is_waited_for_two_seconds_and_no_longer(trial: Emergency) -> None:
    holder = "import sqlite3,sys,time;c=sqlite3.connect(sys.argv[1],isolation_level=None);"
    holder += "c.execute('BEGIN IMMEDIATE');print('held',flush=True);sys.stdin.read();c.execute('ROLLBACK')"
    path = trial.store.folder / LEDGER_FILE
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()

        shown = trial.breaks(seconds=2.0)

        assert shown.arm == trial.true_arm()
        assert shown.noted is not None
        assert shown.noted.record.cause == "too_slow"
        other.communicate()


@pytest.mark.parametrize("file", ["identity/credentials.sqlite", "keys/keystore.sqlite"])
def test_neither_the_file_of_secrets_nor_the_key_store_is_waited_for(trial: Emergency, file: str) -> None:
    held = sqlite3.connect(trial.store.folder / file, isolation_level=None, check_same_thread=False)
    held.execute("BEGIN IMMEDIATE")

    shown = trial.breaks(seconds=2.0)
    held.execute("ROLLBACK")
    held.close()

    assert shown.noted is not None
    assert (shown.arm, shown.noted.record.cause) == (trial.true_arm(), "too_slow")
    assert trial.enters_late()[0].state in {"entered", "matched"}  # the first way goes on meanwhile
    assert gaps(recorded_breaks(trial.store).records(), trial.told(), trial="T1") == ()


def test_wrong_secret_is_refused_and_pointed_to_the_desk_also_with_the_disk_full(trial: Emergency) -> None:
    fills(trial)

    with pytest.raises(LoginError) as refused:
        trial.breaks(secret="wrong")

    assert "code-break desk" in refused.value.next_step
    assert trial.records() == 0


def test_another_site_and_nobody_allocated_are_refused_without_the_ledger_as_with_it(trial: Emergency) -> None:
    fills(trial)

    with pytest.raises(Refusal) as refused:
        trial.breaks(participant="099")

    assert refused.value.code in {"never_allocated", "not_allowed"}
    assert "code-break desk" in refused.value.next_step
    assert trial.records() == 0


def test_who_was_told_by_the_ledger_is_told_the_same_without_it(trial: Emergency) -> None:
    first = trial.breaks()
    fills(trial)

    second = trial.breaks()
    makes_room(trial)
    trial.enters_late()

    assert (second.arm, second.request) == (first.arm, first.request)
    assert kinds(trial, first.request)[-2:] == [DisclosureRepeated, DisclosureEnteredLate]


def test_asked_twice_without_the_ledger_one_disclosure_and_a_repetition_are_entered(trial: Emergency) -> None:
    fills(trial)
    first, second = trial.breaks(), trial.breaks()
    makes_room(trial)

    entered = trial.enters_late()

    assert first.request == second.request
    assert [one.state for one in entered] == ["entered", "entered"]
    told = kinds(trial, first.request)
    assert (told.count(ArmDisclosed), told.count(DisclosureRepeated), told.count(DisclosureEnteredLate)) == (1, 1, 2)


def test_a_write_that_was_given_up_and_landed_all_the_same_is_found_by_its_command_id(trial: Emergency) -> None:
    wish = trial.wish()
    connection = sqlite3.connect(trial.store.folder / LEDGER_FILE, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    shown = trial.breaks(envelope=wish, seconds=0.5)
    connection.execute("ROLLBACK")
    connection.close()
    until = monotonic() + 30
    while trial.store.ledger.outcome("inv01", wish.command_id) is None and monotonic() < until:
        sleep(0.05)

    entered = trial.enters_late()

    assert shown.noted is not None
    assert shown.noted.record.cause == "too_slow"
    assert [one.state for one in entered] == ["matched"]
    assert kinds(trial, shown.request) == [
        EmergencyUnblindingInvoked,
        ArmDisclosed,
        BreakNotified,
        DisclosureEnteredLate,
    ]
    assert gaps(recorded_breaks(trial.store).records(), trial.told(), trial="T1") == ()


def test_the_same_command_sent_again_after_the_late_entry_is_known(trial: Emergency) -> None:
    wish = trial.wish()
    fills(trial)
    first = trial.breaks(envelope=wish)
    makes_room(trial)
    trial.enters_late()
    before = len(trial.told())

    again = trial.breaks(envelope=wish)

    assert (again.arm, again.noted) == (first.arm, None)
    assert len(trial.told()) == before


def test_nothing_of_the_arm_is_in_the_record_or_in_what_is_printed_of_it(trial: Emergency) -> None:
    fills(trial)

    shown = trial.breaks()

    (row,) = emergency_log(trial.store).rows()
    assert shown.label in {"first of two", "the other one"}
    assert shown.label.encode() not in row.plain
    assert shown.label not in repr((shown, row, shown.noted))
