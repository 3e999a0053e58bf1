"""Claimed times: days of a named zone, intervals for what is not exact, and an order that may be UNKNOWN."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.times import Occurred, Order, end_of, matches_zone, start_of, zone
from domain.values import PartialDate

ZONES = ("Asia/Shanghai", "America/New_York", "Pacific/Tongatapu", "Europe/Berlin", "UTC", "Asia/Kolkata")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2027-03-03T10:15:00+08:00[Asia/Shanghai]",
        "2027-03-03[Asia/Shanghai]",
        "2027-03[UTC]",
        "2027[America/New_York]",
    ],
)
def test_a_claimed_time_keeps_the_text_it_was_given(text: str) -> None:
    assert str(Occurred(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "2027-03-03T10:15:00+08:00",
        "2027-03-03T10:15:00+08:00[Asia/Shanghai",
        "2027-03-03T10:15:00+08:00[Mars/Olympus]",
        "2027-03-03T10:15:00+08:00[]",
        "2027-03-03T10:15:00+08:00[../etc/passwd]",
        "2027-03-03T10:15:00Z[UTC]",
        "2027-03-03T10:15+08:00[Asia/Shanghai]",
        "2027-03-03T10:15:00.5+08:00[Asia/Shanghai]",
        "2027-03-03T24:15:00+08:00[Asia/Shanghai]",
        "2027-03-03T10:15:00[Asia/Shanghai]",
        "0001-01-01T00:00:00+08:00[Asia/Shanghai]",
        "2027-02-30[UTC]",
        "yesterday[UTC]",
        "",
    ],
)
def test_a_malformed_time_is_refused_and_never_mended(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Occurred(text)


def test_a_zone_that_is_not_an_iana_zone_is_named_in_the_refusal() -> None:
    with pytest.raises(ValueError, match="'Mars/Olympus' is not an IANA time zone"):
        zone("Mars/Olympus")


def test_an_instant_is_written_on_the_zones_own_clock_to_the_second() -> None:
    written = Occurred.at(datetime(2027, 3, 3, 2, 15, 0, 999_999, tzinfo=UTC), "Asia/Shanghai")

    assert str(written) == "2027-03-03T10:15:00+08:00[Asia/Shanghai]"
    assert written.when == "2027-03-03T10:15:00+08:00"
    assert written.zone_name == "Asia/Shanghai"
    assert written.is_instant
    assert written.day == PartialDate("2027-03-03")
    assert written.earliest == written.latest == at("2027-03-03T02:15:00+00:00")


def test_a_partial_date_is_the_interval_of_all_instants_it_can_mean() -> None:
    month = Occurred("2027-03[Asia/Shanghai]")

    assert not month.is_instant
    assert month.day == PartialDate("2027-03")
    assert month.earliest == at("2027-02-28T16:00:00+00:00")
    assert month.latest == at("2027-03-31T16:00:00+00:00")


@pytest.mark.requirement("E6-21")
@pytest.mark.parametrize(
    ("zone_name", "ends"),
    [
        ("Asia/Shanghai", "2027-03-03T16:00:00+00:00"),
        ("America/New_York", "2027-03-04T05:00:00+00:00"),
        ("Pacific/Tongatapu", "2027-03-03T11:00:00+00:00"),
        ("UTC", "2027-03-04T00:00:00+00:00"),
    ],
)
def test_a_bare_date_means_the_end_of_that_day_in_the_named_zone(zone_name: str, ends: str) -> None:
    assert end_of(date(2027, 3, 3), zone_name) == at(ends)


@pytest.mark.parametrize(("day", "hours"), [("2027-03-28", 23), ("2027-10-31", 25), ("2027-06-01", 24)])
def test_a_day_is_as_long_as_the_zones_calendar_makes_it(day: str, hours: int) -> None:
    claimed = Occurred(f"{day}[Europe/Berlin]")

    assert claimed.latest - claimed.earliest == timedelta(hours=hours)


def test_a_day_whose_midnight_is_skipped_starts_at_its_first_instant() -> None:
    starts = start_of(date(2018, 11, 4), "America/Sao_Paulo")

    assert starts == at("2018-11-04T03:00:00+00:00")
    assert starts.astimezone(zone("America/Sao_Paulo")).hour == 1


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("2027-03-03T10:15:00+08:00[Asia/Shanghai]", True),
        ("2027-03-03T10:15:00+09:00[Asia/Shanghai]", False),
        ("2027-07-01T10:15:00+02:00[Europe/Berlin]", True),
        ("2027-07-01T10:15:00+01:00[Europe/Berlin]", False),
        ("2027-03-28T02:30:00+01:00[Europe/Berlin]", False),
        ("2027-03-28T02:30:00+02:00[Europe/Berlin]", False),
        ("2027-10-31T02:30:00+02:00[Europe/Berlin]", True),
        ("2027-10-31T02:30:00+01:00[Europe/Berlin]", True),
        ("2027-07[Europe/Berlin]", True),
    ],
)
def test_an_offset_counts_only_if_the_zone_has_it_at_that_moment(text: str, possible: bool) -> None:
    assert matches_zone(Occurred(text)) is possible


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2027-03-03T10:00:00+08:00[Asia/Shanghai]", "2027-03-03T11:00:00+08:00[Asia/Shanghai]", Order.BEFORE),
        ("2027-03-03T10:00:00+08:00[Asia/Shanghai]", "2027-03-03T03:00:00+01:00[Europe/Berlin]", Order.SAME),
        ("2027-03-03[Asia/Shanghai]", "2027-03-03[Asia/Shanghai]", Order.UNKNOWN),
        ("2027-03-03T10:00:00+08:00[Asia/Shanghai]", "2027-03-03[Asia/Shanghai]", Order.UNKNOWN),
        ("2027-03[Asia/Shanghai]", "2027-03-31[Asia/Shanghai]", Order.UNKNOWN),
        ("2027-03-02[Asia/Shanghai]", "2027-03-03[Asia/Shanghai]", Order.BEFORE),
        ("2027-04[Asia/Shanghai]", "2027-03-31[Asia/Shanghai]", Order.AFTER),
        ("2027-03-03[America/New_York]", "2027-03-04[Asia/Shanghai]", Order.UNKNOWN),
        ("2027-03-04[Pacific/Tongatapu]", "2027-03-03[America/New_York]", Order.UNKNOWN),
        ("2027-03-03[Pacific/Tongatapu]", "2027-03-04[America/New_York]", Order.BEFORE),
    ],
)
def test_the_order_of_two_claims_is_unknown_where_their_intervals_overlap(
    one: str, other: str, expected: Order
) -> None:
    assert Occurred(one).order(Occurred(other)) is expected


@st.composite
def claims(draw: st.DrawFn) -> Occurred:
    zone_name = draw(st.sampled_from(ZONES))
    moment = draw(st.datetimes(datetime(2027, 1, 1), datetime(2027, 4, 30)))  # noqa: DTZ001 (made aware below)
    length = draw(st.sampled_from((0, 4, 7, 10)))
    if length:
        return Occurred(f"{moment.isoformat()[:length]}[{zone_name}]")
    return Occurred.at(moment.replace(tzinfo=UTC), zone_name)


OPPOSITE = {Order.BEFORE: Order.AFTER, Order.AFTER: Order.BEFORE, Order.SAME: Order.SAME, Order.UNKNOWN: Order.UNKNOWN}


@given(claims(), claims())
def test_the_order_seen_from_the_other_side_is_the_opposite(one: Occurred, other: Occurred) -> None:
    assert other.order(one) is OPPOSITE[one.order(other)]


HOLDS: dict[Order, Callable[[datetime, datetime], bool]] = {
    Order.BEFORE: lambda one, other: one <= other,
    Order.SAME: lambda one, other: one == other,
    Order.AFTER: lambda one, other: one >= other,
    Order.UNKNOWN: lambda one, other: True,  # noqa: ARG005 (nothing is claimed)
}


@given(claims(), claims(), st.floats(0, 1), st.floats(0, 1))
def test_a_stated_order_holds_for_every_instant_the_claims_can_mean(
    one: Occurred, other: Occurred, first: float, second: float
) -> None:
    instant = one.earliest + (one.latest - one.earliest) * first
    against = other.earliest + (other.latest - other.earliest) * second

    assert HOLDS[one.order(other)](instant, against)
