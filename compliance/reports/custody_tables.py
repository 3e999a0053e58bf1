"""The tables of the custody log about what was handed to whom: seed shares, what is sealed, escrow, clearances."""

from typing import Final

from compliance.reports import frame
from compliance.reports.access_known import GrantKnown
from compliance.reports.access_words import CLEARANCES, NO_END, local, reason, recorded, sender
from compliance.reports.custody_known import Custody, Destroyed, Share, Uncovered
from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.model import Table
from compliance.reports.wording import counted, listed, spaced
from domain.allocation.facts import DesignDeclared
from domain.escrow.facts import EscrowEstablished
from domain.record import Entry

SHARES: Final = "seed-shares"
SEALED: Final = "sealed"
ESCROW: Final = "escrow"
UNCOVERED: Final = "without-escrow-wrap"
DESTROYED: Final = "destroyed-keys"
CLEARED: Final = "clearances"


def shares_table(known: Custody) -> Table:
    """Who committed to and revealed which share of a seed."""
    material, zone = known.material, known.material.zone
    columns: tuple[Filled[Share], ...] = (
        shown("version", "Version", "number", "Version of the lists", lambda s: str(s.version)),
        shown("officer", "Officer", "text", "Whose share", lambda s: sender(s.committed)),
        shown("committed", "Committed", "time", "When it was committed to", lambda s: recorded(s.committed, zone)),
        shown("revealed", "Handed in", "time", "When it was handed in", lambda s: recorded(s.revealed, zone)),
        folded("commitment", "Commitment", "id", "What bound it before", lambda s: s.committed.fact.commitment),
        folded("entry", "Entry", "text", "Entry of the commitment", lambda s: frame.handle(material, s.committed)),
    )
    note = "Each seed is made from the shares of two persons, both committed to before either was handed in."
    return table_of(SHARES, "Shares of the seed", note, columns, known.shares, row_word="share")


def sealed_table(known: Custody) -> Table:
    """Designs and lists that were sealed."""
    material, zone = known.material, known.material.zone
    columns: tuple[Filled[Entry], ...] = (
        shown("what", "What", "text", "What was sealed", _what_sealed),
        shown("version", "Version", "number", "Version", lambda e: str(e.fact.version)),
        shown("by", "By", "text", "Who sealed it", sender),
        shown("recorded", "Recorded", "time", "When", lambda e: recorded(e, zone)),
        shown("commitment", "Public commitment", "id", "Commitment to the design, root of the lists", _commitment),
        folded("entry", "Entry", "text", "The entry", lambda e: frame.handle(material, e)),
    )
    note = "Arms, sizes, seeds and slots stand in the vault alone; here stands by what they are fixed."
    return table_of(SEALED, "Designs and lists", note, columns, known.sealed, row_word="sealing")


def _what_sealed(entry: Entry) -> str:
    if isinstance(entry.fact, DesignDeclared):
        return "design"
    return f"{counted(len(entry.fact.strata), 'list')}, {entry.fact.scheme}"


def _commitment(entry: Entry) -> str:
    commitment: str = entry.fact.commitment if isinstance(entry.fact, DesignDeclared) else entry.fact.root
    return commitment


def escrow_table(known: Custody) -> Table:
    """Ceremonies, and openings by two officers."""
    material, zone = known.material, known.material.zone
    columns: tuple[Filled[Entry], ...] = (
        shown("what", "What", "text", "Ceremony or opening", _what_escrow),
        shown("officers", "Officers", "text", "Who holds a part, or brought one", _officers),
        shown("by", "Recorded by", "text", "Who recorded it", sender),
        shown("recorded", "Recorded", "time", "When", lambda e: recorded(e, zone)),
        shown("key", "Escrow key", "id", "Its public half", lambda e: getattr(e.fact, "public_key", None)),
        shown("reason", "Reason", "text", "Why", lambda e: reason(material, e)),
        folded("commitments", "Commitments", "text", "To the parts, by number", _commitments),
        folded("entry", "Entry", "text", "The entry", lambda e: frame.handle(material, e)),
    )
    note = (
        "The private half was split into three parts at the ceremony and kept nowhere: two parts give it back. That"
        " the computer forgot it, no record can show."
    )
    return table_of(ESCROW, "Escrow", note, columns, known.escrow, row_word="escrow act")


