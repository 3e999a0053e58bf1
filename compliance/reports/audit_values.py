"""Every recorded value by itself: one row per changed field of every entry, exactly as recorded."""

from collections.abc import Iterator, Sequence
from typing import Final

from compliance.reports.audit_lines import Line
from compliance.reports.audit_table import standing
from compliance.reports.audit_words import values, what_happened
from compliance.reports.material import Material
from compliance.reports.model import Column, Row, Table

_COLUMNS: Final = (
    Column(key="position", heading="Entry", kind="number", meaning="Position in its ledger"),
    Column(key="ledger", heading="Ledger", kind="text", meaning="Which ledger it counts in", beside="position"),
    Column(key="participant", heading="Participant", kind="id", meaning="Screening number of whom it concerns"),
    Column(key="user", heading="User", kind="id", meaning="Account that sent it"),
    Column(key="what", heading="What", kind="text", meaning="What happened; in brackets, which one of its kind"),
    Column(key="field_path", heading="Field", kind="text", meaning="JSON pointer to the value in the entry"),
    Column(key="old_value", heading="Old value", kind="text", meaning="The value before", beside="new_value"),
    Column(
        key="new_value",
        heading="Value",
        kind="change",
        meaning="The value after, exactly as recorded; structured ones as canonical JSON, sealed texts opened",
    ),
)


def values_table(material: Material, lines: Sequence[Line]) -> Table:
    """The table of values, in the order of the entries."""
    return Table(
        id="values",
        title="Values, field by field",
        note=f"One line per field of every entry above, for searches by field. {standing(material)}",
        columns=_COLUMNS,
        rows=tuple(row for line in lines for row in _rows(material, line)),
        row_word="value",
    )


def _rows(material: Material, line: Line) -> Iterator[Row]:
    what = what_happened(line.entry, line.target)
    for number, row in enumerate(line.rows, 1):
        old, new = values(row, line.entry, material.open_text)
        yield Row(
            key=f"{line.key}.{number}",
            group=line.key,
            cells=(
                str(row.position),
                line.ledger,
                line.participant,
                row.actor,
                what,
                row.field_path or None,
                old,
                new,
            ),
        )
