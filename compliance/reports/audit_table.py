"""The table of the audit trail: one row per changed field, in the order in which the entries were recorded."""

from collections.abc import Sequence
from typing import Any, Final

from compliance.reports.audit_columns import COLUMNS
from compliance.reports.audit_filters import AuditTrailFilters
from compliance.reports.audit_lines import Line
from compliance.reports.audit_shown import Shown
from compliance.reports.audit_words import values
from compliance.reports.material import Material
from compliance.reports.model import Detail, Row, Table
from compliance.reports.wording import value_words

ENTRIES: Final = "entries"


def entries_table(material: Material, filters: AuditTrailFilters, lines: Sequence[Line]) -> Table:
    """The table of the lines."""
    shown = [_shown(material, filters, line) for line in lines]
    by_day = filters.participant is not None
    return Table(
        id=ENTRIES,
        title="Entries",
        note=_note(material),
        columns=tuple(filled.column for filled in COLUMNS),
        rows=tuple(_row(one, by_day=by_day) for one in shown),
        row_word="entry",
    )


def _note(material: Material) -> str:
    order = "One line per recorded value, in the order in which the entries were recorded."
    if material.true is None:
        return f"{order} Values stand as they were recorded; a correction is an entry of its own."
    return f"{order} Values stand as they were true then: corrections are applied and voided entries left out."


def _shown(material: Material, filters: AuditTrailFilters, line: Line) -> Shown:
    old, new = values(line.row, line.entry, material.open_text)
    reason: Any = line.entry.body.reason_text
    target = getattr(line.entry.fact, "target_position", None)
    return Shown(
        line=line,
        old=old,
        new=new,
        reason=None if reason is None else material.open_text(reason),
        leaf=material.leaves.get((line.row.ledger, line.row.position)),
        target=None if target is None else str(target),
        zone=material.zone,
        limit=filters.late_hours,
    )


def _row(shown: Shown, *, by_day: bool) -> Row:
    cells = tuple(filled.cell(shown) for filled in COLUMNS)
    local = cells[_LOCAL] or ""
    return Row(
        key=shown.line.key,
        cells=cells,
        group=local[:10] if by_day else shown.line.participant,
        details=_details(shown),
    )


_LOCAL: Final = next(at for at, filled in enumerate(COLUMNS) if filled.column.key == "recorded_local")


def _details(shown: Shown) -> tuple[Detail, ...]:
    """Values exactly as recorded where the line has them in words, and the whole leaf hash."""
    values_ = (("old_value", shown.old), ("new_value", shown.new))
    exact = [Detail(column=key, text=text) for key, text in values_ if text is not None and value_words(text) != text]
    leaf = [Detail(column="hash", text=shown.leaf)] if shown.leaf else []
    return (*exact, *leaf)
