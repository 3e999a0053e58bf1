"""Whose arm becomes certain to somebody who knows the arms of some others on the same list.

The worst case is told: one reader knows all of the arms that were disclosed, and the design. What is certain is
certain by elimination; a likely arm is not counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import comb
from typing import NamedTuple

from domain.randomisation.method import ListMethod, State
from domain.randomisation.rand_v1 import Stream


class Expected(NamedTuple):
    """How many others become certain: the mean over runs, and the variance from run to run."""

    mean: Fraction
    variance: Fraction


class PublicRow(NamedTuple):
    """How many others would become certain after that many disclosures, computed from ratio and cap alone."""

    known: int
    smallest_blocks: Fraction
    """If blocks were as small as the ratio allows."""
    one_block: Fraction
    """If only the totals at the cap were fixed."""


def certain_after(method: ListMethod[State], slots: Sequence[int], known: Iterable[int]) -> tuple[int, ...]:
    """The slots, by index from 0, whose arm follows from the design and from the arms of the slots that are known.

    `slots` are the list's arms as indices. Hidden choices, such as block sizes, are inferred, not given.
    """
    told = {index: slots[index] for index in known}
    open_to = possible(method, len(slots), told)
    return tuple(index for index, arms in enumerate(open_to) if index not in told and len(arms) == 1)


def certain_in_blocks(
    slots: Sequence[int], ratio: Sequence[int], sizes: Sequence[int], known: Iterable[int]
) -> tuple[int, ...]:
    """As `certain_after`, for one who sees the size of every block as well; the last may reach beyond the list."""
    told, found, start = set(known), list[int](), 0
    for size in sizes:
        inside = range(start, min(start + size, len(slots)))
        left = [share * (size // sum(ratio)) for share in ratio]
        for index in told.intersection(inside):
            left[slots[index]] -= 1
        if sum(1 for count in left if count) == 1:
            found += [index for index in inside if index not in told]
        start += size
    return tuple(found)


def possible(method: ListMethod[State], length: int, known: Mapping[int, int]) -> tuple[frozenset[int], ...]:
    """For every slot the arms that it may have, where those of some slots are known."""
    behind = _reached(method, length, known)
    ahead: set[State] | None = None
    found: list[frozenset[int]] = []
    for index in reversed(range(length)):
        arms, sources = set[int](), set[State]()
        for state in behind[index]:
            for arm, then in _steps(method, state, known.get(index)):
                if ahead is None or then in ahead:
                    arms.add(arm)
                    sources.add(state)
        ahead = sources
        found.append(frozenset(arms))
    return tuple(reversed(found))


def expected_in_blocks(ratio: Sequence[int], size: int, length: int, known: int) -> Fraction:
    """How many others are certain, on average, when so many slots of a list of equal blocks are known, any evenly."""
    arms = [share * (size // sum(ratio)) for share in ratio]
    full, rest = divmod(length, size)
    inside = [size] * full + [rest] * bool(rest)
    return sum((_expected_in_block(arms, slots, length, known) for slots in inside), Fraction())


def simulated(method: ListMethod[State], length: int, known: int, runs: int, stream: Stream) -> Expected:
    """The same for any method, hidden choices inferred: as many lists as `runs`, drawn from the stream."""
    counts: list[int] = []
    for _ in range(runs):
        slots = method.drawn(stream, length)
        counts.append(len(certain_after(method, slots, _chosen(length, known, stream))))
    mean = Fraction(sum(counts), runs)
    return Expected(mean, sum(((count - mean) ** 2 for count in counts), Fraction()) / max(1, runs - 1))


def public_estimate(ratio: Sequence[int], cap: int) -> tuple[PublicRow, ...]:
    """For every number of disclosures, what ratio and cap tell; nothing else goes in, so anybody may read it.

    The numbers are the same whatever was drawn, whoever was disclosed and whatever the hidden sizes are.
    """
    whole = -(-cap // sum(ratio)) * sum(ratio)
    return tuple(
        PublicRow(
            known,
            expected_in_blocks(ratio, sum(ratio), cap, known),
            expected_in_blocks(ratio, whole, cap, known),
        )
        for known in range(1, cap)
    )


def _reached(method: ListMethod[State], length: int, known: Mapping[int, int]) -> list[set[State]]:
    """The states before each slot that the known slots before it allow."""
    behind = [{method.start()}]
    for index in range(length - 1):
        behind.append({then for state in behind[-1] for _, then in _steps(method, state, known.get(index))})
    return behind


def _steps(method: ListMethod[State], state: State, known: int | None) -> Iterable[tuple[int, State]]:
    for chance, opened in method.openings(state):
        for arm, weight in enumerate(method.chances(opened)):
            if chance and weight and known in (None, arm):
                yield arm, method.after(opened, arm)


def _expected_in_block(arms: Sequence[int], inside: int, length: int, known: int) -> Fraction:
    """The part of one block that has so many of its slots in the list."""
    size = sum(arms)
    found = Fraction()
    for told in range(max(0, known - (length - inside)), min(known, inside) + 1):
        ways = comb(inside, told) * comb(length - inside, known - told)
        left = size - told
        of_one_arm = Fraction(sum(comb(count, left) for count in arms), comb(size, left))
        found += Fraction(ways, comb(length, known)) * of_one_arm * (inside - told)
    return found


def _chosen(length: int, count: int, stream: Stream) -> list[int]:
    """So many different indices, any evenly."""
    places = list(range(length))
    for at in range(count):
        other = at + stream.below(length - at)
        places[at], places[other] = places[other], places[at]
    return places[:count]
