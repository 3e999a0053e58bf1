"""The audit trail, a participant's timeline, and late entries: entries as they were written."""

from base64 import b64encode
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import streams
from domain.access.facts import CommandRefused, RecordRead, ReportRequested, SourcePosition
from domain.allocation.facts import PlaceTaken
from domain.catalogue import event_types
from domain.fields import SealedFact
from domain.ledger.facts import CorrectionProposed, RecordVoided
from domain.participant.facts import ScreeningNumberIssued
from domain.plain import written
from domain.record import Context, Entry
from domain.times import Occurred
from domain.trial.facts import TrialPaused
from projections.audit_trail import AuditRow, AuditTrail
from projections.catalogue import PROJECTIONS
from projections.fold import folded
from projections.late_entries import LateEntries
from projections.printing import quoted
from projections.replay import replay
from projections.subjects import Subjects
from projections.timeline import Timeline, TimelineRow
from tests.projections.entries import SEALED, TRIAL, ZONE, Book, at, event, sealed
from tests.projections.facts import (
    TRIAL_STREAM,
    allocated,
    asked,
    case,
    committed,
    deviated,
    disclosed,
    error,
    follow_up,
    invoked,
    known,
    measured,
    person,
    registered_site,
    reported,
    request,
    screened,
)
from tests.projections.histories import facts_of, histories

OWN = person("007")
VALUE = "/payload/value/quantity/value"


def trail(entries: list[Entry]) -> tuple[AuditRow, ...]:
    return replay(AuditTrail, entries).view()


@pytest.mark.requirement("EMA-02", "EMA-08")
def test_every_field_of_an_entry_has_a_row_with_who_when_and_why() -> None:
    book = Book()
    entry = book.write(
        OWN,
        screened("007", "01"),
        occurred=at("2027-03-01", "09:01:00"),
        reason_code="transcribed",
        reason_text=sealed(),
        on_behalf_of="u2",
        source_ref="chart 12",
    )

    rows = trail(book.entries)

    assert [(row.field_path, row.old_value, row.new_value) for row in rows] == [
        ("/payload/number", None, "007"),
        ("/payload/previous", None, None),
        ("/payload/site", None, "01"),
    ]
    row = rows[0]
    assert (row.position, row.event_id, row.type, row.record_version) == (
        1,
        entry.body.event_id,
        "participant.screening_opened.v2",
        1,
    )
    assert (row.record_type, row.record_id, row.participant, row.site, row.trial) == (
        "participant",
        "007",
        "007",
        "01",
        TRIAL,
    )
    assert (row.lag, row.action, row.blinding_class) == (3600, "create", "NEUTRAL")
    assert (row.reason_code, row.reason_text, row.on_behalf_of, row.performer) == ("transcribed", "sealed", "u2", "u1")
    assert (row.authority_grant, row.authority_rule, row.source_ref) == ("g1", "r1", "chart 12")


def test_a_row_repeats_every_part_of_the_context_that_an_inspector_asks_for() -> None:
    book = Book()
    entry = book.write(OWN, screened("007"), causation=event(9))

    row = trail(book.entries)[0]

    for part in ("actor", "command_id", "occurred_at", "organisation", "originator", "printed_name"):
        assert getattr(row, part) == getattr(entry.body, part)
    for part in ("protocol_version", "role", "session", "software_version", "source_kind", "strength"):
        assert getattr(row, part) == getattr(entry.body, part)
    assert (row.caused_by, row.recorded_at, row.reason_text) == (event(9), entry.frame.recorded_at, None)


def test_a_context_part_is_either_in_the_trail_or_left_out_for_a_reason() -> None:
    renamed = {"causation": "caused_by", "authority": "authority_grant"}
    left_out = {"clock_reading", "correlation", "salt"}

    shown = {renamed.get(part, part) for part in Context.__struct_fields__ if part not in left_out}

    assert shown <= set(AuditRow.__struct_fields__)


