"""Which entries of an access ledger a site may read: what its own people did, and nobody else's looks."""

from collections.abc import Collection, Iterable

from domain.people.facts import GrantGiven
from domain.record import Entry


def by_people_of(
    accesses: Iterable[Entry], system: Iterable[Entry], trial: str, sites: Collection[str] | None
) -> list[Entry]:
    """The entries by persons whose every grant in the trial was for these sites alone (None: all entries).

    Somebody who ever acted for another site or the whole trial is nobody's own: what was read there stays there.
    """
    if sites is None:
        return list(accesses)
    reach: dict[str, bool] = {}
    for entry in system:
        match entry.fact:
            case GrantGiven(trial=of) as given if of in (None, trial):
                own = given.sites is not None and set(given.sites) <= set(sites)
                reach[given.person] = reach.get(given.person, True) and own
            case _:
                pass
    return [entry for entry in accesses if reach.get(entry.body.actor, False)]
