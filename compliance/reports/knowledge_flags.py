"""Assessments that were to be made blind and were made by somebody who knew, with who could judge instead."""

from typing import Final

from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.knowledge_known import Knowing, said
from compliance.reports.knowledge_tables import CERTAINTY, WAYS
from compliance.reports.model import Code, Table
from compliance.reports.wording import spaced
from projections.knowledge_rows import Flag

FLAGS: Final = "flags"
ORDERS: Final = (
    Code(code="after", meaning="made after the person knew", tone="bad"),
    Code(code="unclear", meaning="the claimed times do not tell whether before or after", tone="watch"),
    Code(code="recorded after", meaning="claimed to be made before, and recorded after the person knew", tone="watch"),
)


def flags_table(known: Knowing) -> Table:
    """Assessments by people who knew."""
    columns: tuple[Filled[Flag], ...] = (
        shown("participant", "Participant", "id", "Whose assessment", lambda f: f.participant),
        shown("site", "Site", "id", "Site", lambda f: f.site),
        shown("kind", "Assessment", "text", "What was judged", lambda f: spaced(f.assessment.kind)),
        shown("person", "By", "text", "Who judged", lambda f: said(f.assessment.by)),
        shown("recorded", "Recorded", "time", "When it was recorded", lambda f: _recorded(known, f)),
        shown("since", "Knew since", "time", "Date of knowledge", lambda f: known.at(f.first.latest)),
        shown("how", "How", "status", "Way to the knowledge", lambda f: spaced(f.first.how), codes=WAYS),
        shown("certain", "Knows", "status", "How sure it is", _sure, codes=CERTAINTY),
        shown("order", "Order", "status", "Assessment and knowledge", lambda f: spaced(f.order), codes=ORDERS),
        shown("others", "Offered to", "text", "Who may judge instead, and knows nothing", lambda f: _offer(known, f)),
        folded("record", "Record", "id", "Record", lambda f: f"{f.assessment.record_type} {f.assessment.record_id}"),
        folded("claimed", "Claimed", "text", "When it was made", lambda f: str(f.assessment.behind.occurred_at)),
        folded("entry", "Entry", "text", "Entry", lambda f: f"trial {f.assessment.behind.position:,}"),
    )
    return table_of(
        FLAGS,
        "Assessments by people who knew",
        "Meant to be made blind, and made by somebody who knew or may have known that participant's arm. None was "
        "refused and none is changed; each is offered to somebody in the same kind of role who does not know.",
        columns,
        known.view.flags,
        row_word="assessment",
        group=lambda f: f.participant,
    )


def _recorded(known: Knowing, flag: Flag) -> str | None:
    return known.at(flag.assessment.behind.recorded_at)


def _sure(flag: Flag) -> str:
    return "knows" if flag.first.certain else "may know"


def _offer(known: Knowing, flag: Flag) -> str | None:
    if not known.view.reads_system:
        return None
    return known.names(flag.others) or "nobody else holds such a role"