def test_an_entry_without_fields_has_one_row_all_the_same() -> None:
    book = Book()
    book.write(TRIAL_STREAM, TrialPaused())

    assert [(row.field_path, row.new_value, row.record_type) for row in trail(book.entries)] == [("", None, "trial")]


@pytest.mark.requirement("FDA-08")
def test_a_correction_is_one_row_with_the_old_and_the_new_value_and_the_first_entry_stays() -> None:
    book = Book()
    target = book.write(OWN, known("creatinine", measured("88")))
    book.correct(target, VALUE, '"88"', '"8.8"', reason_code="transcription")

    *first, row = trail(book.entries)

    assert (row.action, row.field_path, row.old_value, row.new_value) == ("change", VALUE, "88", "8.8")
    assert (row.target, row.reason_code) == (target.body.event_id, "transcription")
    assert '"88"' in str(first[-1].new_value)


def test_a_voided_entry_keeps_its_rows_and_the_void_says_where_it_is_recorded_instead() -> None:
    book = Book()
    target = book.write(OWN, known("age"))
    void = RecordVoided(
        recorded_instead_in=person("008"), target=target.body.event_id, target_position=target.frame.position
    )
    book.write(OWN, void)

    rows = trail(book.entries)

    assert [(row.action, row.target, row.new_value) for row in rows if row.position == 2] == [
        ("delete-mark", event(1), person("008"))
    ]
    assert len([row for row in rows if row.position == 1]) == 2


def test_sealed_texts_print_as_their_size_and_the_arm_as_nothing_at_all() -> None:
    book = Book()
    book.write(case("A1"), reported(narrative=None))
    book.write(OWN, allocated())

    said = {row.field_path: row.new_value for row in trail(book.entries)}

    assert (said["/payload/term"], said["/payload/narrative"]) == ("sealed text, 256 bytes", None)
    assert said["/payload/envelope"] == "sealed arm"


def test_a_corrected_sealed_text_prints_as_sealed_before_and_after() -> None:
    book = Book()
    target = book.write(case("A1"), reported())
    other = written(msgspec.structs.replace(sealed(256), nonce=b"\x07" * 12))
    book.correct(target, "/payload/term", written(sealed(256)), other)
    proposal = CorrectionProposed(new=other, pointer="/payload/term", target=event(1), target_position=1)
    book.write(case("A1"), proposal)

    change, *proposed = trail(book.entries)[-5:]

    assert (change.old_value, change.new_value) == ("sealed text, 256 bytes", "sealed text, 256 bytes")
    assert proposed[0].new_value == "sealed text, 256 bytes"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"88"', "88"),
        ("null", "null"),
        ('{"b":[1,"x"],"a":true}', '{"a":true,"b":[1,"x"]}'),
        ('{"term":{"ciphertext":"AA","size":256}}', '{"term":"sealed text, 256 bytes"}'),
        ('[{"ciphertext":"AA"}]', '["sealed arm"]'),
        ("much", "unreadable, 4 characters"),
        ("[" * 9000, "unreadable, 9000 characters"),
    ],
)
def test_a_quoted_value_prints_in_words_without_what_is_sealed_in_it(text: str, said: str) -> None:
    assert quoted(text) == said


@pytest.mark.parametrize(
    ("fact", "field", "said"),
    [
        (deviated(about=(), important=True), "/payload/important", "true"),
        (deviated(about=()), "/payload/about", "[]"),
        (reported(serious=None), "/payload/serious", None),
        (committed("LN"), "/payload/ratio", "[2,1]"),
        (disclosed(), "/payload/vault_entry", str(event(999))),
        (known("age"), "/payload/value", '{"holds":true,"type":"stated"}'),
        (asked(), "/payload/expires", "2028-03-01T02:00:00.000000Z"),
    ],
)
def test_values_print_as_words_or_as_canonical_text(fact: Any, field: str, said: str | None) -> None:
    book = Book()
    book.write(OWN, fact)

    (row,) = [row for row in trail(book.entries) if row.field_path == field]
    assert row.new_value == said


