"""The electronic signature log: every signature with its state, what waits for one, failed attempts, and delays."""

from datetime import timedelta
from typing import Any

import pytest

from compliance.reports.model import Body
from compliance.reports.signature_log import signature_log
from domain import streams
from domain.access.facts import CommandRefused
from domain.people import facts as people
from domain.record import Entry
from domain.session import facts as session
from domain.signature.facts import SuccessorNamed
from domain.values import PartialDate
from tests.projections import facts as told
from tests.projections.entries import START, TRIAL, Book
from tests.reports.materials import LEDGER, cells, material, rows
from tests.reports.people_story import (
    administrator,
    by,
    logged_in,
    opened_trial,
    sealed_as,
    signed,
    staffed,
    verified,
    withdrawn,
)

COLUMNS = {
    "signature", "signed_at", "signed_local", "signer", "printed_name", "role", "organisation", "meaning",
    "record_type", "record_id", "version", "digest", "components", "in_session", "session", "device", "identity",
    "letter", "status", "why", "resign_due",
}  # fmt: skip
"""What an electronic signature log has to show of every signature."""


def log(trial: Book, system: Book, *others: Book, **changes: Any) -> Body:
    return signature_log(material(trial.entries, system.entries, *(other.entries for other in others), **changes))


def decided(book: Book, number: str = "001") -> Entry:
    book.write(told.person(number), told.screened(number), **by("coo", "site_coordinator"))
    return book.write(told.person(number), told.decided(eligible=True), **by("inv", "investigator"))


def certified(book: Book) -> None:
    letter = people.CertificationRegistered(
        organisation="An organisation", reference="letter 7", sent=PartialDate("2027-01-02")
    )
    book.write(streams.certification("c1"), letter, **administrator("register_certification"))


def attention(body: Body) -> list[tuple[str, str]]:
    return [(item.severity, item.sentence) for item in body.attention]


@pytest.mark.requirement("P11-18", "P11-19", "A11-05")
def test_a_signature_shows_name_time_meaning_record_components_session_and_references() -> None:
    trial, system = opened_trial(), staffed()
    certified(system)
    logged_in(system, "inv", "s-1")
    signed(trial, decided(trial), "inv")

    (row,) = cells(log(trial, system), "signatures")

    assert set(row) >= COLUMNS
    assert (row["printed_name"], row["signer"], row["role"], row["organisation"]) == (
        "Name of inv",
        "inv",
        "investigator",
        "An organisation",
    )
    assert (row["signed_at"], row["signed_local"]) == ("2027-03-01T02:06:00.000000Z", "2027-03-01T10:06:00+08:00")
    assert (row["meaning"], row["kind"], row["record_type"], row["record_id"], row["version"]) == (
        "responsibility",
        "eligibility",
        "participant",
        "001",
        "2",
    )
    assert (row["components"], row["in_session"], row["session"], row["device"]) == (
        "password and totp",
        "first",
        "s-1",
        "a laptop",
    )
    assert (row["identity"], row["letter"]) == ("in person, passport, by other (system 11)", "letter 7")
    assert (row["status"], row["why"], row["resign_due"]) == ("valid", "nothing altered it", "not due")
    assert (row["digest"], row["display"], row["participant"], row["site"]) == ("a" * 64, "d" * 64, "001", "01")


@pytest.mark.requirement("P11-19", "FDA-15")
def test_superseded_withdrawn_and_broken_signatures_stay_with_the_reason() -> None:
    trial, system = opened_trial(), staffed()
    first = decided(trial)
    signed(trial, first, "inv", number="old")
    again = trial.write(told.person("001"), told.decided(eligible=False), **by("inv", "investigator"))
    signed(trial, again, "inv", number="new")
    other = signed(trial, decided(trial, "002"), "inv", number="back")
    withdrawn(trial, other)
    third = signed(trial, decided(trial, "003"), "inv", number="bad")
    broken = {(LEDGER, third.frame.position): "The seal is not over what stands here."}

    body = log(trial, system, broken=broken)

    states = {one["signature"]: (one["status"], one["why"]) for one in cells(body, "signatures")}
    assert states["old"] == ("superseded", f"superseded by entry {again.frame.position}")
    assert states["new"] == ("valid", "nothing altered it")
    assert states["back"] == ("withdrawn", f"taken back, trial {other.frame.position + 1}: mistake")
    assert states["bad"] == ("broken", "The seal is not over what stands here.")
    assert body.answer.startswith("4 signatures by 1 person: 1 valid, 1 superseded, 1 withdrawn, 1 broken;")
    assert ("serious", "1 signature does not verify.") in attention(body)
    assert ("to note", "1 signature was taken back.") in attention(body)