def _what_escrow(entry: Entry) -> str:
    if isinstance(entry.fact, EscrowEstablished):
        return "ceremony"
    purpose = "lost wraps" if entry.fact.authorised_by is None else "a reveal"
    return f"opening of {counted(entry.fact.keys, 'key')} for {purpose}"


def _officers(entry: Entry) -> str:
    fact = entry.fact
    return listed([part.officer for part in fact.parts] if isinstance(fact, EscrowEstablished) else fact.officers)


def _commitments(entry: Entry) -> str | None:
    parts = getattr(entry.fact, "parts", ())
    return "; ".join(f"{part.number}: {part.commitment}" for part in parts) or None


def uncovered_table(known: Custody) -> Table:
    """Allocations that two officers could not open without the root."""
    material = known.material
    columns: tuple[Filled[Uncovered], ...] = (
        shown("participant", "Participant", "id", "Whose allocation", lambda u: u.participant),
        shown("why", "Why", "text", "What is missing", lambda u: u.why),
        shown("key", "Key", "id", "Public id of the key", lambda u: u.entry.fact.envelope.key.hex()),
        folded("entry", "Entry", "text", "The allocation", lambda u: frame.handle(material, u.entry)),
    )
    note = "If the root were lost, these could not be opened. `trialproof vault rewrap` makes what is missing."
    if not known.checked:
        note = "The key store was not looked at: nothing is known here."
    return table_of(UNCOVERED, "Keys without escrow", note, columns, known.uncovered, row_word="key")


def destroyed_table(known: Custody) -> Table:
    """Participants' keys that were ordered to be destroyed."""
    material, zone = known.material, known.material.zone
    columns: tuple[Filled[Destroyed], ...] = (
        shown("participant", "Participant", "id", "Whose sealed texts", lambda d: d.entry.fact.participant),
        shown("ordered", "Ordered", "time", "When the order was recorded", lambda d: recorded(d.entry, zone)),
        shown("by", "By", "text", "Who ordered it", lambda d: sender(d.entry)),
        shown("reason", "Reason", "text", "Why", lambda d: reason(material, d.entry)),
        shown("done", "Destroyed", "time", "When it was destroyed", lambda d: local(d.act.at, zone) if d.act else None),
        folded("entry", "Entry", "text", "The order", lambda d: frame.handle(material, d.entry)),
    )
    note = (
        "Destroyed in the key store in use; a backup of it keeps a key until it is destroyed too. Allocations and"
        " proofs do not rest on these keys."
    )
    return table_of(DESTROYED, "Keys destroyed", note, columns, known.destroyed, row_word="destruction")


def cleared_table(known: Custody) -> Table:
    """Who could know allocations, or hold what opens them, and from when to when."""
    zone, now = known.material.zone, known.access.now
    columns: tuple[Filled[GrantKnown], ...] = (
        shown("person", "Person", "id", "Account", lambda g: g.holder.person),
        shown("name", "Name", "text", "Printed name", lambda g: g.holder.printed_name or None),
        shown("role", "Role", "text", "Role", lambda g: spaced(g.grant.role)),
        shown("clearance", "Clearance", "status", "What it may know", lambda g: g.grant.clearance, codes=CLEARANCES),
        shown("starts", "From", "time", "From when", lambda g: local(g.grant.starts, zone)),
        shown("ends", "To", "time", "Until when", lambda g: local(g.grant.ends, zone) or NO_END),
        shown("open", "Open now", "flag", "Whether it can be used", lambda g: "yes" if g.is_open(now) else "no"),
        folded("approved_by", "Approved by", "id", "Who approved it", lambda g: g.fact.approved_by),
        folded("entry", "Entry", "text", "The grant", lambda g: frame.handle(known.material, g.entry)),
    )
    note = "Roles with unblinded clearance, and those that keep keys or the database."
    return table_of(CLEARED, "Who had clearance", note, columns, known.cleared, row_word="role")
