"""The knowledge ledger: who knows which arm, since when and how, and which assessments that touches."""

from datetime import timedelta
from typing import Any

import pytest

from domain import streams
from domain.ledger.facts import RecordVoided
from domain.people.facts import GrantEnded, PersonDeactivated
from domain.release import facts as release
from domain.times import Occurred
from domain.unblinding import facts as unblinding
from domain.values import PartialDate
from projections.fold import folded
from projections.knowledge import Knowledge
from projections.knowledge_rows import KnowledgeView, Known
from projections.replay import replay
from tests.projections import facts as told
from tests.projections.entries import START, TRIAL, ZONE, Book, at, event, sealed
from tests.reports import unblinding_story as story
from tests.reports.people_story import administrator, by, ended, granted, registered

EMPTY = Book()


def view(trial: Book, system: Book = EMPTY, access: Book = EMPTY) -> KnowledgeView:
    return folded(Knowledge.start(), (*trial.entries, *access.entries, *system.entries)).view()


def who(one: KnowledgeView) -> list[tuple[str | None, str, str, bool]]:
    return [(row.first.participant, row.first.person, row.first.how, row.first.certain) for row in one.known]


def only(one: KnowledgeView) -> Known:
    (row,) = one.known
    return row


@pytest.mark.requirement("E6-08")
def test_who_was_told_in_an_emergency_knows_since_the_disclosure() -> None:
    book = story.trial()
    _, disclosed = story.emergency(book)

    row = only(view(book))

    assert (row.first.participant, row.first.person, row.first.how, row.first.certain) == (
        "007",
        "inv",
        "emergency",
        True,
    )
    assert row.since == disclosed.frame.recorded_at
    assert (row.site, row.first.request, row.again) == ("01", "E1", 0)


def test_told_again_or_looked_at_again_moves_no_date() -> None:
    book = story.trial()
    _, disclosed = story.emergency(book)
    for _ in range(2):
        book.write(told.request("E1"), unblinding.DisclosureRepeated(recipient="inv"), **story.INVESTIGATOR)
    story.emergency(book, "E9")

    row = only(view(book))
    looked = [one for one in view(book, access=story.looks()).known if one.first.person == "inv"]

    assert (row.since, row.again) == (disclosed.frame.recorded_at, 3)
    assert [(one.since, one.again) for one in looked] == [(disclosed.frame.recorded_at, 4)]


def test_a_physician_outside_is_told_by_the_desk_which_knows_too() -> None:
    book = story.trial()
    story.through_desk(book)

    rows = view(book).known

    assert [(row.first.person, row.first.how, row.first.outside) for row in rows] == [
        ("Dr Wu", "emergency", True),
        ("desk", "passed_on", False),
    ]


def test_a_request_and_a_safety_report_tell_the_recipient_and_who_discloses() -> None:
    book = story.trial()
    story.routine(book)
    story.susar(book)

    assert who(view(book)) == [
        ("007", "unb", "susar", True),
        ("008", "saf", "routine", True),
        ("008", "unb", "passed_on", True),
    ]


@pytest.mark.requirement("E6-06")
def test_a_disclosure_entered_late_counts_from_when_the_key_store_made_it() -> None:
    book = story.trial()
    entered = story.late(book)

    row = only(view(book))

    assert (row.first.person, row.since) == ("inv2", entered.fact.disclosed_at)
    assert row.since < entered.frame.recorded_at


def test_a_late_record_of_asking_again_does_not_move_the_date_either() -> None:
    book = story.trial()
    _, disclosed = story.emergency(book)
    for hours in (1, 2):
        later = book.clock + timedelta(hours=hours)
        again = unblinding.DisclosureEnteredLate(cause="too_slow", chain=told.SHA, disclosed_at=later, number=hours)
        book.write(told.request("E1"), again, **story.INVESTIGATOR)

    assert only(view(book)).since == disclosed.frame.recorded_at


def test_an_accident_tells_who_may_know_and_of_whom_if_that_is_known() -> None:
    book = story.trial()
    story.accident(book, "coo", "u9")
    story.accident(book, "med", request="X2", participant=None)

    rows = view(book).known

    assert [(row.first.participant, row.first.person, row.first.certain, row.first.reach) for row in rows] == [
        (None, "med", False, "not_told"),
        ("010", "coo", False, "one"),
        ("010", "u9", False, "one"),
    ]


def test_what_somebody_may_know_and_what_somebody_knows_are_two_rows_with_two_dates() -> None:
    book = story.trial()
    story.accident(book, "inv", participant="007")
    story.emergency(book)

    rows = view(book).known

    assert [row.first.certain for row in rows] == [True, False]
    assert rows[0].since > rows[1].since


def test_packages_and_the_planned_unblinding_tell_all_arms() -> None:
    book = story.trial()
    package: dict[str, Any] = {"allocations": 4, "commitment": told.SHA, "vault_entry": event(1)}
    own = streams.reveal(TRIAL)
    book.write(own, release.InterimDelivered(recipient="com", request=event(2), **package))
    revealed = release.RandomisationRevealed(lock=event(3), plan=event(4), recipients=("sta", "x"), request=event(5))
    book.write(own, revealed)
    book.write(own, release.PackageDelivered(recipient="sta", reveal=event(6), **package))

    rows = view(book).known

    assert [(row.first.person, row.first.how, row.first.certain, row.first.reach) for row in rows] == [
        ("com", "interim", True, "allocated_by_then"),
        ("sta", "planned", True, "all"),
        ("sta", "authorised", False, "all"),
        ("x", "authorised", False, "all"),
    ]


