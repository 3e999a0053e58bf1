"""A question kept as data, so that the same report can be made again from its request alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Final

from compliance.inquire import Axes
from compliance.reports.audit_filters import NO_FILTERS, AuditTrailFilters, Period
from domain.access.facts import Parameter
from domain.errors import InvalidInputError

_AXES: Final = ("known", "true", "zone")
_PERIOD: Final = ("first", "last", "axis")


def parameters_of(axes: Axes, zone: str, filters: AuditTrailFilters = NO_FILTERS) -> tuple[Parameter, ...]:
    """The question as data; the zone always stands in it."""
    return tuple(
        Parameter(name=name, value=value)
        for name, value in (*_told(axes._replace(zone=zone)._asdict()), *_filters(filters))
    )


def _told(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if value is not None:
            yield name, value.isoformat() if isinstance(value, date) else str(value)


def _filters(filters: AuditTrailFilters) -> Iterator[tuple[str, str]]:
    for field in fields(filters):
        value = getattr(filters, field.name)
        if field.name == "period" and value is not None:
            yield from _told({name: getattr(value, name) for name in _PERIOD})
        elif value != field.default:
            yield field.name, str(value)


def axes_of(parameters: Sequence[Parameter]) -> Axes:
    """The time axes and the zone of a question."""
    given = _given(parameters)
    return Axes(_when(given.get("known")), _when(given.get("true")), given["zone"])


def filters_of(parameters: Sequence[Parameter]) -> AuditTrailFilters:
    """The filters of a question."""
    given = {name: value for name, value in _given(parameters).items() if name not in _AXES}
    period = {name: given.pop(name) for name in _PERIOD if name in given}
    defaults = {field.name: field.default for field in fields(AuditTrailFilters)}
    read: dict[str, Any] = {name: _plain(defaults[name], value) for name, value in given.items()}
    if period:
        axis: Any = period["axis"]
        read["period"] = Period(_when(period.get("first")), _when(period.get("last")), axis)
    return AuditTrailFilters(**read)


def _given(parameters: Sequence[Parameter]) -> dict[str, str]:
    given = {one.name: one.value for one in parameters}
    if "zone" not in given:
        raise InvalidInputError(
            "request_not_kept",
            "This report was asked for when a question was kept in words alone; it cannot be made again by its id.",
            field="report",
            next_step="Ask for it anew, at the positions that it prints.",
        )
    return given


def _when(text: str | None) -> date | datetime | None:
    if text is None:
        return None
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _plain(default: object, value: str) -> Any:
    """The value again, by what stands there when nothing is asked: a switch was on, a limit was a number."""
    if isinstance(default, bool):
        return not default
    return int(value) if isinstance(default, int) else value
