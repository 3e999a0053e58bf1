"""The eventsourcing library over one ledger: its own expectations, and what it must not be able to do."""

from threading import Thread
from typing import Any

import pytest
from eventsourcing.persistence import IntegrityError, ProgrammingError, StoredEvent

from adapters.storage.application_recorder import LedgerApplicationRecorder
from adapters.storage.recorder import LedgerRecorder
from tests.storage.ledgers import TRIAL, VAULT, body, everything, one, outcome


@pytest.fixture
def trial(recorder: LedgerRecorder) -> LedgerApplicationRecorder:
    return LedgerApplicationRecorder(recorder, TRIAL, poll_seconds=0.001)


def event(stream: str, version: int, topic: str = "test.happened.v1", text: str = "a") -> StoredEvent:
    return StoredEvent(f"{TRIAL}/{stream}", version, topic, body(text))


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({"start": None, "limit": 10}, [1, 2, 3]),
        ({"start": 1, "limit": 10}, [1, 2, 3]),
        ({"start": 2, "limit": 1}, [2]),
        ({"start": None, "limit": 10, "stop": 2}, [1, 2]),
        ({"start": 1, "limit": 10, "inclusive_of_start": False}, [2, 3]),
        ({"start": 1, "limit": 10, "stop": 2, "inclusive_of_start": False}, [2]),
        ({"start": 3, "limit": 1, "inclusive_of_start": False}, []),
        ({"start": 1, "limit": 10, "topics": ["topic1", "topic3"]}, [1, 3]),
        ({"start": 0, "limit": 10, "topics": ["topic2"]}, [2]),
    ],
)
def test_notifications_are_the_entries_of_the_ledger_by_position(
    trial: LedgerApplicationRecorder, asked: dict[str, Any], ids: list[int]
) -> None:
    trial.insert_events([event("s/1", 1, "topic1"), event("s/1", 2, "topic2"), event("s/2", 1, "topic3")])

    assert [found.id for found in trial.select_notifications(**asked)] == ids


def test_a_stream_can_be_read_backwards_and_in_part(trial: LedgerApplicationRecorder) -> None:
    trial.insert_events([event("s/1", version) for version in (1, 2, 3)])

    def versions(**asked: Any) -> list[int]:
        return [found.originator_version for found in trial.select_events(f"{TRIAL}/s/1", **asked)]

    assert versions() == [1, 2, 3]
    assert versions(desc=True, limit=1) == [3]
    assert versions(lte=2, desc=True, limit=1) == [2]
    assert versions(gt=1, lte=2) == [2]


def test_nothing_to_insert_is_no_error(trial: LedgerApplicationRecorder) -> None:
    assert trial.insert_events([]) is None


def test_events_go_in_as_bodies_and_come_out_as_whole_entries(
    trial: LedgerApplicationRecorder, recorder: LedgerRecorder
) -> None:
    positions = trial.insert_events([event("s/1", 1, "t.a.v1"), event("s/1", 2, "t.b.v1")])

    (first, second) = trial.select_events(f"{TRIAL}/s/1")
    assert positions == [1, 2]
    assert (first.topic, second.originator_version) == ("t.a.v1", 2)
    assert [first.state, second.state] == [stored.entry for stored in everything(recorder, TRIAL)]


def test_events_of_several_streams_are_one_append_with_guards_and_outcome(
    trial: LedgerApplicationRecorder, recorder: LedgerRecorder
) -> None:
    recorder.append(one("system/person/u12", "granted"))

    trial.insert_events(
        [event("s/1", 1), event("s/2", 1), event("s/1", 2)],
        guards=(("system/person/u12", 1),),
        outcome=outcome("c-1"),
    )

    recorded = recorder.outcome("u12", "c-1")
    assert recorded is not None
    assert [place.position for place in recorded.placed] == [1, 2, 3]
    with pytest.raises(IntegrityError, match="stands at version 1"):
        trial.insert_events([event("s/3", 1)], guards=(("system/person/u12", 0),))


def test_versions_that_leave_a_gap_are_refused(trial: LedgerApplicationRecorder) -> None:
    with pytest.raises(IntegrityError, match="do not follow"):
        trial.insert_events([event("s/1", 1), event("s/1", 3)])
    with pytest.raises(IntegrityError, match="stands at version 0"):
        trial.insert_events([event("s/1", 2)])

    assert trial.max_notification_id() is None


def test_a_stream_of_another_ledger_is_refused(trial: LedgerApplicationRecorder, recorder: LedgerRecorder) -> None:
    recorder.append(one(f"{VAULT}/list/1", "slot"))

    with pytest.raises(ProgrammingError, match="is not in the ledger"):
        trial.select_events(f"{VAULT}/list/1")
    with pytest.raises(ProgrammingError, match="is not in the ledger"):
        trial.insert_events([StoredEvent(f"{VAULT}/list/1", 2, "t.v1", body("x"))])


def test_an_unknown_keyword_is_refused(trial: LedgerApplicationRecorder) -> None:
    with pytest.raises(ProgrammingError, match="does not know tracking"):
        trial.insert_events([event("s/1", 1)], tracking="anything")


def test_a_subscription_passes_over_other_topics_and_sees_what_comes_later(
    trial: LedgerApplicationRecorder,
) -> None:
    trial.insert_events([event("s/1", 1, "wanted"), event("s/1", 2, "other"), event("s/1", 3, "wanted")])
    later = Thread(target=lambda: trial.insert_events([event("s/1", 4, "other"), event("s/1", 5, "wanted")]))

    with trial.subscribe(gt=1, topics=["wanted"]) as subscription:
        first = next(subscription)
        later.start()
        second = next(subscription)
        later.join()
        subscription.stop()

        assert list(subscription) == []

    assert [first.id, second.id] == [3, 5]


def test_a_subscription_gives_more_than_one_page_in_order(
    trial: LedgerApplicationRecorder,
) -> None:
    trial.insert_events([event("s/1", version) for version in range(1, 1_203)])

    with trial.subscribe() as subscription:
        found = [next(subscription).id for _ in range(1_202)]

    assert found == list(range(1, 1_203))
