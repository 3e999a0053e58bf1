"""What the audit trail says of every entry: who, what, when, why, with the value before and after."""

from datetime import timedelta

import msgspec
import pytest

from compliance.reports.audit_filters import AuditTrailFilters
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
from domain.times import Occurred
from domain.values import PartialDate
from tests.projections import facts as told
from tests.projections.entries import TRIAL, Book, at, event, sealed
from tests.reports.materials import ACCESS, LEDGER, OPENED, accesses, cells, leaf, material, rows, said, story, true_on

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


@pytest.mark.requirement("EMA-02")
def test_every_prescribed_column_is_there(whole: Body) -> None:
    assert set(cells(whole, "entries")[0]) >= PRESCRIBED


@pytest.mark.requirement("EMA-05")
def test_every_entry_is_one_row_in_the_order_of_recording(whole: Body) -> None:
    first, second = story().entries, accesses().entries

    shown = [(one["ledger"], one["position"]) for one in cells(whole, "entries")]
    assert shown == [
        *(("trial", str(entry.frame.position)) for entry in first),
        *(("access", str(entry.frame.position)) for entry in second),
    ]


@pytest.mark.requirement("FDA-08")
def test_no_entry_lacks_when_who_in_which_role_and_what(whole: Body) -> None:
    mandatory = {"recorded_at", "occurred_at", "user", "printed_name", "role", "organisation", "what", "new_value"}

    lacking = [(one["position"], name) for one in cells(whole, "entries") for name in mandatory if one[name] is None]
    assert lacking == []


def test_at_one_instant_the_trial_ledger_stands_before_the_access_ledger() -> None:
    book, access = Book(), accesses()
    access.entries = access.entries[:1]
    book.turn_to("2027-05-12")
    book.write(told.person("001"), told.screened("001"))

    body = audit_trail(material(book.entries, access.entries))

    assert [one["ledger"] for one in cells(body, "entries")] == ["trial", "access"]
    assert len({one["recorded_at"] for one in cells(body, "entries")}) == 1


def test_a_new_entry_tells_its_values_in_words_without_what_its_name_says_already(whole: Body) -> None:
    row = of(whole, 10)

    assert row["what"] == "fact recorded (age at consent)"
    assert row["new_value"] == "value: 37 a"
    assert (row["action"], row["old_value"], row["field_path"]) == ("create", None, "/payload")


@pytest.mark.requirement("E6-03")
def test_a_correction_shows_old_value_new_value_reason_and_what_it_corrects(whole: Body) -> None:
    row = of(whole, 42)

    assert row["what"] == "record corrected: fact recorded (age at consent)"
    assert (row["old_value"], row["new_value"]) == ("37", "38")
    assert (row["reason_code"], row["reason_text"]) == ("transcription", OPENED)
    assert (row["action"], row["field_path"], row["target"]) == ("change", "/payload/value/quantity/value", "10")


def test_a_void_is_a_mark_of_deletion_and_the_voided_entry_stays() -> None:
    book = Book()
    void = book.void(book.write(told.person("001"), told.chosen("sex", "female")))

    body = audit_trail(material(book.entries))

    assert of(body, void.frame.position)["action"] == "delete-mark"
    assert of(body, 1)["new_value"] == "value: female"


def test_a_correction_of_what_is_not_among_the_entries_names_no_entry() -> None:
    book = Book()
    book.write(told.person("001"), told.screened("001"))
    away = book.write(told.person("002"), told.known("other"))
    correction = book.correct(away, "/payload/fact", '"other"', '"another"')

    row = only(correction)

    assert row["what"] == "record corrected"
    assert row["target"] is None


def test_each_value_stands_by_itself_exactly_as_recorded(whole: Body) -> None:
    values = [one for one in cells(whole, "values") if one["position"] == "10" and one["ledger"] == "trial"]

    assert [(one["field_path"], one["new_value"]) for one in values] == [
        ("/payload/fact", "age_at_consent"),
        ("/payload/value", '{"quantity":{"unit":"a","value":"37"},"type":"measured"}'),
    ]
    assert {one["what"] for one in values} == {"fact recorded (age at consent)"}


