"""What the audit trail says of its entries: findings, people, lags."""

from datetime import timedelta

import msgspec
import pytest

from compliance.reports.audit_trail import audit_trail
from compliance.reports.model import Body
from domain import streams
from domain.allocation.facts import SlotDrawn
from domain.eligibility.rule import Judged
from domain.ledger.facts import CorrectionProposed
from domain.participant.conduct_facts import VisitRecorded
from domain.plain import written
from domain.protocol.facts import InterpretationProposed
from domain.record import Entry
from domain.values import PartialDate
from tests.projections import facts as told
from tests.projections.entries import TRIAL, Book, event, sealed
from tests.reports.materials import LEDGER, OPENED, accesses, cells, leaf, material, rows, said, story
from tests.reports.people_story import by, signed, withdrawn

PRESCRIBED = {
    "position", "event_id", "recorded_at", "recorded_local", "occurred_at", "lag", "trial", "site", "participant",
    "record_type", "record_id", "version", "field_path", "action", "old_value", "new_value", "reason_code",
    "reason_text", "user", "printed_name", "role", "organisation", "on_behalf_of", "originator", "session", "strength",
    "command_id", "caused_by", "protocol_version", "software_version", "signature_id", "signature_status",
    "blinding_class", "review_status", "hash",
}  # fmt: skip


@pytest.fixture
def whole() -> Body:
    return audit_trail(material(story().entries, accesses().entries))


def of(body: Body, position: int, ledger: str = "trial") -> dict[str, str | None]:
    (found,) = [one for one in cells(body, "entries") if (one["position"], one["ledger"]) == (str(position), ledger)]
    return found


def only(entry: Entry, *before: Entry) -> dict[str, str | None]:
    """The row of one entry."""
    return of(audit_trail(material([*before, entry])), entry.frame.position)


def test_approvals_and_judgements_say_that_they_are_not_signed_and_nothing_else_does(whole: Body) -> None:
    unsigned = {one["what"]: one["signature_status"] for one in cells(whole, "entries") if one["signature_status"]}

    assert unsigned == {
        "decision approved (D1)": "overdue",
        "eligibility decided": "overdue",
        "signed off": "owed",
        "trial locked": "overdue",
    }
    assert {one["signature_id"] for one in cells(whole, "entries")} == {None}
    assert {one["review_status"] for one in cells(whole, "entries")} == {"not reviewed"}


@pytest.mark.requirement("P11-19", "FDA-15")
def test_every_entry_shows_all_its_signatures_with_their_states_and_a_signature_its_own() -> None:
    book = Book()
    book.write(told.person("001"), told.screened("001"), **by("coo", "site_coordinator"))
    decided = book.write(told.person("001"), told.decided(eligible=True), **by("inv", "investigator"))
    old, new = signed(book, decided, "inv", number="old"), signed(book, decided, "inv", number="new")
    withdrawn(book, old)
    bad = signed(book, decided, "inv", number="bad")
    broken = {(LEDGER, bad.frame.position): "It is a copy."}

    body = audit_trail(material(book.entries, broken=broken))

    assert (of(body, 2)["signature_status"], of(body, 2)["signature_id"]) == ("signed", "old, new, bad")
    said_ = [detail.text for detail in rows(body, "entries")[1].details if detail.column == "signature_id"]
    assert [text.partition(": ")[2] for text in said_] == ["withdrawn", "", "BROKEN, It is a copy."]
    assert "signed by Name of inv on 2027-03-01 02:04 UTC as responsibility" in said_[1]
    own = {of(body, at)["signature_id"]: of(body, at)["signature_status"] for at in (3, 4, 6)}
    assert own == {"old": "withdrawn", "new": "valid", "bad": "broken"}
    assert (of(body, 3)["action"], of(body, 5)["action"], of(body, 3)["participant"]) == ("sign", "sign", "001")
    assert ("serious", "1 signature that does not verify.") in [(i.severity, i.sentence) for i in body.attention]
    assert new


def test_a_superseded_signature_names_what_superseded_it_and_a_successor_whom_it_stands_for() -> None:
    book = Book()
    book.write(told.person("001"), told.screened("001"), **by("coo", "site_coordinator"))
    decided = book.write(told.person("001"), told.decided(eligible=True), **by("inv", "investigator"))
    signed(book, decided, "sub", successor_of="inv")
    book.correct(decided, "/payload/eligible", "true", "false", **by("inv", "investigator"))

    body = audit_trail(material(book.entries))

    (text,) = [detail.text for detail in rows(body, "entries")[1].details if detail.column == "signature_id"]
    assert text.startswith("signed by Name of sub as successor of inv on ")
    assert text.endswith(": superseded by entry 4")
    assert of(body, 2)["signature_status"] == "needs re-signing"
    assert "1 approval or judgement to be signed again." in [item.sentence for item in body.attention]


