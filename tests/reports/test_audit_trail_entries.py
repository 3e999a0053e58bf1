"""What the audit trail says of every entry: who, what, when, why, with the value before and after."""

import pytest

from compliance.reports.audit_trail import audit_trail
from compliance.reports.model import Body
from domain.record import Entry
from domain.times import Occurred
from tests.projections import facts as told
from tests.projections.entries import Book, at
from tests.reports.materials import OPENED, accesses, cells, material, story

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
