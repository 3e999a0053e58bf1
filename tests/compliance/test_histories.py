"""Streams kept by version: what is kept, followed and folded on is what reading them anew would give."""

from collections.abc import Generator
from pathlib import Path

import pytest

from adapters.chance import SeededBytes, SetClock
from adapters.wiring import Sources, create_store
from compliance.conduct import Conduct
from compliance.histories import Histories
from domain.eligibility.rule import Measured
from domain.errors import InvalidInputError
from domain.participant.participant import Participant
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import START, Desk, open_desk

REASON = {"code": "transcription", "text": "Digits were swapped in copying."}


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6)
        yield opened


def test_what_is_followed_agrees_with_what_is_read_anew_through_corrections_and_what_comes_after(desk: Desk) -> None:
    number = enrolled(desk)
    stream = f"trial:T1/participant/{number}"
    kept = Histories(desk.store.ledger)
    kept.follow("trial:T1")
    kept.load(stream)
    value = {"type": "measured", "quantity": {"value": "40", "unit": "a"}}
    done = desk.send("coo01", "record_fact", {"participant": number, "fact": "age", "value": value})
    assert done.receipt is not None
    assert done.receipt.placed[0].event_id is not None
    correction = {
        "stream": f"participant/{number}",
        "target": str(done.receipt.placed[0].event_id),
        "pointer": "/payload/value/quantity/value",
        "old": "40",
        "new": "41",
        "reason": REASON,
    }

    desk.send("coo01", "correct_record", correction)
    kept.follow("trial:T1")
    corrected = kept.load(stream)
    desk.send("coo01", "record_visit", {"participant": number, "visit": "V1"})
    kept.follow("trial:T1")

    assert isinstance(corrected.aggregate, Participant)
    age = corrected.aggregate.known["age"].value
    assert isinstance(age, Measured)
    assert str(age.quantity.value) == "41"
    assert kept.load(stream) == Histories(desk.store.ledger).load(stream)
    assert kept.load(stream).version == corrected.version + 1


def test_a_stream_that_was_let_go_is_read_again(desk: Desk) -> None:
    one, other = enrolled(desk), enrolled(desk)
    few = Histories(desk.store.ledger, keep=1)
    streams = [f"trial:T1/participant/{number}" for number in (one, other, one)]

    versions = [few.load(stream).version for stream in streams]

    assert versions == [len(desk.store.ledger.stream(stream)) for stream in streams]


def test_more_than_a_page_of_news_is_taken_in_at_once(desk: Desk) -> None:
    number = enrolled(desk)
    stream = f"trial:T1/participant/{number}"
    kept = Histories(desk.store.ledger)
    kept.follow("trial:T1")
    kept.load(stream)
    for _ in range(510):
        desk.send("coo01", "record_visit", {"participant": number, "visit": "V1", "done": False})

    position = kept.follow("trial:T1")

    assert position == desk.size("trial:T1")
    assert kept.load(stream).version == len(desk.store.ledger.stream(stream))


def test_a_store_that_was_never_set_up_says_so(tmp_path: Path, desk: Desk) -> None:
    sources = Sources(SetClock(START), SeededBytes("empty"), seeded=True)
    empty = create_store(tmp_path / "empty", tmp_path / "empty.key", sources)
    envelope = desk.envelope("register_person", {"person": "x", "printed_name": "X", "organisation": "O"})

    with pytest.raises(InvalidInputError) as error:
        Conduct(empty.ports).carry_out(envelope, desk.identity("admin"), trial=None)

    assert error.value.code == "not_set_up"
    assert empty.ledger.ledgers() == []
    empty.close()