@pytest.mark.requirement("E6-21")
def test_times_are_told_in_utc_and_on_the_clock_of_the_zone(whole: Body) -> None:
    row = of(whole, 8)

    assert row["recorded_at"] == "2027-03-02T02:01:00.000000Z"
    assert row["recorded_local"] == "2027-03-02T10:01:00+08:00"
    assert row["occurred_at"] == "2027-03-02T10:01:00+08:00[Asia/Shanghai]"


@pytest.mark.parametrize(
    ("occurred", "lag", "timing"),
    [
        (at("2027-03-01", "10:00:30"), "0.0", "in time"),
        (at("2027-02-26", "10:01:01"), "71.9", "in time"),
        (at("2027-02-26", "10:01:00"), "72.0", "late"),
        (at("2027-03-01", "10:01:30"), "0.0", "ahead"),
        (at("2027-03-01", "12:31:00"), "-2.5", "ahead"),
        (Occurred("2027-02[Asia/Shanghai]"), None, "vague"),
    ],
)
def test_the_time_from_act_to_entry_is_told_and_judged(occurred: Occurred, lag: str | None, timing: str) -> None:
    row = only(Book().write(told.person("001"), told.screened("001"), occurred))

    assert (row["lag"], row["timing"]) == (lag, timing)


def test_what_a_rule_found_is_never_late() -> None:
    entry = Book().write(told.person("001"), told.screened("001"), at("2026-01-01"), source_kind="derived")

    body = audit_trail(material([entry]))

    assert of(body, 1)["timing"] == "by rule"
    assert [one["bin"] for one in cells(body, "lag") if one["entries"] != "0"] == []


def test_approvals_and_sign_offs_are_recorded_not_signed_and_nothing_else_is(whole: Body) -> None:
    unsigned = {one["what"]: one["signature_status"] for one in cells(whole, "entries") if one["signature_status"]}

    assert set(unsigned) == {"decision approved (D1)", "eligibility decided", "signed off", "trial locked"}
    assert set(unsigned.values()) == {"recorded, not signed"}
    assert {one["signature_id"] for one in cells(whole, "entries")} == {None}
    assert {one["review_status"] for one in cells(whole, "entries")} == {"not reviewed"}


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
    drawn = SlotDrawn(allocation=event(1), arm="zebra", index=7, participant="001", randomisation_number="R001")
    vault = Book().write(streams.sealed_list(TRIAL, "q7"), drawn)
    plain = material(book.entries)

    body = audit_trail(material(book.entries, [vault]))

    assert body == audit_trail(plain)
    assert "zebra" not in said(body)
    assert "vault" not in {source.ledger.partition(":")[0] for source in body.sources}


def test_as_true_then_corrections_are_applied_and_later_acts_left_out() -> None:
    book = story()
    march = at("2027-03-31").earliest

    body = audit_trail(material(book.entries, **true_on(march)))

    assert of(body, 10)["new_value"] == "value: 38 a"
    assert {one["what"] for one in cells(body, "entries")} & {"signed off", "treatment given", "trial locked"} == set()
    assert "as true on that day, as known at entry 50" in body.title
    assert "corrections are applied" in body.tables[0].note
    assert "recorded time: as known at entry 50; claimed time: as true on that day" in body.scope.time_axis


def test_as_known_then_only_what_was_recorded_by_then_is_shown() -> None:
    book = story()

    body = audit_trail(material(book.entries[:29], known_on="on 31 March 2027"))

    assert of(body, 10)["new_value"] == "value: 37 a"
    assert len(rows(body, "entries")) == 29
    assert body.title == "Audit trail, all sites, as known on 31 March 2027, Asia/Shanghai"


