"""Assessments by people who know an arm: flagged with the date of knowledge, offered to others, never refused."""

from typing import Any

import pytest

from compliance.gate_table import TABLE
from domain import streams
from domain.release import facts as release
from domain.times import Occurred
from projections.fold import folded
from projections.knowledge import Knowledge
from projections.knowledge_assessed import ASSESSED
from projections.knowledge_rows import Flag, KnowledgeView
from tests.projections import facts as told
from tests.projections.entries import TRIAL, ZONE, Book, at, event
from tests.reports import unblinding_story as story
from tests.reports.people_story import by, ended, granted, hired

EMPTY = Book()
ACTIONS = {
    "seriousness": "assess_seriousness",
    "causality": "assess_causality",
    "expectedness": "assess_expectedness",
    "criterion": "judge_criterion",
    "eligibility": "decide_eligibility",
    "visit_outcome": "record_visit",
    "deviation_grading": "grade_deviation",
    "sign_off": "sign_off_participant",
    "analysis_set": "exclude_from_analysis_set",
}


def view(trial: Book, system: Book = EMPTY, access: Book = EMPTY) -> KnowledgeView:
    return folded(Knowledge.start(), (*trial.entries, *access.entries, *system.entries)).view()


@pytest.mark.requirement("E6-08")
def test_every_assessment_by_somebody_who_knows_is_flagged_with_the_date_and_never_refused() -> None:
    book = story.trial()
    book.write(told.case("A1"), told.reported())
    before = story.judgements(book)
    _, disclosed = story.emergency(book)
    made = [entry for entry in story.judgements(book) if type(entry.fact) in ASSESSED]

    flags = view(book, story.people()).flags

    assert [flag.assessment.behind.position for flag in flags] == [entry.frame.position for entry in made]
    assert {(flag.participant, flag.person, flag.order) for flag in flags} == {("007", "inv", "after")}
    assert {flag.first.latest for flag in flags} == {disclosed.frame.recorded_at}
    assert len(before) == len(made) + 1


def test_it_is_offered_to_who_may_judge_it_at_the_same_place_and_does_not_know() -> None:
    book = story.trial()
    book.write(told.case("A1"), told.reported())
    story.emergency(book)
    story.accident(book, "sub", participant="008")
    story.judgements(book)
    system = story.people()
    hired(system, "oth", "sub_investigator", ("01",))
    ended(system, "oth", "sub_investigator")

    flags = {flag.assessment.kind: flag for flag in view(book, system).flags}

    assert flags["causality"].others == ("sub",)
    assert flags["visit_outcome"].others == ("coo", "sub")
    assert flags["sign_off"].others == ()
    assert flags["expectedness"].others == ()
    assert (flags["causality"].site, view(book).flags[0].others) == ("01", ())


def test_on_the_sponsors_side_it_is_offered_to_the_sponsors_people() -> None:
    book = story.trial()
    book.write(told.case("A1"), told.reported())
    story.accident(book, "med", participant="007")
    story.judgements(book, sender=story.MONITOR)

    flags = {flag.assessment.kind: flag for flag in view(book, story.people()).flags}

    assert flags["expectedness"].others == ("saf",)
    assert flags["deviation_grading"].others == ("lead",)
    assert flags["analysis_set"].others == ("sta",)
    assert not flags["expectedness"].first.certain


def test_who_knows_by_any_way_is_not_offered_an_assessment() -> None:
    book = story.trial()
    book.write(told.case("A1"), told.reported())
    story.emergency(book)
    story.accident(book, "sub", participant="007")
    story.judgements(book)

    assert {flag.others for flag in view(book, story.people()).flags if flag.assessment.kind == "causality"} == {()}


@pytest.mark.parametrize(
    ("occurred", "order"),
    [
        (None, "after"),
        (Occurred(f"2027-03-01[{ZONE}]"), "unclear"),
        (at("2027-02-28"), "recorded_after"),
    ],
)
def test_the_flag_says_how_the_times_stand_to_each_other(occurred: Occurred | None, order: str) -> None:
    book = story.trial()
    story.emergency(book)
    signed_off = story.judgements(book)[-2].fact
    book.write(told.person("007"), signed_off, occurred, **story.INVESTIGATOR)

    assert flags_of(book)[-1].order == order


def flags_of(book: Book) -> list[Flag]:
    return [flag for flag in view(book).flags if flag.assessment.kind == "sign_off"]


def test_made_and_recorded_before_the_knowledge_it_is_not_flagged() -> None:
    book = story.trial()
    book.write(told.case("A1"), told.reported())
    story.judgements(book)
    story.emergency(book)

    assert view(book).flags == ()


def test_an_assessment_of_another_participant_or_by_another_person_is_not_flagged() -> None:
    book = story.trial()
    story.emergency(book)
    story.judgements(book, "008")
    story.judgements(book, "007", by("sub", "sub_investigator"))

    assert view(book).flags == ()


def test_what_a_service_sends_is_flagged_by_who_did_it() -> None:
    book = story.trial()
    story.emergency(book)
    visit = story.judgements(book, "008")[3].fact
    performer = story.INVESTIGATOR["performer"]
    book.write(told.person("007"), visit, **by("edc", "service") | {"performer": performer})

    (flag,) = view(book).flags

    assert (flag.person, flag.assessment.by.actor, flag.assessment.performer) == ("inv", "edc", "inv")


def test_the_surest_and_plainest_knowledge_stands_in_the_flag() -> None:
    book = story.trial()
    story.accident(book, "inv", participant="007")
    story.emergency(book)
    story.judgements(book)

    assert {(flag.first.how, flag.first.certain) for flag in view(book).flags} == {("emergency", True)}


def test_an_interim_package_tells_of_those_allocated_by_then_alone() -> None:
    book = story.trial()
    package: dict[str, Any] = {"allocations": 4, "commitment": told.SHA, "vault_entry": event(1)}
    delivered = release.InterimDelivered(recipient="inv", request=event(2), **package)
    book.write(streams.reveal(TRIAL), delivered)
    book.write(told.person("011"), told.screened("011"), **story.INVESTIGATOR)
    book.write(told.person("011"), told.allocated(number="R011"), **story.INVESTIGATOR)
    visit = story.judgements(book, "099")[3].fact
    for number in ("007", "011", "012"):
        book.write(told.person(number), visit, **story.INVESTIGATOR)

    assert {flag.participant for flag in view(book).flags} == {"007"}


def test_a_clearance_alone_flags_too_and_an_accident_with_nobody_named_flags_nothing() -> None:
    book = story.trial()
    story.accident(book, "inv", participant=None)
    story.judgements(book)
    system = story.people()
    early = granted(system, "inv", "unblinded_monitor")

    flags = view(book, system).flags

    assert view(book).flags == ()
    assert {(flag.first.how, flag.first.latest) for flag in flags} == {("clearance", early.fact.starts)}


def test_an_assessment_of_nobody_known_is_left_alone() -> None:
    book = story.trial()
    story.emergency(book)
    book.write(told.case("A7"), story.judgements(book, "008")[1].fact, **story.INVESTIGATOR)

    assert view(book).flags == ()


def test_what_may_be_assessed_by_whom_is_what_the_gate_allows() -> None:
    assert {each.kind for each in ASSESSED.values()} == ACTIONS.keys()
    for each in ASSESSED.values():
        assert each.roles == set(TABLE[ACTIONS[each.kind]].roles) - {"service"}, each.kind
