"""What the first screen of the audit trail says, on which axes it was read, and what stands around its rows."""

import pytest

from compliance.reports.audit_filters import AuditTrailFilters
from compliance.reports.audit_trail import audit_trail
from compliance.reports.model import Body
from tests.projections import facts as told
from tests.projections.entries import Book, at
from tests.reports.materials import ACCESS, LEDGER, accesses, cells, material, rows, story, true_on

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
        (
            "serious",
            "7 approvals and judgements not signed in time.",
            tuple(f"trial.{at}" for at in (4, 5, 24, 27, 28, 35, 49)),
        ),
        ("important", "1 entry recorded after the hard lock at entry 49.", ("trial.50",)),
        (
            "important",
            "1 entry recorded 72 h or more after the act (a limit of this report, not of a rule).",
            ("trial.41",),
        ),
        ("important", "1 correction: old value, new value and reason stand in the row.", ("trial.42",)),
        ("to note", "1 approval or judgement recorded, not signed yet.", ("trial.48",)),
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
    assert whole.approvals_note.endswith("Of 8 entries that ask for one: 1 recorded, not signed yet, 7 overdue.")
    assert whole.strength_note.startswith("asserted")


def test_rows_of_all_participants_are_shaded_by_participant_and_of_one_by_day() -> None:
    book = story()

    everybody = audit_trail(material(book.entries))
    one = audit_trail(material(book.entries), AuditTrailFilters(participant="001"))

    assert {row.group for row in rows(everybody, "entries")} == {None, "001", "002", "003", "004", "005", "006"}
    assert {row.group for row in rows(one, "entries")} == {"2027-03-02", "2027-03-05", "2027-05-10"}
