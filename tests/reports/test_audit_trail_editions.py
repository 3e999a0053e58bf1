"""The editions of the audit trail: per participant, user, record, site, type, period; changes, late, refusals."""

from datetime import UTC, date, datetime
from typing import Any, Literal

import pytest

from compliance.reports.audit_filters import NO_FILTERS, AuditTrailFilters, Period
from compliance.reports.audit_trail import audit_trail
from domain.errors import InvalidInputError
from domain.record import Performer
from domain.times import Occurred
from tests.projections import facts as told
from tests.projections.entries import Book, at
from tests.reports.materials import accesses, cells, material, story

MONTH = Occurred("2027-02[Asia/Shanghai]")


def shown(filters: AuditTrailFilters) -> list[tuple[str | None, str | None]]:
    body = audit_trail(material(story().entries, accesses().entries), filters)
    return [(one["ledger"], one["position"]) for one in cells(body, "entries")]


def trial(*positions: int) -> list[tuple[str | None, str | None]]:
    return [("trial", str(position)) for position in positions]


def test_the_edition_of_a_participant_holds_the_whole_history_and_who_read_of_it() -> None:
    found = shown(AuditTrailFilters(participant="001"))

    assert found == [*trial(*range(8, 12), *range(24, 27), *range(41, 45), *range(46, 49), 50), ("access", "2")]


def test_the_edition_of_a_user_holds_what_was_sent_and_what_was_refused() -> None:
    assert shown(AuditTrailFilters(user="u3")) == trial(8, 12, 16, 20, 30, 37)
    assert shown(AuditTrailFilters(user="u4")) == [("access", "5"), ("access", "6")]


def test_the_edition_of_a_user_holds_acts_performed_but_sent_by_another() -> None:
    performer = Performer(person="u9", role="sub_investigator")
    entry = Book().write(told.person("001"), told.screened("001"), performer=performer)

    body = audit_trail(material([entry]), AuditTrailFilters(user="u9"))

    assert [one["performer"] for one in cells(body, "entries")] == ["u9"]
    assert "sent or performed by user u9" in body.scope.filters


@pytest.mark.parametrize("record", ["deviation/V1", "trial:DEMO/deviation/V1"])
def test_the_edition_of_a_record_holds_that_record(record: str) -> None:
    assert shown(AuditTrailFilters(record=record)) == trial(44)


def test_the_edition_of_a_kind_of_record_holds_all_of_the_kind() -> None:
    assert shown(AuditTrailFilters(record="deviation")) == trial(44, 45)


def test_the_edition_of_a_site_holds_that_site() -> None:
    assert shown(AuditTrailFilters(site="02")) == trial(*range(16, 20), 28, *range(37, 41))


@pytest.mark.parametrize("name", ["participant.signed_off.v1", "participant.signed_off"])
def test_the_edition_of_a_type_holds_that_type_with_or_without_its_version(name: str) -> None:
    assert shown(AuditTrailFilters(event_type=name)) == trial(48)


def test_changes_only_are_corrections_and_voids() -> None:
    assert shown(AuditTrailFilters(changes_only=True)) == trial(42)


def test_late_entries_are_those_beyond_the_limit_in_hours() -> None:
    assert shown(AuditTrailFilters(late_only=True)) == trial(41)
    assert shown(AuditTrailFilters(late_only=True, late_hours=216)) == trial(41)
    assert shown(AuditTrailFilters(late_only=True, late_hours=217)) == []


def test_refused_commands_only() -> None:
    assert shown(AuditTrailFilters(refusals_only=True)) == [("access", "5"), ("access", "6")]


def test_filters_hold_together() -> None:
    assert shown(AuditTrailFilters(participant="001", user="u1", changes_only=True)) == trial(42)
    assert shown(AuditTrailFilters(participant="002", changes_only=True)) == []