def test_the_leaf_hash_is_short_in_its_cell_and_whole_in_the_details(whole: Body) -> None:
    full = leaf(story().entries[7])

    assert of(whole, 8)["hash"] == full[:12]
    assert [detail.text for detail in rows(whole, "entries")[7].details] == [full]


def test_an_entry_without_a_known_leaf_says_so() -> None:
    body = audit_trail(material([Book().write(told.person("001"), told.screened("001"))], leaves={}))

    assert of(body, 1)["hash"] is None
    assert rows(body, "entries")[0].details == ()


def test_sealed_texts_are_opened_as_far_as_the_reader_may_know_them(whole: Body) -> None:
    words = of(whole, 50)["new_value"] or ""

    assert f"term: {OPENED}" in words
    assert "narrative: sealed to safety readers" in words


def test_sealed_texts_quoted_by_corrections_are_opened_too() -> None:
    book = Book()
    entry = book.write(streams.deviation(TRIAL, "V1"), told.deviated(description=sealed()))
    quoted = written(sealed())
    correction = book.correct(entry, "/payload/description", quoted, quoted)
    proposal = CorrectionProposed(
        new=quoted, pointer="/payload/description", target=entry.body.event_id, target_position=1
    )
    proposed = book.write(streams.deviation(TRIAL, "V1"), proposal)

    body = audit_trail(material(book.entries))

    assert (of(body, correction.frame.position)["old_value"], of(body, 2)["new_value"]) == (OPENED, OPENED)
    assert f"new: {OPENED}" in (of(body, proposed.frame.position)["new_value"] or "")
    assert "ciphertext" not in said(body)


def test_whom_an_entry_concerns_is_found_beyond_its_own_stream(whole: Body) -> None:
    assert (of(whole, 44)["participant"], of(whole, 44)["site"]) == ("001", "01")
    assert (of(whole, 2, "access")["participant"], of(whole, 2, "access")["site"]) == ("001", "01")
    assert of(whole, 3, "access")["participant"] is None
    assert of(whole, 4, "access")["participant"] is None


def test_a_reading_of_a_disclosure_concerns_the_participant_of_the_request() -> None:
    book = story()
    book.write(told.request("U1"), told.asked(participant="001"))

    body = audit_trail(material(book.entries, accesses().entries))

    assert of(body, 4, "access")["participant"] == "001"


def test_records_without_a_number_are_named_by_the_trial(whole: Body) -> None:
    row = of(whole, 2)

    assert (row["record_type"], row["record_id"]) == ("trial", TRIAL)


def test_a_clock_that_disagrees_with_the_recorded_time_is_shown() -> None:
    book = Book()
    right = book.write(told.person("001"), told.screened("001"))
    wrong = book.write(told.person("001"), told.consent())
    reading = wrong.frame.recorded_at - timedelta(seconds=61)
    wrong = msgspec.structs.replace(wrong, body=msgspec.structs.replace(wrong.body, clock_reading=reading))

    body = audit_trail(material([right, wrong]))

    assert [of(body, position)["clock"] for position in (1, 2)] == ["agrees", "drift"]
    (item,) = [item for item in body.attention if "clock" in item.sentence]
    assert (item.severity, [ref.row for ref in item.rows]) == ("serious", ["trial.2"])


def test_happenings_are_named_by_their_subject_where_one_word_would_not_do() -> None:
    book = Book()
    proposal = InterpretationProposed(
        change="clarification",
        change_judged_by="u1",
        choice="after enrolment",
        criterion="I6",
        effective=PartialDate("2027-01-05"),
        interpretation="INT-1",
        options=("before", "after"),
        question="When?",
        rationale="safety",
        references="note 1",
        rule=Judged(),
        sites=None,
    )
    book.write(streams.protocol(TRIAL), proposal)
    book.write(told.case("A1"), told.follow_up())
    book.write(told.request("U1"), told.invoked())
    book.write(told.person("001"), VisitRecorded(done=True, visit="V1"))
    book.write(told.person("001"), told.enrolled())

    body = audit_trail(material(book.entries))

    assert [one["what"] for one in cells(body, "entries")] == [
        "interpretation proposed (I6)",
        "adverse event followed up",
        "unblinding invoked",
        "visit recorded (V1)",
        "participant enrolled",
    ]


def test_nothing_of_the_vault_is_read_even_where_it_is_handed_in() -> None:
    book = story()
    drawn = SlotDrawn(
        allocation=event(1), arm="zebra", index=7, inputs=None, participant="001", randomisation_number="R001"
    )
    vault = Book().write(streams.sealed_list(TRIAL, "q7"), drawn)
    plain = material(book.entries)

    body = audit_trail(material(book.entries, [vault]))

    assert body == audit_trail(plain)
    assert "zebra" not in said(body)
    assert "vault" not in {source.ledger.partition(":")[0] for source in body.sources}
