"""What a projection is: a frozen state with `start()`, `after(entry)` and `view()`, written once for every use.

`after` is total: it never raises, in whatever order entries come; legality is the aggregates' business. It is
pure: `after` on an old state changes nothing that the old state shows (see `persistent`), so a state may be
kept, compared and folded on twice. `view()` gives typed rows, frozen and serialisable: a read model stores
them, a report prints them.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, ClassVar, Protocol, Self, TypeVar, dataclass_transform
from uuid import UUID

from msgspec import Struct, field

from domain.record import Entry, Instant
from domain.times import Occurred
from domain.values import Code, Value


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class State(Struct, frozen=True, kw_only=True):
    """The state of a projection after some entries."""

    AS_WRITTEN: ClassVar[bool] = False
    """Whether it reads entries as they were written; otherwise corrections are applied and voided entries dropped."""

    @classmethod
    def start(cls) -> Self:
        """The state before the first entry."""
        raise NotImplementedError(cls.__name__)

    def after(self, entry: Entry) -> Self:
        """The state after one more entry."""
        raise NotImplementedError(entry.frame.type)

    def view(self) -> Any:
        """What it shows: a frozen value, or a tuple of such rows."""
        raise NotImplementedError(type(self).__name__)


S = TypeVar("S", bound=State)


def folded(state: S, entries: Iterable[Entry]) -> S:
    """The state after these entries, in the order given."""
    for entry in entries:
        state = state.after(entry)
    return state


class Moment(Value):
    """The entry behind a value: where it stands, when it happened as claimed, when it was recorded, and why."""

    event_id: UUID
    occurred_at: Occurred
    position: int
    reason_code: Code | None
    recorded_at: Instant


def moment(entry: Entry) -> Moment:
    """The entry, as it stands behind a value."""
    frame, body = entry.frame, entry.body
    return Moment(
        event_id=body.event_id,
        occurred_at=body.occurred_at,
        position=frame.position,
        reason_code=body.reason_code,
        recorded_at=frame.recorded_at,
    )


class Person(Value):
    """Who sent an entry, as printed then."""

    actor: str
    organisation: str
    printed_name: str
    role: str


def sender(entry: Entry) -> Person:
    """The actor of an entry."""
    body = entry.body
    return Person(actor=body.actor, organisation=body.organisation, printed_name=body.printed_name, role=body.role)


TICK = timedelta(microseconds=1)
"""What recorded times are counted in."""


def latest(occurred: Occurred) -> datetime:
    """The last instant that a claimed time can mean, that instant included."""
    return occurred.latest if occurred.is_instant else occurred.latest - TICK


def lag(entry: Entry) -> int | None:
    """Seconds from the claimed time to the recording; None where the claimed time is too vague to measure."""
    occurred = entry.body.occurred_at
    if not occurred.is_instant:
        return None
    return int((entry.frame.recorded_at - occurred.earliest).total_seconds())


def claimed(behind: Moment) -> tuple[datetime, int]:
    """The order in which things happened, as claimed: by earliest possible instant, then by position."""
    return behind.occurred_at.earliest, behind.position


def is_later(one: Moment, other: Moment) -> bool:
    """Whether one thing happened after the other, as claimed.

    Two instants with one offset and zone (`2027-03-03T10:15:00` and then the same text) stand to each other as
    their texts do: this spares folds most of their reading of times.
    """
    first, second = one.occurred_at.text, other.occurred_at.text
    if first[19:] == second[19:] and first[13:14] == second[13:14] == ":":
        return (first, one.position) > (second, other.position)
    return claimed(one) > claimed(other)


class HasMoment(Protocol):
    """A row with the entry behind it."""

    @property
    def behind(self) -> Moment:
        """The entry."""
        ...


R = TypeVar("R", bound=HasMoment)


def in_order(rows: tuple[R, ...], row: R) -> tuple[R, ...]:
    """The rows with one more, where it belongs by its claimed time; what is claimed for one time stands as recorded."""
    count = len(rows)
    while count and is_later(rows[count - 1].behind, row.behind):
        count -= 1
    return (*rows[:count], row, *rows[count:])


@lru_cache(maxsize=65536)
def place(stream: str) -> tuple[str, str]:
    """What a stream is about, and the number or code of it: `("participant", "007")`.

    A vault's stream is about nothing that a fold may know: `("", "")`.
    """
    ledger, _, rest = stream.partition("/")
    kind, _, name = rest.partition("/")
    return ("", "") if ledger.startswith("vault:") else (kind, name)
