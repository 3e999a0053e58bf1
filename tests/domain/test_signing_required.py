"""What needs a signature, row by row of the table; what supersedes it, and until when it is due."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain import streams
from domain.adverse_event.facts import CaseNullified, CausalityAssessed, SeriousnessAssessed
from domain.deviation.facts import DeviationClosed, DeviationGraded
from domain.ledger.facts import CorrectionDeclined, CorrectionProposed
from domain.people.facts import PolicyIssued
from domain.record import Entry, Fact
from domain.signature.required import BY_KIND, TABLE, Required, required_for, row_of
from domain.signature.signatures import OneSignature
from domain.signature.standing import Standing, asker_of, due, needs, purpose_of, standing, superseding
from domain.site.facts import DelegationEnded
from domain.times import Occurred
from domain.values import PartialDate
from projections.amendments import effective
from tests.projections import facts as told
from tests.projections.entries import Book, event, sealed
from tests.projections.signed import ACTS, RELATED, SERIOUS, SIGNED_OFF, acted

ROWS = [pytest.param(row, id=row.kind) for row in TABLE]
PROPOSED = CorrectionProposed(new='"1"', pointer="/payload/x", target=event(1), target_position=1)


def record(book: Book, kind: str) -> list[Entry]:
    """The record of the act of a kind, as it counts."""
    return effective([entry for entry in book.entries if entry.frame.stream == ACTS[kind][0]])


def made(book: Book, act: Entry, version: int, *, withdrawn: bool = False) -> OneSignature:
    row = row_of(act)
    assert row is not None
    return OneSignature(
        meaning=row.meaning,
        purpose=purpose_of(row.kind, act.body.event_id),
        signature=f"s{len(book.entries)}",
        signer=act.body.actor,
        version=version,
        withdrawn=withdrawn,
    )


def kinds(entries: list[Entry]) -> list[str]:
    return [need.row.kind for need in needs(entries)]


def state(book: Book, act: Entry, version: int = 2) -> Standing | None:
    """How the act's signature over its record up to a version stands; None where none is needed any more."""
    row = row_of(act)
    assert row is not None
    known = record(book, row.kind)
    own = [need for need in needs(known) if need.entry.body.event_id == act.body.event_id]
    return standing(own[0], [made(book, act, version)], known) if own else None


def test_every_row_has_an_act_here_and_a_kind_of_its_own() -> None:
    assert [row.kind for row in TABLE] == list(ACTS)
    assert len(BY_KIND) == len(TABLE) + 2


@pytest.mark.parametrize("row", ROWS)
def test_each_act_asks_for_the_signature_of_its_row(row: Required) -> None:
    book, act = acted(row.kind)

    assert required_for(act, record(book, row.kind)) is row
    (need,) = needs(record(book, row.kind))
    assert (need.row, need.entry, need.since, need.purpose) == (
        row,
        act,
        act,
        f"{row.kind}/{act.body.event_id}",
    )
    assert standing(need, [], record(book, row.kind)) == "owed"
    assert state(book, act) == "given"


@pytest.mark.parametrize("source", ["derived", "migrated"])
@pytest.mark.parametrize("row", ROWS)
def test_what_a_rule_found_or_a_transfer_brought_is_signed_by_nobody_here(row: Required, source: Any) -> None:
    book, act = acted(row.kind, source_kind=source)

    assert required_for(act, record(book, row.kind)) is None
    assert needs(record(book, row.kind)) == []


@pytest.mark.parametrize("row", ROWS)
def test_a_signature_for_another_act_or_one_taken_back_does_not_count(row: Required) -> None:
    book, act = acted(row.kind)
    known = record(book, row.kind)
    (need,) = needs(known)

    other = made(book, known[0], 2) if row_of(known[0]) else None
    back = made(book, act, 2, withdrawn=True)

    assert other is None
    assert standing(need, [back], known) == "superseded"
    assert standing(need, [back, made(book, act, 2)], known) == "given"


@pytest.mark.parametrize("row", ROWS)
def test_a_correction_of_the_act_itself_supersedes_unless_the_act_is_never_corrected(row: Required) -> None:
    book, act = acted(row.kind)
    correction = book.correct(act, "/occurred_at", "null", '"2027-02-01[Asia/Shanghai]"')

    if row.kind == "sign_off":
        assert state(book, act) == "given"
    else:
        assert superseding(made(book, act, 2).purpose, 2, record(book, row.kind)) == correction
        assert state(book, act) == "superseded"
        assert state(book, act, version=3) == "given"


@pytest.mark.parametrize("row", ROWS)
def test_a_correction_of_what_stood_before_supersedes_what_was_signed_as_a_whole_alone(row: Required) -> None:
    book, act = acted(row.kind)
    book.correct(book.entries[0], "/occurred_at", "null", '"2027-02-01[Asia/Shanghai]"')

    expected = {"eligibility": "superseded", "sign_off": None}
    assert state(book, act) == expected.get(row.kind, "given")


