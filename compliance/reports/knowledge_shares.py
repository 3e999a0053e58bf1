"""How many participants became known by which kind of unblinding, at which site."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from compliance.reports.filled import Filled, shown, table_of
from compliance.reports.model import Table
from projections.unblinding_rows import UnblindingView

SHARES: Final = "shares"


class Share(NamedTuple):
    """How many participants of a site became known by one kind of unblinding."""

    site: str | None
    kind: str
    participants: int
    randomised: int


def shares(log: UnblindingView) -> list[Share]:
    """By site and kind; every site with an allocation has its rows."""
    allocated = dict(log.allocated)
    known: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in log.rows:
        one = row.unblinding
        told = one.disclosures or one.late is not None or one.kind == "accident"
        if told and one.participant is not None and one.kind is not None:
            known[row.site or "", one.kind].add(one.participant)
    for site in allocated:
        if not any(key[0] == (site or "") for key in known):
            known[site or "", "none"] = set()
    return [
        Share(site or None, kind, len(found), allocated.get(site or None, 0))
        for (site, kind), found in sorted(known.items())
    ]


def percent(part: int, whole: int) -> str | None:
    """A share in per cent, to one decimal, rounded half up; None of nothing."""
    if whole == 0:
        return None
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}"


def shares_table(found: Sequence[Share]) -> Table:
    """Share of participants unblinded, by site and kind."""
    columns: tuple[Filled[Share], ...] = (
        shown("site", "Site", "id", "Site", lambda s: s.site),
        shown("kind", "Kind", "text", "Kind of unblinding; accidents count who may be known", lambda s: s.kind),
        shown("participants", "Participants", "number", "Whose arm somebody learned", lambda s: str(s.participants)),
        shown("randomised", "Randomised", "number", "Allocated at the site", lambda s: str(s.randomised)),
        shown("share", "Share", "number", "Of the randomised", _share, unit="%"),
    )
    note = "A participant counts once for each kind. Planned unblinding and interim packages stand in their own rows."
    return table_of(SHARES, "Share of participants unblinded", note, columns, found, row_word="line")


def _share(share: Share) -> str | None:
    return percent(share.participants, share.randomised)
