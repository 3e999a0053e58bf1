"""How late entries were recorded: the time between the act and its entry, in bins an auditor would use."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from compliance.reports import svg
from compliance.reports.model import Column, Picture, Row, Table
from compliance.reports.tables import Slug, Strict, Words

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_EDGES = (0, _HOUR, 4 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY, 30 * _DAY)
_WIDTH, _ROW, _TOP = 720, 26, 8
_LEFT, _LONGEST = 190, 440


class Bin(Strict):
    label: Words
    count: Annotated[int, Field(ge=0)]
    late: bool = False


def lag_bins(lags: Iterable[int | None], *, limit: int) -> tuple[Bin, ...]:
    """Sort lags in seconds into bins; an edge stands at the limit, so that no bin is half late.

    A negative lag is a claimed time after the recorded one; `None` is a claimed time too vague to measure.
    """
    edges = sorted({*_EDGES, limit})
    inner = dict.fromkeys(edges, 0)
    early = unknown = 0
    for lag in lags:
        if lag is None:
            unknown += 1
        elif lag < 0:
            early += 1
        else:
            inner[max(edge for edge in edges if edge <= lag)] += 1
    spans = zip(edges, (*edges[1:], None), strict=True)
    return (
        Bin(label="claimed after recorded", count=early),
        *(Bin(label=_span(low, high), count=inner[low], late=low >= limit) for low, high in spans),
        Bin(label="cannot be measured", count=unknown),
    )


def lag_histogram(
    bins: tuple[Bin, ...], *, name: Slug = "lag", title: Words = "Time from act to entry"
) -> tuple[Picture, Table]:
    """Draw the bins as bars, late ones black and others pale, and give their table."""
    highest = max((one.count for one in bins), default=0) or 1
    parts = [part for at, one in enumerate(bins) for part in _bar(at, one, highest)]
    height = _TOP + _ROW * max(1, len(bins)) + 4
    drawing = svg.document(name, title, _sentence(bins), width=_WIDTH, height=height, parts=parts)
    return Picture(id=name, title=title, svg=drawing, table=name), _table(bins, name, title)


def _bar(at: int, one: Bin, highest: int) -> list[str]:
    y = _TOP + at * _ROW
    length = max(1, one.count * _LONGEST // highest) if one.count else 0
    said = f"{one.count} (late)" if one.late and one.count else str(one.count)
    bar = [svg.box(_LEFT, y, length, _ROW - 8, fill=svg.INK if one.late else svg.PALE)] if length else []
    return [
        svg.text(_LEFT - 10, y + 14, one.label, anchor="end"),
        *bar,
        svg.text(_LEFT + length + 8, y + 14, said, bold=one.late and one.count > 0),
    ]


def _sentence(bins: tuple[Bin, ...]) -> str:
    late = sum(one.count for one in bins if one.late)
    return f"{sum(one.count for one in bins)} entries, {late} of them late. Black bars lie beyond the limit."


def _table(bins: tuple[Bin, ...], name: str, title: str) -> Table:
    return Table(
        id=name,
        title=title,
        note="Time between the claimed moment of the act and the recording of its entry.",
        columns=(
            Column(key="bin", heading="Time", kind="text", meaning="From the lower edge to just before the upper"),
            Column(key="entries", heading="Entries", kind="number", meaning="How many"),
            Column(key="late", heading="Late", kind="flag", meaning="Whether the bin lies beyond the limit"),
        ),
        rows=tuple(
            Row(key=str(at), cells=(one.label, str(one.count), "late" if one.late else "in time"))
            for at, one in enumerate(bins, 1)
        ),
        row_word="bin",
    )


def _span(low: int, high: int | None) -> str:
    if high is None:
        return f"{_length(low)} or more"
    return f"under {_length(high)}" if low == 0 else f"{_length(low)} to {_length(high)}"


def _length(seconds: int) -> str:
    for unit, word in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= unit and seconds % unit == 0:
            return f"{seconds // unit} {word}"
    return f"{seconds} s"
