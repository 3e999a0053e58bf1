"""One row per clause: the control in our words, what shows that it works here, and what is missing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.model import Code, Table
from compliance.reports.part11_known import Known
from compliance.reports.part11_looks import Look, name_of, policy_of
from compliance.reports.registers import Clause
from compliance.reports.wording import listed
from domain.access.facts import Procedure
from domain.people.facts import CertificationRegistered

CLAUSES: Final = "clauses"
EVIDENCED: Final = "control implemented and evidenced"
IMPLEMENTED: Final = "implemented, no evidence given"
PROCEDURE: Final = "met with procedure"
NOT_MET: Final = "not met"
NOT_APPLICABLE: Final = "not applicable"
STATUSES: Final = (
    Code(code=EVIDENCED, meaning="built in, checked here, and every test of its requirements passed", tone="good"),
    Code(code=IMPLEMENTED, meaning="built in and checked here; tests of this release were not shown", tone="watch"),
    Code(code=PROCEDURE, meaning="people's work: the document that governs it is named; that it is lived is not shown"),
    Code(code=NOT_MET, meaning="something checked is not as it should be, or no document is named", tone="bad"),
    Code(code=NOT_APPLICABLE, meaning="the clause asks nothing of this deployment; the reason stands beside it"),
)
NOTHING: Final = "nothing"
UNPROVED: Final = "Software cannot prove this clause."


class Judged(NamedTuple):
    """A clause with its status, what was found, what is missing, and the document that governs people's part."""

    clause: Clause
    status: str
    looks: tuple[Look, ...]
    gaps: tuple[str, ...]
    document: Procedure | None


def judged(known: Known, looks: Sequence[Look]) -> tuple[Judged, ...]:
    """All clauses, in their order."""
    by_name = {look.check: look for look in looks}
    named = {**_in_ledgers(known), **known.basis.procedures}
    return tuple(_judged(known, clause, by_name, named.get(clause.clause)) for clause in known.registers.clauses)


def _in_ledgers(known: Known) -> dict[str, Procedure]:
    """Documents that the system ledger names itself: the policy on signatures, and the letters."""
    found: dict[str, Procedure] = {}
    issued = policy_of(known)
    if issued is not None:
        fact = issued.fact
        found["11.10(j)"] = Procedure(
            clause="11.10(j)", document=fact.reference, owner=issued.body.printed_name, version=fact.version
        )
    letters = [entry for entry in known.access.system if isinstance(entry.fact, CertificationRegistered)]
    if letters:
        found["11.100(c)"] = Procedure(
            clause="11.100(c)",
            document=listed(sorted({entry.fact.reference for entry in letters})),
            owner=letters[-1].body.printed_name,
            version=f"sent {letters[-1].fact.sent}",
        )
    return found


def _judged(known: Known, clause: Clause, by_name: Mapping[str, Look], document: Procedure | None) -> Judged:
    looks = tuple(by_name[check] for check in clause.checks if check in by_name)
    gaps = tuple(_gaps(known, clause, by_name, document))
    return Judged(clause, _status(known, clause, looks, document), looks, gaps, document)


def _status(known: Known, clause: Clause, looks: Sequence[Look], document: Procedure | None) -> str:
    results = [known.results.get(each) for each in clause.requirements]
    if clause.shown == "not applicable":
        return NOT_APPLICABLE
    if any(look.state == "wrong" for look in looks) or any(one and one.status == "failed" for one in results):
        return NOT_MET
    if clause.shown == "procedural":
        return NOT_MET if document is None else PROCEDURE
    looked = len(looks) == len(clause.checks)
    return EVIDENCED if looked and all(one and one.status == "evidenced" for one in results) else IMPLEMENTED


def _gaps(known: Known, clause: Clause, by_name: Mapping[str, Look], document: Procedure | None) -> Iterator[str]:
    """What is missing, in sentences."""
    if clause.shown == "not applicable":
        return
    for look in (by_name[check] for check in clause.checks if check in by_name):
        if look.state == "wrong":
            yield f"{name_of(look.check)}: {look.found}"
    if any(check not in by_name for check in clause.checks):
        yield "The deployment was not checked for this run."
    yield from _missing_tests(known, clause)
    if clause.shown == "procedural":
        yield UNPROVED
    if clause.shown in {"procedural", "shared"} and document is None:
        yield "The part of people: no document is named; document id, version and owner are missing."


def _missing_tests(known: Known, clause: Clause) -> Iterator[str]:
    if clause.shown == "procedural":
        return
    if not known.results:
        yield "No evidence of its tests."
        return
    for each in clause.requirements:
        result = known.results.get(each)
        status = "no test" if result is None else result.status
        if status != "evidenced":
            yield f"{each}: {_RESULTS[status]}."


_RESULTS: Final = {
    "failed": "a test of it failed",
    "incomplete": "a test of it did not run",
    "no test": "no test of the run names it",
}


def clauses_table(known: Known, rows: Iterable[Judged]) -> Table:
    """The table of clauses."""
    columns: tuple[Filled[Judged], ...] = (
        shown("clause", "21 CFR", "text", "Clause", lambda j: j.clause.clause),
        shown("title", "About", "text", "What it asks for, in our words", lambda j: j.clause.title),
        shown("status", "Status", "status", "How it stands here", lambda j: j.status, codes=STATUSES),
        shown("gap", "Missing", "text", "What is missing here", lambda j: " ".join(j.gaps) or NOTHING),
        shown("checks", "Checks", "text", "Of what was checked here, how much is as it should be", _checks),
        folded("control", "Control", "text", "What answers it, or why it does not apply", lambda j: j.clause.control),
        folded("found", "Found here", "text", "What was found for this run", _found),
        folded("shown", "Shown by", "text", "Software, people, or both", lambda j: j.clause.shown),
        folded("requirements", "Requirements", "text", "Their ids", lambda j: ", ".join(j.clause.requirements) or None),
        folded("tests", "Tests", "number", "Tests behind them, in the evidence given", lambda j: _tests(known, j)),
        folded("result", "Last result", "text", "Of the evidence given with this run", lambda j: _result(known, j)),
        folded("document", "Document", "text", "Document that governs people's part", _document),
        folded("owner", "Owner", "text", "Who answers for it", _owner),
        folded("due", "Due", "time", "When a gap is to be closed; this version keeps no such dates", lambda _: None),
    )
    return table_of(
        CLAUSES,
        "Clause by clause",
        "One line per clause, in our own words: the rule's text governs. No software meets a rule by itself, so "
        "nothing here is called certified. This report carries no signature of its own; system owner and quality "
        "assurance sign what they make of it.",
        columns,
        rows,
        row_word="clause",
    )


def _checks(one: Judged) -> str:
    if not one.looks:
        return "none"
    return f"{sum(look.state == 'ok' for look in one.looks)} of {len(one.looks)}"


def _found(one: Judged) -> str:
    return " ".join(look.found for look in one.looks) or "nothing is checked for it"


def _tests(known: Known, one: Judged) -> str | None:
    if not known.results or not one.clause.requirements:
        return None
    return str(sum(known.results[each].tests for each in one.clause.requirements if each in known.results))


def _result(known: Known, one: Judged) -> str | None:
    if not one.clause.requirements:
        return None
    if not known.results:
        return known.evidence_note
    said = (f"{each} {known.results[each].status}" for each in one.clause.requirements if each in known.results)
    return ", ".join(said) or None


def _owner(one: Judged) -> str | None:
    return None if one.document is None else one.document.owner


def _document(one: Judged) -> str | None:
    return None if one.document is None else f"{one.document.document}, {one.document.version}"
