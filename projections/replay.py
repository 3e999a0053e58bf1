"""Replay on two axes. As known: what the ledger held at a position. As true: what had happened by an instant.

As known at P takes the entries up to P in ledger order. As true on D takes, of the entries known at P, those
that had happened by D (corrections applied, voided entries left out), in the order in which they happened.
Then the same fold runs.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from domain.record import Entry
from domain.times import end_of
from projections.amendments import effective, is_amendment
from projections.fold import TICK, S, folded


def as_known(entries: Iterable[Entry], up_to: int) -> list[Entry]:
    """The entries recorded up to that position."""
    return [entry for entry in entries if entry.frame.position <= up_to]


def known_position(recorded: Sequence[Entry], instant: datetime) -> int:
    """The last position recorded by that instant; entries of one ledger, in order; 0 before the first."""
    count = bisect_right(recorded, instant, key=_recorded_at)
    return recorded[count - 1].frame.position if count else 0


def position_at(times: Sequence[datetime], instant: datetime) -> int:
    """The same from an index of recorded times alone: the time at index i belongs to position i + 1."""
    return bisect_right(times, instant)


def _recorded_at(entry: Entry) -> datetime:
    return entry.frame.recorded_at


def last_instant(day: date, zone_name: str) -> datetime:
    """What a bare date means in a question: the last recordable instant of that day in the zone."""
    return end_of(day, zone_name) - TICK


def as_true(entries: Iterable[Entry], instant: datetime, known_up_to: int | None = None) -> list[Entry]:
    """Of the entries known at that position, what had happened by the instant, in the order it happened.

    Corrections count whenever they were made, a corrected time of occurrence included.
    """
    known = effective(entries if known_up_to is None else as_known(entries, known_up_to))
    timed = [(entry.body.occurred_at.earliest, entry.frame.position, entry) for entry in known]
    return [entry for at, _, entry in sorted(timed, key=_by_time) if at <= instant]


def _by_time(timed: tuple[datetime, int, Entry]) -> tuple[datetime, int]:
    return timed[:2]


def replay(
    projection: type[S], entries: Iterable[Entry], *, known: int | None = None, true: datetime | None = None
) -> S:
    """The state of a projection as known at a position (default: all given) and, if asked, as true at an instant."""
    if true is not None:
        return folded(projection.start(), as_true(entries, true, known))
    chosen = entries if known is None else as_known(entries, known)
    return folded(projection.start(), chosen if projection.AS_WRITTEN else effective(chosen))


def advance(state: S, history: Iterable[Entry], new: Sequence[Entry]) -> S:
    """The state after more entries of the ledger; `history` is read only where an amendment asks for a new fold.

    An amendment changes what an earlier entry meant, so folding it on top would not do; it reaches back only,
    never forward, so that without one among `new` folding on is the same as folding anew.
    """
    if state.AS_WRITTEN or not any(map(is_amendment, new)):
        return folded(state, new)
    return replay(type(state), [*history, *new])
