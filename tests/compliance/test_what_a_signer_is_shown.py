"""What a signer is shown, and what there is to sign: from the entries of a record alone."""

import json
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from compliance.signing import asked_by, display_digest, displayed, owed, payload, record_of
from domain.record import Entry
from domain.signature.commands import SignRecord
from domain.signature.meanings import ATTESTATIONS
from tests.projections import facts as told
from tests.projections.entries import TRIAL, Book
from tests.projections.signed import ACTS, acted, signed, taken_back

RECORD = told.person("007")


def record(book: Book, stream: str = RECORD) -> list[Entry]:
    return [entry for entry in book.entries if entry.frame.stream == stream]


def signatures(book: Book) -> list[Entry]:
    return [entry for entry in book.entries if "/signature/" in entry.frame.stream]


@pytest.mark.parametrize("kind", list(ACTS))
def test_the_last_entry_of_a_record_says_what_it_asks_to_be_signed(kind: str) -> None:
    book, act = acted(kind)

    wanted = asked_by(record(book, act.frame.stream))

    assert wanted is not None
    assert (wanted.kind, wanted.target, wanted.version, wanted.signer) == (kind, act.body.event_id, 2, "u1")
    assert (wanted.stream, wanted.record) == (act.frame.stream, act.frame.stream.removeprefix(f"trial:{TRIAL}/"))
    assert wanted.attestation == ATTESTATIONS[wanted.meaning]


def test_what_asks_for_nothing_asks_for_nothing() -> None:
    book, _ = acted("eligibility")
    book.write(RECORD, told.known("weight"))

    assert asked_by(record(book)) is None
    assert asked_by([]) is None


def test_a_record_owes_what_is_not_signed_and_what_was_altered_or_taken_back() -> None:
    book, act = acted("eligibility")
    before = owed(record(book))
    signature = signed(book, act)
    given = owed(record(book), signatures(book))
    book.turn_to("2027-05-10")
    book.correct(book.entries[0], "/occurred_at", "null", '"2027-02-01[Asia/Shanghai]"')
    altered = owed(record(book), signatures(book))
    again = signed(book, act)
    taken_back(book, again)
    taken_back(book, signature)
    back = owed(record(book), signatures(book))

    assert given == ()
    assert [(one.target, one.version) for one in (*before, *altered, *back)] == [
        (act.body.event_id, 2),
        (act.body.event_id, 3),
        (act.body.event_id, 3),
    ]
    assert [one.due for one in (*before, *altered, *back)] == [
        datetime(2027, 3, 2, 15, 59, 59, 999999, tzinfo=UTC),
        datetime(2027, 5, 11, 15, 59, 59, 999999, tzinfo=UTC),
        datetime(2027, 3, 2, 15, 59, 59, 999999, tzinfo=UTC),
    ]


def test_the_payload_is_the_command_over_what_was_displayed() -> None:
    book, act = acted("delegation")
    wanted = asked_by(record(book, act.frame.stream))
    assert wanted is not None

    wish = SignRecord.model_validate_json(json.dumps(payload(wanted, "a" * 64, "b" * 64)))

    assert (wish.record, wish.target, wish.version, wish.meaning) == (
        "site/01",
        act.body.event_id,
        2,
        "responsibility",
    )
    assert (wish.attestation, wish.record_digest, wish.display_digest) == (wanted.attestation, "a" * 64, "b" * 64)


def test_a_signer_is_shown_the_whole_record_entry_by_entry_the_attestation_and_the_name() -> None:
    book, _ = acted("eligibility", reason_code="all_met")
    book.write(RECORD, told.known("weight"))
    wanted = asked_by(record(book)[:2])
    assert wanted is not None

    text = displayed(wanted, record(book), signer="u1", printed_name="U One")

    assert text == (
        "trialproof.display.v1\n"
        f"trial:{TRIAL}/participant/007, version 2\n"
        "1. participant.screening_opened.v2 at 2027-03-01T10:01:00+08:00[Asia/Shanghai]\n"
        "   by U One (u1, investigator), recorded 2027-03-01T02:01:00+00:00 at position 1\n"
        "   number: 007\n"
        "   previous: not recorded\n"
        "   site: 01\n"
        "2. participant.eligibility_decided.v1 at 2027-03-01T10:02:00+08:00[Asia/Shanghai], because: all_met\n"
        "   by U One (u1, investigator), recorded 2027-03-01T02:02:00+00:00 at position 2\n"
        "   eligible: true\n"
        "   failed: []\n"
        "   results: []\n"
        f"Entry 2 (eligibility) is signed as responsibility by U One (u1):\n{ATTESTATIONS['responsibility']}\n"
    )
    assert display_digest(text) == sha256(text.encode()).hexdigest()


def test_what_is_sealed_is_shown_by_its_size_alone() -> None:
    book, _ = acted("impact_assessment")
    wanted = asked_by(record(book, told.request("U1")))
    assert wanted is not None

    text = displayed(wanted, record(book, told.request("U1")), signer="u1", printed_name="U One")

    assert "explanation: sealed text, 1024 bytes" in text
    assert "ciphertext" not in text


def test_a_record_is_named_within_its_ledger() -> None:
    assert record_of("trial:T/participant/007") == "participant/007"
    assert record_of("trial:T/trial") == "trial"


def test_what_a_case_owes_since_it_turned_serious_is_owed_though_its_entry_is_an_older_one() -> None:
    book = Book()
    book.write(told.case("A1"), told.reported(serious=False))
    judged = book.write(*ACTS["causality"])
    before = owed(record(book, told.case("A1")))
    book.write(*ACTS["seriousness"])

    after = owed(record(book, told.case("A1")))

    assert before == ()
    assert [(one.kind, one.version) for one in after] == [("causality", 3), ("seriousness", 3)]
    assert after[0].target == judged.body.event_id
