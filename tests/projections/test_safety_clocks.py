"""Obligations of safety reporting: anchors, days of the declared zone, and both due dates after a correction."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain import streams
from domain.adverse_event import facts as adverse_event
from domain.times import Occurred
from projections.clock_rules import CLOCK_RULES
from projections.obligations import ObligationRow, Obligations
from projections.replay import replay
from tests.projections.entries import TRIAL, Book, at
from tests.projections.facts import (
    TRIAL_STREAM,
    approved,
    case,
    follow_up,
    person,
    proposed,
    received,
    registered_site,
    reported,
    screened,
)

OWN = case("A1")
GRAVE = reported(criteria=("life_threatening",))


def zoned(trial_zone: str | None = "Asia/Shanghai", site_zone: str = "Asia/Shanghai") -> Book:
    book = Book()
    book.write(TRIAL_STREAM, proposed(zone=trial_zone))
    book.write(TRIAL_STREAM, approved(1), actor="u2")
    book.write(TRIAL_STREAM, approved(1), actor="u3")
    book.write(streams.site(TRIAL, "01"), registered_site(site_zone))
    book.write(person("007"), screened("007"))
    return book


def rows(book: Book, *wanted: str) -> list[ObligationRow]:
    found = replay(Obligations, book.entries).view()
    return [row for row in found if row.obligation in wanted or row.obligation.rpartition(".")[0] in wanted]


def row(book: Book, wanted: str) -> ObligationRow:
    (found,) = [found for found in replay(Obligations, book.entries).view() if found.obligation == wanted]
    return found


def submitted(obligation: str) -> adverse_event.ObligationMet:
    return adverse_event.ObligationMet(obligation=obligation, reference="S-1")


def local_day(row: ObligationRow) -> str:
    """The last day of the clock on the calendar of its zone."""
    assert row.due.due is not None
    return str(row.due.due.astimezone(UTC) + timedelta(hours=8))[:10]


@pytest.mark.requirement("SAF-05")
@pytest.mark.parametrize(
    ("obligation", "last_day"),
    [("e2a.7d", "2027-03-08"), ("e2a.complete.15d", "2027-03-16"), ("e2a.15d", "2027-03-16"), ("us.15d", "2027-03-16")],
)
def test_days_are_counted_from_the_sponsors_receipt_which_is_day_zero(obligation: str, last_day: str) -> None:
    book = zoned()
    book.write(OWN, GRAVE)
    book.write(OWN, received(), occurred=at("2027-03-01", "23:30:00"))

    found = row(book, obligation)

    assert local_day(found) == last_day
    assert str(found.due.due) == f"{last_day} 15:59:59.999999+00:00"
    assert (found.zone, found.state, found.first_receipt) == ("Asia/Shanghai", "open", found.since)


@pytest.mark.parametrize(
    ("zone", "received_at", "last_day"),
    [
        ("Asia/Shanghai", at("2027-03-01", "00:30:00"), "2027-03-08"),
        ("UTC", at("2027-03-01", "00:30:00"), "2027-03-07"),
        ("America/New_York", at("2027-03-01", "12:30:00"), "2027-03-07"),
        ("Pacific/Auckland", at("2027-03-01", "23:30:00"), "2027-03-09"),
        ("Asia/Shanghai", at("2028-02-25", "12:00:00"), "2028-03-03"),
        ("Europe/Berlin", at("2027-03-26", "20:00:00"), "2027-04-02"),
        ("Asia/Shanghai", Occurred("2027-03[Asia/Shanghai]"), "2027-03-08"),
    ],
)
def test_a_clock_ends_with_the_last_moment_of_its_day_in_the_declared_zone(
    zone: str, received_at: Occurred, last_day: str
) -> None:
    book = zoned(trial_zone=zone)
    book.write(OWN, GRAVE)
    book.write(OWN, received(), occurred=received_at)

    due = row(book, "us.7d").due.due

    assert due is not None
    assert Occurred.at(due, zone).when[:19] == f"{last_day}T23:59:59"


@pytest.mark.parametrize("zone", [None, "Mars/Olympus"])
def test_without_a_declared_zone_days_are_those_of_the_claimed_time(zone: str | None) -> None:
    book = zoned(trial_zone=zone)
    book.write(OWN, GRAVE)
    book.write(OWN, received(), occurred=at("2027-03-01", zone="Europe/Berlin", offset="+01:00"))

    assert row(book, "us.7d").zone == "Europe/Berlin"


@pytest.mark.requirement("SAF-09")
def test_the_site_reports_within_hours_not_days() -> None:
    book = zoned()
    book.write(OWN, reported(aware_at=at("2027-03-01", "09:00:00")))

    found = row(book, "eu.site.24h")

    assert (found.due.due, found.unit, found.days_used) == (datetime(2027, 3, 2, 1, tzinfo=UTC), "hours", None)
    assert [found.standing(at("2027-03-02", clock).earliest) for clock in ("09:00:00", "09:00:01")] == [
        "due",
        "overdue",
    ]


def test_hours_are_elapsed_hours_also_when_clocks_change() -> None:
    book = zoned(site_zone="Europe/Berlin")
    book.write(OWN, reported(aware_at=at("2027-03-27", "12:00:00", "Europe/Berlin", "+01:00")))

    assert row(book, "eu.site.24h").due.due == datetime(2027, 3, 28, 11, tzinfo=UTC)


@pytest.mark.requirement("SAF-04")
def test_at_once_has_no_invented_limit_but_a_lag() -> None:
    book = zoned()
    book.write(OWN, reported(aware_at=at("2027-03-01", "23:00:00")))
    book.write(OWN, received(), occurred=at("2027-03-03", "01:00:00"))

    found = row(book, "us.site")

    assert (found.state, found.due.due, found.days_used, found.met_by) == ("no_limit", None, 2, "portal")
    assert found.standing(at("2030-01-01").earliest) == "no_limit"


@pytest.mark.parametrize(
    ("submitted_at", "state"),
    [
        (at("2027-03-01", "12:00:00"), "met_on_time"),
        (at("2027-03-08", "23:59:59"), "met_on_time"),
        (at("2027-03-09", "00:00:00"), "met_late"),
        (Occurred("2027-03-08[Asia/Shanghai]"), "met_on_time"),
        (Occurred("2027-03-09[Asia/Shanghai]"), "met_late"),
        (Occurred("2027-03[Asia/Shanghai]"), "met_unknown"),
    ],
)
def test_a_submission_is_on_time_late_or_not_exact_enough_to_tell(submitted_at: Occurred, state: str) -> None:
    book = zoned()
    book.write(OWN, GRAVE)
    book.write(OWN, received(), occurred=at("2027-03-01"))
    book.write(OWN, submitted("us.7d"), occurred=submitted_at)
    book.write(OWN, submitted("eu.7d"), occurred=submitted_at)

    found = row(book, "us.7d")

    assert (found.state, found.met_by) == (state, "S-1")
    assert found.standing(at("2030-01-01").earliest) == state


def test_an_open_obligation_is_due_until_its_last_moment_and_overdue_after() -> None:
    book = zoned()
    book.write(OWN, GRAVE)
    book.write(OWN, received(), occurred=at("2027-03-01"))
    found = row(book, "us.7d")

    assert [found.standing(at(day, "00:00:00").earliest) for day in ("2027-03-08", "2027-03-09")] == ["due", "overdue"]


@pytest.mark.requirement("SAF-02")
def test_a_corrected_receipt_keeps_both_due_dates() -> None:
    book = zoned()
    book.write(OWN, GRAVE)
    book.write(OWN, received(), occurred=at("2027-03-03"))
    earlier = adverse_event.AwarenessCorrected(anchor="sponsor_receipt", aware_at=at("2027-03-01"))
    book.write(OWN, earlier)

    found = row(book, "us.7d")

    assert [due.anchor for due in (*found.former, found.due)] == [at("2027-03-03"), at("2027-03-01")]
    assert local_day(found) == "2027-03-08"
    assert row(book, "eu.site.24h").former == ()


def test_a_corrected_awareness_of_the_site_keeps_both_due_dates() -> None:
    book = zoned()
    book.write(OWN, reported(), occurred=at("2027-03-03"))
    earlier = adverse_event.AwarenessCorrected(anchor="site_awareness", aware_at=at("2027-03-01"))
    book.write(OWN, earlier)

    found = row(book, "eu.site.24h")

    assert [due.anchor for due in (*found.former, found.due)] == [at("2027-03-03"), at("2027-03-01")]


@pytest.mark.parametrize(
    ("fact", "pointer", "obligation"),
    [
        (reported(aware_at=at("2027-03-03")), "/payload/aware_at", "eu.site.24h"),
        (reported(), "/occurred_at", "eu.site.24h"),
        (received(), "/occurred_at", "us.15d"),
    ],
)
def test_an_anchor_corrected_as_a_value_keeps_both_due_dates(fact: Any, pointer: str, obligation: str) -> None:
    book = zoned()
    if isinstance(fact, adverse_event.ReceivedBySponsor):
        book.write(OWN, reported())
    entry = book.write(OWN, fact, occurred=at("2027-03-03"))
    book.correct(entry, pointer, f'"{at("2027-03-03")}"', f'"{at("2027-03-01")}"')

    found = row(book, obligation)

    assert [due.anchor for due in (*found.former, found.due)] == [at("2027-03-03"), at("2027-03-01")]


def test_a_corrected_value_that_is_no_anchor_leaves_the_clocks_alone() -> None:
    book = zoned()
    entry = book.write(OWN, reported(), occurred=at("2027-03-03"))
    book.correct(entry, "/payload/reporter", '"Dr Wu"', '"Dr Li"')
    book.correct(entry, "/payload/aware_at", "null", f'"{at("2027-03-01")}"')

    found = row(book, "eu.site.24h")

    assert (found.former, found.due.anchor) == ((), at("2027-03-01"))


@pytest.mark.requirement("SAF-08")
def test_a_case_that_turns_fatal_later_starts_its_seven_days_from_that_knowledge() -> None:
    book = zoned()
    book.write(OWN, reported())
    book.write(OWN, received(), occurred=at("2027-03-01"))
    book.write(OWN, follow_up(outcome="fatal"), occurred=at("2027-03-10"))

    found = row(book, "eu.7d")

    assert (found.due.anchor, local_day(found)) == (at("2027-03-10"), "2027-03-17")
    assert local_day(row(book, "eu.15d")) == "2027-03-16"


@pytest.mark.requirement("SAF-03")
def test_a_case_that_comes_to_qualify_again_starts_a_clock_of_its_own() -> None:
    book = zoned()
    book.write(OWN, reported())
    book.write(OWN, received(), occurred=at("2027-03-01"))
    book.write(OWN, expectedness(expected=True), occurred=at("2027-03-02"))
    book.write(OWN, expectedness(expected=False), occurred=at("2027-03-20"))
    book.write(OWN, submitted("us.15d.2"), occurred=at("2027-03-21"))

    first, second = rows(book, "us.15d")

    assert (first.obligation, first.state, first.reason) == ("us.15d", "not_required", "no longer qualifies")
    assert (second.obligation, second.state, local_day(second)) == ("us.15d.2", "met_on_time", "2027-04-04")


def expectedness(*, expected: bool) -> adverse_event.ExpectednessAssessed:
    return adverse_event.ExpectednessAssessed(expected=expected, reference="IB 3")


def test_a_nullified_case_keeps_its_rows_marked_as_not_required_but_what_was_submitted_stays() -> None:
    book = zoned()
    book.write(OWN, GRAVE)
    book.write(OWN, received(), occurred=at("2027-03-01"))
    book.write(OWN, submitted("us.7d"), occurred=at("2027-03-02"))
    book.write(OWN, adverse_event.CaseNullified())

    assert (row(book, "us.15d").state, row(book, "us.15d").reason) == ("not_required", "nullified")
    assert (row(book, "us.7d").state, row(book, "us.7d").reason) == ("met_on_time", None)


def test_seriousness_learned_later_asks_for_a_report_of_its_own() -> None:
    book = zoned()
    book.write(OWN, reported(serious=False, criteria=()))
    book.write(OWN, received(), occurred=at("2027-03-02"))
    turned = adverse_event.SeriousnessAssessed(criteria=("hospitalisation",), serious=True, side="investigator")
    book.write(OWN, turned, occurred=at("2027-03-10"))
    without = row(book, "us.site")
    book.write(OWN, received(), occurred=at("2027-03-11"))

    found = row(book, "us.site")

    assert (without.met, found.due.anchor) == (None, at("2027-03-10"))
    assert found.met is not None
    assert found.met.occurred_at == at("2027-03-11")


def test_a_case_known_to_the_sponsor_alone_is_on_the_sponsors_clocks() -> None:
    book = zoned()
    book.write(OWN, received(), occurred=at("2027-03-01"))

    found = replay(Obligations, book.entries).view()

    assert {row.obligation for row in found} == {"us.15d", "eu.15d", "uk.15d"}
    assert {(row.participant, row.site) for row in found} == {(None, None)}


def test_a_report_without_a_product_is_no_valid_one_for_the_minimum_yet() -> None:
    book = zoned()
    book.write(OWN, reported(product=None))
    book.write(OWN, received())

    assert rows(book, "e2a.15d") == []


def test_a_case_that_is_not_serious_has_no_clock() -> None:
    book = zoned()
    book.write(OWN, reported(serious=False, criteria=()))
    book.write(OWN, received())

    assert replay(Obligations, book.entries).view() == ()


def test_only_the_chosen_rules_are_counted() -> None:
    book = zoned()
    book.write(OWN, GRAVE)
    book.write(OWN, received())
    chosen = [rule for rule in CLOCK_RULES if rule.destination == "FDA"]

    found = replay(Obligations, book.entries).by_rules(iter(chosen))

    assert [row.obligation for row in found] == ["us.7d"]
    assert {row.rules_version for row in found} == {"clocks/2025-1"}


def test_every_rule_has_a_code_of_its_own_and_says_how_far_it_was_checked() -> None:
    codes = [rule.obligation for rule in CLOCK_RULES]

    assert len(set(codes)) == len(codes)
    assert all(rule.limit is None or rule.unit != "none" for rule in CLOCK_RULES)
    assert {rule.checked for rule in CLOCK_RULES} == {"read", "secondary", "unverified"}
