"""The custody log: who held what could open an allocation, what was opened, by which authority, and what is missing.

It reads the trial ledger, of the system ledger what concerns the trial, and for readers with clearance the access
ledger. What the key store's own records say is looked at and recorded before the report is built. No arm and no key
stands in it.
"""

from collections.abc import Iterator
from typing import Final

from compliance.reports import frame, vaulted
from compliance.reports.custody_known import Custody, custody
from compliance.reports.custody_reconciled import (
    EMERGENCIES,
    ENTRIES,
    ROWS,
    emergencies_table,
    entries_table,
    rows_table,
)
from compliance.reports.custody_tables import (
    DESTROYED,
    UNCOVERED,
    cleared_table,
    destroyed_table,
    escrow_table,
    sealed_table,
    shares_table,
    uncovered_table,
)
from compliance.reports.material import Material
from compliance.reports.model import Attention, Body, Figure, RowRef, Severity
from compliance.reports.signature_known import signatures_note, signed_known
from compliance.reports.wording import counted, listed

NAME: Final = "custody-log"
TITLE: Final = "Custody of keys, seeds and lists"
TEMPLATE: Final = "custody-log/1"
_MANY: Final = {"entry": "entries", "order to destroy a key": "orders to destroy a key"}


def custody_log(material: Material) -> Body:
    """The log on the axes asked for."""
    known = custody(material)
    return Body(
        name=NAME,
        title=frame.titled(f"{TITLE}, trial {material.trial}", material),
        answer=_answer(known),
        figures=_figures(known),
        attention=frame.gravest_first(_attention(known)),
        tables=(
            rows_table(known),
            entries_table(known),
            emergencies_table(known),
            uncovered_table(known),
            escrow_table(known),
            shares_table(known),
            sealed_table(known),
            destroyed_table(known),
            cleared_table(known),
        ),
        pictures=(),
        scope=frame.scope(material, template=TEMPLATE),
        sources=vaulted.sources(material),
        entries_read=vaulted.entries_read(material),
        blinding_class="UNBLINDED",
        environment=material.environment,
        approvals_note=signatures_note(signed_known(material)),
        strength_note=frame.strength_note(material),
        verification=frame.VERIFICATION,
    )


def _answer(known: Custody) -> str:
    """The result in one sentence."""
    if not known.checked:
        return "The key store was not looked at: nothing can be said about what was opened."
    gaps = known.reconciled.gaps
    said = "no gap" if not gaps else counted(gaps, "gap")
    return (
        f"{counted(len(known.reconciled.rows), 'row')} of the key store's log and "
        f"{counted(len(known.reconciled.entries), 'entry', 'entries')} that authorise were put side by side: {said}; "
        f"{counted(len(known.uncovered), 'key')} of {counted(len(known.allocated), 'allocation')} without escrow."
    )


def _figures(known: Custody) -> tuple[Figure, ...]:
    """The strip of figures."""
    now = known.access.now
    cleared = {grant.holder.person for grant in known.cleared if grant.is_open(now)}
    return (
        _figure("Rows", len(known.reconciled.rows), "of the key store's log about this trial"),
        _figure("Gaps", known.reconciled.gaps, "rows or entries without their other side"),
        _figure("Allocation keys", len(known.allocated), "one for each allocation"),
        _figure("Without escrow", len(known.uncovered), "keys that only the root opens"),
        _figure("Destroyed", sum(one.act is not None for one in known.destroyed), "keys of participants' texts"),
        _figure("Cleared now", len(cleared), "persons who may know, or keep keys"),
    )


def _figure(label: str, value: int, meaning: str) -> Figure:
    return Figure(label=label, value=f"{value:,}", meaning=meaning)


def _attention(known: Custody) -> Iterator[Attention]:
    """What needs attention, with its rows."""
    if not known.checked:
        yield Attention(severity="serious", sentence="The key store was not looked at for this report.")
    elif len(known.checked) != known.checked[-1].parts:
        yield Attention(severity="serious", sentence="Parts of the look at the key store are missing.")
    if known.checked and not known.checked[-1].chain_holds:
        yield Attention(severity="serious", sentence="The rows of the key store's log do not follow each other.")
    found, orders = known.reconciled, [known.checked != () and one.act is None for one in known.destroyed]
    yield from _rows("serious", ROWS, [one.is_gap for one in found.rows], "row", "without an entry that fits")
    yield from _rows("serious", ENTRIES, [one.is_gap for one in found.entries], "entry", "without the rows that fit")
    yield from _rows("serious", EMERGENCIES, [one.is_gap for one in found.emergencies], "emergency row", "not entered")
    yield from _rows("important", UNCOVERED, [True] * len(known.uncovered), "key", "that the root alone opens")
    yield from _rows("important", DESTROYED, orders, "order to destroy a key", "not carried out")
    if known.strayed:
        sentence = f"Part of the escrow key with {listed(known.strayed)}, unblinding officer no more."
        yield Attention(severity="important", sentence=sentence)
    unread = [one.state == "not_opened_yet" for one in found.entries]
    yield from _rows("to note", ENTRIES, unread, "disclosure", "not looked at yet")
    elsewhere = [one.state == "elsewhere" for one in found.rows]
    yield from _rows("to note", ROWS, elsewhere, "row", "whose entry this reader does not see")


def _rows(severity: Severity, table: str, hits: list[bool], word: str, words: str) -> Iterator[Attention]:
    rows = tuple(RowRef(table=table, row=str(number)) for number, hit in enumerate(hits, 1) if hit)
    if rows:
        yield Attention(
            severity=severity, sentence=f"{counted(len(rows), word, _MANY.get(word, ''))} {words}.", rows=rows
        )
