"""The slots of a sealed list, and the draw of the next one: the same for every method."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.allocation.facts import DrawInputs, Level, ListSealed, SlotDrawn
from domain.randomisation import rand_v1
from domain.randomisation.method import DrawMethod, Earlier, ListMethod, picked
from domain.randomisation.methods import method_of

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
"""How an imported list writes the place of an arm in the declared order."""


class Slot(NamedTuple):
    """What the next allocation gets, and what a minimised one was drawn from."""

    arm: str
    inputs: DrawInputs | None

    def __repr__(self) -> str:
        return "Slot(concealed)"


def contents(sealed: ListSealed, trial: str) -> tuple[str, ...]:
    """What each slot was committed to: its arm, or where each draw waits for its participant, the word it uses."""
    arms = names(sealed)
    if sealed.slots is not None:
        return tuple(arms[DIGITS.index(digit)] for digit in sealed.slots)
    method = method_of(sealed.method, arms, sealed.ratio, parameters(sealed))
    if isinstance(method, ListMethod):
        drawn = method.drawn(rand_v1.Stream(sealed.seed, trial, "list", sealed.label), sealed.length)
        return tuple(arms[arm] for arm in drawn)
    return tuple(_word(sealed, trial, index) for index in range(sealed.length))


def next_slot(
    sealed: ListSealed, slots: Sequence[str], trial: str, earlier: Sequence[SlotDrawn], levels: Sequence[Level]
) -> Slot | None:
    """The slot after `earlier`; None where the list is exhausted. `slots` are its contents."""
    index = len(earlier)
    if index >= len(slots):
        return None
    method = None if sealed.slots is not None else _drawing(sealed)
    return Slot(slots[index], None) if method is None else _minimised(sealed, method, trial, earlier, levels)


def factors(sealed: ListSealed) -> tuple[str, ...]:
    """The facts whose levels a draw from this list needs; none where all slots are fixed."""
    method = None if sealed.slots is not None else _drawing(sealed)
    return () if method is None else method.factors


def names(sealed: ListSealed) -> tuple[str, ...]:
    """The arms in their declared order."""
    return tuple(listed.arm for listed in sealed.arms)


def parameters(sealed: ListSealed) -> dict[str, tuple[str, ...]]:
    """The hidden parameters by name."""
    return {parameter.name: parameter.values for parameter in sealed.parameters}


def _drawing(sealed: ListSealed) -> DrawMethod | None:
    method = method_of(sealed.method, names(sealed), sealed.ratio, parameters(sealed))
    return method if isinstance(method, DrawMethod) else None


def _minimised(
    sealed: ListSealed, method: DrawMethod, trial: str, earlier: Sequence[SlotDrawn], levels: Sequence[Level]
) -> Slot:
    index = len(earlier)
    before = [Earlier(_levels(one.inputs.levels), one.inputs.place) for one in earlier if one.inputs]
    weighed = method.weighed(before, _levels(levels))
    place = picked(_stream(sealed, trial, index).below(sum(weighed.chances)), weighed.chances)
    inputs = DrawInputs(
        chances=weighed.chances,
        levels=tuple(levels),
        place=place,
        scores=weighed.scores,
        word=_word(sealed, trial, index),
    )
    return Slot(names(sealed)[method.arm_of(place)], inputs)


def _levels(levels: Sequence[Level]) -> tuple[str, ...]:
    return tuple(level.level for level in levels)


def _stream(sealed: ListSealed, trial: str, index: int) -> rand_v1.Stream:
    return rand_v1.Stream(sealed.seed, trial, "min", sealed.label, str(index))


def _word(sealed: ListSealed, trial: str, index: int) -> str:
    return _stream(sealed, trial, index).digest(0)[: rand_v1.WORD_BYTES].hex()
