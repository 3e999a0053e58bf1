"""The questions of the first ten minutes, asked of a real store: who could, who left, who took this consent."""

from collections.abc import Generator
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from compliance.pages import all_entries
from compliance.questions.after_leaving import Left, after_leaving
from compliance.questions.consent_trace import consent_trace
from compliance.questions.who_could import Answer, who_could
from domain.errors import InvalidInputError, NotFoundError, Refusal
from domain.record import Entry
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6, sites=("01", "02"))
        yield opened


def entries(desk: Desk, name: str = "trial:T1") -> list[Entry]:
    return all_entries(desk.store.ledger, name)


def asked(desk: Desk, action: str, site: str, day: date | None = None) -> Answer:
    when = day or desk.clock.shows.date()
    return who_could(action, trial="T1", site=site, day=when, system=entries(desk, "system"), entries=entries(desk))


def left(desk: Desk, person: str) -> Left:
    return after_leaving(person, [entries(desk, name) for name in desk.store.ledger.ledgers() if "vault" not in name])


@pytest.mark.requirement("E6-29")
def test_who_could_randomise_at_a_site_is_told_with_training_and_delegation(desk: Desk) -> None:
    answer = asked(desk, "allocate", "02")

    assert answer.zone == "Asia/Shanghai"
    assert answer.task == "enrolment"
    assert {row.person for row in answer.people} == {"inv02", "coo02"}
    coordinator = next(row for row in answer.people if row.person == "coo02")
    assert (coordinator.role, coordinator.training, coordinator.trained) == ("site_coordinator", "t1", True)
    assert (coordinator.delegated, coordinator.delegation_signed) == (True, True)
    assert coordinator.in_order


def test_nobody_could_before_the_roles_were_given(desk: Desk) -> None:
    assert asked(desk, "allocate", "02", date(2027, 2, 28)).people == ()


def test_who_holds_the_role_and_no_delegation_is_told_as_such(desk: Desk) -> None:
    desk.hire("new", "site_coordinator", ["02"])

    found = next(row for row in asked(desk, "allocate", "02").people if row.person == "new")

    assert (found.delegated, found.delegation_signed, found.in_order) == (False, None, False)


def test_a_delegation_that_nobody_signed_is_told_as_such(desk: Desk) -> None:
    desk.hire("new", "site_coordinator", ["02"])
    desk.signs = False
    delegation = {
        "delegate": "new",
        "delegate_role": "site_coordinator",
        "starts": "2027-01-10",
        "tasks": ["enrolment"],
    }
    desk.send("inv02", "delegate_tasks", {"site": "02", **delegation})

    found = next(row for row in asked(desk, "allocate", "02").people if row.person == "new")

    assert (found.delegated, found.delegation_signed, found.in_order) == (True, False, False)


def test_what_is_no_delegated_task_asks_for_no_delegation(desk: Desk) -> None:
    (found,) = (row for row in asked(desk, "delegate_tasks", "02").people if row.person == "inv02")

    assert (found.delegated, found.delegation_signed, found.in_order) == (None, None, True)


def test_who_left_is_not_among_those_who_could(desk: Desk) -> None:
    desk.send("admin", "deactivate_person", {"person": "coo02"}, trial=None)

    assert "coo02" not in {row.person for row in asked(desk, "allocate", "02").people}


def test_an_action_or_a_site_that_nobody_knows_is_said_to_be_so(desk: Desk) -> None:
    with pytest.raises(InvalidInputError) as unknown:
        asked(desk, "fly", "02")
    with pytest.raises(NotFoundError):
        asked(desk, "allocate", "77")

    assert unknown.value.code == "unknown_action"


@pytest.mark.requirement("P11-21")
def test_after_somebody_left_nothing_was_done_and_nobody_gets_the_id(desk: Desk) -> None:
    desk.send("admin", "deactivate_person", {"person": "coo02"}, trial=None)
    with pytest.raises(Refusal):
        desk.send("coo02", "open_screening_record", {"site": "02"})
    with pytest.raises(Refusal) as again:
        desk.register("coo02")

    answer = left(desk, "coo02")

    assert again.value.code == "id_in_use"
    assert answer.printed_name == "Name of coo02"
    assert answer.ended_at is not None
    assert answer.ended_by == "Admin"
    assert answer.grants_ended == 1
    assert answer.registrations == 1
    assert answer.sessions_after == ()
    assert answer.last_act is not None


