"""The signatures of a trial: how each stands now, what still needs one, and until when."""

from datetime import timedelta
from typing import Any

import pytest

from domain import streams
from domain.people.facts import PolicyIssued
from domain.signature.facts import SuccessorNamed
from domain.signature.required import TABLE
from projections.fold import moment, sender
from projections.replay import replay
from projections.signature_rows import RequiredRow, SignatureRow, SignaturesView
from projections.signatures import Signatures
from tests.projections import facts as told
from tests.projections.entries import TRIAL, Book, at
from tests.projections.signed import ACTS, SHA, acted, signed, taken_back

KINDS = [row.kind for row in TABLE]
WRONG_DAY = ("/occurred_at", "null", '"2027-02-01[Asia/Shanghai]"')


def view(book: Book, **axes: Any) -> SignaturesView:
    return replay(Signatures, book.entries, **axes).view()


def only(book: Book) -> SignatureRow:
    (row,) = view(book).made
    return row


def needed(book: Book) -> RequiredRow:
    (row,) = view(book).needed
    return row


@pytest.mark.parametrize("kind", KINDS)
def test_every_act_of_the_table_is_owed_until_it_is_signed(kind: str) -> None:
    book, act = acted(kind)
    before = needed(book)
    signature = signed(book, act)

    after = needed(book)

    assert (before.state, before.signature, before.signed_at, before.waited) == ("owed", None, None, None)
    assert (before.kind, before.stream, before.behind, before.by) == (kind, ACTS[kind][0], moment(act), sender(act))
    assert (after.state, after.signature) == ("given", signature.fact.signature)
    assert (after.signed_at, after.waited) == (signature.fact.signed_at, 60)


@pytest.mark.requirement("P11-18")
def test_a_signature_shows_who_signed_what_as_what_when_on_both_clocks_and_with_what() -> None:
    book, act = acted("eligibility")
    entry = signed(book, act)
    fact = entry.fact

    row = only(book)

    assert (row.signature, row.signed_at, row.local_offset) == (fact.signature, fact.signed_at, "+08:00")
    assert (row.signer, row.printed_name) == (fact.signer, fact.printed_name)
    assert (row.by.role, row.by.organisation, row.session) == ("investigator", act.body.organisation, "s1")
    assert (row.meaning, row.attestation, row.kind, row.target) == (
        "responsibility",
        fact.attestation,
        "eligibility",
        act.body.event_id,
    )
    assert (row.record_type, row.record_id, row.stream, row.version) == ("participant", "007", act.frame.stream, 2)
    assert (row.record_digest, row.display_digest, row.key) == (SHA, SHA, SHA)
    assert (row.components, row.first_in_session, row.successor_of) == (("password", "totp"), True, None)
    assert (row.participant, row.site, row.behind) == ("007", "01", moment(entry))
    assert (row.status, row.superseded_by, row.withdrawn, row.after_change) == ("valid", None, None, 60)


@pytest.mark.requirement("P11-20")
def test_a_record_that_is_altered_after_signing_shows_the_signature_superseded_and_needs_another() -> None:
    book, act = acted("eligibility")
    signed(book, act)
    alteration = book.correct(book.entries[0], *WRONG_DAY)

    row, need = only(book), needed(book)

    assert (row.status, row.superseded_by) == ("superseded", moment(alteration))
    assert (need.state, need.altered_by, need.signature) == ("needs re-signing", moment(alteration), None)


def test_a_correction_names_the_signatures_that_it_superseded() -> None:
    book, act = acted("eligibility")
    first = signed(book, act)
    correction = book.correct(book.entries[0], *WRONG_DAY)
    signed(book, act)
    other = book.correct(book.entries[0], "/payload/previous", "null", '"003"')

    shown = view(book)

    assert [row.signature for row in shown.superseded_at(correction.frame.position)] == [first.fact.signature]
    assert [row.version for row in shown.superseded_at(other.frame.position)] == [3]
    assert shown.superseded_at(1) == ()


def test_a_record_signed_again_shows_both_signatures_and_the_time_from_what_altered_it() -> None:
    book, act = acted("eligibility")
    signed(book, act)
    book.correct(book.entries[0], *WRONG_DAY)
    book.clock += timedelta(minutes=9)
    again = signed(book, act)

    shown = view(book)

    assert [(row.status, row.version) for row in shown.made] == [("superseded", 2), ("valid", 3)]
    assert (shown.needed[0].state, shown.needed[0].signature) == ("given", again.fact.signature)
    assert shown.needed[0].waited == 600


def test_a_signature_taken_back_stays_visible_with_the_reason_and_is_owed_again() -> None:
    book, act = acted("delegation")
    signature = signed(book, act)
    back = taken_back(book, signature)

    row, need = only(book), needed(book)

    assert (row.status, row.withdrawn) == ("withdrawn", moment(back))
    assert row.withdrawn is not None
    assert row.withdrawn.reason_code == "mistake"
    assert (need.state, need.altered_by, need.signature) == ("needs re-signing", None, None)