def test_a_number_that_no_ledger_could_hold_is_said_to_be_so() -> None:
    sources = (SourcePosition(ledger="trial:DEMO", position=2**60),)
    fact = ReportRequested(
        blinding="BLINDED", parameters=(), purpose="review", report="audit", scope="all", sources=sources
    )
    book = Book()
    book.write(streams.report(TRIAL, "r1"), fact)

    said = {row.field_path: row.new_value for row in trail(book.entries)}
    assert said["/payload/sources"] == "a number too large to be written"


@pytest.mark.parametrize(
    ("stream", "fact", "action", "ledger_of_a_trial"),
    [
        (streams.reading(TRIAL, "e1"), RecordRead(scope="007", what="narrative"), "view", TRIAL),
        ("system/refusal/e1", CommandRefused(code="no_grant", command="enrol", rule="r1"), "refuse", None),
        (request("U1"), disclosed(), "disclose", TRIAL),
    ],
)
def test_reads_refusals_and_disclosures_are_told_apart_from_records(
    stream: str, fact: Any, action: str, ledger_of_a_trial: str | None
) -> None:
    book = Book()
    book.write(stream, fact)

    row = trail(book.entries)[0]

    assert (row.action, row.trial) == (action, ledger_of_a_trial)


VAULT = [row for row in event_types() if row.is_sealed_whole]


@pytest.mark.requirement("EMA-06")
@given(data=st.data())
def test_no_vault_entry_ever_changes_what_a_projection_shows(data: st.DataObject) -> None:
    book = Book()
    stream = data.draw(st.sampled_from([streams.sealed_list(TRIAL, "q7"), f"vault:{TRIAL}/participant/007"]))
    entry = book.write(stream, data.draw(facts_of(data.draw(st.sampled_from(VAULT)))))
    sealed_whole = SealedFact(ciphertext=SEALED, commitment=bytes(32), key=bytes(16), nonce=bytes(12))
    book.entries.append(msgspec.structs.replace(entry, body=msgspec.structs.replace(entry.body, payload=sealed_whole)))

    for name, projection in PROJECTIONS.items():
        assert folded(projection.start(), book.entries).view() == projection.start().view(), name


def timeline(entries: list[Entry], number: str = "007") -> tuple[TimelineRow, ...]:
    return replay(Timeline, entries).of(number)


def test_a_timeline_holds_the_own_stream_cases_unblindings_deviations_and_what_names_the_number() -> None:
    book = Book()
    book.write(streams.screening_numbers(TRIAL), ScreeningNumberIssued(number="007"))
    book.write(OWN, screened("007"))
    book.write(case("A1"), reported())
    book.write(case("A1"), follow_up())
    book.write(request("U1"), invoked())
    book.write(streams.deviation(TRIAL, "D1"), deviated())
    book.write(streams.stratum(TRIAL, "LN"), PlaceTaken(participant="007", stratum="LN"))
    book.write(streams.stratum(TRIAL, "LN"), PlaceTaken(participant="008", stratum="LN"))
    book.write(person("008"), error("wrong_participant", other_participant="007"))
    book.write(case("A2"), reported(case="A2", participant="008"))
    book.write(streams.site(TRIAL, "01"), registered_site())

    assert [row.position for row in timeline(book.entries)] == [1, 2, 3, 4, 5, 6, 7, 9]
    assert [row.position for row in timeline(book.entries, "008")] == [8, 9, 10]
    assert timeline(book.entries, "999") == ()
    assert [shown.number for shown in replay(Timeline, book.entries).view()] == ["007", "008"]


def test_follow_up_told_before_its_report_is_found_all_the_same() -> None:
    book = Book()
    book.write(case("A1"), follow_up(), occurred=at("2027-02-01"))
    book.write(case("A1"), reported(), occurred=at("2027-03-01"))

    true = replay(Timeline, book.entries, true=at("2027-04-01").earliest).of("007")

    assert [row.position for row in true] == [1, 2]
    assert timeline(book.entries[:1]) == ()


