"""Screen failures by criterion, each criterion in its own words."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from compliance.reports.model import Row, Table
from compliance.reports.screening_known import Known
from compliance.reports.screening_words import column, folded, unknown_criteria
from projections.screening_log import ScreeningRow

_COLUMNS: Final = (
    column("criterion", "Criterion", "id", "Its code in the protocol"),
    column("kind", "Kind", "text", "Inclusion or exclusion"),
    column("wording", "In its own words", "text", "The criterion, word for word"),
    column("failed", "Failed it", "number", "Screen-failed screenings that did not meet it; one may fail several"),
    column(
        "first",
        "Named first",
        "number",
        "Screen-failed screenings with this criterion named first, failed before unknown: they add up",
    ),
    column("unknown", "Unknown", "number", "Last decisions for which it was unknown"),
    folded("part_of", "Part of", "id", "The compound criterion that it is a part of"),
)
_NONE: Final = "none named"


class Failures(NamedTuple):
    """How often each criterion was failed, named first, and unknown."""

    failed: Counter[str]
    first: Counter[str]
    unknown: Counter[str]


def failures(rows: Iterable[ScreeningRow]) -> Failures:
    """Count them: failures among the screen-failed only, so that those named first add up to them."""
    found = Failures(Counter(), Counter(), Counter())
    for row in rows:
        unknown = unknown_criteria(row)
        found.unknown.update(set(unknown))
        if row.outcome == "failed":
            found.failed.update(set(row.failed))
            found.first[(*row.failed, *unknown, _NONE)[0]] += 1
    return found


def criteria_table(known: Known) -> Table:
    """Every criterion of the protocol, and what was failed besides."""
    found = failures(known.rows)
    worded = {fact.criterion: (fact.kind, fact.verbatim, fact.parent) for fact in known.criteria}
    codes = [*worded, *sorted({*found.failed, *found.first, *found.unknown} - worded.keys())]
    return Table(
        id="criteria",
        title="Screen failures by criterion",
        note="What the investigators' last decisions say of each criterion, in protocol order.",
        columns=_COLUMNS,
        rows=tuple(_row(number, code, found, worded) for number, code in enumerate(codes, 1)),
        row_word="criterion",
    )


def _row(number: int, code: str, found: Failures, worded: Mapping[str, tuple[str, str, str | None]]) -> Row:
    kind, words, parent = worded.get(code, (None, None, None))
    counts = (str(counter[code]) for counter in found)
    return Row(key=str(number), cells=(code, kind, words, *counts, parent))
