"""Enrolment against target: a step for every participant day, a dashed line for the plan."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from compliance.reports import svg
from compliance.reports.model import Column, Picture, Row, Table
from compliance.reports.tables import Slug, Strict, Words

_WIDTH, _HEIGHT = 720, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 570, 24, 280
_DATE_LABELS, _COUNT_LABELS = 5, 5
_APART = 16


class DayCount(Strict):
    """How many there were, or should be, at the end of this day."""

    day: date
    count: Annotated[int, Field(ge=0)]


class Curve(Strict):
    """Cumulative enrolment, or whatever else was `done`, up to `until`, and the plan; days ascend."""

    enrolled: tuple[DayCount, ...]
    target: tuple[DayCount, ...]
    until: date
    unit: Words = "participants"
    done: Words = "enrolled"
    line: Words = "enrolment"


def enrolment_curve(
    curve: Curve, *, name: Slug = "enrolment", title: Words = "Enrolment against target"
) -> tuple[Picture, Table]:
    """Draw the curve, and give the table of its points."""
    frame = _Frame.around(curve)
    parts = [*_axes(frame, curve.unit), *_target_line(frame, curve), *_step_line(frame, curve)]
    drawing = svg.document(name, title, _sentence(curve), width=_WIDTH, height=_HEIGHT, parts=parts)
    return Picture(id=name, title=title, svg=drawing, table=name), _table(curve, name, title)


class _Frame(Strict):
    """Where a day and a count lie on the paper."""

    first: date
    days: int
    step: int
    top: int

    @classmethod
    def around(cls, curve: Curve) -> "_Frame":
        days = [point.day for point in (*curve.enrolled, *curve.target)] + [curve.until]
        highest = max((point.count for point in (*curve.enrolled, *curve.target)), default=0)
        step = _round_step(highest)
        top = max(step, -(-highest // step) * step)
        return cls(first=min(days), days=max(1, (max(days) - min(days)).days), step=step, top=top)

    def x(self, day: date) -> int:
        return _LEFT + (day - self.first).days * (_RIGHT - _LEFT) // self.days

    def y(self, count: int) -> int:
        return _BOTTOM - count * (_BOTTOM - _TOP) // self.top


def _round_step(highest: int) -> int:
    """Find the smallest of 1, 2, 5, 10, 20, 50 ... that needs at most five lines."""
    power = 1
    while True:
        for lead in (1, 2, 5):
            if lead * power * _COUNT_LABELS >= highest:
                return lead * power
        power *= 10


def _axes(frame: _Frame, unit: str) -> list[str]:
    parts = [svg.text(_LEFT, 14, f"{unit}, cumulative", fill=svg.QUIET)]
    for count in range(0, frame.top + 1, frame.step):
        y = frame.y(count)
        parts += [
            svg.line(_LEFT, y, _RIGHT, y, stroke=svg.INK if count == 0 else svg.PALE),
            svg.text(_LEFT - 8, y + 4, str(count), anchor="end", fill=svg.QUIET),
        ]
    for day in _label_days(frame):
        x = frame.x(day)
        parts += [
            svg.line(x, _BOTTOM, x, _BOTTOM + 5),
            svg.text(x, _BOTTOM + 22, day.isoformat(), anchor="middle", fill=svg.QUIET),
        ]
    return parts


def _label_days(frame: _Frame) -> list[date]:
    gaps = min(_DATE_LABELS, frame.days)
    return [frame.first + timedelta(days=frame.days * at // gaps) for at in range(gaps + 1)]


def _target_line(frame: _Frame, curve: Curve) -> list[str]:
    if not curve.target:
        return [svg.text(_RIGHT + 10, _TOP, "no target recorded", fill=svg.QUIET)]
    points = [(frame.x(point.day), frame.y(point.count)) for point in curve.target]
    last = curve.target[-1]
    label = _beside(frame, last, f"target {last.count}", clear_of=())
    return [svg.polyline(points, dashes="6 4"), label]


def _step_line(frame: _Frame, curve: Curve) -> list[str]:
    points = [(frame.x(curve.enrolled[0].day), frame.y(0))] if curve.enrolled else []
    for point in curve.enrolled:
        points += [(frame.x(point.day), points[-1][1]), (frame.x(point.day), frame.y(point.count))]
    reached = DayCount(day=curve.until, count=curve.enrolled[-1].count if curve.enrolled else 0)
    points.append((frame.x(curve.until), frame.y(reached.count)))
    label = _beside(frame, reached, f"{curve.done} {reached.count}", clear_of=curve.target[-1:])
    return [svg.polyline(points, width=2), label]


def _beside(frame: _Frame, point: DayCount, said: str, *, clear_of: Sequence[DayCount]) -> str:
    """Label the end of a line, further down where the target's label already stands."""
    y = frame.y(point.count) + 4
    if any(abs(frame.y(other.count) + 4 - y) < _APART for other in clear_of):
        y += _APART
    return svg.text(frame.x(point.day) + 8, y, said, bold=bool(clear_of))


def _sentence(curve: Curve) -> str:
    reached = curve.enrolled[-1].count if curve.enrolled else 0
    plan = "no target recorded"
    if curve.target:
        plan = f"target {curve.target[-1].count}"
        if curve.target[0].count != curve.target[-1].count:
            plan = f"{plan} by {curve.target[-1].day}"
    return (
        f"{reached} {curve.unit} {curve.done} by {curve.until}; {plan}. "
        f"The full line is {curve.line}, the dashed line the target."
    )


def _table(curve: Curve, name: str, title: str) -> Table:
    enrolled = {point.day: str(point.count) for point in curve.enrolled}
    target = {point.day: str(point.count) for point in curve.target}
    rows = tuple(
        Row(key=day.isoformat(), cells=(day.isoformat(), enrolled.get(day), target.get(day)))
        for day in sorted({*enrolled, *target})
    )
    return Table(
        id=name,
        title=title,
        note="Cumulative counts at the end of each day on which one of them changed.",
        columns=(
            Column(key="day", heading="Day", kind="time", meaning="Calendar day in the zone of the report"),
            Column(key=curve.done, heading=curve.done.capitalize(), kind="number", unit=curve.unit, meaning="So far"),
            Column(key="target", heading="Target", kind="number", unit=curve.unit, meaning="Planned so far"),
        ),
        rows=rows,
        row_word="day",
    )
