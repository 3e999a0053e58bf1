"""The Part 11 report of a trial in this deployment: every clause, what answers it, and what is missing.

For a sponsor with ten minutes: the answer, six figures, what needs attention, then the clauses. It reads the trial
and access ledgers as far as its reader may, and of the system ledger what concerns the trial; never the vault, and
it names no participant. What is looked at beside the ledgers is recorded before it is built (`part11_known`).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from compliance.reports import frame
from compliance.reports.material import Material
from compliance.reports.model import Attention, Body, Figure, RowRef, Severity
from compliance.reports.part11_clauses import (
    CLAUSES,
    EVIDENCED,
    IMPLEMENTED,
    NOT_APPLICABLE,
    NOT_MET,
    PROCEDURE,
    Judged,
    clauses_table,
    judged,
)
from compliance.reports.part11_known import Known, known
from compliance.reports.part11_looks import Look, looks
from compliance.reports.part11_open import (
    EXCEPTIONS,
    PROCEDURES,
    Open,
    changes_table,
    exceptions,
    exceptions_table,
    procedures_table,
)
from compliance.reports.part11_requirements import requirements_table
from compliance.reports.part11_state import LOOKS, absent_table, looks_table, records_table, state_table
from compliance.reports.signature_known import signatures_note
from compliance.reports.wording import counted
from domain.errors import InvalidInputError

NAME: Final = "part11"
TITLE: Final = "21 CFR Part 11, electronic records and signatures"
TEMPLATE: Final = "part11/1"


def part11(material: Material) -> Body:
    """The report on the axes asked for; InvalidInputError where it is handed no register of clauses."""
    if not material.registers.clauses:
        raise InvalidInputError(
            "no_register",
            "This report is read against a register of clauses, and none was handed in.",
            next_step="Run it with `trialproof report part11`.",
        )
    found = known(material)
    seen = looks(found)
    clauses, open_ = judged(found, seen), exceptions(found)
    return Body(
        name=NAME,
        title=frame.titled(f"{TITLE}, trial {material.trial}", material),
        answer=_answer(clauses, open_),
        figures=_figures(clauses, seen, open_),
        attention=frame.gravest_first(_attention(found, clauses, seen, open_)),
        tables=(
            clauses_table(found, clauses),
            exceptions_table(found, open_),
            looks_table(found, seen),
            changes_table(found),
            state_table(found),
            procedures_table(clauses),
            requirements_table(found),
            records_table(found),
            absent_table(),
        ),
        pictures=(),
        scope=frame.scope(material, template=TEMPLATE),
        sources=frame.sources(material),
        entries_read=frame.entries_read(material),
        blinding_class="NEUTRAL",
        environment=material.environment,
        approvals_note=signatures_note(found.signed),
        strength_note=frame.strength_note(material),
        verification=frame.VERIFICATION,
    )


def _answer(clauses: Sequence[Judged], open_: Sequence[Open]) -> str:
    """The result in one sentence."""
    by = Counter(row.status for row in clauses)
    apply = len(clauses) - by[NOT_APPLICABLE]
    parts = (
        f"{by[EVIDENCED]:,} implemented and evidenced",
        f"{by[IMPLEMENTED]:,} implemented with no evidence given",
        f"{by[PROCEDURE]:,} met with procedure",
        f"{by[NOT_MET]:,} not met",
    )
    said = (
        f"{counted(len(open_), 'exception')} {'is' if len(open_) == 1 else 'are'} open"
        if open_
        else "no exception is open"
    )
    return f"Of {counted(apply, 'clause')} that apply: {', '.join(parts)}; {said}."


def _figures(clauses: Sequence[Judged], seen: Sequence[Look], open_: Sequence[Open]) -> tuple[Figure, ...]:
    """The strip of figures."""
    by = Counter(row.status for row in clauses)
    fine = sum(look.state == "ok" for look in seen)
    return (
        _figure("Evidenced", by[EVIDENCED], "clauses: implemented, and their tests were shown to pass"),
        _figure("No evidence", by[IMPLEMENTED], "clauses: implemented, tests not shown with this run"),
        _figure("By procedure", by[PROCEDURE], "clauses: people's work, whose document is named"),
        _figure("Not met", by[NOT_MET], "clauses: a finding, or no document named"),
        Figure(label="Checks", value=f"{fine:,} of {len(seen):,}", meaning="found as they should be"),
        _figure("Exceptions", len(open_), "open at the positions read"),
    )


def _figure(label: str, value: int, meaning: str) -> Figure:
    return Figure(label=label, value=f"{value:,}", meaning=meaning)


def _attention(
    found: Known, clauses: Sequence[Judged], seen: Sequence[Look], open_: Sequence[Open]
) -> Iterator[Attention]:
    """What needs attention, with its rows."""
    yield from _item("serious", CLAUSES, [row.status == NOT_MET for row in clauses], "clause", "not met.")
    yield from _item("serious", LOOKS, [look.state == "wrong" for look in seen], "check", "found not as it should be.")
    if found.basis.checked is None:
        sentence = "The deployment was not checked for this run; clauses that rest on it count as without evidence."
        yield Attention(severity="important", sentence=sentence)
    if not found.results:
        yield Attention(severity="important", sentence=f"Test evidence: {found.evidence_note}.")
    yield from _item("important", EXCEPTIONS, [True] * len(open_), "exception", "open.")
    peoples = [row for row in clauses if row.clause.shown in {"procedural", "shared"}]
    unnamed = [row.document is None for row in peoples]
    yield from _item("important", PROCEDURES, unnamed, "clause", "without a named document for people's part.")
    yield from _item("to note", LOOKS, [look.state == "note" for look in seen], "check", "to be looked at.")


def _item(severity: Severity, table: str, hits: Sequence[bool], word: str, words: str) -> Iterator[Attention]:
    rows = tuple(RowRef(table=table, row=str(number)) for number, hit in enumerate(hits, 1) if hit)
    if rows:
        yield Attention(severity=severity, sentence=f"{counted(len(rows), word)} {words}", rows=rows)
