"""Totals of the unblinding log by site and reason, and the sites that stand out among them."""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from math import comb
from typing import Final, NamedTuple

from compliance.reports.filled import Filled, shown, table_of
from compliance.reports.knowledge_shares import percent
from compliance.reports.model import Code, Table
from compliance.reports.unblinding_known import Unblinded
from compliance.reports.wording import spaced

TOTALS: Final = "totals"
SITES: Final = "sites"
UNLIKELY: Final = Fraction(1, 20)
"""A site stands out where chance alone would give it so many, or more, less often than this."""
_OUTLIER: Final = (
    Code(code="stands out", meaning="chance alone would give so many less often than once in twenty", tone="bad"),
    Code(code="as others", meaning="chance alone could well give a site so many"),
    Code(code="no comparison", meaning="one site alone, or nobody unblinded"),
)


class Total(NamedTuple):
    """Unblindings of one site, kind and reason."""

    site: str | None
    kind: str
    reason: str
    asked: int
    participants: int
    randomised: int


def totals(known: Unblinded) -> list[Total]:
    """By site, kind and reason; a reason is the purpose of a request, else its coded reason."""
    allocated = dict(known.log.allocated)
    groups: dict[tuple[str, str, str], list[str | None]] = defaultdict(list)
    told = {row.unblinding.request for row in known.told}
    for row in known.log.rows:
        one = row.unblinding
        code = one.purpose or (None if one.opened is None else one.opened.behind.reason_code) or "no reason coded"
        known_now = one.request in told or one.kind == "accident"
        groups[row.site or "", one.kind or "unknown", spaced(code)].append(one.participant if known_now else None)
    return [
        Total(site or None, kind, code, len(found), len(set(found) - {None}), allocated.get(site or None, 0))
        for (site, kind, code), found in sorted(groups.items())
    ]


def totals_table(found: Sequence[Total]) -> Table:
    """Totals by site and reason."""
    columns: tuple[Filled[Total], ...] = (
        shown("site", "Site", "id", "Site", lambda t: t.site),
        shown("kind", "Type", "text", "Kind of unblinding", lambda t: t.kind),
        shown("reason", "Reason", "text", "Purpose, or coded reason", lambda t: t.reason),
        shown("asked", "Recorded", "number", "Requests, breaks and reports", lambda t: str(t.asked)),
        shown("participants", "Participants", "number", "Whose arm somebody learned", lambda t: str(t.participants)),
        shown("randomised", "Randomised", "number", "Allocated at the site", lambda t: str(t.randomised)),
        shown("share", "Share", "number", "Of the randomised", _share, unit="%"),
    )
    note = "A participant counts once in each line; of accidents, whose arm somebody may have learned."
    return table_of(TOTALS, "Totals by site and reason", note, columns, found, row_word="line")


def _share(total: Total) -> str | None:
    return percent(total.participants, total.randomised)


class SiteShare(NamedTuple):
    """How many of a site's participants were unblinded, and how likely chance alone gives so many or more."""

    site: str | None
    participants: int
    randomised: int
    chance: Fraction | None

    @property
    def standing(self) -> str:
        """Whether it stands out."""
        if self.chance is None:
            return "no comparison"
        return "stands out" if self.chance < UNLIKELY else "as others"


def site_shares(known: Unblinded) -> list[SiteShare]:
    """Every site with an allocation, compared with all sites together."""
    unblinded: dict[str | None, set[str]] = defaultdict(set)
    for row in known.told:
        if row.unblinding.participant is not None:
            unblinded[row.site].add(row.unblinding.participant)
    sizes = dict(known.log.allocated)
    everybody, broken = sum(sizes.values()), sum(len(unblinded[site]) for site in sizes)
    comparable = len(sizes) > 1 and 0 < broken <= everybody
    return [
        SiteShare(
            site,
            len(unblinded[site]),
            size,
            at_least(len(unblinded[site]), size, broken, everybody) if comparable else None,
        )
        for site, size in sizes.items()
    ]


def at_least(hits: int, size: int, marked: int, everybody: int) -> Fraction:
    """The chance that so many or more of `marked` among `everybody` fall on a site of that size: hypergeometric."""
    ways = sum(
        comb(marked, count) * comb(everybody - marked, size - count) for count in range(hits, min(size, marked) + 1)
    )
    return Fraction(ways, comb(everybody, size))


def sites_table(found: Sequence[SiteShare]) -> Table:
    """Sites beside one another."""
    columns: tuple[Filled[SiteShare], ...] = (
        shown("site", "Site", "id", "Site", lambda s: s.site),
        shown("participants", "Unblinded", "number", "Participants whose arm was disclosed", _participants),
        shown("randomised", "Randomised", "number", "Allocated at the site", lambda s: str(s.randomised)),
        shown("share", "Share", "number", "Of the randomised", _site_share, unit="%"),
        shown("chance", "By chance", "number", "So many or more, were all sites alike", _chance, unit="%"),
        shown("standing", "Compared", "status", "Whether it stands out", lambda s: s.standing, codes=_OUTLIER),
    )
    note = (
        "The chance that a site would have so many or more if those unblinded were spread over all randomised by lot "
        "(hypergeometric, exact). It is a hint where to look, not a finding."
    )
    return table_of(SITES, "Sites compared", note, columns, found, row_word="site")


def _participants(share: SiteShare) -> str:
    return str(share.participants)


def _site_share(share: SiteShare) -> str | None:
    return percent(share.participants, share.randomised)


def _chance(share: SiteShare) -> str | None:
    return None if share.chance is None else percent(share.chance.numerator, share.chance.denominator)
