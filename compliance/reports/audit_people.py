"""Who recorded what an audit trail shows: one row per account and role, under the name printed at that time."""

from collections.abc import Sequence
from typing import Final

from compliance.reports.audit_lines import Line
from compliance.reports.audit_shown import utc
from compliance.reports.model import Column, Row, Table

_COLUMNS: Final = (
    Column(key="user", heading="User", kind="id", meaning="Account"),
    Column(key="printed_name", heading="Name", kind="text", meaning="Name as printed at that time"),
    Column(key="role", heading="Role", kind="text", meaning="Role in which entries were sent"),
    Column(key="organisation", heading="Organisation", kind="text", meaning="Organisation at that time"),
    Column(key="entries", heading="Entries", kind="number", meaning="Entries sent, within what was asked"),
    Column(key="changes", heading="Corrections", kind="number", meaning="Corrections and voids among them"),
    Column(key="late", heading="Late", kind="number", meaning="Entries recorded after the limit of this report"),
    Column(key="refusals", heading="Refusals", kind="number", meaning="Refused commands among them"),
    Column(key="first", heading="First (UTC)", kind="time", meaning="First of them recorded"),
    Column(key="last", heading="Last (UTC)", kind="time", meaning="Last of them recorded"),
)


def people_table(lines: Sequence[Line], *, limit: int) -> Table:
    """The table of people, by account."""
    acts: dict[tuple[str, str, str, str], list[Line]] = {}
    for line in lines:
        row = line.row
        acts.setdefault((row.actor, row.printed_name, row.role, row.organisation), []).append(line)
    return Table(
        id="people",
        title="Who recorded them",
        note="One line per account, printed name, role and organisation.",
        columns=_COLUMNS,
        rows=tuple(_row(number, who, acts[who], limit) for number, who in enumerate(sorted(acts), 1)),
        row_word="person",
    )


def _row(number: int, who: tuple[str, str, str, str], lines: list[Line], limit: int) -> Row:
    user, name, role, organisation = who
    return Row(
        key=str(number),
        group=user,
        cells=(
            user,
            name,
            role.replace("_", " "),
            organisation,
            str(len(lines)),
            str(sum(line.is_change for line in lines)),
            str(sum(line.is_late(limit) for line in lines)),
            str(sum(line.is_refusal for line in lines)),
            utc(lines[0].row.recorded_at),
            utc(lines[-1].row.recorded_at),
        ),
    )
