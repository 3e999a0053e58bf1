"""Adverse event cases: versions, both sides' judgements, what a case counts as, and what came late."""

from datetime import timedelta
from typing import Any

import pytest

from domain import streams
from domain.adverse_event import facts as adverse_event
from domain.participant import facts as participant
from domain.record import Entry
from domain.site import facts as site
from domain.trial import facts as trial
from domain.values import PartialDate
from projections.adverse_event_rows import Case
from projections.adverse_events import AdverseEvents, CaseRow
from projections.cases import Cases
from projections.fold import moment
from projections.replay import replay
from tests.projections.entries import START, TRIAL, Book, at, event, sealed
from tests.projections.facts import (
    SHA,
    TRIAL_STREAM,
    case,
    consent,
    follow_up,
    person,
    received,
    registered_site,
    reported,
    screened,
    vital,
)

OWN = case("A1")
SITE = streams.site(TRIAL, "01")


def serious(side: Any, *criteria: Any, serious: bool = True) -> adverse_event.SeriousnessAssessed:
    return adverse_event.SeriousnessAssessed(criteria=criteria, serious=serious, side=side)


def related(side: Any, *, related: bool) -> adverse_event.CausalityAssessed:
    return adverse_event.CausalityAssessed(related=related, side=side)


def expected(*, expected: bool) -> adverse_event.ExpectednessAssessed:
    return adverse_event.ExpectednessAssessed(expected=expected, reference="IB 3")


def case_of(*facts: Any) -> Case:
    book = Book()
    for fact in facts:
        book.write(OWN, fact)
    (found,) = replay(Cases, book.entries).view()
    return found


def row(entries: list[Entry]) -> CaseRow:
    found = replay(AdverseEvents, entries).of("A1")
    assert found is not None
    return found


def test_a_case_keeps_its_report_and_every_later_version() -> None:
    own = case_of(
        reported(onset=PartialDate("2027-02")), follow_up(2), follow_up(3, outcome="recovered", severity="mild")
    )

    assert own.report is not None
    assert (own.participant, own.report.reporter, own.report.product) == ("007", "Dr Wu", "study_treatment")
    assert [(version.version, version.outcome, version.behind.position) for version in own.versions] == [
        (2, "recovering", 2),
        (3, "recovered", 3),
    ]
    assert (own.outcome, own.severity, len(own.entries)) == ("recovered", "mild", 3)


def test_a_severity_that_a_later_version_leaves_out_stays() -> None:
    assert case_of(reported(), follow_up()).severity == "severe"


def test_follow_up_before_any_report_is_a_case_of_nobody_yet() -> None:
    own = case_of(follow_up())

    assert (own.report, own.participant, own.severity, own.counts.serious) == (None, None, None, True)


def test_narratives_and_terms_are_told_of_but_never_shown() -> None:
    own = case_of(reported(narrative=sealed(16384, "safety")), follow_up(narrative=sealed(16384, "safety")))

    assert own.report is not None
    assert (own.report.has_narrative, own.versions[0].has_narrative) == (True, True)
    assert "term" not in own.report.__struct_fields__


def test_coding_receipts_and_submissions_are_kept() -> None:
    coded = adverse_event.AdverseEventCoded(code="10037660", dictionary="MedDRA", dictionary_version="27.1")
    met = adverse_event.ObligationMet(obligation="us.7d", reference="S-1")
    own = case_of(reported(), coded, received(), met)

    assert [(coding.dictionary, coding.dictionary_version) for coding in own.codings] == [("MedDRA", "27.1")]
    assert [receipt.channel for receipt in own.receipts] == ["portal"]
    assert [(found.obligation, found.reference) for found in own.met] == [("us.7d", "S-1")]