@pytest.mark.requirement("FDA-15")
def test_what_waits_for_a_signature_is_owed_overdue_or_to_be_signed_again_with_its_date() -> None:
    trial, system = opened_trial(), staffed()
    delegation = trial.entries[-1]
    signed(trial, delegation, "inv", number="first")
    trial.correct(delegation, "/payload/ends", "null", '"2027-12-31"', **by("inv", "investigator"))
    trial.write(streams.signatures(delegation.frame.stream), SuccessorNamed(of="inv", successor="sub"), **by("lead"))
    decided(trial, "002")
    trial.turn_to("2027-03-05")
    decided(trial, "003")

    body = log(trial, system)

    waiting = [(one["record_type"], one["kind"], one["standing"], one["by"]) for one in cells(body, "needed")]
    assert waiting == [
        ("site", "delegation", "needs re-signing", "Name of inv"),
        ("participant", "eligibility", "overdue", "Name of inv"),
        ("participant", "eligibility", "owed", "Name of inv"),
    ]
    again = cells(body, "needed")[0]
    assert (again["successors"], (again["due"] or "")[:10]) == ("sub", "2027-03-08")
    (made,) = cells(body, "signatures")
    assert (made["status"], (made["resign_due"] or "")[:10]) == ("superseded", "2027-03-08")
    assert ("important", "1 record to be signed again.") in attention(body)
    assert ("to note", "1 record not signed yet; the time is not over.") in attention(body)
    assert body.answer.endswith("3 records wait for one, 1 overdue.")


def test_a_need_whose_signature_is_broken_waits_again() -> None:
    trial, system = opened_trial(), staffed()
    one = signed(trial, decided(trial), "inv")

    body = log(trial, system, broken={(LEDGER, one.frame.position): "It is a copy."})

    assert [row["standing"] for row in cells(body, "needed")] == ["owed", "signature broken"]
    assert ("important", "1 record to be signed again.") in attention(body)


@pytest.mark.requirement("P11-22")
def test_a_signer_whose_identity_nobody_had_verified_before_stands_out() -> None:
    trial, system = opened_trial(), Book()
    who = people.PersonRegistered(kind="person", organisation="O", person="inv", printed_name="Name of inv")
    system.write(streams.person("inv"), who, **administrator("register_person"))
    signed(trial, decided(trial), "inv")
    system.clock = trial.clock + timedelta(days=1)
    verified(system, "inv")

    body = log(trial, system)

    assert cells(body, "signatures")[0]["identity"] is None
    assert ("serious", "1 signature by somebody whose identity was not verified before.") in attention(body)


def test_of_a_signer_whom_the_reader_does_not_see_nothing_is_said_and_nothing_missed() -> None:
    trial = opened_trial()
    signed(trial, decided(trial), "inv")

    body = log(trial, Book())

    (row,) = cells(body, "signatures")
    assert (row["identity"], row["device"], row["letter"]) == ("not shown to this reader", None, "none registered")
    assert not any("identity" in sentence for _, sentence in attention(body))


@pytest.mark.requirement("P11-23")
def test_an_organisation_without_a_letter_is_named() -> None:
    trial, system = opened_trial(), staffed()
    signed(trial, decided(trial), "inv")

    without = attention(log(trial, system))
    certified(system)

    missing = ("important", "No certification letter is registered for An organisation, whose people signed.")
    assert missing in without
    assert missing not in attention(log(trial, system))


@pytest.mark.requirement("P11-33")
def test_failed_attempts_to_sign_are_told_whatever_refused_them() -> None:
    trial, system, access = opened_trial(), staffed(), Book()
    for command in ("sign_record", "allocate"):
        refused = CommandRefused(code="components_missing", command=command, rule="signing-components")
        access.write(streams.refusal(streams.access_ledger(TRIAL), command), refused, **by("inv", "none"))
    given: Any = {
        "count": 2,
        "persons": (session.FailedFor(count=2, person="inv"),),
        "since": START,
        "source": "a host",
    }
    for purpose in ("signing", "login"):
        fact = session.AuthenticationFailed(purpose=purpose, **given)
        system.write(streams.authentication(purpose), fact, **by("trialproof", "none"))

    body = log(trial, system, access)

    assert [(one["person"], one["what"], one["why"], one["times"]) for one in cells(body, "failed")] == [
        ("inv", "sign record", "what was given did not prove the signer", "2"),
        ("inv", "sign record", "signing components", "1"),
    ]
    assert body.figures[5].value == "3"
    assert ("to note", "2 lines of failed attempts to sign.") in attention(body)


