"""The tables and pictures of the screening log: totals that reconcile, flow, strata, decisions; and no arm anywhere."""

from datetime import date
from typing import Any

import msgspec
import pytest

from compliance.reports.model import Body
from compliance.reports.screening_log import screening_log
from domain import streams
from domain.allocation.facts import PlaceTaken
from domain.ledger.facts import RecordVoided
from domain.participant.conduct_facts import TreatmentGiven, TreatmentStateChanged
from domain.protocol.facts import CriterionRecorded
from domain.times import Occurred
from tests.projections import facts as told
from tests.projections.entries import TRIAL, Book, at, event
from tests.reports.materials import (
    accesses,
    cells,
    decide,
    design,
    enrol,
    material,
    said,
    screen,
    source,
    story,
    true_on,
)

Cells = dict[str, str | None]


@pytest.fixture
def whole() -> Body:
    return screening_log(material(story().entries, accesses().entries))


def of(body: Body, number: str) -> Cells:
    (found,) = [one for one in cells(body, "screenings") if one["screening"] == number]
    return found


def log(book: Book, **changes: Any) -> Body:
    return screening_log(material(book.entries, **changes))


def sentences(body: Body) -> list[tuple[str, str]]:
    return [(item.severity, item.sentence) for item in body.attention]


def one(number: str = "001") -> Book:
    book = Book()
    screen(book, number)
    return book


@pytest.mark.requirement("ST-04")
def test_totals_are_printed_as_sentences_and_reconcile(whole: Body) -> None:
    (totals,) = [table for table in whole.tables if table.id == "totals"]

    assert totals.note == (
        "6 screenings = 2 enrolled + 2 screen-failed + 1 left, lost or died before enrolment "
        "(1 left, 0 lost, 0 died) + 1 pending. 2 enrolled = 1 allocated + 1 enrolled and not allocated. "
        "6 screenings of 5 persons: 1 more than persons, by re-screening or a duplicate found later."
    )
    assert [(row["whole"], row["parts"], row["holds"]) for row in cells(whole, "totals")] == [
        ("6", "6", "holds"),
        ("2", "2", "holds"),
    ]


def test_the_same_sums_stand_for_every_site(whole: Body) -> None:
    sites = {row["site"]: row for row in cells(whole, "sites")}

    assert (sites["01"]["screenings"], sites["01"]["persons"], sites["01"]["enrolled"]) == ("4", "3", "2")
    assert (sites["02"]["screenings"], sites["02"]["failed"], sites["02"]["pending"]) == ("2", "1", "1")


def test_failures_are_counted_by_criterion_with_its_verbatim_text(whole: Body) -> None:
    counts = {row["criterion"]: row for row in cells(whole, "criteria")}

    assert counts["I1"]["wording"] == "Age 18 to 60 years."
    assert [(row["failed"], row["first"], row["unknown"]) for row in counts.values()] == [
        ("1", "1", "0"),
        ("1", "1", "1"),
    ]


def test_a_failure_that_names_no_criterion_is_counted_as_such() -> None:
    book = one()
    book.write(told.person("001"), told.decided(eligible=False))

    (row,) = cells(log(book), "criteria")

    assert (row["criterion"], row["first"], row["wording"]) == ("none named", "1", None)


def test_a_criterion_that_is_not_in_the_protocol_is_listed_all_the_same() -> None:
    book = one()
    book.write(told.person("001"), told.decided(eligible=False, failed=("X9",)))

    (row,) = cells(log(book), "criteria")

    assert (row["criterion"], row["failed"], row["kind"]) == ("X9", "1", None)


def test_compound_criteria_are_shown_by_their_parts() -> None:
    book = Book()
    for code, parent in (("I4", None), ("I4.1", "I4")):
        fact: Any = {"criterion": code, "kind": "inclusion", "ordinal": 4, "scope": None}
        book.write(
            streams.protocol(TRIAL), CriterionRecorded(**fact, parent=parent, sha256=told.SHA, verbatim="Treated.")
        )

    (row,) = cells(log(book), "criteria")

    assert (row["criterion"], row["part_of"]) == ("I4.1", "I4")


def test_the_flow_pools_everybody_after_the_allocation(whole: Body) -> None:
    flow = [(row["box"], row["reading"], row["count"]) for row in cells(whole, "flow")]

    assert ("Screened", "reached this box", "6") in flow
    assert ("Screened", "not in the next box: Screen-failed: I1: Age 18 to 60 years.", "1") in flow
    assert ("Enrolled", "not in the next box: Enrolled, not allocated", "1") in flow
    assert ("Follow-up, all groups together", "of these: Follow-up completed", "1") in flow
    assert "Does not reconcile" not in whole.pictures[0].svg


