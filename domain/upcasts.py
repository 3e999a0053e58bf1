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


def _one_version_of_lists(payload: Payload) -> Payload:
    """Before designs had versions there was one, drawn from a seed, with no beacon, and its lists served all sites."""
    strata = [{**stratum, "site": None} for stratum in payload["strata"]]
    return {**payload, "beacon_value": None, "strata": strata, "version": 1}


def _in_permuted_blocks(payload: Payload) -> Payload:
    """Before there were other methods, every list was of permuted blocks, drawn here, for all sites."""
    kept = {name: value for name, value in payload.items() if name != "block_sizes"}
    sizes = [str(size) for size in payload["block_sizes"]]
    parameters = [{"name": "sizes", "values": sizes}]
    made_here = {"method": "permuted_blocks", "origin": None, "parameters": parameters, "slots": None}
    return {**kept, **made_here, "site": None, "version": 1}


def _from_a_list(payload: Payload) -> Payload:
    """Before there was minimisation, every slot came from a list and was drawn from nothing else."""
    return {**payload, "inputs": None}


STEPS: Mapping[str, Step] = {
    "list.sealed.v1": Step("list.sealed.v2", _in_permuted_blocks),
    "list.slot_drawn.v1": Step("list.slot_drawn.v2", _from_a_list),
    "participant.screening_opened.v1": Step("participant.screening_opened.v2", _never_screened_before),
    "randomisation.committed.v1": Step("randomisation.committed.v2", _one_version_of_lists),
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