@pytest.mark.parametrize("row", ROWS)
def test_a_void_of_the_act_leaves_nothing_to_sign_and_supersedes_what_was_signed(row: Required) -> None:
    book, act = acted(row.kind)
    voided = book.void(act)

    known = record(book, row.kind)
    found = superseding(made(book, act, 2).purpose, 2, known)
    if row.kind == "sign_off":
        assert (kinds(known), found) == (["sign_off"], None)
    else:
        assert (kinds(known), found) == ([], voided)


@pytest.mark.parametrize("row", ROWS)
def test_a_correction_that_was_voided_never_superseded_anything(row: Required) -> None:
    book, act = acted(row.kind)
    book.void(book.correct(act, "/occurred_at", "null", '"2027-02-01[Asia/Shanghai]"'))

    assert state(book, act) == (None if row.frozen else "given")


REPLACING: dict[str, Fact] = {
    "eligibility": told.decided(eligible=False),
    "seriousness": SeriousnessAssessed(criteria=(), serious=False, side="investigator"),
    "causality": CausalityAssessed(related=False, side="investigator"),
    "impact_assessment": ACTS["impact_assessment"][1],
    "important_deviation": DeviationGraded(affects_data=False, affects_safety=False, important=False),
    "sign_off": told.follow_up(),
}
"""What takes the place of an act; nothing takes the place of the others."""


@pytest.mark.parametrize("row", ROWS)
def test_a_later_act_about_the_same_thing_takes_the_place_of_the_earlier_one(row: Required) -> None:
    book, act = acted(row.kind)
    later = book.write(act.frame.stream, REPLACING.get(row.kind) or act.fact)

    known, replaced = record(book, row.kind), row.kind in REPLACING
    assert superseding(made(book, act, 2).purpose, 2, known) == (later if replaced else None)
    assert (act in [need.entry for need in needs(known)]) is not replaced


@pytest.mark.parametrize(
    ("kind", "later"),
    [
        ("seriousness", SeriousnessAssessed(criteria=(), serious=False, side="sponsor")),
        ("causality", CausalityAssessed(related=False, side="sponsor")),
        ("seriousness", RELATED),
        ("eligibility", told.screened("007")),
        ("eligibility", told.known("weight")),
        ("delegation", DelegationEnded(delegation="d1", ended=PartialDate("2027-06-01"))),
        ("important_deviation", DeviationClosed(action=sealed())),
        ("design_decision", told.proposed()),
        ("sign_off", SIGNED_OFF),
        ("sign_off", PROPOSED),
        ("sign_off", CorrectionDeclined(proposal=event(3))),
    ],
)
def test_what_tells_of_something_else_alters_nothing(kind: str, later: Fact) -> None:
    book, act = acted(kind)
    book.write(act.frame.stream, later)

    assert state(book, act) == "given"


@pytest.mark.parametrize("later", [told.screened("007"), told.known("weight"), told.decided(eligible=True)])
def test_after_a_sign_off_any_entry_alters_the_record_and_a_new_sign_off_is_needed(later: Fact) -> None:
    book, act = acted("sign_off")
    entry = book.write(act.frame.stream, later)

    assert superseding(made(book, act, 2).purpose, 2, record(book, "sign_off")) == entry
    assert "sign_off" not in kinds(record(book, "sign_off"))


def test_a_deviation_graded_as_not_important_needs_no_signature() -> None:
    book = Book()
    book.write(ACTS["important_deviation"][0], DeviationGraded(affects_data=True, affects_safety=True, important=False))

    assert needs(book.entries) == []


@pytest.mark.parametrize("judged", [SERIOUS, RELATED])
@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([told.reported(serious=True)], [], True),
        ([told.reported(serious=None)], [], False),
        ([told.reported(serious=False)], [], False),
        ([told.reported(serious=False), SeriousnessAssessed(criteria=(), serious=True, side="sponsor")], [], True),
        ([told.reported(serious=True)], [CaseNullified()], False),
    ],
)
def test_a_judgement_is_signed_once_anybody_called_the_case_serious(
    judged: Fact, before: list[Fact], after: list[Fact], expected: Any
) -> None:
    book = Book()
    for fact in (*before, judged, *after):
        book.write(told.case("A1"), fact)

    wanted = type(judged) is SeriousnessAssessed and not after
    assert bool(needs(book.entries)) is (expected or wanted)