def test_the_flow_shows_deaths_and_treatment_beside_the_follow_up() -> None:
    book = one()
    enrol(book, "001")
    screen(book, "002")
    enrol(book, "002")
    book.write(told.person("002"), TreatmentGiven(dose=1, randomisation_number=None))
    book.write(told.person("002"), TreatmentStateChanged(state="stopped"))
    book.write(told.person("002"), told.vital("dead", "2027-03"))

    standing = [(row["reading"], row["count"]) for row in cells(log(book), "flow") if row["box"] != "Screened"]

    assert standing[-4:] == [
        ("of these: In follow-up", "2"),
        ("of these: Among these: died", "1"),
        ("of these: Among these: treatment stopped", "1"),
        ("of these: Among these: no treatment recorded", "1"),
    ]


def test_a_long_criterion_is_shortened_in_the_flow_and_whole_in_its_table() -> None:
    book = one()
    words = "A very long criterion, " * 9
    fact: Any = {"criterion": "I1", "kind": "inclusion", "ordinal": 1, "parent": None, "scope": None}
    book.write(streams.protocol(TRIAL), CriterionRecorded(**fact, sha256=told.SHA, verbatim=words))
    decide(book, "001", "I1")

    body = log(book)

    (label,) = [row["reading"] for row in cells(body, "flow") if "I1" in (row["reading"] or "")]
    assert (label or "").endswith("…")
    assert cells(body, "criteria")[0]["wording"] == words


def test_enrolment_is_drawn_against_the_planned_number(whole: Body) -> None:
    (curve,) = [picture for picture in whole.pictures if picture.id == "enrolment"]

    assert "target 4" in curve.svg
    assert [(row["day"], row["enrolled"], row["target"]) for row in cells(whole, "enrolment")] == [
        ("2027-03-05", "1", "4"),
        ("2027-04-06", "2", "4"),
        ("2027-05-10", "2", "4"),
    ]
    assert [(row["site"], row["month"], row["so_far"]) for row in cells(whole, "months")] == [
        ("01", "2027-03", "1"),
        ("01", "2027-04", "2"),
    ]


def test_without_a_planned_number_none_is_invented() -> None:
    body = log(one())

    assert "no target recorded" in body.pictures[1].svg
    assert body.figures[1].meaning == "no planned number is recorded"
    assert "planned" not in body.answer


def test_an_enrolment_claimed_for_later_does_not_lower_what_was_reached_by_now() -> None:
    book = one()
    book.write(told.person("001"), told.enrolled(), at("2027-09-01"))

    assert [(row["day"], row["enrolled"]) for row in cells(log(book), "enrolment")] == [
        ("2027-03-01", "0"),
        ("2027-09-01", "1"),
    ]


def test_allocations_stand_by_stratum_and_site_against_the_cap(whole: Body) -> None:
    found = [
        (row["stratum"], row["site"], row["allocated"], row["cap"], row["standing"], row["true_members"])
        for row in cells(whole, "strata")
    ]

    assert found == [
        ("LN", "all sites", "1", "2", "places left", "0"),
        ("LN", "01", "1", "2", "part", "0"),
        ("SLE", "all sites", "0", None, "no cap", "1"),
        ("SLE", "01", "0", None, "part", "1"),
    ]


@pytest.mark.parametrize(("count", "standing"), [(1, "places left"), (2, "full"), (3, "over the cap")])
def test_how_full_a_stratum_is_stands_in_words(count: int, standing: str) -> None:
    book = Book()
    design(book)
    for number in ("001", "002", "003")[:count]:
        screen(book, number)
        book.write(streams.stratum(TRIAL, "LN"), PlaceTaken(participant=number, stratum="LN"))
        enrol(book, number)

    whole_stratum = cells(log(book), "strata")[0]

    assert (whole_stratum["standing"], whole_stratum["places_taken"]) == (standing, str(count))


def test_the_adopted_reading_stands_with_the_record_the_alternatives_and_unsigned_approvals(whole: Body) -> None:
    (row,) = cells(whole, "decisions")

    assert (row["question"], row["adopted"], row["record_says"]) == ("D1", "2:1", "RANDOMIZED")
    assert row["alternatives"] == "R1: Disease is the arm.; R3: Disease is a stratum."
    assert row["status"] == "recorded, not signed"
    assert row["proposed_by"] == "U Five (statistician)"
    assert row["approved_by"] == "U u6 (medical monitor) and U u7 (medical monitor)"
    assert row["settings"] == (
        "planned enrolment: 4; strata: (cap: 2; code: LN; definition: biopsy; label: lupus nephritis); "
        "zone: Asia/Shanghai"
    )


