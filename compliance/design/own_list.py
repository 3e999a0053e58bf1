"""The leak calculator for a list of the trial's own: for unblinded readers only."""

from collections.abc import Iterable

from compliance.design.leaks import certain_after
from domain.allocation.facts import ListSealed
from domain.allocation.slots import contents, names, parameters
from domain.randomisation.method import ListMethod
from domain.randomisation.methods import method_of


def certain_of(sealed: ListSealed, trial: str, known: Iterable[int], *, used: int) -> tuple[int, ...] | None:
    """The slots, by index from 0, whose arm follows for a reader of the design from the slots that are known.

    Of the first `used` slots, which were drawn.

    None where that cannot be told from the design alone: the list was imported, so its method is not on record, or
    each allocation is drawn from the facts of those enrolled.
    """
    if sealed.slots is not None:
        return None
    arms = names(sealed)
    method = method_of(sealed.method, arms, sealed.ratio, parameters(sealed))
    if not isinstance(method, ListMethod):
        return None
    return certain_after(method, [arms.index(arm) for arm in contents(sealed, trial)[:used]], known)
