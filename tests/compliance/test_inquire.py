"""How questions are answered, over a real store: what the gate allows is all that is read, and some reads are events."""

from collections.abc import Generator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from compliance.inquire import Axes, Inquire
from domain import streams
from domain.access.facts import CommandRefused, RecordRead
from domain.errors import NotFoundError, Refusal
from domain.record import Entry
from projections.participant import Participants
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, asserted, open_desk

WORDS = "Fell on the stairs of the ward at night."
WHY = "The ward asked for an earlier visit."


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6, sites=("01", "02"))
        opened.hire("aud", "auditor")
        yield opened


@pytest.fixture
def inquire(desk: Desk) -> Inquire:
    return Inquire(desk.store.ports)


def access(desk: Desk, kind: type[Any]) -> list[Entry]:
    return [entry for entry in desk.store.ledger.page("access:T1") if isinstance(entry.fact, kind)]


def participants(entries: list[Entry]) -> set[str]:
    return {streams.name_of(e.frame.stream) for e in entries if streams.kind_of(e.frame.stream) == "participant"}


def test_an_auditor_reads_the_whole_ledger_and_a_site_its_own(desk: Desk, inquire: Inquire) -> None:
    one, other = enrolled(desk, site="01"), enrolled(desk, site="02")

    whole = inquire.reading(asserted("aud"), "read_ledger", "T1")
    own = inquire.reading(asserted("coo02"), "read_ledger", "T1")

    assert len(whole.entries) == whole.position == own.position == desk.size("trial:T1")
    assert participants(whole.entries) == {one, other}
    assert participants(own.entries) == {other}
    assert own.allowed.sites == {"02"}
    assert (whole.zone, whole.environment, whole.true) == ("Asia/Shanghai", "demonstration", None)


def test_a_reader_without_a_role_is_refused_and_the_refusal_is_recorded(desk: Desk, inquire: Inquire) -> None:
    desk.hire("maker2", "randomisation_statistician")

    with pytest.raises(Refusal) as refusal:
        inquire.reading(asserted("maker2"), "read_ledger", "T1")

    (entry,) = access(desk, CommandRefused)
    assert refusal.value.rule == entry.fact.rule == "default-deny"
    assert (entry.fact.command, entry.body.actor, entry.body.role) == ("read_ledger", "maker2", "none")
    assert entry.body.authority.system_position == desk.size("system")


def test_a_stranger_is_refused_in_the_ledger_of_the_trial_or_else_of_the_system(desk: Desk, inquire: Inquire) -> None:
    for trial in ("T1", "T9"):
        with pytest.raises(Refusal):
            inquire.reading(asserted("stranger"), "read_trial", trial)

    (of_trial,) = access(desk, CommandRefused)
    of_system = desk.store.ledger.page("system")[-1]
    assert of_trial.body.printed_name == "unknown"
    assert (of_system.fact.command, of_system.frame.stream.split("/")[:2]) == ("read_trial", ["system", "refusal"])
    assert desk.size("access:T9") == 0


def test_a_trial_that_was_never_registered_is_not_found(desk: Desk, inquire: Inquire) -> None:
    desk.grant("aud", "auditor", trial="T9")

    with pytest.raises(NotFoundError, match="no trial T9"):
        inquire.reading(asserted("aud"), "read_ledger", "T9")


def known(inquire: Inquire, number: str, axes: Axes) -> set[str]:
    """The facts known of a participant, on these axes."""
    found = inquire.ask(asserted("aud"), "read_participant", "T1", Participants, axes).state.of(number)
    return set() if found is None else {fact.fact for fact in found.facts}


def test_what_was_known_on_a_day_is_told_from_what_was_true_on_it(desk: Desk, inquire: Inquire) -> None:
    number = enrolled(desk)
    desk.clock.shows += timedelta(days=10)
    late = {"participant": number, "fact": "alt", "value": {"type": "stated", "holds": False}}
    desk.send("coo01", "record_fact", late, occurred_at="2027-03-02T08:00:00+08:00[Asia/Shanghai]")
    day = date(2027, 3, 2)

    assert "alt" in known(inquire, number, Axes())
    assert "alt" not in known(inquire, number, Axes(known=day))
    assert "alt" in known(inquire, number, Axes(true=day))
    assert "alt" not in known(inquire, number, Axes(true=date(2027, 3, 1)))