def test_what_was_taken_back_is_withdrawn_also_where_the_record_was_altered_too() -> None:
    book, act = acted("eligibility")
    taken_back(book, signed(book, act))
    alteration = book.correct(book.entries[0], *WRONG_DAY)

    assert (only(book).status, only(book).superseded_by) == ("withdrawn", moment(alteration))
    assert needed(book).altered_by is None


def test_an_act_that_another_took_the_place_of_needs_no_signature_and_its_own_is_superseded() -> None:
    book, act = acted("eligibility")
    signed(book, act)
    later = book.write(act.frame.stream, told.decided(eligible=False))

    assert (only(book).status, only(book).superseded_by) == ("superseded", moment(later))
    assert needed(book).behind == moment(later)


def test_a_correction_that_was_voided_superseded_nothing() -> None:
    book, act = acted("delegation")
    signed(book, act)
    book.void(book.correct(act, *WRONG_DAY))

    assert only(book).status == "valid"
    assert needed(book).state == "given"


def test_a_successor_who_was_named_shows_with_what_is_owed_and_with_the_signature() -> None:
    book, act = acted("eligibility")
    beside = streams.signatures(act.frame.stream)
    naming = book.write(beside, SuccessorNamed(of="u1", successor="u7"), actor="u9")
    book.write(beside, SuccessorNamed(of="u4", successor="u8"), actor="u9")
    owed = needed(book)
    signed(book, act, signer="u7", successor_of="u1")

    shown = view(book)

    assert (owed.by.actor, owed.successors) == ("u1", ("u7",))
    assert shown.made[0].successor_of == "u1"
    assert [(row.of, row.successor, row.stream) for row in shown.successions] == [
        ("u1", "u7", act.frame.stream),
        ("u4", "u8", act.frame.stream),
    ]
    assert (shown.successions[0].behind, shown.successions[0].by.actor) == (moment(naming), "u9")


def test_what_is_owed_is_overdue_once_its_last_day_is_over() -> None:
    book, act = acted("eligibility")
    row = needed(book)
    signed(book, act)

    assert row.due == at("2027-03-02", "23:59:59").earliest + timedelta(microseconds=999_999)
    assert row.standing(row.due) == "owed"
    assert row.standing(row.due + timedelta(microseconds=1)) == "overdue"
    assert needed(book).standing(row.due + timedelta(days=9)) == "given"


def test_what_was_altered_is_due_again_and_then_overdue() -> None:
    book, act = acted("eligibility")
    signed(book, act)
    book.turn_to("2027-05-10")
    book.correct(book.entries[0], *WRONG_DAY)

    row = needed(book)

    assert row.due == at("2027-05-11", "23:59:59").earliest + timedelta(microseconds=999_999)
    assert row.standing(row.due) == "needs re-signing"
    assert row.standing(row.due + timedelta(days=1)) == "overdue"


def test_rows_stand_in_the_order_of_the_ledger_whatever_record_they_are_about() -> None:
    book = Book()
    acts = [book.write(*ACTS[kind]) for kind in ("impact_assessment", "lock", "delegation", "eligibility")]
    for act in reversed(acts):
        signed(book, act)

    shown = view(book)

    assert [row.behind.position for row in shown.needed] == [1, 2, 3, 4]
    assert [row.behind.position for row in shown.made] == [5, 6, 7, 8]
    assert [row.target for row in shown.made] == [act.body.event_id for act in reversed(acts)]


def test_a_signature_on_a_record_that_is_not_there_is_shown_all_the_same() -> None:
    book, act = acted("delegation")
    entry = signed(book, act)
    alone = Book()
    alone.write(entry.frame.stream, entry.fact)

    row = only(alone)

    assert (row.status, row.after_change, row.site) == ("valid", None, "01")


def test_as_known_before_the_signature_the_act_was_owed() -> None:
    book, act = acted("delegation")
    entry = signed(book, act)

    assert view(book, known=entry.frame.position - 1).needed[0].state == "owed"
    assert view(book, known=entry.frame.position).needed[0].state == "given"


def test_a_policy_acknowledged_under_signature_is_superseded_by_its_next_version() -> None:
    book = Book()
    issued = PolicyIssued(document_sha256=SHA, reference="a policy", version="1")
    first = book.write(streams.policy(), issued)
    for person in ("u1", "u2"):
        signed(book, first, kind="policy", purpose="policy/1", signer=person)
    before = [row.status for row in view(book).made]
    later = book.write(streams.policy(), PolicyIssued(document_sha256=SHA, reference="a policy", version="2"))

    after = view(book)

    assert before == ["valid", "valid"]
    assert [(row.kind, row.target, row.superseded_by) for row in after.made] == [("policy", None, moment(later))] * 2
    assert after.needed == ()


def test_streams_that_nobody_signs_leave_the_signatures_as_they_are() -> None:
    book = Book()
    book.write(streams.screening_numbers(TRIAL), told.screened("007"))

    assert view(book) == SignaturesView(made=(), needed=(), successions=())