@pytest.mark.parametrize(
    ("facts", "counts"),
    [
        ((reported(serious=None, criteria=()),), True),
        ((reported(serious=False, criteria=()),), False),
        ((reported(serious=True),), True),
        ((reported(serious=True), serious("investigator", serious=False)), False),
        ((reported(serious=True), serious("sponsor", serious=False)), True),
        ((reported(serious=False, criteria=()), serious("sponsor", "disability")), True),
        ((reported(serious=None), serious("sponsor", serious=False)), False),
        ((reported(serious=False, criteria=()), follow_up(outcome="fatal")), True),
        ((reported(serious=False, criteria=()), serious("investigator", "death", serious=False)), True),
    ],
)
def test_a_case_counts_as_serious_until_whoever_judged_says_no(facts: tuple[Any, ...], counts: bool) -> None:
    assert case_of(*facts).counts.serious is counts


@pytest.mark.parametrize(
    ("facts", "grave"),
    [
        ((reported(),), False),
        ((reported(criteria=("life_threatening",)),), True),
        ((reported(), serious("sponsor", "death")), True),
        ((reported(criteria=("death",)), serious("investigator", "disability")), False),
        ((reported(), follow_up(outcome="fatal")), True),
        ((reported(), follow_up(outcome="fatal"), follow_up(3, outcome="recovered")), False),
    ],
)
def test_a_case_is_grave_when_it_is_fatal_or_life_threatening(facts: tuple[Any, ...], grave: bool) -> None:
    assert case_of(*facts).counts.grave is grave


@pytest.mark.requirement("SAF-10")
@pytest.mark.parametrize(
    ("investigator", "sponsor", "counts"),
    [
        (None, None, True),
        (True, None, True),
        (False, None, True),
        (None, False, True),
        (True, False, True),
        (False, True, True),
        (False, False, False),
    ],
)
def test_the_sponsor_never_lowers_what_the_investigator_judged_and_a_missing_judgement_counts_as_related(
    investigator: bool | None, sponsor: bool | None, counts: bool
) -> None:
    views = {"investigator": investigator, "sponsor": sponsor}
    own = case_of(reported(), *(related(side, related=view) for side, view in views.items() if view is not None))

    assert own.counts.related is counts
    found = own.causality_by("investigator")
    assert (found.related if found else None) is investigator


def test_a_side_can_revise_its_own_judgement() -> None:
    own = case_of(reported(), related("investigator", related=True), related("investigator", related=False))

    found = own.causality_by("investigator")
    assert found is not None
    assert not found.related
    assert [view.related for view in own.causality] == [True, False]


@pytest.mark.parametrize(
    ("facts", "unexpected"),
    [((), True), ((expected(expected=True),), False), ((expected(expected=True), expected(expected=False)), True)],
)
def test_a_missing_expectedness_counts_as_unexpected(facts: tuple[Any, ...], unexpected: bool) -> None:
    assert case_of(reported(), *facts).counts.unexpected is unexpected


def test_a_case_is_suspected_while_serious_related_and_unexpected() -> None:
    assert case_of(reported()).counts.suspected
    assert not case_of(reported(), expected(expected=True)).counts.suspected


def test_a_nullified_case_stays_visible() -> None:
    own = case_of(reported(), received(), adverse_event.CaseNullified())

    assert own.nullified is not None
    assert own.nullified.position == 3
    assert own.report is not None


def test_what_is_about_no_case_leaves_the_cases_as_they_are() -> None:
    book = Book()
    book.write(OWN, reported())
    state = replay(Cases, book.entries)

    assert state.after(book.write(person("007"), screened("007"))) is state
    assert state.of("A1") == state.view()[0]


def spans(own: Case) -> list[tuple[str, int, int | None]]:
    return [(span.what, span.since.position, span.until.position if span.until else None) for span in own.spans]


def test_a_case_is_suspected_from_the_sponsors_receipt_on() -> None:
    assert spans(case_of(reported(), received())) == [
        ("serious", 1, None),
        ("suspected", 2, None),
        ("suspected_valid", 2, None),
    ]
    assert spans(case_of(reported(product=None), received())) == [("serious", 1, None), ("suspected", 2, None)]
    assert spans(case_of(received())) == [("suspected", 1, None)]
    assert spans(case_of(reported(serious=False, criteria=()), received())) == []


