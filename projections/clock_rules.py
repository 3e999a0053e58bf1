"""The clocks of safety reporting, as data with a version: what starts one, for whom, how long, in which zone.

Days are calendar days of the declared zone, the day of the anchor being day 0, and a clock ends with the last
moment of its last day; only the site's report under the EU regulation counts hours. `checked` says how far the
text of a rule was checked: read, secondary (read in another source) or unverified. Clocks whose anchors are no
events of a case (requests of an authority, serious breaches, urgent measures, yearly reports) stand elsewhere.
"""

from typing import Literal

from domain.values import Code, Name, Value
from projections.adverse_event_rows import Predicate

RULES_VERSION = "clocks/2025-1"
Anchor = Literal["site_awareness", "qualifying_information"]
"""When the site became aware, or when the sponsor held the information by which the case came to qualify."""


class ClockRule(Value):
    """One obligation; `limit` None asks for "at once": the lag is shown, no limit is invented."""

    anchor: Anchor
    checked: Literal["read", "secondary", "unverified"]
    clause: Name
    destination: Name
    limit: int | None
    obligation: Code
    unit: Literal["days", "hours", "none"]
    what: Predicate
    zone: Literal["site", "trial"]


def _site(obligation: str, clause: str, checked: Literal["secondary", "unverified"], hours: int | None) -> ClockRule:
    return ClockRule(
        anchor="site_awareness",
        checked=checked,
        clause=clause,
        destination="sponsor",
        limit=hours,
        obligation=obligation,
        unit="none" if hours is None else "hours",
        what="serious",
        zone="site",
    )


def _sponsor(
    obligation: str,
    clause: str,
    checked: Literal["read", "secondary", "unverified"],
    destination: str,
    days: int,
    what: Predicate,
) -> ClockRule:
    return ClockRule(
        anchor="qualifying_information",
        checked=checked,
        clause=clause,
        destination=destination,
        limit=days,
        obligation=obligation,
        unit="days",
        what=what,
        zone="trial",
    )


CLOCK_RULES: tuple[ClockRule, ...] = (
    _site("us.site", "21 CFR 312.64(b)", "secondary", None),
    _site("eu.site.24h", "EU CTR Art. 41", "unverified", 24),
    _sponsor("us.7d", "21 CFR 312.32(c)(2)", "secondary", "FDA", 7, "suspected_grave"),
    _sponsor("us.15d", "21 CFR 312.32(c)(1), (d)(3)", "secondary", "FDA and investigators", 15, "suspected"),
    _sponsor("e2a.7d", "ICH E2A III.B", "secondary", "authority", 7, "suspected_grave"),
    _sponsor("e2a.complete.15d", "ICH E2A III.B (7 and 8 more)", "secondary", "authority", 15, "suspected_grave"),
    _sponsor("e2a.15d", "ICH E2A III.B", "secondary", "authority", 15, "suspected_valid"),
    _sponsor("eu.7d", "EU CTR Art. 42", "unverified", "EudraVigilance", 7, "suspected_grave"),
    _sponsor("eu.15d", "EU CTR Art. 42", "unverified", "EudraVigilance", 15, "suspected"),
    _sponsor("uk.7d", "UK 2004 reg. 34", "read", "MHRA", 7, "suspected_grave"),
    _sponsor("uk.15d", "UK 2004 reg. 34", "read", "MHRA", 15, "suspected"),
)
