"""Kit numbers and what they hold: drawn at random, so that no number, and no order of numbers, tells an arm."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final, Protocol, TypeVar

from domain.kits.facts import MappedKit

DIGITS: Final = 6
NUMBERS: Final = 10**DIGITS
"""How many numbers a site's kits are drawn from."""
T = TypeVar("T")


class Draws(Protocol):
    """Whole numbers drawn evenly, as `rand_v1.Stream` draws them."""

    def below(self, bound: int) -> int:
        """Draw from 0 to `bound` - 1."""
        ...


def drawn_numbers(draws: Draws, site: str, count: int, taken: Collection[str]) -> tuple[str, ...]:
    """So many kit numbers, in the order drawn and not in a sequence, none of them `taken`.

    The site's code before the number makes it unique in the trial as soon as it is unique at the site.
    """
    found: dict[str, None] = {}
    while len(found) < count:
        number = f"{site}-{draws.below(NUMBERS):0{DIGITS}d}"
        if number not in taken:
            found[number] = None
    return tuple(found)


def shuffled(draws: Draws, items: Iterable[T]) -> tuple[T, ...]:
    """The items in one of all orders, each as likely as the other (Fisher and Yates)."""
    found = list(items)
    for last in range(len(found) - 1, 0, -1):
        other = draws.below(last + 1)
        found[last], found[other] = found[other], found[last]
    return tuple(found)


def next_kit(kits: Sequence[MappedKit], arm: str, gone: Collection[str]) -> str | None:
    """The first kit of that arm in the mapped order that is not gone; None where there is none.

    Numbers are in random order over all kits of the shipment, so the sequence of numbers that is handed out has
    the same distribution whatever the arms are.
    """
    return next((kit.kit for kit in kits if kit.arm == arm and kit.kit not in gone), None)