def test_a_case_that_turns_grave_is_so_from_that_entry_on() -> None:
    own = case_of(reported(), received(), follow_up(outcome="fatal"))

    assert spans(own)[-1] == ("suspected_grave", 3, None)


def test_a_case_that_stops_and_starts_again_to_qualify_has_a_span_for_each_time() -> None:
    own = case_of(reported(product=None), received(), expected(expected=True), expected(expected=False))

    assert spans(own) == [("serious", 1, None), ("suspected", 2, 3), ("suspected", 4, None)]


def test_nullification_ends_every_span() -> None:
    own = case_of(reported(), received(), adverse_event.CaseNullified())

    assert [until for _, _, until in spans(own)] == [3, 3, 3]


def safety_book(*before: tuple[str, Any]) -> Book:
    book = Book()
    book.write(SITE, registered_site())
    book.write(person("007"), screened("007"))
    for stream, fact in before:
        book.write(stream, fact)
    return book


def test_a_case_shows_the_site_of_its_participant() -> None:
    book = safety_book()
    book.write(OWN, reported())

    shown = row(book.entries)

    assert (shown.site, shown.flags, shown.after_lock) == ("01", (), ())
    assert replay(AdverseEvents, book.entries).view() == (shown,)
    assert replay(AdverseEvents, book.entries).of("A2") is None


def test_a_case_of_an_unknown_participant_has_no_site_and_no_flags() -> None:
    book = Book()
    book.write(OWN, reported())
    book.write(case("A2"), follow_up())

    shown = replay(AdverseEvents, book.entries).view()

    assert [(found.site, found.flags) for found in shown] == [(None, ()), (None, ())]


@pytest.mark.parametrize(
    ("before", "flag"),
    [
        ((TRIAL_STREAM, trial.TrialClosed()), "after_closure"),
        ((SITE, site.SiteClosed()), "at_closed_site"),
        ((person("007"), participant.ConsentWithdrawn(scopes=("treatment",))), "after_withdrawal"),
    ],
)
def test_a_late_report_is_taken_and_flagged(before: tuple[str, Any], flag: str) -> None:
    late = safety_book((person("007"), consent()), before)
    late.write(OWN, reported())
    early = safety_book((person("007"), consent()))
    early.write(OWN, reported())
    early.write(*before)

    assert row(late.entries).flags == (flag,)
    assert row(early.entries).flags == ()


@pytest.mark.parametrize(
    ("died", "onset", "flagged"),
    [
        ("2027-03-01", "2027-03-02", True),
        ("2027-03-01", "2027-03-01", False),
        ("2027-03", "2027-03-20", False),
        ("2027-03", "2027-04", True),
        (None, "2027-03-02", True),
        (None, "2027-03-01", False),
        ("2027-03-01", None, False),
    ],
)
def test_an_onset_surely_after_the_death_is_flagged(died: str | None, onset: str | None, flagged: bool) -> None:
    book = safety_book()
    book.write(person("007"), vital("dead", died), occurred=at("2027-03-01"))
    book.write(OWN, reported(onset=PartialDate(onset) if onset else None))

    assert ("onset_after_death" in row(book.entries).flags) is flagged


def test_an_onset_of_the_living_is_not_flagged() -> None:
    book = safety_book((person("007"), vital("alive", "2027-01-01")))
    book.write(OWN, reported(onset=PartialDate("2027-03-01")))

    assert row(book.entries).flags == ()


def test_safety_facts_recorded_while_the_lock_held_are_named() -> None:
    locked = trial.TrialLocked(data_digest=SHA, position=1, request=event(1), root=SHA)
    unlocked = trial.TrialUnlocked(expires=START + timedelta(days=9), participants=("007",), request=event(1))
    book = safety_book()
    book.write(OWN, reported())
    book.write(TRIAL_STREAM, locked)
    late = book.write(OWN, follow_up())
    book.write(TRIAL_STREAM, unlocked)
    book.write(OWN, follow_up(3))

    assert row(book.entries).after_lock == (moment(late),)
