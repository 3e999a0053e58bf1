"""A session: open from its start to its end or its limit, over for ever, ended by an administrator at once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import streams
from domain.people.facts import TrialAdded
from domain.session.commands import EndSession
from domain.session.facts import SessionEnded, SessionStarted, SigningOpened
from domain.session.limits import Limits
from domain.session.session import Session
from tests.domain.harness import facts_of
from tests.domain.people_story import Office

NOW = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
STREAM = streams.session("s1")
ENDING = EndSession(person="u1", session="s1")


def started(hours: int = 12) -> Office:
    world = Office()
    fact = SessionStarted(
        components=("password", "totp"),
        device="a device",
        ends=world.now + timedelta(hours=hours),
        idle_minutes=15,
        person="u1",
        session="s1",
        strength="password_totp",
    )
    world.happened(STREAM, fact)
    return world


def session(world: Office) -> Session:
    return world.get(Session, STREAM)


def test_a_session_that_never_began_is_nobodys() -> None:
    assert not Session.start().is_open("", NOW)
    assert not Session.start().is_open("u1", NOW)


@pytest.mark.requirement("P11-07")
def test_a_session_is_open_for_its_person_until_its_limit() -> None:
    world = started(hours=12)

    known = session(world)

    assert (known.session, known.person, known.strength, known.has_signed) == ("s1", "u1", "password_totp", False)
    assert known.is_open("u1", world.now)
    assert not known.is_open("u2", world.now)
    assert known.is_open("u1", known.ends - timedelta(microseconds=1))
    assert not known.is_open("u1", known.ends)


@pytest.mark.requirement("P11-26")
def test_a_session_that_has_ended_never_opens_again() -> None:
    world = started()

    world.happened(STREAM, SessionEnded(person="u1", session="s1", why="idle"))

    assert not session(world).is_open("u1", world.now)


@pytest.mark.requirement("P11-25")
def test_a_session_knows_its_first_signing() -> None:
    world = started()

    world.happened(STREAM, SigningOpened(components=("password", "totp"), person="u1", session="s1"))

    assert session(world).has_signed
    assert session(world).is_open("u1", world.now)


def test_a_session_is_unmoved_by_what_is_not_about_sessions() -> None:
    world = started()
    before = session(world)

    entry = world.happened("system/trial/T1", TrialAdded(trial="T1"))

    assert before.after(entry).at_version(before.version) == before


@pytest.mark.requirement("P11-32")
def test_an_administrator_ends_a_session_at_once() -> None:
    world = started()

    entries = world.when(ENDING)

    assert facts_of(entries) == (SessionEnded(person="u1", session="s1", why="revoked"),)
    assert not session(world).is_open("u1", world.now)
    assert world.refuses(ENDING).code == "no_such_session"


def test_only_an_open_session_of_that_person_is_ended() -> None:
    world = started(hours=1)

    assert world.refuses(EndSession(person="u2", session="s1")).code == "no_such_session"
    assert world.refuses(EndSession(person="u1", session="s2")).code == "no_such_session"
    world.later(hours=1)
    assert world.refuses(ENDING).code == "no_such_session"


LIMITS = st.builds(
    Limits,
    failures_before_lock=st.integers(1, 20),
    first_lock=st.timedeltas(timedelta(seconds=1), timedelta(minutes=10)),
    longest_lock=st.timedeltas(timedelta(minutes=10), timedelta(days=1)),
)


@pytest.mark.requirement("P11-33")
@given(LIMITS, st.integers(0, 10_000))
def test_an_account_is_locked_from_the_limit_on_and_never_shorter_than_before(limits: Limits, failures: int) -> None:
    locked, after = limits.lock_after(failures), limits.lock_after(failures + 1)

    assert (locked is None) is (failures < limits.failures_before_lock)
    if locked is not None:
        assert after is not None
        assert limits.first_lock <= locked <= after <= limits.longest_lock


def test_the_lock_doubles_with_each_failure_up_to_the_longest() -> None:
    locks = [Limits().lock_after(failures) for failures in range(4, 13)]

    minutes = [None if lock is None else lock // timedelta(minutes=1) for lock in locks]
    assert minutes == [None, 1, 2, 4, 8, 16, 32, 60, 60]
