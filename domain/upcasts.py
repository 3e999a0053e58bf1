"""Payloads that older versions wrote, brought to the form of today.

Stored entries are never rewritten: an old type name leads, step by step, to the name that is registered
now. A step is a pure function over the decoded JSON payload; it reads no key and no clock, and it adds
only what the old form said without words.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from domain.catalogue import event_type

Payload: TypeAlias = dict[str, Any]


class Step(NamedTuple):
    """The next type name, and how a payload of the old one becomes one of the next."""

    name: str
    change: Callable[[Payload], Payload]


def _never_screened_before(payload: Payload) -> Payload:
    """Before re-screenings were linked, every screening stood by itself."""
    return {**payload, "previous": None}


def _asked_in_words_alone(payload: Payload) -> Payload:
    """Before questions were kept as data, their words were: such a report cannot be made again by its id."""
    return {**payload, "parameters": []}


STEPS: Mapping[str, Step] = {
    "participant.screening_opened.v1": Step("participant.screening_opened.v2", _never_screened_before),
    "report.requested.v1": Step("report.requested.v2", _asked_in_words_alone),
}


def current_name(name: str, *, steps: Mapping[str, Step] = STEPS) -> str | None:
    """The registered name that `name` leads to, itself where it is registered; None for an unknown one."""
    while name in steps:
        name = steps[name].name
    return None if event_type(name) is None else name


def upcast(name: str, payload: Payload, *, steps: Mapping[str, Step] = STEPS) -> Payload:
    """The payload in the form of `current_name(name)`; the one given is left as it is."""
    while name in steps:
        name, change = steps[name]
        payload = change(payload)
    return payload
