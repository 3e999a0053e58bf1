"""Which entries of the system ledger concern a trial, and so may stand in a report about it.

People with a grant for the trial or for all trials, those who act in it or are delegated in it; their sessions,
credentials and failed attempts; and what holds for the deployment as a whole. What such a person may do in another
trial is left out. A site reader gets the people of that site alone.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from domain import streams
from domain.access.facts import CommandRefused, DeploymentChecked
from domain.escrow.facts import CustodyChecked
from domain.people.facts import GrantGiven, TrainingRecorded, TrialAdded
from domain.record import Entry
from domain.session.facts import AuthenticationFailed
from domain.site.facts import TaskDelegated

OF_ALL = frozenset({"ledger", "policy", "certification", "signer-key", "deployment"})
"""Kinds of streams that concern every trial of the deployment."""


class _Whom(NamedTuple):
    people: frozenset[str]
    grants: frozenset[str]


def concerning(
    entries: Sequence[Entry], trial: str, sites: Collection[str] | None, beside: Iterable[Entry]
) -> list[Entry]:
    """The entries of the system ledger that concern the trial; `beside` are the reader's entries of its ledgers."""
    whom = _whom(entries, trial, sites, beside)
    shown = (_shown(entry, trial, sites, whom) for entry in entries)
    return [entry for entry in shown if entry is not None]


def _whom(entries: Sequence[Entry], trial: str, sites: Collection[str] | None, beside: Iterable[Entry]) -> _Whom:
    given = [entry.fact for entry in entries if isinstance(entry.fact, GrantGiven)]
    covering = [fact for fact in given if fact.trial in (None, trial) and _reaches(fact, sites)]
    acting = {person for entry in beside for person in _named(entry, sites)}
    return _Whom(
        people=frozenset({fact.person for fact in covering} | acting), grants=frozenset(fact.grant for fact in covering)
    )


def _reaches(fact: GrantGiven, sites: Collection[str] | None) -> bool:
    return sites is None or bool(set(fact.sites or ()) & set(sites))


def _named(entry: Entry, sites: Collection[str] | None) -> Iterable[str]:
    """Whom an entry of the trial's ledgers brings in: who is delegated and, for readers of all sites, who acted."""
    delegated = (entry.fact.person,) if isinstance(entry.fact, TaskDelegated) else ()
    return delegated if sites is not None else (*delegated, entry.body.actor)


def _shown(entry: Entry, trial: str, sites: Collection[str] | None, whom: _Whom) -> Entry | None:
    """The entry as far as it concerns the trial, or None."""
    match entry.fact:
        case AuthenticationFailed() as fact:
            return _attempts(entry, fact, sites, whom)
        case CommandRefused():
            return entry if entry.body.actor in whom.people else None
        case TrialAdded(trial=about) | DeploymentChecked(trial=about):
            return entry if about == trial else None
        case CustodyChecked(trial=about):
            return entry if about == trial and sites is None else None
        case TrainingRecorded(trial=of) if of not in (None, trial):
            return None
        case fact:
            return entry if _concerns(entry, fact, whom) else None


def _attempts(entry: Entry, fact: AuthenticationFailed, sites: Collection[str] | None, whom: _Whom) -> Entry | None:
    """Attempts under ids of the trial's people; those under no known id concern whoever reads for all sites."""
    own = tuple(one for one in fact.persons if one.person in whom.people)
    nobodys = fact.count - sum(one.count for one in fact.persons) if sites is None else 0
    count = sum(one.count for one in own) + nobodys
    if not count:
        return None
    return replace(entry, body=replace(entry.body, payload=replace(fact, count=count, persons=own)))


def _concerns(entry: Entry, fact: object, whom: _Whom) -> bool:
    """By the grant or the person that it names; else by its stream: one's signatures on the policy, the deployment."""
    grant, person = getattr(fact, "grant", None), getattr(fact, "person", None)
    if grant is not None:
        return grant in whom.grants
    if person is not None:
        return person in whom.people
    stream = entry.frame.stream
    return streams.kind_of(stream) in OF_ALL or streams.name_of(stream) in whom.people