@pytest.mark.parametrize(
    ("first", "last", "axis", "positions"),
    [
        (date(2027, 3, 2), date(2027, 3, 2), "recorded", (8, 9, 10, 11)),
        (None, date(2027, 3, 1), "recorded", range(1, 8)),
        (datetime(2027, 3, 2, 2, 2, tzinfo=UTC), datetime(2027, 3, 2, 2, 3, tzinfo=UTC), "recorded", (9, 10)),
        (date(2027, 5, 1), date(2027, 5, 1), "recorded", ()),
        (date(2027, 5, 1), date(2027, 5, 1), "occurred", (41,)),
    ],
)
def test_a_period_is_by_recorded_or_by_claimed_time_and_a_day_is_a_day_of_the_zone(
    first: date | None, last: date | None, axis: Literal["recorded", "occurred"], positions: Any
) -> None:
    assert shown(AuditTrailFilters(period=Period(first, last, axis))) == trial(*positions)


def test_an_open_end_of_a_period_reaches_to_the_last_entry() -> None:
    found = shown(AuditTrailFilters(period=Period(date(2027, 5, 11), None)))

    assert found == [("access", str(position)) for position in range(1, 7)]


def test_the_title_and_the_scope_say_the_edition() -> None:
    filters = AuditTrailFilters(
        participant="007",
        user="u1",
        record="participant/007",
        site="01",
        event_type="participant.enrolled",
        changes_only=True,
        late_only=True,
        late_hours=48,
        refusals_only=True,
        period=Period(date(2027, 3, 1), datetime(2027, 3, 3, 4, tzinfo=UTC), "occurred"),
    )

    body = audit_trail(material(story().entries), filters)

    assert body.title == (
        "Audit trail, changes only, refused commands, entries 48 h or more late, participant 007, user u1, "
        "record participant/007, site 01, as known at entry 50, Asia/Shanghai"
    )
    assert body.scope.filters == (
        "participant 007",
        "sent or performed by user u1",
        "record participant/007",
        "site 01",
        "entries of the type participant.enrolled",
        "changes to earlier entries only",
        "recorded 48 h or more after the act",
        "refused commands only",
    )
    assert body.scope.period == "claimed to have happened from 1 March 2027 to 2027-03-03 04:00:00+00:00"


def test_no_filters_are_said_as_none() -> None:
    body = audit_trail(material(story().entries))

    assert (body.scope.filters, body.scope.period) == ((), "not restricted")
    assert NO_FILTERS.words() == ()


def test_the_trail_of_a_site_reader_says_that_only_that_site_is_shown() -> None:
    own: Any = {"sites": frozenset({"02", "01"})}

    body = audit_trail(material(story().entries[:8], **own))
    edition = audit_trail(material(story().entries[:8], **own), AuditTrailFilters(participant="001"))

    assert body.title.startswith("Audit trail, sites 01 and 02 only, as known")
    assert edition.title.startswith("Audit trail, participant 001, sites 01 and 02 only, as known")
    assert body.scope.filters == ("sites 01 and 02 only: entries of other sites are not shown here",)


@pytest.mark.parametrize(
    ("build", "code"),
    [
        (lambda: AuditTrailFilters(late_hours=0), "bad_limit"),
        (lambda: AuditTrailFilters(event_type="participant.flown"), "unknown_event_type"),
        (lambda: Period(date(9999, 12, 31), None), "bad_date"),
        (lambda: Period(None, datetime(2027, 3, 3)), "naive_time"),  # noqa: DTZ001 (meant: it is refused)
        (lambda: Period(date(2027, 3, 3), date(2027, 3, 2)).within("UTC"), "empty_period"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused(build: Any, code: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        build()

    assert caught.value.code == code
    assert caught.value.next_step


def test_the_claimed_time_of_a_partial_date_is_its_first_instant() -> None:
    book = Book()
    book.write(told.person("001"), told.screened("001"), MONTH)
    filters = AuditTrailFilters(period=Period(date(2027, 2, 1), date(2027, 2, 1), "occurred"))

    body = audit_trail(material(book.entries), filters)

    assert len(cells(body, "entries")) == 1
    assert at("2027-02-01", "00:00:00").earliest == MONTH.earliest
