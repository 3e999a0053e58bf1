"""The smallest values: one written form each, immutable, strict on read."""

import calendar
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregate import Aggregate
from domain.allocation.facts import ListedArm
from domain.trial.facts import TrialPaused
from domain.values import Number, PartialDate, Quantity, Written, decode_hook, encode_hook
from tests.domain.harness import World


@pytest.mark.parametrize("text", ["2027", "2027-03", "2027-03-09", "2028-02-29", "1800", "2399-12-31"])
def test_a_partial_date_keeps_the_text_it_was_given(text: str) -> None:
    assert str(PartialDate(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "27",
        "2027-3",
        "2027-13",
        "2027-02-29",
        "2027-03-09T10:00",
        "2027/03",
        " 2027",
        "2027-03-32",
        "\u0662\u0660\u0662\u0667",
        "0001",
    ],
)
def test_a_malformed_date_is_refused_and_never_mended(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        PartialDate(text)


def test_years_that_no_trial_speaks_of_are_refused() -> None:
    for text in ("1799-12-31", "2400-01-01", "9999-12"):
        with pytest.raises(ValueError, match="outside the years 1800 to 2399"):
            PartialDate(text)


@given(st.integers(1800, 2399), st.integers(1, 12))
def test_a_partial_date_means_every_day_of_its_month_or_year(year: int, month: int) -> None:
    of_month, of_year = PartialDate(f"{year:04d}-{month:02d}"), PartialDate(f"{year:04d}")

    assert of_month.earliest == date(year, month, 1)
    assert of_month.latest == date(year, month, calendar.monthrange(year, month)[1])
    assert (of_year.earliest, of_year.latest) == (date(year, 1, 1), date(year, 12, 31))
    assert not of_month.is_exact
    assert not of_year.is_exact


def test_a_whole_date_means_one_day() -> None:
    day = PartialDate("2027-03-09")

    assert day.earliest == day.latest == date(2027, 3, 9)
    assert day.is_exact


@pytest.mark.parametrize("text", ["0", "1.50", "-0.5", "-12", "999999999999999999", "0.000000000001"])
def test_a_number_keeps_its_digits_and_is_exact(text: str) -> None:
    number = Number(text)

    assert str(number) == text
    assert number.decimal == Decimal(text)


@pytest.mark.parametrize("text", ["", "-0", "-0.00", "01", "1.", ".5", "1e3", "+1", "1,5", "NaN", "1" * 19, "\u0661"])
def test_a_number_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a plain decimal number"):
        Number(text)


def test_written_values_are_equal_by_kind_and_text() -> None:
    assert PartialDate("2027") == PartialDate("2027")
    assert PartialDate("2027") != PartialDate("2027-01")
    assert PartialDate("2027") != Number("2027")
    assert PartialDate("2027") != "2027"
    assert len({PartialDate("2027"), PartialDate("2027"), Number("1")}) == 2
    assert repr(PartialDate("2027-03")) == "PartialDate('2027-03')"


def test_a_written_value_without_a_rule_takes_any_text() -> None:
    assert str(Written("as it is")) == "as it is"


def quantity(data: Any) -> Quantity:
    return msgspec.convert(data, Quantity, dec_hook=decode_hook)


def test_a_quantity_is_read_from_plain_data_and_written_back() -> None:
    read = quantity({"unit": "umol/L", "value": "132.60"})

    assert msgspec.to_builtins(read, enc_hook=encode_hook) == {"unit": "umol/L", "value": "132.60"}


@pytest.mark.parametrize(
    "data",
    [
        {"unit": "stone", "value": "1"},
        {"unit": "kg", "value": 1},
        {"unit": "kg", "value": "one"},
        {"unit": "kg"},
        {"unit": "kg", "value": "1", "note": "x"},
    ],
)
def test_a_value_with_a_wrong_missing_or_unknown_field_is_not_read(data: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        quantity(data)


def test_a_value_cannot_be_changed() -> None:
    read = quantity({"unit": "kg", "value": "1"})

    with pytest.raises(AttributeError):
        read.unit = "g"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]  # frozen is the point


def test_only_written_values_pass_the_hooks() -> None:
    with pytest.raises(TypeError, match="expected text for object, got str"):
        decode_hook(object, "x")
    with pytest.raises(TypeError, match="complex cannot be written"):
        encode_hook(1j)


def test_a_vault_value_shows_nothing_of_itself_in_logs_and_traces() -> None:
    arm = ListedArm(arm="a1", label="Cells")

    assert repr(arm) == "ListedArm(concealed)"
    assert list(arm.__rich_repr__()) == []


def test_an_entry_has_the_names_that_the_event_store_knows_it_by() -> None:
    entry = World().happened("trial:T1/trial", TrialPaused())

    assert (entry.originator_id, entry.originator_version) == ("trial:T1/trial", 1)


def test_an_aggregate_that_says_nothing_about_itself_is_no_aggregate() -> None:
    bare, paused = Aggregate(version=0), World().happened("trial:T1/trial", TrialPaused())

    assert not bare.exists
    assert bare.at_version(3).exists
    with pytest.raises(NotImplementedError, match="Aggregate"):
        Aggregate.start()
    with pytest.raises(NotImplementedError, match=r"trial.paused.v1"):
        bare.after(paused)
