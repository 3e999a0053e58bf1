"""The commitments that everybody may see: design, shares of the seed, root, in their order and before enrolment."""

from typing import Final

from compliance.proofs.list_commitments import officers_of
from compliance.reports.access_words import local
from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.model import Code, Table
from compliance.reports.randomisation_known import Known
from compliance.reports.wording import listed
from domain.record import Entry

COMMITMENTS: Final = "commitments"
IN_ORDER: Final = "in order"
NOT_IN_ORDER: Final = "not in order"
FIRST: Final = "before any enrolment"
LATE: Final = "too late"
LATER: Final = "later"
_ORDER: Final = (
    Code(code=IN_ORDER, meaning="design, both commitments, both shares, then the root", tone="good"),
    Code(code=NOT_IN_ORDER, meaning="a step came before the one it has to follow", tone="bad"),
)
_WHEN: Final = (
    Code(code=FIRST, meaning="the root was public before anybody was enrolled", tone="good"),
    Code(code=LATER, meaning="a later design, or one more site's lists; what was allocated keeps its slot"),
    Code(code=LATE, meaning="the first root came after an enrolment", tone="bad"),
)


def commitments_table(known: Known) -> Table:
    """One row per commitment: one for each version of the lists, or for each site's lists of it."""
    zone = known.zone
    filled: tuple[Filled[Entry], ...] = (
        shown("version", "Version", "number", "Version of the design", lambda e: str(e.fact.version)),
        shown("entry", "Entry", "number", "Entry that made the root public", lambda e: str(e.frame.position)),
        shown("committed", "Root public", "time", "When that was recorded", lambda e: local(e.frame.recorded_at, zone)),
        shown("order", "Order", "status", "Commit, then reveal", lambda e: order_words(known, e), codes=_ORDER),
        shown(
            "when", "Against enrolment", "status", "Before the first one", lambda e: when_words(known, e), codes=_WHEN
        ),
        shown("scheme", "Algorithm", "text", "How slots came to be", lambda e: e.fact.scheme),
        shown("ratio", "Ratio", "text", "Public part of the design", lambda e: ":".join(map(str, e.fact.ratio))),
        shown("strata", "Strata and caps", "text", "Public part of the design", _strata),
        shown("allocated", "Allocated", "number", "Allocations under it, all arms", lambda e: _allocated(known, e)),
        folded("root", "Root", "id", "Salted Merkle root over all slots", lambda e: e.fact.root),
        folded("seed_commitment", "Seed commitment", "id", "Binds the seed", lambda e: e.fact.seed_commitment),
        folded("design", "Design", "text", "Salted commitment to it", lambda e: _design(known, e)),
        folded("shares", "Shares", "text", "Who committed to shares of the seed", lambda e: _shares(known, e)),
        folded("revealed", "Shares handed in", "text", "Entries that tell so", lambda e: _revealed(known, e)),
        folded("beacon", "Beacon value", "text", "Public random value in the seed", lambda e: e.fact.beacon_value),
    )
    return table_of(
        COMMITMENTS,
        "Commitments to the lists",
        "What fixes the lists beforehand. The root shows later that no slot was exchanged; it tells nothing of any.",
        filled,
        known.records.committed,
        row_word="commitment",
    )


def order_words(known: Known, committed: Entry) -> str:
    """Whether the steps followed one another."""
    return IN_ORDER if known.is_in_order(committed) else NOT_IN_ORDER


def when_words(known: Known, committed: Entry) -> str:
    """How the root stands to the first enrolment."""
    if known.is_first_in_time(committed):
        return FIRST
    return LATE if committed is known.records.committed[0] else LATER


def _strata(committed: Entry) -> str:
    sites = {row: "" if row.site is None else f", site {row.site}" for row in committed.fact.strata}
    return listed(f"{row.stratum} (cap {row.cap:,}{site})" for row, site in sites.items())


def _allocated(known: Known, committed: Entry) -> str:
    return str(sum(drawn.committed is committed for drawn in known.rows))


def _design(known: Known, committed: Entry) -> str | None:
    found = [entry for entry in known.records.declared if entry.fact.version == committed.fact.version]
    return f"{found[0].fact.commitment} (entry {found[0].frame.position:,})" if found else None


def _shares(known: Known, committed: Entry) -> str | None:
    found = officers_of(known.records, committed.fact.version)
    return listed(f"{entry.body.printed_name} (entry {entry.frame.position:,})" for entry in found) or None


def _revealed(known: Known, committed: Entry) -> str | None:
    found = [entry for entry in known.records.revealed if entry.fact.version == committed.fact.version]
    return listed(f"{entry.body.printed_name} (entry {entry.frame.position:,})" for entry in found) or None