def test_design_questions_show_whether_they_are_open_waiting_overtaken_or_were_never_asked() -> None:
    book = Book()
    design(book)
    again = book.write(told.TRIAL_STREAM, told.proposed("D1", planned_enrolment=6), actor="u5")
    for actor in ("u6", "u7"):
        approval = told.approved(again.frame.position, "D1")
        book.write(told.TRIAL_STREAM, approval, actor=actor)
    book.write(told.TRIAL_STREAM, told.question("D2"))
    waiting = msgspec.structs.replace(told.proposed("D1"), option="R1")
    book.write(told.TRIAL_STREAM, waiting, actor="u5")
    book.write(told.TRIAL_STREAM, told.proposed("D9"), actor="u5")

    body = log(book)

    assert [(row["question"], row["adopted"], row["status"]) for row in cells(body, "decisions")] == [
        ("D1", "2:1", "overtaken"),
        ("D1", "2:1", "recorded, not signed"),
        ("D1", "R1: 2:1", "not approved"),
        ("D2", None, "open"),
        ("D9", "2:1", "not approved"),
    ]
    assert ("important", "3 design answers open or not approved.") in sentences(body)
    assert cells(body, "decisions")[3]["entry"] == "11"


def test_what_needs_attention_links_to_its_rows_the_gravest_first(whole: Body) -> None:
    assert [
        (item.severity, item.sentence, [(ref.table, ref.row) for ref in item.rows]) for item in whole.attention
    ] == [
        ("serious", "1 deviation important and not closed.", [("deviations", "1")]),
        (
            "important",
            "1 screening with an error found around the allocation; what was used stays.",
            [("screenings", "1")],
        ),
        ("important", "1 screening enrolled and not allocated.", [("screenings", "5")]),
        ("important", "1 design decision recorded, not signed.", [("decisions", "1")]),
        ("to note", "1 screening pending.", [("screenings", "6")]),
        ("to note", "1 deviation minor.", [("deviations", "2")]),
    ]


def test_an_allocation_without_an_enrolment_and_facts_without_a_screening_stand_out() -> None:
    book = one()
    book.write(told.person("001"), told.allocated())
    book.write(told.person("007"), told.chosen("sex", "male"))

    found = sentences(log(book))

    assert (
        "serious",
        "1 screening allocated without an enrolment of its own: counted as enrolled, but not in the curve.",
    ) in found
    assert ("important", "Entries name 007, under which no screening was opened.") in found


def test_as_true_then_later_acts_are_left_out_and_corrections_applied() -> None:
    body = log(story(), **true_on(at("2027-03-31").earliest))

    assert body.answer == (
        "4 screenings of 4 persons: 1 enrolled of 4 planned, 2 screen-failed, "
        "1 left, lost or died before enrolment, 0 pending."
    )
    assert of(body, "001")["now"] == "in follow-up"
    assert cells(body, "enrolment")[-1]["day"] == "2027-03-31"
    assert "as true on that day" in body.title


def test_as_known_then_nothing_recorded_later_is_shown() -> None:
    book = story()
    book.entries = book.entries[:29]

    body = log(book)

    assert [row["screening"] for row in cells(body, "screenings")] == ["001", "002", "003", "004"]


def test_a_voided_screening_is_no_screening() -> None:
    book = one()
    book.write(told.person("001"), RecordVoided(recorded_instead_in=None, target=event(1), target_position=1))

    assert cells(log(book), "screenings") == []


def test_the_log_of_a_site_says_so_and_tells_nothing_of_the_whole_stratum() -> None:
    body = log(story(), sites=frozenset({"01"}))

    assert body.title.startswith("Screening and enrolment log, site 01 only, ")
    assert "of 4 planned for the whole trial" in body.answer
    assert cells(body, "strata")[0]["standing"] == "own site only"
    assert "no target recorded" in body.pictures[1].svg


def test_a_trial_in_which_nothing_is_recorded_yet_has_a_log_all_the_same() -> None:
    body = screening_log(material([]))

    assert body.answer.startswith("0 screenings of 0 persons: 0 enrolled")
    assert [picture.id for picture in body.pictures] == ["flow"]


def test_only_the_trial_ledger_is_read(whole: Body) -> None:
    assert [one.ledger for one in whole.sources] == [source(f"trial:{TRIAL}", ()).ledger]
    assert whole.entries_read == 50
    assert whole == log(story())


def test_no_word_tells_an_arm_or_a_product(whole: Body) -> None:
    words = said(whole).lower()

    for telling in ("envelope", "sealed arm", "study product", "placebo", "slot", "block size"):
        assert telling not in words


def test_a_month_of_enrolment_is_counted_as_exact_as_it_is_known() -> None:
    book = one()
    book.write(told.person("001"), told.enrolled(), Occurred("2027-02[Asia/Shanghai]"))

    body = log(book)

    assert [row["month"] for row in cells(body, "months")] == ["2027-02"]
    assert cells(body, "enrolment")[0]["day"] == date(2027, 2, 1).isoformat()
    assert of(body, "001")["enrolled"] == "2027-02"
