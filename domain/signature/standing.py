"""How signatures stand: which are needed now, which were given, and what superseded them.

Everything is read off the entries of the signed record as they count now: a correction that was voided never
was one, and supersedes nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

from domain.ledger.facts import RecordCorrected, RecordVoided
from domain.record import Entry
from domain.signature.required import ALTERS_NOTHING, BY_KIND, Required, asked_since, row_of
from domain.times import end_of, zone

Standing = Literal["given", "owed", "superseded"]
"""`superseded`: signed once, and to be signed again."""
TICK = timedelta(microseconds=1)


class Need(NamedTuple):
    """An entry that needs a signature, and the entry since which it does."""

    row: Required
    entry: Entry
    since: Entry

    @property
    def purpose(self) -> str:
        """How a signature names it."""
        return purpose_of(self.row.kind, self.entry.body.event_id)


class Given(Protocol):
    """A signature as it was made."""

    @property
    def purpose(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def withdrawn(self) -> bool: ...


def purpose_of(kind: str, target: UUID) -> str:
    """How a signature names what asked for it: the kind of act, and the entry."""
    return f"{kind}/{target}"


def asker_of(purpose: str) -> tuple[str, UUID | None]:
    """The kind of act, and the entry that asked for the signature, if one did."""
    kind, _, target = purpose.partition("/")
    try:
        return kind, UUID(target)
    except ValueError:
        return kind, None


def needs(known: Sequence[Entry]) -> list[Need]:
    """What in a record needs a signature, given or not: not what a later entry took the place of."""
    found: list[Need] = []
    for entry in known:
        row = row_of(entry)
        since = None if row is None else asked_since(row, entry, known)
        if row is not None and since is not None and not any(_replaces(row, entry, later) for later in known):
            found.append(Need(row, entry, since))
    return found


def superseding(purpose: str, covered: int, known: Sequence[Entry]) -> Entry | None:
    """The first entry after version `covered` that alters what a signature of this purpose was given for."""
    kind, target = asker_of(purpose)
    row = BY_KIND.get(kind)
    if row is None:
        return None
    asker = next((entry for entry in known if entry.body.event_id == target), None)
    reach = _reach(covered, known)
    later = [entry for entry in known if entry.frame.version > covered]
    altering = (e for e in later if _amends(row, target, reach, e) or _takes_over(row, asker, e))
    return min(altering, key=lambda entry: entry.frame.version, default=None)


def standing(need: Need, made: Iterable[Given], known: Sequence[Entry]) -> Standing:
    """Whether what is needed was given, and still covers what stands there."""
    own = [one for one in made if one.purpose == need.purpose]
    if any(not one.withdrawn and superseding(one.purpose, one.version, known) is None for one in own):
        return "given"
    return "superseded" if own else "owed"


def due(need: Need, made: Iterable[Given], known: Sequence[Entry]) -> datetime:
    """Until when to sign, or to sign again: days counted on the calendar of the zone that the asking entry names.

    The days begin with the entry that asks, or with the one that superseded what was signed; taking a signature
    back begins no new term.
    """
    own = (one for one in made if one.purpose == need.purpose and not one.withdrawn)
    altering = [entry for one in own if (entry := superseding(one.purpose, one.version, known)) is not None]
    return last_instant(need.row, max(altering, key=lambda entry: entry.frame.version, default=need.since))


def last_instant(row: Required, since: Entry) -> datetime:
    """The last instant of the row's last day."""
    place = since.body.occurred_at.zone_name
    day = since.frame.recorded_at.astimezone(zone(place)).date()
    return end_of(day + timedelta(days=row.days), place) - TICK


def _replaces(row: Required, entry: Entry, later: Entry) -> bool:
    return later.frame.version > entry.frame.version and _takes_over(row, entry, later)


def _takes_over(row: Required, entry: Entry | None, later: Entry) -> bool:
    """Whether a later fact stands in the place of the signed one: the same kind, about the same thing."""
    if row.frozen:
        return not isinstance(later.fact, ALTERS_NOTHING)
    told = None if entry is None else entry.fact
    same = all(getattr(later.fact, name, None) == getattr(told, name, None) for name in row.same)
    return isinstance(later.fact, row.altered_by) and same


def _amends(row: Required, target: UUID | None, reach: int, later: Entry) -> bool:
    """Whether it is a correction of what was signed; `reach` is the last position that the signature covers."""
    fact = later.fact
    if not isinstance(fact, RecordCorrected | RecordVoided):
        return False
    return fact.target == target or (row.whole and fact.target_position <= reach)


def _reach(covered: int, known: Sequence[Entry]) -> int:
    """The last position that versions 1 to `covered` can have.

    Where the last of them was voided only the position after it is known; what lies between counts as covered.
    """
    own = [entry.frame.position for entry in known if entry.frame.version == covered]
    after = [entry.frame.position - 1 for entry in known if entry.frame.version > covered]
    return own[-1] if own else min(after, default=0)
