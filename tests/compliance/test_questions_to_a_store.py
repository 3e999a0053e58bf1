"""How questions are answered, over a real store: what may be read, on which axes, and what it leaves behind."""

from collections.abc import Generator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from compliance.histories import Histories
from compliance.inquire import Axes, Inquire
from domain.access.facts import RecordRead
from domain.errors import InvalidInputError, NotFoundError, Refusal
from projections.participant import Participants
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk

FEVER = {"reporter": "site", "term": "Fever", "narrative": "Fever of 39 degrees for two days.", "serious": False}


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6, sites=("01", "02"))
        for person, role in (("auditor", "auditor"), ("doctor", "safety_physician"), ("officer", "safety_unblinder")):
            opened.hire(person, role)
        yield opened


@pytest.fixture
def inquire(desk: Desk) -> Inquire:
    return Inquire(desk.store.ports)


def read_events(desk: Desk) -> list[RecordRead]:
    return [e.fact for e in desk.store.ledger.page("access:T1") if isinstance(e.fact, RecordRead)]


def test_a_site_reader_sees_its_own_participants_and_a_trial_wide_one_all(desk: Desk, inquire: Inquire) -> None:
    first, second = enrolled(desk, site="01"), enrolled(desk, site="02")

    own = inquire.ask(desk.identity("coo02"), "read_participant", "T1", Participants).state.view()
    all_of_them = inquire.ask(desk.identity("auditor"), "read_participant", "T1", Participants).state.view()

    assert [row.number for row in own] == [second]
    assert [row.number for row in all_of_them] == [first, second]


def test_what_was_known_on_a_day_and_what_was_true_on_a_day_are_two_questions(desk: Desk, inquire: Inquire) -> None:
    number = enrolled(desk)
    done = desk.send(
        "coo01", "record_visit", {"visit": "V1"} | {"participant": number}, occurred_at="2027-02-20[Asia/Shanghai]"
    )
    assert done.receipt is not None
    recorded = done.receipt.placed[0].recorded_at

    before = inquire.reading(desk.identity("auditor"), "read_ledger", "T1", Axes(known=recorded.replace(microsecond=0)))
    true = inquire.reading(
        desk.identity("auditor"), "read_ledger", "T1", Axes(true=date(2027, 2, 20), zone="Asia/Shanghai")
    )

    assert before.position < desk.size("trial:T1") or before.position == done.receipt.placed[-1].position
    assert true.true == datetime(2027, 2, 20, 15, 59, 59, 999999, tzinfo=UTC)
    assert true.zone == "Asia/Shanghai"