def test_an_entry_that_names_its_own_participant_again_stands_once() -> None:
    book = Book()
    book.write(OWN, error("wrong_kit", other_participant="007"))

    assert len(timeline(book.entries)) == 1


def test_a_corrected_or_voided_entry_stays_and_says_by_which_position() -> None:
    book = Book()
    target = book.write(OWN, known("creatinine", measured("88")), reason_code="late")
    book.correct(target, VALUE, '"88"', '"8.8"')
    book.void(target)

    row, *_ = timeline(book.entries)

    assert (row.corrected_at, row.voided_at) == ((2,), (3,))
    assert dict(row.fields)["fact"] == "creatinine"
    assert '"88"' in str(dict(row.fields)["value"])
    assert (row.type, row.stream, row.version, row.reason_code, row.by.actor) == (
        "participant.fact_recorded.v1",
        OWN,
        1,
        "late",
        "u1",
    )


@given(history=histories())
def test_a_timeline_holds_every_entry_of_the_participants_own_stream(history: tuple[Entry, ...]) -> None:
    state = replay(Timeline, history)

    for number in ("001", "002", "003"):
        own = [entry.frame.position for entry in history if entry.frame.stream == person(number)]
        rows = state.of(number)
        assert [row.position for row in rows if row.stream == person(number)] == own
        assert [row.position for row in rows] == sorted({row.position for row in rows})


def test_late_entries_are_those_recorded_longer_after_the_act_than_the_limit() -> None:
    book = Book()
    book.write(OWN, screened("007"), occurred=at("2027-03-01", "09:01:00"))
    book.write(OWN, known("age"), occurred=at("2027-03-01", "10:01:00"))
    book.write(OWN, known("sex"), occurred=Occurred(f"2027-01[{ZONE}]"))
    book.write(OWN, known("class"), occurred=at("2027-03-02"))
    book.write(streams.deviation(TRIAL, "D1"), deviated(), source_kind="derived", occurred=at("2027-01-01"))
    state = replay(LateEntries, book.entries)

    assert [row.lag for row in state.view()] == [3600, 60, None, -86_160]
    assert [row.position for row in state.over(3599)] == [1]
    assert state.over(3600) == ()


def test_the_lag_is_measured_against_the_time_first_claimed() -> None:
    book = Book()
    target = book.write(OWN, screened("007"), occurred=at("2027-03-01", "09:01:00"))
    book.correct(target, "/occurred_at", "null", written(at("2027-03-01", "10:01:00")))

    assert replay(LateEntries, book.entries).view()[0].lag == 3600


def test_a_stream_is_about_the_participant_and_site_that_it_once_named() -> None:
    book = Book()
    book.write(OWN, screened("007", "02"))
    book.write(case("A1"), reported())
    book.write(streams.deviation(TRIAL, "D1"), deviated(participant=None, site="03"))
    book.write(streams.deviation(TRIAL, "D2"), deviated(participant=None, site=None))
    state = replay(Subjects, book.entries)

    about = {stream: (state.participant(stream), state.site(stream)) for stream in STREAMS}

    assert about == {
        STREAMS[0]: ("007", "02"),
        STREAMS[1]: ("007", "02"),
        STREAMS[2]: (None, "03"),
        STREAMS[3]: (None, None),
        STREAMS[4]: (None, "01"),
        STREAMS[5]: (None, None),
        STREAMS[6]: ("999", None),
    }
    assert state.view() == ((STREAMS[1], "007"),)


STREAMS = (
    OWN,
    case("A1"),
    streams.deviation(TRIAL, "D1"),
    streams.deviation(TRIAL, "D2"),
    streams.site(TRIAL, "01"),
    TRIAL_STREAM,
    person("999"),
)


@given(history=histories())
def test_no_ciphertext_is_ever_printed(history: tuple[Entry, ...]) -> None:
    rows = replay(AuditTrail, history).view()

    assert {row.position for row in rows} == {entry.frame.position for entry in history}
    assert not any(b64encode(SEALED)[:8].decode() in str((row.old_value, row.new_value)) for row in rows)
