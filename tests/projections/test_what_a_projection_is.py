import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.times import Occurred
from projections.fold import Moment, State, claimed, in_order, is_later, latest, moment, place
from projections.participant_rows import Dose
from tests.projections.entries import START, Book, at, event
from tests.projections.facts import TRIAL_STREAM, question
from tests.projections.histories import TIMES

SOME_TIMES = st.one_of(
    TIMES,
    st.builds(
        Occurred.at,
        st.datetimes(START.replace(tzinfo=None), START.replace(tzinfo=None, year=2028)).map(
            lambda given: given.replace(tzinfo=START.tzinfo)
        ),
        st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "UTC"]),
    ),
)


class Unfinished(State):
    """A projection that forgot its parts."""


def test_a_projection_without_its_parts_says_so() -> None:
    entry = Book().write(TRIAL_STREAM, question())

    with pytest.raises(NotImplementedError, match="Unfinished"):
        Unfinished.start()
    with pytest.raises(NotImplementedError, match="question_raised"):
        Unfinished().after(entry)
    with pytest.raises(NotImplementedError, match="Unfinished"):
        Unfinished().view()


def told(occurred: Occurred, position: int) -> Moment:
    entry = Book().write(TRIAL_STREAM, question(), occurred=occurred)
    behind = moment(entry)
    return Moment(
        event_id=event(position),
        occurred_at=occurred,
        position=position,
        reason_code=behind.reason_code,
        recorded_at=behind.recorded_at,
    )


@given(one=st.builds(told, SOME_TIMES, st.integers(1, 3)), other=st.builds(told, SOME_TIMES, st.integers(1, 3)))
def test_the_quick_comparison_of_claimed_times_agrees_with_the_instants(one: Moment, other: Moment) -> None:
    assert is_later(one, other) == (claimed(one) > claimed(other))


@given(moments=st.lists(st.builds(told, SOME_TIMES, st.integers(1, 9)), max_size=6, unique_by=lambda one: one.position))
def test_rows_stand_in_the_order_in_which_things_happened_however_they_were_told(moments: list[Moment]) -> None:
    rows: tuple[Dose, ...] = ()
    for behind in moments:
        rows = in_order(rows, Dose(behind=behind, dose=1))

    assert [row.behind for row in rows] == sorted(moments, key=claimed)


def test_a_day_lasts_until_its_last_recordable_instant_and_an_instant_is_itself() -> None:
    assert latest(Occurred("2027-03-01[Asia/Shanghai]")).isoformat() == "2027-03-01T15:59:59.999999+00:00"
    assert latest(at("2027-03-01")) == START


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        ("trial:DEMO/participant/007", ("participant", "007")),
        ("trial:DEMO/trial", ("trial", "")),
        ("system/person/u12", ("person", "u12")),
        ("vault:DEMO/participant/007", ("", "")),
        ("trial:DEMO", ("", "")),
    ],
)
def test_a_stream_says_what_it_is_about_unless_it_is_a_vaults(stream: str, found: tuple[str, str]) -> None:
    assert place(stream) == found