def test_the_first_screen_answers_with_counts_of_entries_people_and_findings(whole: Body) -> None:
    assert whole.answer == (
        "56 entries by 7 people, recorded from 1 March 2027 to 12 May 2027: 1 recorded 72 h or more after the act, "
        "1 correction (none without a reason), 2 deviations, 2 refused commands."
    )
    assert {figure.label: figure.value for figure in whole.figures} == {
        "Entries": "56",
        "People": "7",
        "Corrections": "1",
        "Late entries": "1",
        "Deviations": "2",
        "Refusals": "2",
    }


def test_what_needs_attention_links_to_its_rows_the_gravest_first(whole: Body) -> None:
    found = [(item.severity, item.sentence, tuple(ref.row for ref in item.rows)) for item in whole.attention]

    assert found == [
        ("important", "1 entry recorded after the hard lock at entry 49.", ("trial.50",)),
        (
            "important",
            "1 entry recorded 72 h or more after the act (a limit of this report, not of a rule).",
            ("trial.41",),
        ),
        ("important", "1 correction: old value, new value and reason stand in the row.", ("trial.42",)),
        (
            "important",
            "8 approvals and sign-offs recorded, not signed.",
            tuple(f"trial.{at}" for at in (4, 5, 24, 27, 28, 35, 48, 49)),
        ),
        ("to note", "2 deviations recorded.", ("trial.44", "trial.45")),
        ("to note", "2 refused commands; what was submitted is not kept.", ("access.5", "access.6")),
    ]


def test_a_correction_without_a_reason_and_a_claim_ahead_of_its_recording_stand_out() -> None:
    book = Book()
    entry = book.write(told.person("001"), told.screened("001"), at("2027-03-01", "11:00:00"))
    book.void(entry)

    body = audit_trail(material(book.entries))

    assert [(item.severity, item.sentence) for item in body.attention][:2] == [
        ("serious", "1 correction without a reason."),
        ("important", "1 entry claimed to have happened after being recorded."),
    ]
    assert "1 correction (1 without a reason)" in body.answer
    assert body.figures[2].meaning == "earlier values kept and shown; 1 of them void an entry"


def test_everybody_who_recorded_stands_in_the_table_of_people(whole: Body) -> None:
    people = {one["user"]: one for one in cells(whole, "people")}

    assert set(people) == {"u1", "u3", "u4", "u5", "u6", "u7", "u8"}
    assert sum(int(one["entries"] or 0) for one in cells(whole, "people")) == 56
    assert (people["u1"]["changes"], people["u1"]["late"], people["u4"]["refusals"]) == ("1", "1", "2")


def test_the_histogram_has_its_table_and_an_edge_at_the_limit(whole: Body) -> None:
    (picture,) = whole.pictures

    counts = {one["bin"]: (one["entries"], one["late"]) for one in cells(whole, "lag")}
    assert picture.table == "lag"
    assert counts["7 d to 30 d"] == ("1", "late")
    assert counts["1 d to 3 d"] == ("0", "in time")


def test_an_empty_trail_says_so() -> None:
    body = audit_trail(material([]))

    assert body.answer == "No entry was found within what was asked."
    assert body.attention == ()
    assert body.strength_note == "no entry was read"


def test_header_facts_name_what_was_read(whole: Body) -> None:
    assert {source.ledger: source.size for source in whole.sources} == {LEDGER: 50, ACCESS: 6}
    assert whole.entries_read == 56
    assert (whole.blinding_class, whole.environment) == ("NEUTRAL", "demonstration")
    assert (whole.scope.zone, whole.scope.protocol_versions) == ("Asia/Shanghai", ("1.0",))
    assert whole.approvals_note.startswith("recorded, not signed")
    assert whole.strength_note.startswith("asserted")


def test_rows_of_all_participants_are_shaded_by_participant_and_of_one_by_day() -> None:
    book = story()

    everybody = audit_trail(material(book.entries))
    one = audit_trail(material(book.entries), AuditTrailFilters(participant="001"))

    assert {row.group for row in rows(everybody, "entries")} == {None, "001", "002", "003", "004", "005", "006"}
    assert {row.group for row in rows(one, "entries")} == {"2027-03-02", "2027-03-05", "2027-05-10"}
