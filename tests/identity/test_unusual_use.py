"""What the genuine owner would hardly do is raised as a signal, and refuses nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from domain.errors import LoginError
from domain.session.facts import Signal, SignalRaised
from tests.identity.house import DEVICE, ORIGINATOR, SOURCE, STEP, House, reopened


def signals(house: House) -> list[tuple[Signal, str]]:
    return [(fact.signal, fact.detail) for fact in house.facts(SignalRaised)]


@pytest.mark.requirement("P11-27", "P11-33")
def test_a_second_open_session_is_a_signal(house: House) -> None:
    first = house.log_in("ana")
    second = house.log_in("ana")

    (signal,) = house.facts(SignalRaised)
    assert (signal.signal, signal.person) == ("concurrent_session", "ana")
    assert signal.session == second.identity.session
    assert signal.detail == f"beside {first.identity.session}"
    assert house.identity(first.token)


def test_a_session_that_is_over_is_none_beside(house: House) -> None:
    house.log_in("ana")
    house.later(timedelta(minutes=15))

    house.log_in("ana")

    assert signals(house) == []


def test_two_people_with_a_session_each_are_no_signal(house: House) -> None:
    house.owner("ben")
    house.log_in("ana")
    house.log_in("ben")

    assert signals(house) == []


@pytest.mark.requirement("P11-27")
def test_a_device_never_seen_for_this_person_is_a_signal_from_the_second_one_on(house: House) -> None:
    for device in ("laptop", "laptop", "phone", "phone", "laptop"):
        house.door.log_out(house.log_in("ana", device=device).token)

    assert signals(house) == [("new_device", "phone")]


def test_what_is_known_about_devices_outlives_the_process(house: House) -> None:
    house.door.log_out(house.log_in("ana", device="laptop").token)

    with reopened(house) as other:
        other.log_in("ana", device="laptop")

    assert signals(house) == []


def test_of_two_log_ins_at_the_same_moment_the_second_is_a_signal(house: House) -> None:
    owner, step = house.owners["ana"], house.now
    codes = [owner.code(step - STEP), owner.code(step), owner.code(step + STEP)]

    def attempt(code: str) -> bool:
        try:
            house.door.log_in("ana", owner.password, code, source=SOURCE, device=DEVICE, originator=ORIGINATOR)
        except LoginError:
            return False  # its time-step lay before one that was taken
        return True

    with ThreadPoolExecutor(3) as pool:
        came_in = list(pool.map(attempt, codes)).count(True)

    assert came_in >= 1
    assert [name for name, _ in signals(house)].count("concurrent_session") == came_in - 1
