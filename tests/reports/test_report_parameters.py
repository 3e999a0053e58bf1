"""A question kept as data reads back as the question that was asked."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.inquire import NOW, Axes
from compliance.reports.audit_filters import AuditTrailFilters, Period
from compliance.reports.parameters import axes_of, filters_of, parameters_of
from domain.errors import InvalidInputError

ZONES = st.sampled_from(["UTC", "Asia/Shanghai"])
WHEN = st.sampled_from([None, date(2027, 3, 3), datetime(2027, 3, 3, 12, tzinfo=UTC)])
CODES = st.sampled_from([None, "001", "True", "12"])
PERIODS = st.builds(Period, WHEN, WHEN, st.sampled_from(["recorded", "occurred"]))


@given(
    axes=st.builds(Axes, WHEN, WHEN),
    zone=ZONES,
    filters=st.builds(
        AuditTrailFilters,
        participant=CODES,
        user=CODES,
        record=CODES,
        site=CODES,
        event_type=st.sampled_from([None, "participant.enrolled"]),
        period=st.one_of(st.none(), PERIODS),
        changes_only=st.booleans(),
        late_only=st.booleans(),
        late_hours=st.sampled_from([1, 72, 100]),
        refusals_only=st.booleans(),
    ),
)
def test_axes_and_filters_read_back_as_they_were_asked(axes: Axes, zone: str, filters: AuditTrailFilters) -> None:
    told = parameters_of(axes, zone, filters)

    assert axes_of(told) == axes._replace(zone=zone)
    assert filters_of(told) == filters


def test_a_plain_question_is_its_zone_alone() -> None:
    assert [(one.name, one.value) for one in parameters_of(NOW, "UTC")] == [("zone", "UTC")]


def test_a_question_of_older_times_was_kept_in_words_and_cannot_be_asked_again() -> None:
    for read in (axes_of, filters_of):
        with pytest.raises(InvalidInputError) as refused:
            read(())

        assert refused.value.code == "request_not_kept"