def test_a_refused_attempt_after_leaving_is_shown_as_an_act_and_no_fact(desk: Desk) -> None:
    desk.send("admin", "deactivate_person", {"person": "coo02"}, trial=None)
    before = left(desk, "coo02")
    with pytest.raises(Refusal):
        desk.send("coo02", "open_screening_record", {"site": "02"})

    after = left(desk, "coo02")

    assert before.nothing_after
    assert [act.type for act in after.attempts_after] == ["command.refused.v1"]
    assert after.acts_after == ()
    assert after.nothing_after


def test_an_act_of_the_same_instant_is_told_by_what_it_was_decided_on(desk: Desk) -> None:
    done = desk.send("coo02", "open_screening_record", {"site": "02"})
    assert done.receipt is not None
    desk.send("admin", "deactivate_person", {"person": "coo02"}, trial=None)
    ledgers = {name: entries(desk, name) for name in ("system", "trial:T1")}
    (end,) = [entry for entry in ledgers["system"] if entry.frame.type == "person.deactivated.v1"]
    act = next(entry for entry in reversed(ledgers["trial:T1"]) if entry.body.actor == "coo02")
    then = replace(act, frame=replace(act.frame, recorded_at=end.frame.recorded_at))
    knew = replace(then.body.authority, system_position=end.frame.position)
    later = replace(then, body=replace(then.body, authority=knew))

    before, after = (after_leaving("coo02", [ledgers["system"], [one]]) for one in (then, later))

    assert before.nothing_after
    assert [found.type for found in after.acts_after] == [act.frame.type]


def test_who_is_still_here_has_not_left(desk: Desk) -> None:
    answer = left(desk, "inv02")

    assert (answer.ended_at, answer.ended_by, answer.acts_after) == (None, None, ())
    assert not answer.nothing_after


def test_of_nobody_nothing_is_known(desk: Desk) -> None:
    answer = left(desk, "stranger")

    assert (answer.printed_name, answer.registrations, answer.last_act) == ("", 0, None)


def test_a_consent_is_traced_to_who_took_it_the_delegation_the_approval_and_the_source(desk: Desk) -> None:
    number = enrolled(desk, site="02")

    (found,) = consent_trace(number, trial="T1", entries=entries(desk))

    assert (found.by, found.informed_by) == ("coo02", "inv02")
    assert found.delegation is not None
    assert found.delegation.delegation.person == "inv02"
    assert found.delegation.is_signed
    assert found.approval == "ethics 2"
    assert (found.source_kind, found.source_ref) == ("direct", None)
    assert (found.document, found.version, found.language) == ("ICF", "1.0", "zh")


def test_a_consent_taken_by_nobody_delegated_on_a_version_nobody_approved_is_told_as_such(desk: Desk) -> None:
    number = enrolled(desk, site="02")
    desk.hire("new", "site_coordinator", ["02"])
    consent = {"participant": number, "document": "ICF", "version": "9.9", "language": "zh", "informed_by": "new"}
    desk.send("coo02", "record_consent", {**consent, "source": {"kind": "transcribed", "ref": "file 7"}})

    found = consent_trace(number, trial="T1", entries=entries(desk))[-1]

    assert (found.delegation, found.approval) == (None, None)
    assert (found.source_kind, found.source_ref) == ("transcribed", "file 7")


def test_a_consent_by_an_unknown_performer_has_no_delegation(desk: Desk) -> None:
    number = enrolled(desk, site="02")
    consent = {"participant": number, "document": "ICF", "version": "1.0", "language": "zh", "informed_by": None}
    desk.send("coo02", "record_consent", consent, performer={"person": None})

    found = consent_trace(number, trial="T1", entries=entries(desk))[-1]

    assert (found.informed_by, found.performer, found.delegation) == (None, None, None)


def test_a_participant_whom_the_reader_may_not_see_is_not_to_be_seen(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        consent_trace("077", trial="T1", entries=entries(desk))
