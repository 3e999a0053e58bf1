"""Which entries of a trial ledger a site may read: its own, and what concerns the trial as a whole.

Signatures are read by whoever reads the record that they stand beside. The other positions reach a site
reader as position and leaf hash, so that the root can still be recomputed.
"""

from collections.abc import Collection, Iterable
from typing import Any

from domain.participant.facts import ScreeningOpened
from domain.record import Entry
from domain.streams import about, kind_of, name_of

TRIAL_WIDE = frozenset({"ledger", "trial", "protocol", "randomisation"})
SHARED = frozenset({"analysis-sets", "screening-numbers", "stratum"})
"""Streams of the whole trial in which each entry concerns a participant, and so a site, of its own."""


class SiteScope:
    """Follows a trial ledger from its first entry and tells each entry's site."""

    def __init__(self) -> None:
        self._site_of_participant: dict[str, str] = {}
        self._site_of_stream: dict[str, str | None] = {}

    def site_of(self, entry: Entry) -> str | None:
        """The site that the entry concerns; None for the trial as a whole."""
        stream, fact = about(entry.frame.stream), entry.fact
        kind = kind_of(stream)
        if kind in TRIAL_WIDE:
            return None
        if kind == "site":
            return name_of(stream)
        if stream != entry.frame.stream:
            return self._site_of_stream.get(stream)
        if isinstance(fact, ScreeningOpened):
            self._site_of_participant[fact.number] = fact.site
        named = self._named(fact) or (name_of(stream) if kind == "participant" else None)
        site = getattr(fact, "site", None) or self._site_of_participant.get(named or "")
        if kind in SHARED:
            return site
        return self._site_of_stream.setdefault(stream, site)

    def _named(self, fact: Any) -> str | None:
        named = getattr(fact, "participant", None) or getattr(fact, "number", None)
        return named if isinstance(named, str) else None


def visible(entries: Iterable[Entry], sites: Collection[str] | None) -> list[Entry]:
    """The entries of a trial ledger, from its first, that a reader of these sites may see (None: all)."""
    if sites is None:
        return list(entries)
    scope = SiteScope()
    return [entry for entry in entries if _seen(scope, entry, sites)]


def _seen(scope: SiteScope, entry: Entry, sites: Collection[str]) -> bool:
    site = scope.site_of(entry)
    return (site is None and kind_of(about(entry.frame.stream)) in TRIAL_WIDE) or site in sites
