"""Who reads which words of a narrative: safety and the writing site the original, blinded readers what was released."""

from collections.abc import Generator
from pathlib import Path
from uuid import UUID

import pytest

from compliance.inquire import Inquire
from domain.access.facts import RecordRead
from domain.errors import Refusal
from projections.adverse_events import AdverseEvents
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk

ORIGINAL = "Fever of 39 degrees, two hours after the infusion of the cells."
RELEASED = "Fever of 39 degrees, two hours after treatment."


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6)
        for person, role in (("auditor", "auditor"), ("doctor", "safety_physician"), ("reviewer", "unblinded_monitor")):
            opened.hire(person, role)
        yield opened


@pytest.fixture
def inquire(desk: Desk) -> Inquire:
    return Inquire(desk.store.ports)


def reported(desk: Desk) -> tuple[str, UUID]:
    """A case with a narrative; its number and the entry."""
    told = {"participant": enrolled(desk), "reporter": "site", "term": "Fever", "narrative": ORIGINAL}
    done = desk.send("coo01", "report_adverse_event", told)
    assert done.receipt is not None
    place = done.receipt.placed[0]
    assert place.event_id is not None
    return place.stream.rpartition("/")[2], place.event_id


def released(desk: Desk, case: str, of: UUID) -> UUID:
    payload = {"case": case, "of": str(of), "text": RELEASED, "masked": True}
    done = desk.send("reviewer", "release_narrative", payload)
    assert done.receipt is not None
    event = done.receipt.placed[0].event_id
    assert event is not None
    return event


@pytest.mark.requirement("E6-08", "EMA-06")
def test_blinded_readers_read_the_released_text_alone(desk: Desk, inquire: Inquire) -> None:
    case, of = reported(desk)
    with pytest.raises(Refusal):
        inquire.text(desk.identity("auditor"), "T1", of, "narrative")

    release = released(desk, case, of)

    assert inquire.text(desk.identity("auditor"), "T1", release, "text") == RELEASED
    assert inquire.text(desk.identity("med"), "T1", release, "text") == RELEASED
    with pytest.raises(Refusal):
        inquire.text(desk.identity("auditor"), "T1", of, "narrative")


@pytest.mark.requirement("E6-18")
def test_the_reviewer_the_safety_physician_and_the_site_read_the_original_and_each_look_is_recorded(
    desk: Desk, inquire: Inquire
) -> None:
    _, of = reported(desk)

    for person in ("reviewer", "doctor", "inv01"):
        assert inquire.text(desk.identity(person), "T1", of, "narrative") == ORIGINAL

    looks = [entry.body.actor for entry in desk.store.ledger.page("access:T1") if isinstance(entry.fact, RecordRead)]
    assert looks == ["reviewer", "doctor", "inv01"]


def test_nobody_but_the_unblinded_reviewer_releases_a_narrative(desk: Desk) -> None:
    case, of = reported(desk)

    for person in ("doctor", "med", "inv01", "maker"):
        payload = {"case": case, "of": str(of), "text": RELEASED, "masked": True}
        with pytest.raises(Refusal) as refused:
            desk.send(person, "release_narrative", payload)
        assert refused.value.rule == "default-deny"


def test_the_list_of_cases_says_what_was_released_and_by_whom(desk: Desk, inquire: Inquire) -> None:
    case, of = reported(desk)
    release = released(desk, case, of)

    (row,) = inquire.ask(desk.identity("auditor"), "read_trial", "T1", AdverseEvents).state.view()

    assert [(one.of, one.behind.event_id, one.by.actor) for one in row.case.releases] == [(of, release, "reviewer")]


def test_a_narrative_and_that_of_a_follow_up_are_released_one_by_one(desk: Desk) -> None:
    case, of = reported(desk)
    done = desk.send("coo01", "follow_up_adverse_event", {"case": case, "narrative": "It went away."})
    assert done.receipt is not None
    later = done.receipt.placed[0].event_id
    assert later is not None

    assert released(desk, case, of) != released(desk, case, later)
