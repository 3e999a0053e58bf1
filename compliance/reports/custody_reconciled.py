"""The tables of the custody log that put the key store's own log beside the entries of the ledgers."""

from typing import Final

from compliance.proofs.unwraps import EmergencyFound, EntryFound, RowFound
from compliance.reports import frame
from compliance.reports.access_words import local, recorded, sender
from compliance.reports.custody_known import Custody, looked_at
from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.model import Code, Table
from compliance.reports.wording import counted
from domain.record import Entry

ROWS: Final = "key-store-log"
ENTRIES: Final = "authorising-entries"
EMERGENCIES: Final = "emergency-log"
_ACTS: Final = (
    Code(code="unwrap", meaning="taken out of the root's wrap"),
    Code(code="escrow", meaning="taken out of the escrow wrap, by two officers"),
    Code(code="destroy", meaning="destroyed"),
)
_ROW_STATES: Final = (
    Code(code="authorised", meaning="its entry stands, fits, and came first", tone="good"),
    Code(code="elsewhere", meaning="its entry stands in a ledger that this reader does not read"),
    Code(code="no_entry", meaning="no entry of that id is known", tone="bad"),
    Code(code="other_kind", meaning="the entry authorises nothing of the kind", tone="bad"),
    Code(code="other_key", meaning="the entry is about another participant's allocation", tone="bad"),
    Code(code="before_its_entry", meaning="the key was taken out before the entry was recorded", tone="bad"),
    Code(code="again", meaning="the same key was logged before for the same entry", tone="bad"),
)
_ENTRY_STATES: Final = (
    Code(code="opened", meaning="the key store has the rows for it", tone="good"),
    Code(code="by_emergency_log", meaning="the key store's emergency log has the row for it", tone="good"),
    Code(code="not_opened_yet", meaning="disclosed, and not looked at by the recipient so far"),
    Code(code="missing", meaning="the key store has no row for it, or too few", tone="bad"),
    Code(code="differs", meaning="the key store has other or more rows", tone="bad"),
)
_EMERGENCY_STATES: Final = (
    Code(code="entered", meaning="the ledger has the entry", tone="good"),
    Code(code="not_entered", meaning="the ledger has no entry of it yet", tone="bad"),
    Code(code="differs", meaning="the ledger's entry names another row", tone="bad"),
)


def rows_table(known: Custody) -> Table:
    """Every row of the key store's log, with what authorised it."""
    zone = known.material.zone
    columns: tuple[Filled[RowFound], ...] = (
        shown("number", "Row", "number", "Number in the key store's log", lambda r: str(r.act.number)),
        shown("act", "Act", "status", "What was done with the key", lambda r: r.act.act, codes=_ACTS),
        shown("at", "When", "time", "When the row was written", lambda r: local(r.act.at, zone)),
        shown("participant", "Participant", "id", "Whose allocation", lambda r: known.participant_of(r.act.key)),
        shown("authority", "Authorised by", "text", "Entry that authorises it", lambda r: _entry(known, r.entry)),
        shown("who", "Recorded by", "text", "Who recorded that entry", lambda r: sender(r.entry)),
        shown("state", "State", "status", "How row and entry stand together", lambda r: r.state, codes=_ROW_STATES),
        folded("entered", "Entry recorded", "time", "When the entry was recorded", lambda r: recorded(r.entry, zone)),
        folded("event", "Event quoted", "id", "Id that the row quotes", lambda r: str(r.act.authorised_by)),
        folded("key", "Key", "id", "Public id of the key", lambda r: r.act.key or None),
        folded("chain", "Chain", "id", "Covers this row and all before it", lambda r: r.act.chain),
    )
    return table_of(ROWS, "Log of the key store", _log_note(known), columns, known.reconciled.rows, row_word="row")


def _log_note(known: Custody) -> str:
    if not known.checked:
        return "The key store was not looked at for this report."
    last = known.checked[-1]
    chain = "follow each other" if last.chain_holds else "do NOT follow each other"
    return (
        f"Looked at {looked_at(known.material)}: {counted(last.log_number, 'row')} in all, of all trials of this"
        f" deployment, which {chain}; head {last.log_chain}. Rows of other trials are not shown; rows that belong to no"
        " trial here are."
    )


def entries_table(known: Custody) -> Table:
    """Every entry that something has to follow upon in the key store."""
    columns: tuple[Filled[EntryFound], ...] = (
        shown("entry", "Entry", "text", "Type and place", lambda e: _entry(known, e.entry)),
        shown("who", "Recorded by", "text", "Who recorded it", lambda e: sender(e.entry)),
        shown("recorded", "Recorded", "time", "When", lambda e: recorded(e.entry, known.material.zone)),
        shown("rows", "Rows", "number", "Rows of the key store's log that quote it", lambda e: str(e.rows)),
        shown("state", "State", "status", "Whether they fit", lambda e: e.state, codes=_ENTRY_STATES),
        folded("event", "Event", "id", "Its id", lambda e: str(e.entry.body.event_id)),
    )
    note = "Disclosures, drills, late entries, openings of the escrow and orders to destroy, each with its rows."
    return table_of(
        ENTRIES, "Entries that authorise", note, columns, known.reconciled.entries, row_word="authorising entry"
    )


def emergencies_table(known: Custody) -> Table:
    """The rows of the emergency log, with the entries that were made of them."""
    zone = known.material.zone
    columns: tuple[Filled[EmergencyFound], ...] = (
        shown("number", "Row", "number", "Number in the emergency log", lambda e: str(e.act.number)),
        shown("what", "What", "text", "A code-break or a drill", lambda e: "drill" if e.act.drill else "code-break"),
        shown("at", "When", "time", "When it was disclosed", lambda e: local(e.act.at, zone)),
        shown("entry", "Entry", "text", "What the ledger has of it", lambda e: _entry(known, e.entry)),
        shown("state", "State", "status", "Whether the two agree", lambda e: e.state, codes=_EMERGENCY_STATES),
        folded("chain", "Chain", "id", "Covers this row and all before it", lambda e: e.act.chain),
    )
    note = "What the key store recorded and disclosed while the ledger could not write."
    return table_of(EMERGENCIES, "Emergency log", note, columns, known.reconciled.emergencies, row_word="emergency row")


def _entry(known: Custody, entry: Entry | None) -> str | None:
    return None if entry is None else f"{entry.frame.type}, {frame.handle(known.material, entry)}"
