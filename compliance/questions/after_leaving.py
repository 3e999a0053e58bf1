"""Somebody left: that the account ended, its sessions with it, and that nothing was done under it since."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from domain.access.facts import CommandRefused
from domain.catalogue import type_of
from domain.people.facts import GrantEnded, PersonDeactivated, PersonRegistered
from domain.record import Entry
from domain.session.facts import SessionStarted

REFUSALS: Final = frozenset({type_of(CommandRefused).name})


class Act(NamedTuple):
    """One entry that somebody is the actor of."""

    ledger: str
    position: int
    type: str
    recorded_at: datetime


class Left(NamedTuple):
    """What the ledgers tell of an account and its end; `ended_at` None while it is open.

    `attempts_after` are acts that were refused: the refusals are recorded, and nothing else came of them.
    `registrations` counts how often the id was given: it is never given twice.
    """

    person: str
    printed_name: str
    ended_at: datetime | None
    ended_by: str | None
    grants_ended: int
    sessions_after: tuple[str, ...]
    last_act: Act | None
    acts_after: tuple[Act, ...]
    attempts_after: tuple[Act, ...]
    registrations: int

    @property
    def nothing_after(self) -> bool:
        """Ended, nothing done since, no session begun since, and the id never given again."""
        return self.ended_at is not None and not self.acts_after and not self.sessions_after and self.registrations == 1


def after_leaving(person: str, ledgers: Iterable[Iterable[Entry]]) -> Left:
    """From the entries of every ledger that the reader may see, the system ledger among them.

    The product's own entries about the person (a session ended, an attempt that failed) are no acts of that person.
    """
    entries = [entry for ledger in ledgers for entry in ledger]
    about = [entry for entry in entries if getattr(entry.fact, "person", None) == person]
    end = next((entry for entry in about if isinstance(entry.fact, PersonDeactivated)), None)
    registered = [entry for entry in about if isinstance(entry.fact, PersonRegistered)]
    own = sorted((e for e in entries if e.body.actor == person), key=lambda entry: entry.frame.recorded_at)
    after = tuple(_act(entry) for entry in own if _is_after(entry, end))
    before = [_act(entry) for entry in own if not _is_after(entry, end)]
    return Left(
        person=person,
        printed_name=registered[0].fact.printed_name if registered else "",
        ended_at=None if end is None else end.frame.recorded_at,
        ended_by=None if end is None else end.body.printed_name,
        grants_ended=sum(isinstance(entry.fact, GrantEnded) for entry in about),
        sessions_after=_begun_after(about, end),
        last_act=before[-1] if before else None,
        acts_after=tuple(act for act in after if act.type not in REFUSALS),
        attempts_after=tuple(act for act in after if act.type in REFUSALS),
        registrations=len(registered),
    )


def _is_after(entry: Entry, end: Entry | None) -> bool:
    """By its time, or by what it was decided on: an act of the same instant knew of the end or did not."""
    if end is None:
        return False
    knew = entry.body.authority.system_position >= end.frame.position
    return knew or entry.frame.recorded_at > end.frame.recorded_at


def _begun_after(about: Iterable[Entry], end: Entry | None) -> tuple[str, ...]:
    """Sessions that began after the end; those before it are worth nothing since, whoever still held one."""
    return tuple(e.fact.session for e in about if isinstance(e.fact, SessionStarted) and _is_after(e, end))


def _act(entry: Entry) -> Act:
    return Act(entry.frame.ledger, entry.frame.position, entry.frame.type, entry.frame.recorded_at)
