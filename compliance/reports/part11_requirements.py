"""The requirements behind the clauses: what is asked, what the product does, and what the tests of the release say."""

from typing import Final

from compliance.reports.filled import Filled, folded, shown, table_of
from compliance.reports.model import Code, Table
from compliance.reports.part11_known import Known
from compliance.requirements import Requirement

_RESULTS: Final = (
    Code(code="evidenced", meaning="every test that names it passed", tone="good"),
    Code(code="incomplete", meaning="a test that names it did not run", tone="watch"),
    Code(code="failed", meaning="a test that names it failed", tone="bad"),
    Code(code="no test", meaning="no test of the run names it", tone="watch"),
    Code(code="not given", meaning="no evidence that counts was given with this run"),
)


def requirements_table(known: Known) -> Table:
    """The requirements that the clauses name, in the order of the register."""
    named = {each for clause in known.registers.clauses for each in clause.requirements}
    columns: tuple[Filled[Requirement], ...] = (
        shown("id", "Requirement", "id", "Its id", lambda r: r.id),
        shown("clause", "Clause", "text", "Clause it comes from", lambda r: r.clause),
        shown("obligation", "Obligation", "text", "What is asked, in our words", lambda r: r.obligation),
        shown("behaviour", "What the product does", "text", "The control", lambda r: r.system_behaviour),
        shown(
            "result", "Evidence", "status", "What the evidence given says", lambda r: _result(known, r), codes=_RESULTS
        ),
        shown("tests", "Tests", "number", "Tests that name it, in the evidence given", lambda r: _tests(known, r)),
        folded("kind", "Kind", "text", "Who can meet it", lambda r: str(r.kind)),
        folded("evidence", "Evidence wanted", "text", "What would show it", lambda r: r.evidence),
    )
    return table_of(
        "requirements",
        "Requirements and their tests",
        f"Test evidence: {known.evidence_note}. Which tests they are, and how each ended, stands in that file.",
        columns,
        [requirement for requirement in known.registers.requirements if requirement.id in named],
        row_word="requirement",
    )


def _result(known: Known, requirement: Requirement) -> str:
    if not known.results:
        return "not given"
    found = known.results.get(requirement.id)
    return "no test" if found is None else found.status


def _tests(known: Known, requirement: Requirement) -> str | None:
    found = known.results.get(requirement.id)
    return None if found is None else str(found.tests)
