"""Indicators that inspectors ask for: how fast, how complete, how often, and when the code break was last tried."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from compliance.gate_table import TABLE
from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.knowledge_known import said
from compliance.reports.knowledge_shares import percent
from compliance.reports.model import Code, Table
from compliance.reports.unblinding_known import Unblinded
from compliance.reports.unblinding_lines import explained_late
from compliance.reports.wording import spaced
from projections.unblinding_log import disclosed_at
from projections.unblinding_rows import Drill, UnblindingRow

INDICATORS: Final = "indicators"
DRILLS: Final = "drills"
QUARTER: Final = timedelta(days=92)
"""The code break is tried once a quarter."""
RECIPIENTS: Final = frozenset(map(spaced, TABLE["read_disclosure"].roles))
"""Roles to which an arm may be disclosed."""
_STANDINGS: Final = (
    Code(code="on target", meaning="as it should be", tone="good"),
    Code(code="off target", meaning="not as it should be: look at the rows", tone="bad"),
    Code(code="no target", meaning="a figure to know; no limit is set"),
    Code(code="not known", meaning="this reader's ledgers do not tell, or there is nothing to count"),
)


class Indicator(NamedTuple):
    """One figure with its target."""

    name: str
    value: str | None
    unit: str
    target: str | None
    meets: bool | None

    @property
    def standing(self) -> str:
        """Whether the target is met."""
        if self.value is None:
            return "not known"
        if self.meets is None:
            return "no target"
        return "on target" if self.meets else "off target"


def indicators(known: Unblinded) -> tuple[Indicator, ...]:
    """All of them, in the order in which inspectors ask."""
    taken = sorted(row.seconds_to_disclosure for row in known.emergencies if row.seconds_to_disclosure is not None)
    refused = sum(one.command == "break_blind" for one in known.refused) if known.reads_access else None
    late = sum(explained_late(known, row) for row in known.emergencies)
    strangers = None if not _knows_roles(known) else sum(1 for _ in outside_roles(known))
    unblinded, randomised = _share(known)
    return (
        Indicator("Emergency: time to disclosure, median", _rank(taken, 50), "s", None, None),
        Indicator("Emergency: time to disclosure, 95 of 100", _rank(taken, 95), "s", None, None),
        Indicator("Emergency: time to disclosure, longest", _rank(taken, 100), "s", None, None),
        _none("Emergency: refused code breaks", refused),
        _none("Explanations late", late),
        _none("Recipients outside the roles for it", strangers),
        _none("Disclosures entered late", sum(row.unblinding.late is not None for row in known.log.rows)),
        Indicator("Breaks before any serious event was known", str(len(before_serious(known))), "", None, None),
        Indicator("Participants unblinded", percent(unblinded, randomised), "%", None, None),
    )


def _none(name: str, count: int | None) -> Indicator:
    return Indicator(name, None if count is None else str(count), "", "0", count == 0)


def _rank(taken: Sequence[int], percentile: int) -> str | None:
    """The nearest rank: the smallest value that so many per cent do not exceed."""
    if not taken:
        return None
    return str(taken[(percentile * len(taken) + 99) // 100 - 1])


def _share(known: Unblinded) -> tuple[int, int]:
    people = {row.unblinding.participant for row in known.told} - {None}
    return len(people), sum(count for _, count in known.log.allocated)


def _knows_roles(known: Unblinded) -> bool:
    """A site reader sees the roles of its own site's people only."""
    return known.who.view.reads_system and known.sites is None


def outside_roles(known: Unblinded) -> Iterator[str]:
    """Disclosures to people without a role for it; physicians whom the desk calls back are outside the trial anyway."""
    for row in known.told:
        for told in row.unblinding.disclosures if row.unblinding.channel != "code_break_desk" else ():
            when = told.behind.recorded_at
            held = {spaced(h.role) for h in known.who.view.held if h.person == told.recipient and h.holds_at(when)}
            if not held & RECIPIENTS:
                yield row.unblinding.request


def before_serious(known: Unblinded) -> list[UnblindingRow]:
    """Emergencies before which no serious event of that participant was known."""
    return [row for row in known.emergencies if _before(known, row)]


def _before(known: Unblinded, row: UnblindingRow) -> bool:
    first, told = known.serious.get(row.unblinding.participant or ""), disclosed_at(row.unblinding)
    return first is None or (told is not None and told < first)


def indicators_table(found: Sequence[Indicator]) -> Table:
    """The indicators."""
    columns: tuple[Filled[Indicator], ...] = (
        shown("indicator", "Indicator", "text", "What is counted", lambda i: i.name),
        shown("value", "Value", "number", "Found", lambda i: i.value),
        shown("unit", "Unit", "text", "Of the value", lambda i: i.unit or "count"),
        shown("target", "Target", "number", "What it should be", lambda i: i.target),
        shown("standing", "Standing", "status", "Against the target", lambda i: i.standing, codes=_STANDINGS),
    )
    return table_of(
        INDICATORS,
        "Indicators",
        "Ranks are nearest ranks. Refused code breaks are counted from refusals in the access ledger. Whether "
        "disclosures agree one to one with the key store's own log stands in the custody log.",
        columns,
        found,
        row_word="indicator",
    )


class LastDrill(NamedTuple):
    """The last drill of a site; None where there was none."""

    site: str | None
    runs: int
    last: Drill | None
    due: bool


def last_drills(known: Unblinded) -> list[LastDrill]:
    """Every site with an allocation or a drill; drills of the desk belong to none."""
    sites = {site for site, _ in known.log.allocated} | {drill.site for drill in known.log.drills}
    return [_last(known, site) for site in sorted(sites, key=lambda site: (site is None, site or ""))]


def _last(known: Unblinded, site: str | None) -> LastDrill:
    own = [drill for drill in known.log.drills if drill.site == site]
    last = own[-1] if own else None
    return LastDrill(site, len(own), last, last is None or known.now - last.behind.recorded_at > QUARTER)


_DUE: Final = (
    Code(code="in time", meaning="tried within the last 92 days", tone="good"),
    Code(code="due", meaning="not tried within the last 92 days, or never", tone="watch"),
)


def drills_table(known: Unblinded, found: Sequence[LastDrill]) -> Table:
    """When the code break was last tried, by site."""
    columns: tuple[Filled[LastDrill], ...] = (
        shown("site", "Site", "id", "Site; none: the code-break desk", lambda d: d.site or "desk"),
        shown("drills", "Drills", "number", "How many", lambda d: str(d.runs)),
        shown("last", "Last", "time", "When", lambda d: _when(known, d)),
        shown("result", "Opened", "flag", "Whether it opened its key", _opened),
        shown("took", "Took", "number", "How long", _took, unit="ms"),
        shown("due", "Standing", "status", "One each quarter", lambda d: "due" if d.due else "in time", codes=_DUE),
        folded("by", "By", "text", "Who tried it", lambda d: None if d.last is None else said(d.last.by)),
    )
    note = "A drill opens a key that opens nothing of anybody's: nobody learns an arm by it."
    return table_of(DRILLS, "Drills of the code break", note, columns, found, row_word="site")


def _when(known: Unblinded, drill: LastDrill) -> str | None:
    return None if drill.last is None else known.who.at(drill.last.behind.recorded_at)


def _opened(drill: LastDrill) -> str | None:
    return None if drill.last is None else "yes" if drill.last.opened else "no"


def _took(drill: LastDrill) -> str | None:
    return None if drill.last is None else str(drill.last.milliseconds)
