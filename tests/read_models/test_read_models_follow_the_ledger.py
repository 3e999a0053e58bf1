"""Read models are current, exactly once, and equal to what a replay of the ledger shows."""

from collections.abc import Generator
from itertools import cycle
from pathlib import Path

import pytest

from adapters.read_models.file import ViewFile
from adapters.read_models.follower import BATCH, Follower
from compliance.pages import all_entries
from domain.errors import StorageUnavailableError
from domain.plain import written
from projections.catalogue import PROJECTIONS
from projections.replay import replay
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk

LEDGER = "trial:T1"


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=60)
        yield opened


def follower(desk: Desk, name: str = "blinded") -> Follower:
    return Follower(desk.store.ledger, ViewFile(desk.store.folder / "read-models" / f"{name}.sqlite"))


def assert_current(desk: Desk, views: Follower) -> None:
    entries = all_entries(desk.store.ledger, LEDGER)
    for name, projection in PROJECTIONS.items():
        assert views.view(LEDGER, name) == written(replay(projection, entries).view()).encode(), name


def correct_a_fact(desk: Desk, number: str) -> None:
    target = desk.store.ledger.stream(f"{LEDGER}/participant/{number}")[2].body.event_id
    correction = {
        "stream": f"participant/{number}",
        "target": str(target),
        "pointer": "/payload/value/holds",
        "old": True,
        "new": False,
        "reason": {"code": "transcription", "text": "The sheet said the opposite."},
    }
    desk.send("coo01", "correct_record", correction)


def test_live_views_equal_a_replay_after_every_batch_also_after_a_correction(desk: Desk) -> None:
    views = follower(desk)
    views.catch_up()
    number = enrolled(desk)
    views.catch_up()
    correct_a_fact(desk, number)

    reached = views.catch_up()

    assert reached == {LEDGER: desk.size(LEDGER)}
    assert_current(desk, views)


def test_rebuilt_views_equal_live_ones(desk: Desk) -> None:
    views = follower(desk)
    for _ in range(3):
        enrolled(desk)
        views.catch_up()
    live = {name: views.view(LEDGER, name) for name in PROJECTIONS}

    views.rebuild()

    assert {name: views.view(LEDGER, name) for name in PROJECTIONS} == live


def test_a_follower_that_starts_anew_goes_on_where_the_last_one_stopped(desk: Desk) -> None:
    follower(desk).catch_up()
    enrolled(desk)

    later = follower(desk)
    later.catch_up()

    assert_current(desk, later)


def test_two_followers_of_one_file_count_nothing_twice(desk: Desk) -> None:
    one, other = follower(desk), follower(desk)
    one.catch_up()
    enrolled(desk)
    other.catch_up()
    enrolled(desk)
    one.catch_up()

    assert_current(desk, one)
    assert_current(desk, other)


def test_more_entries_than_a_batch_are_taken_in_several_steps(desk: Desk) -> None:
    strata = cycle("AB")
    while desk.size(LEDGER) < BATCH + 50:
        enrolled(desk, next(strata))

    views = follower(desk)
    views.catch_up()

    assert_current(desk, views)


def test_views_lie_outside_the_ledger_file_and_a_lost_file_is_made_again(desk: Desk) -> None:
    follower(desk).catch_up()
    for part in (desk.store.folder / "read-models").iterdir():
        part.unlink()

    views = follower(desk)
    views.catch_up()

    assert_current(desk, views)


def test_a_file_that_is_no_database_is_named_with_what_to_do(desk: Desk) -> None:
    path = desk.store.folder / "read-models" / "broken.sqlite"
    path.write_bytes(b"this is not a database, whatever its name says" * 100)

    with pytest.raises(StorageUnavailableError) as error:
        follower(desk, "broken")

    assert "Delete the file" in error.value.next_step
