"""Groups of horizontal bars over one scale from 0 to 1: the shares and chances of designs, one below the other."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from compliance.design.numerals import chance, decimal
from compliance.reports import svg

WIDTH: Final = 720
_LEFT, _LONGEST = 150, 460
_LABEL, _BAR, _GAP, _TOP, _SCALE = 22, 20, 10, 8, 30
_TICKS: Final = 5


class Bar(NamedTuple):
    """One bar with its name; `strong` ones are black, others pale."""

    name: str
    value: Fraction
    strong: bool = False


class Group(NamedTuple):
    """Bars under one heading."""

    heading: str
    bars: tuple[Bar, ...]

    @property
    def height(self) -> int:
        return _LABEL + _BAR * len(self.bars) + _GAP


def drawing(name: str, title: str, sentence: str, groups: Sequence[Group], mark: tuple[str, Fraction] | None) -> str:
    """Draw the groups; `mark` is a value with its name, drawn through all of them."""
    parts, y = list[str](), _TOP + (_LABEL if mark else 0)
    bottom = y + sum(group.height for group in groups)
    parts += _scale(bottom)
    for group in groups:
        parts += _group(group, y)
        y += group.height
    if mark:
        parts += _mark(*mark, bottom)
    return svg.document(name, title, sentence, width=WIDTH, height=bottom + _SCALE, parts=parts)


def _group(group: Group, y: int) -> list[str]:
    parts = [svg.text(1, y + 15, group.heading, bold=True)]
    for at, bar in enumerate(group.bars):
        top = y + _LABEL + at * _BAR
        length = _at(bar.value) - _LEFT
        fill = svg.INK if bar.strong else svg.PALE
        parts.append(svg.text(_LEFT - 8, top + 13, bar.name, anchor="end"))
        parts += [svg.box(_LEFT, top + 2, length, _BAR - 6, fill=fill)] if length else []
        parts.append(svg.text(WIDTH - 1, top + 13, chance(bar.value), anchor="end"))
    return parts


def _scale(bottom: int) -> list[str]:
    parts = [svg.line(_LEFT, bottom, _LEFT + _LONGEST, bottom)]
    for tick in range(_TICKS + 1):
        value = Fraction(tick, _TICKS)
        x = _at(value)
        parts += [
            svg.line(x, bottom, x, bottom + 4),
            svg.text(x, bottom + 19, decimal(value, 1), anchor="middle", fill=svg.QUIET),
        ]
    return parts


def _mark(said: str, value: Fraction, bottom: int) -> list[str]:
    x = _at(value)
    return [
        svg.line(x, _TOP + _LABEL - 2, x, bottom, stroke=svg.QUIET, dashes="5 4"),
        svg.text(x, _TOP + 11, f"{said} {decimal(value)}", anchor="middle", fill=svg.QUIET),
    ]


def _at(value: Fraction) -> int:
    return _LEFT + int(value * _LONGEST)
