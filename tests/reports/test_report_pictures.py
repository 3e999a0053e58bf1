"""Pictures draw the counts that stand in the table behind them, and nothing about arms."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from compliance.reports import svg
from compliance.reports.model import Picture
from compliance.reports.pictures.consort import Flow, Stage, Tally, consort
from compliance.reports.pictures.enrolment import Curve, DayCount, enrolment_curve
from compliance.reports.pictures.lag import Bin, lag_bins, lag_histogram
from compliance.reports.visible import visible
from compliance.reports.wrapping import width_of, wrapped
from tests.reports.report_samples import curve, flow

FIRST = date(2027, 1, 1)


def texts(picture: Picture) -> list[str]:
    return [said.replace("\u00a0", " ") for said in re.findall(r"<text[^>]*>([^<]*)</text>", picture.svg)]


def description(picture: Picture) -> str:
    found = re.search(r"<desc[^>]*>([^<]*)</desc>", picture.svg)
    assert found is not None
    return found[1]


def growing(*counts: int) -> tuple[DayCount, ...]:
    return tuple(DayCount(day=FIRST + timedelta(days=at), count=count) for at, count in enumerate(counts))


def test_every_count_of_the_flow_is_drawn_and_stands_in_its_table() -> None:
    picture, table = consort(flow())

    drawn = sorted(int(count) for count in re.findall(r"\(n = (\d+)\)", " ".join(texts(picture))))
    assert drawn == sorted(int(row.cells[2] or -1) for row in table.rows)
    assert table.rows[2].cells == (
        "Screened",
        "not in the next box: Screen failed: Inclusion 3: disease activity score below 8",
        "7",
    )
    assert picture.table == table.id


@pytest.mark.requirement("ST-04")
def test_a_flow_that_does_not_reconcile_says_by_how_much() -> None:
    short = Flow(
        unit="screenings",
        stages=(
            Stage(label="Screened", count=10, aside=(Tally(label="Screen failed", count=2),)),
            Stage(label="Enrolled", count=7),
        ),
    )

    assert "Does not reconcile: difference 1" in texts(consort(short)[0])
    assert not [said for said in texts(consort(flow())[0]) if "reconcile" in said]


def test_the_flow_is_pooled_and_says_so() -> None:
    picture, _ = consort(flow())

    assert description(picture) == (
        "screenings: Screened 61, Enrolled 44, Allocated 43, Follow-up, all groups together 43. "
        "All groups together; no arm is shown."
    )


def test_nobody_can_stand_aside_of_the_last_box() -> None:
    last = Stage(label="Allocated", count=3, aside=(Tally(label="Lost", count=1),))

    with pytest.raises(ValidationError, match="no next box"):
        Flow(unit="participants", stages=(last,))


def test_long_labels_stay_within_their_boxes() -> None:
    label = "Exclusion 11: " + "a very long reason in many words " * 4
    stages = (Stage(label="S" * 80, count=1, aside=(Tally(label=label, count=0),)), Stage(label="Enrolled", count=1))

    picture, _ = consort(Flow(unit="screenings", stages=stages))

    assert max(map(len, texts(picture))) <= 52
    assert "S" * 34 in texts(picture)


def test_the_curve_steps_from_zero_through_every_count_to_the_end_of_the_period() -> None:
    picture, table = enrolment_curve(Curve(enrolled=growing(1, 1, 3), target=growing(0, 4), until=FIRST + timedelta(9)))

    step = re.findall(r'<polyline points="([^"]*)" fill="none" stroke="#1a1a1a" stroke-width="2"', picture.svg)
    assert step == ["48,280 48,280 48,216 106,216 106,216 164,216 164,88 570,88"]
    assert [row.cells for row in table.rows] == [
        ("2027-01-01", "1", "0"),
        ("2027-01-02", "1", "4"),
        ("2027-01-03", "3", None),
    ]


def test_the_curve_says_in_words_what_it_shows() -> None:
    assert description(enrolment_curve(curve())[0]) == (
        "41 participants enrolled by 2027-03-03; target 60 by 2027-06-30. "
        "The full line is enrolment, the dashed line the target."
    )


def test_a_trial_without_enrolment_or_target_still_has_a_curve() -> None:
    picture, table = enrolment_curve(Curve(enrolled=(), target=(), until=FIRST))

    assert {"enrolled 0", "no target recorded"} <= set(texts(picture))
    assert "0 participants enrolled by 2027-01-01; no target recorded." in description(picture)
    assert table.rows == ()


def test_the_labels_of_both_lines_never_stand_on_each_other() -> None:
    near = Curve(enrolled=growing(0, 20), target=growing(0, 20), until=FIRST + timedelta(1))

    picture, _ = enrolment_curve(near)

    at = {said: int(y) for y, said in re.findall(r'y="(\d+)"[^>]*>((?:enrolled|target) \d+)<', picture.svg)}
    assert at["enrolled 20"] - at["target 20"] == 16


@pytest.mark.parametrize(("highest", "ticks"), [(3, [0, 1, 2, 3]), (12, [0, 5, 10, 15]), (260, [0, 100, 200, 300])])
def test_the_axis_counts_in_round_steps(highest: int, ticks: list[int]) -> None:
    picture, _ = enrolment_curve(Curve(enrolled=growing(highest), target=(), until=FIRST))

    assert [int(said) for said in texts(picture) if said.isdigit()] == ticks


def test_lags_fall_into_bins_with_an_edge_at_the_limit() -> None:
    hour = 3600
    bins = lag_bins([-1, 0, hour - 1, hour, 36 * hour, 48 * hour, 40 * 24 * hour, None], limit=48 * hour)

    assert [(one.label, one.count, one.late) for one in bins] == [
        ("claimed after recorded", 1, False),
        ("under 1 h", 2, False),
        ("1 h to 4 h", 1, False),
        ("4 h to 1 d", 0, False),
        ("1 d to 2 d", 1, False),
        ("2 d to 3 d", 1, True),
        ("3 d to 7 d", 0, True),
        ("7 d to 30 d", 0, True),
        ("30 d or more", 1, True),
        ("cannot be measured", 1, False),
    ]


@pytest.mark.parametrize(("limit", "label"), [(90 * 60, "1 h to 90 min"), (45, "under 45 s")])
def test_a_limit_of_any_length_is_written_in_the_largest_unit_that_fits(limit: int, label: str) -> None:
    assert label in [one.label for one in lag_bins([], limit=limit)]


@given(st.lists(st.one_of(st.none(), st.integers(-(10**9), 10**9))), st.integers(1, 10**7))
def test_no_lag_is_lost_and_late_means_at_or_over_the_limit(lags: list[int | None], limit: int) -> None:
    bins = lag_bins(lags, limit=limit)

    assert sum(one.count for one in bins) == len(lags)
    assert sum(one.count for one in bins if one.late) == sum(1 for lag in lags if lag is not None and lag >= limit)


def test_late_bars_are_black_and_named_and_others_pale() -> None:
    picture, table = lag_histogram((Bin(label="under 1 h", count=4), Bin(label="1 h or more", count=2, late=True)))

    assert re.findall(r'<rect [^>]*width="(\d+)"[^>]*fill="(#\w+)"', picture.svg) == [
        ("440", "#e4e4e4"),
        ("220", "#1a1a1a"),
    ]
    assert texts(picture) == ["under 1 h", "4", "1 h or more", "2 (late)"]
    assert description(picture) == "6 entries, 2 of them late. Black bars lie beyond the limit."
    assert [row.cells for row in table.rows] == [("under 1 h", "4", "in time"), ("1 h or more", "2", "late")]


def test_a_histogram_of_nothing_draws_no_bar() -> None:
    assert "<rect" not in lag_histogram(lag_bins([], limit=60))[0].svg
    assert "<rect" not in lag_histogram(())[0].svg


@pytest.mark.parametrize("drawn", [consort(flow()), enrolment_curve(curve()), lag_histogram(lag_bins([5], limit=60))])
def test_pictures_hold_a_title_a_description_and_selectable_text(drawn: tuple[Picture, object]) -> None:
    picture, _ = drawn

    assert svg.harm_in(picture.svg) == ""
    assert f'<title id="{picture.id}-title">{picture.title}</title>' in picture.svg
    assert texts(picture)


@pytest.mark.parametrize("drawn", [consort(flow()), enrolment_curve(curve()), lag_histogram(lag_bins([5], limit=60))])
def test_pictures_use_black_white_and_greys_only(drawn: tuple[Picture, object]) -> None:
    colours = set(re.findall(r"#(\w\w)(\w\w)(\w\w)\b", drawn[0].svg))

    assert all(red == green == blue for red, green, blue in colours)


def test_the_same_value_draws_the_same_bytes() -> None:
    assert consort(flow()) == consort(flow())
    assert enrolment_curve(curve()) == enrolment_curve(curve())


@given(st.text(min_size=1).filter(str.strip))
def test_any_label_that_says_something_can_be_drawn(label: str) -> None:
    picture, _ = consort(Flow(unit=label, stages=(Stage(label=label, count=1),)), title=label)

    assert svg.harm_in(picture.svg) == ""


def test_a_picture_with_a_blank_title_is_refused() -> None:
    with pytest.raises(ValidationError, match="lacks a title"):
        consort(flow(), title="\n")


def test_unseen_characters_are_named_and_letters_of_every_script_kept() -> None:
    assert visible("a\u202eb\x00c\ufeff\U000e0041") == "a⟨U+202E⟩b⟨U+0000⟩c⟨U+FEFF⟩⟨U+E0041⟩"
    assert visible("红斑狼疮 العربية\tline\n") == "红斑狼疮 العربية\tline\n"


@given(st.text(), st.integers(2, 40))
def test_wrapped_lines_fit_and_lose_only_spaces(text: str, width: int) -> None:
    lines = wrapped(text, width)

    assert all(width_of(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_wide_scripts_count_double() -> None:
    assert (width_of("abc"), width_of("狼疮"), width_of("é")) == (3, 4, 1)
    assert wrapped("狼疮性肾炎", 4) == ["狼疮", "性肾", "炎"]