@pytest.mark.requirement("E6-18")
def test_reads_of_the_vault_and_unblinded_reports_tell_who_may_know_all() -> None:
    rows = [row for row in view(story.trial(), access=story.looks()).known if row.first.participant is None]

    assert [(row.first.person, row.first.how, row.first.certain, row.again) for row in rows] == [
        ("aud", "vault_read", False, 1),
        ("inv", "looked", True, 0),
    ]


def test_drills_refusals_and_requests_that_nobody_was_told_about_tell_nobody_anything() -> None:
    book = story.trial()
    story.drilled(book)
    story.ended(book)

    assert view(book).known == ()


def test_who_holds_an_unblinded_clearance_may_know_from_then_until_it_ends() -> None:
    system = story.people()
    given = granted(system, "sta2", "randomisation_statistician")
    ended(system, "sta2", "randomisation_statistician")
    granted(system, "foreign", "unblinding_officer", trial="ANOTHER")
    granted(system, "insp", "inspector", clearance="unblinded", ends=START)
    until = system.entries[-3].frame.recorded_at

    cleared = {held.person: (held.starts, held.ends) for held in view(story.trial(), system).cleared}

    assert cleared.keys() == {"unb", "sta2", "insp"}
    assert cleared["sta2"] == (given.fact.starts, until)
    assert cleared["unb"][1] is None
    assert cleared["insp"][1] == START


def test_an_account_that_has_ended_holds_no_role_and_a_grant_unknown_here_ends_nothing() -> None:
    system = story.people()
    system.write(streams.person("sub"), PersonDeactivated(person="sub"), **administrator("deactivate_person"))
    over = system.entries[-1].frame.recorded_at
    stray = GrantEnded(grant="g-nobody", person="nobody")
    system.write(streams.person("nobody"), stray, **administrator("end_grant"))
    granted(system, "unnamed", "monitor")

    held = {one.person: one for one in view(story.trial(), system).held}

    assert held["sub"].ends == over
    assert (held["inv"].ends, held["inv"].printed_name, held["unnamed"].printed_name) == (None, "Name of inv", None)
    assert "nobody" not in held


def test_every_allocated_participant_stands_with_who_knows() -> None:
    rows = {row.number: row for row in view(story.everything()).participants}

    assert rows.keys() == {"007", "008", "009", "010"}
    assert (rows["007"].known_by, rows["007"].ways, rows["007"].impacts) == (
        ("inv", "unb"),
        ("emergency", "susar"),
        ("none",),
    )
    assert (rows["010"].known_by, rows["010"].may_be_known_by) == (("inv2",), ("coo",))
    assert rows["008"].impacts == ("participant_data",)
    assert rows["007"].known_since is not None


def test_who_nobody_knows_has_no_date() -> None:
    row = view(story.trial()).participants[0]

    assert (row.known_by, row.known_since, row.ways, row.treatment) == ((), None, (), "not_started")


def test_the_view_says_which_ledgers_it_was_made_from() -> None:
    alone, whole = view(story.trial()), view(story.trial(), story.people(), story.looks())

    assert (alone.reads_access, alone.reads_system) == (False, False)
    assert (whole.reads_access, whole.reads_system) == (True, True)


def test_the_vault_is_never_read() -> None:
    state = folded(Knowledge.start(), story.trial().entries)

    assert folded(state, story.vault(E1="a1").entries) is state


def test_a_voided_accident_tells_nobody_anything() -> None:
    book = story.trial()
    reported = story.accident(book)
    void = RecordVoided(
        recorded_instead_in=None, target=reported.body.event_id, target_position=reported.frame.position
    )
    book.write(reported.frame.stream, void)

    assert replay(Knowledge, book.entries).view().known == ()


def test_as_true_before_the_disclosure_nobody_knows() -> None:
    book = story.trial()
    first, disclosed = story.emergency(book)

    before = replay(Knowledge, book.entries, true=first.frame.recorded_at).view()
    then = replay(Knowledge, book.entries, true=disclosed.frame.recorded_at).view()

    assert (before.known, len(then.known)) == ((), 1)


def test_a_role_with_an_end_is_held_until_then_and_at_its_sites_alone() -> None:
    system = story.people()
    registered(system, "tmp")
    granted(system, "tmp", "sub_investigator", ("01",), ends=START + timedelta(days=1))

    (held,) = [one for one in view(story.trial(), system).held if one.person == "tmp"]

    assert [held.holds_at(START + timedelta(hours=hours)) for hours in (-100, 0, 24)] == [False, True, False]
    assert [held.covers(site) for site in ("01", "02", None)] == [True, False, True]


def test_dates_that_are_vague_are_kept_as_far_as_they_go() -> None:
    book = story.trial()
    fact = unblinding.AccidentReported(account=sealed(), learned_by=("coo",), participant="010", request="X1")
    book.write(told.request("X1"), fact, Occurred(f"2027-02-27[{ZONE}]"), **by("coo"))

    way = only(view(book)).first

    assert way.earliest == at("2027-02-27", "00:00:00").earliest
    assert way.latest < at("2027-02-28", "00:00:00").earliest
    assert PartialDate("2027-02-27").earliest == way.earliest.date() + timedelta(days=1)
