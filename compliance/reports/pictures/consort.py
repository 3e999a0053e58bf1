"""Participant flow in the manner of CONSORT; after allocation everything is pooled, no arm is drawn."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from compliance.reports import svg
from compliance.reports.model import Column, Picture, Row, Table
from compliance.reports.tables import Slug, Strict, Words
from compliance.reports.wrapping import wrapped

_LINE, _PAD, _GAP = 18, 10, 26
_MAIN_X, _MAIN_WIDTH = 1, 290
_ASIDE_X, _ASIDE_WIDTH = 330, 389
_WIDTH = 720
_NARROW, _WIDE = 34, 52  # characters that fit a box
_CENTRE = _MAIN_X + _MAIN_WIDTH // 2

Count = Annotated[int, Field(ge=0)]


class Tally(Strict):
    """A count with its words, and the counts it is made of."""

    label: Words
    count: Count
    parts: tuple["Tally", ...] = ()


class Stage(Strict):
    """One box: who reached it, how they stand there, and who is not in the next box and why."""

    label: Words
    count: Count
    standing: tuple[Tally, ...] = ()
    aside: tuple[Tally, ...] = ()


class Flow(Strict):
    """Screened, enrolled, allocated, pooled follow-up; `unit` is what is counted."""

    unit: Words
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ends_with_standing(self) -> Self:
        if self.stages[-1].aside:
            raise ValueError("the last box has no next box; say how its people stand instead")
        return self


def consort(flow: Flow, *, name: Slug = "flow", title: Words = "Participant flow") -> tuple[Picture, Table]:
    """Draw the flow, and give the table of every count in it."""
    parts: list[str] = []
    y = 1
    for stage, following in zip(flow.stages, (*flow.stages[1:], None), strict=True):
        parts += _stage_box(stage, y)
        y += _height(_stage_lines(stage))
        if following is not None:
            aside = _aside_lines(stage, following)
            room = _height(aside) + 2 * _GAP if aside else _GAP + _PAD
            parts += [svg.arrow_down(_CENTRE, y, y + room), *_aside_box(aside, y + _GAP)]
            y += room
    drawing = svg.document(name, title, _sentence(flow), width=_WIDTH, height=y + 1, parts=parts)
    return Picture(id=name, title=title, svg=drawing, table=name), _table(flow, name, title)


def _sentence(flow: Flow) -> str:
    counts = ", ".join(f"{stage.label} {stage.count}" for stage in flow.stages)
    return f"{flow.unit}: {counts}. All groups together; no arm is shown."


def _heading_lines(stage: Stage) -> list[str]:
    return wrapped(f"{stage.label} (n\u00a0=\u00a0{stage.count})", _NARROW)


def _stage_lines(stage: Stage) -> list[str]:
    return [
        *_heading_lines(stage),
        *(line for tally in stage.standing for line in _tally_lines(tally, _NARROW)),
    ]


def _aside_lines(stage: Stage, following: Stage) -> list[str]:
    lines = [line for tally in stage.aside for line in _tally_lines(tally, _WIDE)]
    unexplained = stage.count - sum(tally.count for tally in stage.aside) - following.count
    return lines if unexplained == 0 else [*lines, f"Does not reconcile: difference {unexplained}"]


def _tally_lines(tally: Tally, width: int, indent: str = "") -> list[str]:
    own = wrapped(f"{indent}{tally.label} (n\u00a0=\u00a0{tally.count})", width)
    return [*own, *(line for part in tally.parts for line in _tally_lines(part, width, f"{indent}• "))]


def _height(lines: list[str]) -> int:
    return len(lines) * _LINE + 2 * _PAD


def _baselines(lines: list[str], y: int) -> list[tuple[int, str]]:
    return [(y + _PAD + _LINE * (at + 1) - 5, said) for at, said in enumerate(lines)]


def _stage_box(stage: Stage, y: int) -> list[str]:
    lines, heading = _stage_lines(stage), len(_heading_lines(stage))
    said = [
        svg.text(_CENTRE, baseline, one, anchor="middle", bold=at < heading)
        for at, (baseline, one) in enumerate(_baselines(lines, y))
    ]
    return [svg.box(_MAIN_X, y, _MAIN_WIDTH, _height(lines)), *said]


def _aside_box(lines: list[str], y: int) -> list[str]:
    if not lines:
        return []
    said = [svg.text(_ASIDE_X + _PAD, baseline, one) for baseline, one in _baselines(lines, y)]
    frame = svg.box(_ASIDE_X, y, _ASIDE_WIDTH, _height(lines))
    return [svg.arrow_right(_CENTRE, _ASIDE_X, y + _height(lines) // 2), frame, *said]


def _table(flow: Flow, name: str, title: str) -> Table:
    return Table(
        id=name,
        title=title,
        note=f"Counts of {flow.unit}; every box and every reason of the picture, all groups together.",
        columns=(
            Column(key="box", heading="Box", kind="text", meaning="The box of the picture"),
            Column(key="reading", heading="Reading", kind="text", meaning="What is counted"),
            Column(key="count", heading="Count", kind="number", unit=flow.unit, meaning="How many"),
        ),
        rows=tuple(row for at, stage in enumerate(flow.stages, 1) for row in _stage_rows(str(at), stage)),
    )


def _stage_rows(key: str, stage: Stage) -> list[Row]:
    rows = [Row(key=key, group=key, cells=(stage.label, "reached this box", str(stage.count)))]
    for at, tally in enumerate(stage.standing, 1):
        rows += _tally_rows(f"{key}.standing.{at}", stage.label, f"of these: {tally.label}", tally)
    for at, tally in enumerate(stage.aside, 1):
        rows += _tally_rows(f"{key}.aside.{at}", stage.label, f"not in the next box: {tally.label}", tally)
    return rows


def _tally_rows(key: str, box: str, reading: str, tally: Tally) -> list[Row]:
    rows = [Row(key=key, group=key.partition(".")[0], cells=(box, reading, str(tally.count)))]
    for at, part in enumerate(tally.parts, 1):
        rows += _tally_rows(f"{key}.{at}", box, f"{reading}: {part.label}", part)
    return rows