def test_a_case_that_turns_serious_later_asks_from_then_on_for_the_investigators_judgement_of_its_cause() -> None:
    book = Book()
    book.write(told.case("A1"), told.reported(serious=False))
    judged = book.write(told.case("A1"), RELATED)
    before = needs(book.entries)
    book.turn_to("2027-04-10")
    turned = book.write(told.case("A1"), SeriousnessAssessed(criteria=(), serious=True, side="sponsor"))

    (need,) = needs(book.entries)

    assert before == []
    assert (need.entry, need.since) == (judged, turned)
    assert due(need, [], book.entries) == datetime(2027, 4, 11, 15, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize("judged", [SERIOUS, RELATED])
def test_the_sponsors_judgement_needs_no_signature(judged: Any) -> None:
    book = Book()
    book.write(told.case("A1"), told.reported(serious=True))
    book.write(
        told.case("A1"), type(judged)(**{n: getattr(judged, n) for n in judged.__struct_fields__} | {"side": "sponsor"})
    )

    assert needs(book.entries) == []


@pytest.mark.parametrize("row", ROWS)
def test_days_end_with_the_day_in_the_zone_that_the_act_names(row: Required) -> None:
    book, _ = acted(row.kind)
    (need,) = needs(record(book, row.kind))

    expected = datetime(2027, 3, 1 + row.days, 15, 59, 59, 999999, tzinfo=UTC)
    assert due(need, [], record(book, row.kind)) == expected


def test_days_are_counted_on_the_calendar_of_the_zone_over_a_change_of_the_clocks() -> None:
    book = Book()
    book.turn_to("2027-03-25")
    book.write(told.request("U1"), ACTS["impact_assessment"][1], Occurred("2027-03-25[Europe/Berlin]"))
    (need,) = needs(book.entries)

    assert due(need, [], book.entries) == datetime(2027, 4, 8, 21, 59, 59, 999999, tzinfo=UTC)


def test_an_altered_record_is_to_be_signed_again_within_the_days_from_what_altered_it() -> None:
    book, act = acted("eligibility")
    signature = made(book, act, 2)
    book.turn_to("2027-05-10")
    book.correct(book.entries[0], "/occurred_at", "null", '"2027-02-01[Asia/Shanghai]"')
    known = record(book, "eligibility")
    (need,) = needs(known)

    assert due(need, [signature], known) == datetime(2027, 5, 11, 15, 59, 59, 999999, tzinfo=UTC)
    withdrawn = [made(book, act, 2, withdrawn=True)]
    assert due(need, withdrawn, known) == datetime(2027, 3, 2, 15, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(("covered", "superseded"), [(2, False), (3, False), (4, True), (5, False)])
def test_a_void_supersedes_a_signature_that_may_cover_what_was_voided(covered: int, *, superseded: bool) -> None:
    book, act = acted("eligibility")
    book.write(act.frame.stream, told.known("weight"))
    book.void(book.write(act.frame.stream, told.known("height")))
    known = record(book, "eligibility")

    found = superseding(made(book, act, covered).purpose, covered, known)

    assert (found is not None) is superseded


def test_a_void_of_what_came_after_the_signature_leaves_it_standing() -> None:
    book, act = acted("eligibility")
    book.void(book.write(act.frame.stream, told.known("weight")))

    assert state(book, act) == "given"


def test_a_review_is_superseded_by_a_correction_of_what_was_reviewed_and_not_by_what_follows() -> None:
    book, act = acted("delegation")
    reviewed = 2
    book.write(act.frame.stream, told.registered_site())
    before = superseding("review", reviewed, book.entries)
    correction = book.correct(book.entries[0], "/payload/name", "null", '"Other"')

    assert before is None
    assert superseding("review", reviewed, effective(book.entries)) == correction


def test_an_acknowledgement_of_the_policy_is_superseded_by_its_next_version() -> None:
    book = Book()
    for version in ("1", "2"):
        book.write(streams.policy(), PolicyIssued(document_sha256="0" * 64, reference="a policy", version=version))

    assert superseding("policy/1", 1, book.entries) == book.entries[1]
    assert superseding("policy/2", 2, book.entries) is None


@pytest.mark.parametrize("purpose", ["", "anything", "anything/0"])
def test_what_no_row_knows_is_superseded_by_nothing(purpose: str) -> None:
    book, _ = acted("sign_off")
    book.write(ACTS["sign_off"][0], told.known("weight"))

    assert superseding(purpose, 1, book.entries) is None


def test_a_purpose_names_the_kind_of_act_and_its_entry() -> None:
    assert asker_of(purpose_of("lock", event(7))) == ("lock", event(7))
    assert asker_of("review") == ("review", None)
    assert asker_of("policy/1") == ("policy", None)


def test_signatures_of_nothing_recorded_cover_nothing() -> None:
    assert superseding(purpose_of("eligibility", event(1)), 1, []) is None
    assert needs([]) == []
