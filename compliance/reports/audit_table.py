"""The table of the audit trail: one row per entry, in the order in which the entries were recorded."""

from collections.abc import Sequence
from typing import Any, Final

from compliance.reports.audit_columns import COLUMNS
from compliance.reports.audit_filters import AuditTrailFilters
from compliance.reports.audit_lines import Line
from compliance.reports.audit_shown import Shown
from compliance.reports.audit_words import summary, values
from compliance.reports.material import Material
from compliance.reports.model import Detail, Row, Table
from compliance.reports.signature_known import OneSigned, Signed, signature_words
from compliance.reports.wording import value_words
from domain.record import Entry

ENTRIES: Final = "entries"
_LOCAL: Final = next(at for at, filled in enumerate(COLUMNS) if filled.column.key == "recorded_local")


def entries_table(material: Material, filters: AuditTrailFilters, lines: Sequence[Line], signed: Signed) -> Table:
    """The table of the lines."""
    by_day = filters.participant is not None
    return Table(
        id=ENTRIES,
        title="Entries",
        note=f"In the order in which they were recorded. {standing(material)}",
        columns=tuple(filled.column for filled in COLUMNS),
        rows=tuple(_row(_shown(material, filters, line, signed), by_day=by_day) for line in lines),
        row_word="entry",
    )


def standing(material: Material) -> str:
    """How corrections stand to the values shown."""
    if material.true is None:
        return "Values stand as they were recorded; a correction is an entry of its own."
    return "Values stand as they were true then: corrections are applied, voided entries left out."


def _shown(material: Material, filters: AuditTrailFilters, line: Line, signed: Signed) -> Shown:
    pairs = [values(row, line.entry, material.open_text) for row in line.rows]
    paths = [row.field_path for row in line.rows]
    old, new = pairs[0]
    if not line.is_change:
        new = summary(line.entry, zip(paths, (after for _, after in pairs), strict=True))
    reason: Any = line.entry.body.reason_text
    standing, signatures = signed_of(line.entry, signed)
    return Shown(
        line=line,
        old=None if old is None else value_words(old),
        new=None if new is None else value_words(new),
        reason=None if reason is None else material.open_text(reason),
        leaf=material.leaves.get((line.row.ledger, line.row.position)),
        zone=material.zone,
        limit=filters.late_hours,
        standing=standing,
        signatures=signatures,
    )


def signed_of(entry: Entry, signed: Signed) -> tuple[str | None, tuple[OneSigned, ...]]:
    """How the entry's signature stands, and all its signatures: those given for it, or the one that it is."""
    own = signed.at.get((entry.frame.ledger, entry.frame.position))
    if own is not None:
        return own.status, (own,)
    if entry.frame.ledger not in signed.ledgers:
        return None, ()
    return signed.standing_of(entry.body.event_id), signed.on(entry.body.event_id)


def _row(shown: Shown, *, by_day: bool) -> Row:
    cells = tuple(filled.cell(shown) for filled in COLUMNS)
    return Row(
        key=shown.line.key,
        cells=cells,
        group=(cells[_LOCAL] or "")[:10] if by_day else shown.line.participant,
        details=(
            *(Detail(column="signature_id", text=signature_words(one)) for one in shown.signatures),
            *(() if shown.leaf is None else (Detail(column="hash", text=shown.leaf),)),
        ),
    )