def test_a_reader_without_the_access_ledger_is_told_what_is_not_shown() -> None:
    trial, access = opened_trial(), Book()
    refused = CommandRefused(code="c", command="sign_record", rule="r")
    access.write(streams.refusal(streams.access_ledger(TRIAL), "1"), refused, **by("inv", "none"))

    notes = (
        {table.id: table.note for body in (log(trial, Book()),) for table in body.tables},
        {table.id: table.note for table in log(trial, Book(), access).tables},
    )

    assert "This reader sees no refused commands" in notes[0]["failed"]
    assert "This reader" not in notes[1]["failed"]


@pytest.mark.requirement("P11-15")
def test_signatures_on_the_policy_stand_in_the_same_log() -> None:
    trial, system = opened_trial(), staffed()
    issued = people.PolicyIssued(document_sha256=told.SHA, reference="SOP 1", version="1")
    system.write(streams.policy(), issued, **administrator("issue_policy"))
    sealed_as(system, streams.policy(), 1, "policy/1", "acknowledgement", "inv", number="ack")
    signed(trial, decided(trial), "inv", first=False, components=("password",), number="own")

    body = log(trial, system)

    found = {one["signature"]: one for one in cells(body, "signatures")}
    assert (found["ack"]["record_type"], found["ack"]["record_id"], found["ack"]["kind"]) == (
        "policy",
        "deployment",
        "policy",
    )
    assert (found["ack"]["entry"] or "").startswith("system ")
    assert (found["own"]["in_session"], found["own"]["components"]) == ("later", "password")


def test_the_trial_as_a_record_is_named_by_the_trial_and_a_successor_by_whom_it_stands_for() -> None:
    trial, system = Book(), staffed()
    trial.write(told.TRIAL_STREAM, told.question("D1"), **by("lead"))
    proposal = trial.write(told.TRIAL_STREAM, told.proposed("D1"), **by("lead"))
    approval = trial.write(told.TRIAL_STREAM, told.approved(proposal.frame.position, "D1"), **by("med"))
    signed(trial, approval, "sub", successor_of="med")

    (row,) = cells(log(trial, system), "signatures")

    assert (row["record_type"], row["record_id"], row["successor_of"]) == ("trial", TRIAL, "med")


def test_the_time_from_the_last_change_to_the_signature_is_summed_by_kind() -> None:
    trial, system = opened_trial(), staffed()
    for number, hours in (("001", 1), ("002", 5), ("003", 3)):
        entry = decided(trial, number)
        trial.clock += timedelta(hours=hours)
        signed(trial, entry, "inv")
    sealed_as(trial, told.person("009"), 1, "eligibility/none", "responsibility", "inv")

    body = log(trial, system)

    (row,) = cells(body, "delays")
    assert (row["kind"], row["signatures"], row["shortest"], row["median"], row["longest"]) == (
        "eligibility",
        "3",
        "1.0",
        "3.0",
        "5.0",
    )
    assert [one["after_change"] for one in cells(body, "signatures")] == ["1.0", "5.0", "3.0", None]


@pytest.mark.parametrize(
    ("offset", "local"),
    [
        ("-09:30", "2027-03-01T16:30:00-09:30"),
        ("+00:00", "2027-03-02T02:00:00+00:00"),
        ("nowhere", "2027-03-02T02:00:00+00:00"),
    ],
)
def test_the_local_time_of_signing_has_the_signers_offset_and_a_wrong_one_hides_nothing(
    offset: str, local: str
) -> None:
    trial = Book()
    moment = START + timedelta(days=1)
    given: Any = {"local_offset": offset, "signed_at": moment}
    sealed_as(trial, told.person("001"), 1, "eligibility/x", "responsibility", "inv", **given)

    assert cells(log(trial, Book()), "signatures")[0]["signed_local"] == local


def test_nothing_signed_and_nothing_owed_says_so() -> None:
    body = log(Book(), Book())

    assert body.answer == (
        "0 signatures by 0 people: 0 valid, 0 superseded, 0 withdrawn, 0 broken; no record waits for one."
    )
    assert body.approvals_note.endswith("Nothing here asks for one.")
    assert body.attention == ()


def test_the_note_counts_how_what_is_needed_stands() -> None:
    trial, system = opened_trial(), staffed()
    signed(trial, decided(trial), "inv")

    note = log(trial, system).approvals_note

    assert "no personal digital signatures" in note
    assert note.endswith("Of 2 entries that ask for one: 1 signed, 1 recorded, not signed yet.")


def test_signatures_on_one_record_share_a_shade() -> None:
    trial, system = opened_trial(), staffed()
    entry = decided(trial)
    signed(trial, entry, "inv")
    signed(trial, entry, "inv")

    assert {row.group for row in rows(log(trial, system), "signatures")} == {told.person("001")}