def test_a_bare_date_ends_with_the_day_of_the_trials_zone_unless_another_is_named(desk: Desk, inquire: Inquire) -> None:
    number = enrolled(desk)
    day = desk.clock.shows.date()
    desk.clock.shows = desk.clock.shows.replace(hour=17)
    desk.send(
        "coo01", "record_fact", {"participant": number, "fact": "alt", "value": {"type": "stated", "holds": True}}
    )

    in_shanghai, in_utc = Axes(known=day), Axes(known=day, zone="UTC")

    assert "alt" not in known(inquire, number, in_shanghai)
    assert "alt" in known(inquire, number, in_utc)
    at_that_minute = Axes(known=desk.clock.shows)
    assert "alt" in known(inquire, number, at_that_minute)


def test_the_open_items_are_those_that_a_lock_would_have_to_accept(desk: Desk, inquire: Inquire) -> None:
    number = enrolled(desk)

    (item,) = inquire.open_items(asserted("dm"), "T1")

    assert (item.kind, item.about) == ("unsigned", number)
    with pytest.raises(Refusal):
        inquire.open_items(asserted("coo01"), "T1")


def broken_blind(desk: Desk) -> tuple[str, str]:
    number = enrolled(desk)
    desk.send("coo01", "allocate", {"participant": number})
    emergency = {"participant": number, "channel": "investigator", "reason": {"code": "suspected_serious_reaction"}}
    done = desk.send("inv01", "break_blind", emergency)
    assert done.receipt is not None
    return number, streams.name_of(done.receipt.placed[0].stream)


@pytest.mark.requirement("EMA-07")
def test_a_disclosed_arm_is_read_by_its_recipient_and_every_look_is_an_event_before_it(
    desk: Desk, inquire: Inquire
) -> None:
    number, request = broken_blind(desk)

    shown = inquire.disclosure(asserted("inv01"), "T1", request)

    (looked,) = access(desk, RecordRead)
    assert (shown.participant, shown.recipient) == (number, "inv01")
    assert shown.arm in {"x1", "x2"}
    assert (looked.fact.what, looked.fact.scope, looked.body.actor) == ("disclosure", request, "inv01")
    assert shown.arm not in repr(shown)
    assert shown.label not in repr(shown)


def test_an_arm_disclosed_to_one_person_is_shown_to_no_other(desk: Desk, inquire: Inquire) -> None:
    _, request = broken_blind(desk)
    desk.hire("inv09", "sub_investigator", ["01"])

    with pytest.raises(NotFoundError, match="Nothing was disclosed to inv09"):
        inquire.disclosure(asserted("inv09"), "T1", request)
    with pytest.raises(Refusal):
        inquire.disclosure(asserted("aud"), "T1", request)

    assert access(desk, RecordRead) == []


def told(desk: Desk) -> Entry:
    """A serious event with a narrative for safety readers, and the reason why it came late for the trial's team."""
    number = enrolled(desk)
    report = {
        "participant": number,
        "term": "Fall",
        "narrative": WORDS,
        "reporter": "Site 01",
        "reason": {"code": "other", "text": WHY},
    }
    desk.send("coo01", "report_adverse_event", report)
    return desk.store.ledger.page("trial:T1", after=desk.size("trial:T1") - 1)[0]


def test_words_for_the_trials_team_are_opened_for_its_readers(desk: Desk, inquire: Inquire) -> None:
    event = told(desk).body.event_id

    assert inquire.text(asserted("aud"), "T1", event, "term") == "Fall"
    assert inquire.text(asserted("aud"), "T1", event, "reason_text") == WHY
    assert access(desk, RecordRead) == []


@pytest.mark.requirement("EMA-07")
def test_words_for_safety_readers_are_opened_for_them_alone_and_the_read_is_an_event(
    desk: Desk, inquire: Inquire
) -> None:
    entry = told(desk)
    event = entry.body.event_id
    desk.hire("safe", "safety_physician")

    words = [inquire.text(asserted(person), "T1", event, "narrative") for person in ("safe", "coo01")]
    with pytest.raises(Refusal):
        inquire.text(asserted("aud"), "T1", event, "narrative")

    assert words == [WORDS, WORDS]
    assert [(e.body.actor, e.fact.what, e.fact.scope) for e in access(desk, RecordRead)] == [
        ("safe", "narrative", f"entry {entry.frame.position}"),
        ("coo01", "narrative", f"entry {entry.frame.position}"),
    ]


def test_there_are_no_words_to_open_in_an_open_field_an_unknown_entry_or_another_sites(
    desk: Desk, inquire: Inquire
) -> None:
    event = told(desk).body.event_id

    for person, about, field in (
        ("aud", event, "participant"),
        ("aud", event, "nothing"),
        ("aud", uuid4(), "term"),
        ("coo02", event, "term"),
    ):
        with pytest.raises(NotFoundError, match="No sealed text"):
            inquire.text(asserted(person), "T1", about, field)