@pytest.mark.parametrize(
    ("when", "code"),
    [(date(9999, 1, 1), "bad_date"), (datetime(2027, 3, 1), "naive_time")],  # noqa: DTZ001 (a naive time is the case)
)
def test_a_moment_that_means_nothing_is_refused(desk: Desk, inquire: Inquire, when: date, code: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        inquire.reading(desk.identity("auditor"), "read_ledger", "T1", Axes(known=when))

    assert error.value.code == code


def test_a_trial_that_is_not_there_is_not_found_by_who_might_read_it(desk: Desk, inquire: Inquire) -> None:
    desk.hire("everywhere", "auditor", trial=None)

    with pytest.raises(NotFoundError):
        inquire.reading(desk.identity("everywhere"), "read_ledger", "T9")


def test_a_reader_without_a_role_is_refused_and_the_refusal_recorded(desk: Desk, inquire: Inquire) -> None:
    size = desk.size("access:T1")

    with pytest.raises(Refusal):
        inquire.reading(desk.identity("maker"), "read_ledger", "T1")

    assert desk.size("access:T1") == size + 1
    assert desk.store.ledger.page("access:T1")[-1].fact.command == "read_ledger"


@pytest.mark.requirement("E6-18")
def test_a_disclosure_is_read_by_its_recipient_alone_and_every_look_is_recorded(desk: Desk, inquire: Inquire) -> None:
    number = enrolled(desk)
    desk.send("coo01", "allocate", {"participant": number})
    reason = {"code": "suspected_reaction"}
    done = desk.send("inv01", "break_blind", {"participant": number, "channel": "investigator", "reason": reason})
    assert done.receipt is not None
    request = done.receipt.placed[0].stream.rpartition("/")[2]

    shown = [inquire.disclosure(desk.identity("inv01"), "T1", request) for _ in range(2)]

    assert shown[0] == shown[1]
    assert shown[0].arm in {"x1", "x2"}
    assert shown[0].label not in repr(shown[0])
    assert [(fact.what, fact.scope) for fact in read_events(desk)] == [("disclosure", request)] * 2
    with pytest.raises(NotFoundError):
        inquire.disclosure(desk.identity("officer"), "T1", request)


def test_a_sealed_text_is_opened_for_its_readers_and_a_safety_text_leaves_a_trace(desk: Desk, inquire: Inquire) -> None:
    number = enrolled(desk)
    done = desk.send("coo01", "report_adverse_event", {**FEVER, "participant": number})
    assert done.receipt is not None
    event = done.receipt.placed[0].event_id
    assert event is not None

    assert inquire.text(desk.identity("auditor"), "T1", event, "term") == "Fever"
    assert read_events(desk) == []
    assert inquire.text(desk.identity("doctor"), "T1", event, "narrative").startswith("Fever of 39")
    assert inquire.text(desk.identity("coo01"), "T1", event, "narrative").startswith("Fever of 39")
    assert [fact.what for fact in read_events(desk)] == ["narrative"] * 2
    with pytest.raises(Refusal):
        inquire.text(desk.identity("auditor"), "T1", event, "narrative")
    with pytest.raises(NotFoundError):
        inquire.text(desk.identity("coo02"), "T1", event, "term")


def test_a_person_with_a_wide_role_opens_safety_texts_only_where_the_safety_role_reaches(
    desk: Desk, inquire: Inquire
) -> None:
    number = enrolled(desk, site="02")
    done = desk.send("coo02", "report_adverse_event", {**FEVER, "participant": number})
    assert done.receipt is not None
    event = done.receipt.placed[0].event_id
    assert event is not None
    desk.hire("both", "auditor")
    desk.grant("both", "monitor")

    with pytest.raises(Refusal):
        inquire.text(desk.identity("both"), "T1", event, "narrative")


@pytest.mark.parametrize("field", ["serious", "nothing"])
def test_what_is_no_sealed_text_is_not_opened(desk: Desk, inquire: Inquire, field: str) -> None:
    number = enrolled(desk)
    done = desk.send("coo01", "report_adverse_event", {**FEVER, "participant": number})
    assert done.receipt is not None
    event = done.receipt.placed[0].event_id
    assert event is not None

    for wanted in (event, uuid4()):
        with pytest.raises(NotFoundError):
            inquire.text(desk.identity("auditor"), "T1", wanted, field)


def test_what_a_lock_would_have_to_accept_can_be_asked_beforehand(desk: Desk, inquire: Inquire) -> None:
    number = enrolled(desk)

    items = inquire.open_items(desk.identity("dm"), "T1")

    assert ("unsigned", number) in {(item.kind, item.about.rpartition("/")[2]) for item in items}


def test_histories_keep_only_so_many_streams_and_read_the_others_again(desk: Desk) -> None:
    number = enrolled(desk)
    few = Histories(desk.store.ledger, keep=2)

    for stream in ("trial:T1/trial", "trial:T1/protocol", "trial:T1/site/01", f"trial:T1/participant/{number}"):
        few.load(stream)
    again = few.load("trial:T1/trial")

    assert again.version == len(desk.store.ledger.stream("trial:T1/trial"))


def test_a_wide_reader_who_treats_at_one_site_opens_safety_texts_of_that_site_alone(
    desk: Desk, inquire: Inquire
) -> None:
    events: dict[str, UUID] = {}
    for site in ("01", "02"):
        done = desk.send(f"coo{site}", "report_adverse_event", {**FEVER, "participant": enrolled(desk, site=site)})
        assert done.receipt is not None
        events[site] = done.receipt.placed[0].event_id or uuid4()
    desk.hire("both", "auditor")
    desk.grant("both", "investigator", ["01"])

    assert inquire.text(desk.identity("both"), "T1", events["01"], "narrative").startswith("Fever of 39")
    with pytest.raises(NotFoundError):
        inquire.text(desk.identity("both"), "T1", events["02"], "narrative")
    assert len(read_events(desk)) == 1


def test_a_refusal_about_a_trial_that_is_not_there_is_recorded_in_the_system_ledger(
    desk: Desk, inquire: Inquire
) -> None:
    size = desk.size("system")

    with pytest.raises(Refusal):
        inquire.reading(desk.identity("maker"), "read_ledger", "T9")

    assert desk.size("system") == size + 1
    assert desk.store.ledger.page("system", after=size)[0].fact.command == "read_ledger"
