"""Failures in a row lock an account for longer and longer; a flood of them leaves a few entries and no more."""

import logging
from datetime import timedelta

import pytest

from domain.errors import LoginError
from domain.session.facts import AuthenticationFailed, AuthenticationLocked
from tests.identity.house import DEVICE, ORIGINATOR, SOURCE, House, reopened

MINUTE = timedelta(minutes=1)


def wrong(house: House, times: int, person: str = "ana", source: str = SOURCE) -> None:
    for _ in range(times):
        with pytest.raises(LoginError):
            house.door.log_in(person, "wrong", "000000", source=source, device=DEVICE, originator=ORIGINATOR)


def right_is_refused(house: House) -> None:
    with pytest.raises(LoginError):
        house.log_in("ana")


@pytest.mark.requirement("P11-33", "E6-25", "EMA-15")
def test_the_fifth_failure_locks_for_a_minute_and_the_ledger_says_so_once(house: House) -> None:
    wrong(house, 4)
    house.log_in("ana")
    wrong(house, 5)

    right_is_refused(house)

    (locked,) = house.facts(AuthenticationLocked)
    assert (locked.person, locked.failures, locked.until) == ("ana", 5, house.now + MINUTE)
    house.later(MINUTE)
    house.log_in("ana")


@pytest.mark.requirement("P11-33")
def test_attempts_on_a_locked_account_neither_prolong_nor_deepen_the_lock(house: House) -> None:
    wrong(house, 5)

    house.later(timedelta(seconds=59))
    wrong(house, 20)

    assert len(house.facts(AuthenticationLocked)) == 1
    house.later(timedelta(seconds=1))
    house.log_in("ana")


@pytest.mark.requirement("P11-33")
def test_each_further_failure_locks_twice_as_long_up_to_an_hour(house: House) -> None:
    wrong(house, 4)
    spans: list[float] = []
    for _ in range(8):
        wrong(house, 1)
        locked = house.facts(AuthenticationLocked)[-1]
        spans.append((locked.until - house.now) / MINUTE)
        house.later(locked.until - house.now)

    assert spans == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_success_begins_the_count_anew(house: House) -> None:
    wrong(house, 4)
    house.log_in("ana")

    wrong(house, 4)

    assert house.log_in("ana")
    assert house.facts(AuthenticationLocked) == []


def test_a_lock_is_of_one_account_and_not_of_its_source(house: House) -> None:
    house.owner("ben")
    wrong(house, 5)

    assert house.log_in("ben")


def test_a_session_that_is_open_goes_on_while_the_account_is_locked(house: House) -> None:
    token = house.log_in("ana").token

    wrong(house, 5)

    assert house.identity(token).person == "ana"


@pytest.mark.requirement("P11-33")
def test_a_flood_of_a_thousand_wrong_passwords_leaves_a_few_entries(house: House) -> None:
    before = house.size()

    wrong(house, 500)
    wrong(house, 500, "nobody")
    house.later(MINUTE)
    house.door.catch_up()

    assert house.size() - before == 3
    first, rest = house.facts(AuthenticationFailed)
    assert (first.count, rest.count) == (1, 999)
    assert {one.person: one.count for one in rest.persons} == {"ana": 499}
    assert len(house.facts(AuthenticationLocked)) == 1


@pytest.mark.requirement("P11-33")
def test_a_flood_from_hundreds_of_addresses_leaves_a_few_entries_a_minute(house: House) -> None:
    before = house.size()

    for number in range(300):
        wrong(house, 1, "nobody", f"2001:db8::{number:x}")
    house.later(MINUTE)
    house.door.catch_up()

    assert house.size() - before <= 22
    failed = house.facts(AuthenticationFailed)
    assert sum(fact.count for fact in failed) == 300
    assert failed[-1].source == "all other sources"


def test_what_failed_meanwhile_is_told_with_the_next_entry_of_its_source(house: House) -> None:
    wrong(house, 3)
    since = house.now
    house.later(timedelta(seconds=59))
    wrong(house, 1)
    house.later(timedelta(seconds=1))

    wrong(house, 1)

    counts = [(fact.count, fact.since) for fact in house.facts(AuthenticationFailed)]
    assert counts == [(1, since), (4, since)]


def test_failures_of_two_kinds_from_one_source_take_turns(house: House) -> None:
    house.registered("ben")
    house.invited("ben")
    wrong(house, 2)
    with pytest.raises(LoginError):
        house.door.confirm("ben", "wrong", "000000", source=SOURCE)

    told: list[list[tuple[str, int]]] = []
    for _ in range(2):
        house.later(MINUTE)
        house.door.catch_up()
        told.append([(fact.purpose, fact.count) for fact in house.facts(AuthenticationFailed)])

    assert told == [[("login", 1), ("login", 1)], [("login", 1), ("login", 1), ("activation", 1)]]


def test_an_entry_names_at_most_a_hundred_accounts(house: House) -> None:
    for number in range(120):
        house.door.note_failure("token", SOURCE, f"u{number}")
    house.later(MINUTE)

    house.door.catch_up()

    last = house.facts(AuthenticationFailed)[-1]
    assert (last.count, len(last.persons)) == (119, 100)


def test_a_clock_that_stepped_back_silences_no_source(house: House) -> None:
    wrong(house, 1)
    house.desk.clock.shows -= timedelta(hours=1)

    wrong(house, 1)

    assert len(house.facts(AuthenticationFailed)) == 2


def test_the_count_and_the_lock_outlive_the_process(house: House, caplog: pytest.LogCaptureFixture) -> None:
    wrong(house, 4)

    with reopened(house) as other:
        wrong(other, 1)
        right_is_refused(other)

    assert len(house.facts(AuthenticationLocked)) == 1
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
