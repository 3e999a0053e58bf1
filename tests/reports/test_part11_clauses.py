"""The Part 11 report, clause by clause: what is shown, what is missing, and never a word more than is shown."""

from typing import Any

import pytest

from adapters.registers import registers
from compliance.reports.model import Body
from compliance.reports.part11_looks import NAMES
from compliance.reports.registers import NO_REGISTERS
from domain import streams
from domain.access.facts import (
    CheckFound,
    DeploymentChecked,
    Procedure,
    ProceduresNamed,
)
from domain.errors import InvalidInputError
from domain.people import facts as people
from domain.values import PartialDate
from tests.projections import facts as told
from tests.projections.entries import TRIAL
from tests.reports.materials import cells, said
from tests.reports.part11_story import CHECKS, check, checked, clause, evidence, report, sentences, statuses
from tests.reports.people_story import (
    administrator,
    by,
    opened_trial,
    staffed,
)


@pytest.mark.requirement("P11-03")
def test_without_evidence_every_clause_that_software_meets_says_so_and_nothing_more() -> None:
    system = staffed()
    checked(system)

    body = report(opened_trial(), system)

    found = statuses(body)
    assert found["11.10(e)"] == found["11.70"] == "implemented, no evidence given"
    assert found["11.1(a)"] == found["11.200(b)"] == "not applicable"
    assert "control implemented and evidenced" not in found.values()
    assert "Test evidence: no evidence file was given with this run." in sentences(body)
    assert clause(body, "11.70")["result"] == "no evidence file was given with this run"
    assert (clause(body, "11.70")["tests"], clause(body, "11.1(a)")["result"]) == (None, None)
    assert {one["result"] for one in cells(body, "requirements")} == {"not given"}


@pytest.mark.requirement("P11-03")
def test_with_the_evidence_of_this_release_clauses_are_implemented_and_evidenced() -> None:
    system = staffed()
    checked(system, handed=(evidence(leave=["P11-20"]),))

    body = report(opened_trial(), system)

    row = clause(body, "11.10(e)")
    assert (row["status"], row["tests"], row["gap"]) == ("control implemented and evidenced", "9", "nothing")
    assert row["result"] == "P11-08 evidenced, P11-09 evidenced, P11-10 evidenced"
    untested = clause(body, "11.70")
    assert (untested["status"], untested["gap"]) == (
        "implemented, no evidence given",
        "P11-20: no test of the run names it.",
    )
    assert (untested["result"], untested["tests"]) == (None, "0")
    results = {one["id"]: (one["result"], one["tests"]) for one in cells(body, "requirements")}
    assert (results["P11-08"], results["P11-20"]) == (("evidenced", "3"), ("no test", None))
    assert not any("Test evidence" in sentence for sentence in sentences(body))


@pytest.mark.parametrize(
    ("status", "expected", "gap"),
    [
        ("incomplete", "implemented, no evidence given", "P11-04: a test of it did not run."),
        ("failed", "not met", "P11-04: a test of it failed."),
        ("no test", "implemented, no evidence given", "P11-04: no test of the run names it."),
    ],
)
def test_evidence_that_is_no_pass_shows_as_what_it_is(status: Any, expected: str, gap: str) -> None:
    system = staffed()
    checked(system, handed=(evidence(status),))

    row = clause(report(opened_trial(), system), "11.10(a)")

    assert row["status"] == expected
    assert gap in (row["gap"] or "")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"register_sha256": "0" * 64}, "is about other requirements than this release has; it counts as none"),
        ({"version": "0.0.9"}, "is about release 0.0.9, and this is 0.1.0; it counts as none"),
    ],
)
def test_evidence_of_something_else_counts_as_none(more: dict[str, str], words: str) -> None:
    system = staffed()
    checked(system, handed=(evidence(**more),))

    body = report(opened_trial(), system)

    assert statuses(body)["11.70"] == "implemented, no evidence given"
    assert any(words in sentence for sentence in sentences(body))
    assert words in (clause(body, "11.70")["result"] or "")


def test_evidence_counts_for_the_run_that_it_was_given_with_and_no_later_one() -> None:
    system = staffed()
    checked(system, "1", handed=(evidence(commit=None),))
    with_it = report(opened_trial(), system)
    checked(system, "2")

    assert statuses(with_it)["11.70"] == "control implemented and evidenced"
    assert "commit not named" in next(table.note for table in with_it.tables if table.id == "requirements")
    assert statuses(report(opened_trial(), system))["11.70"] == "implemented, no evidence given"


@pytest.mark.requirement("P11-03")
def test_a_check_of_the_deployment_that_is_wrong_makes_its_clauses_not_met() -> None:
    system = staffed()
    checked(system, wrong=["append-only"], handed=(evidence(),), append_only="2 of 17 triggers are missing.")

    body = report(opened_trial(), system)

    assert statuses(body)["11.10(c)"] == statuses(body)["11.10(e)"] == "not met"
    assert statuses(body)["11.70"] == "control implemented and evidenced"
    assert clause(body, "11.10(e)")["gap"] == "Triggers that refuse change and removal: 2 of 17 triggers are missing."
    assert clause(body, "11.10(e)")["checks"] == "4 of 5"
    assert check(body, "append-only") == ("not as it should be", "2 of 17 triggers are missing.")
    assert "1 check found not as it should be." in sentences(body)


def test_a_run_that_did_not_look_at_the_deployment_says_so_and_evidences_nothing_that_rests_on_it() -> None:
    body = report(opened_trial(), staffed())

    assert "The deployment was not checked for this run." in (clause(body, "11.10(c)")["gap"] or "")
    assert clause(body, "11.10(c)")["status"] == "implemented, no evidence given"
    assert any("was not checked for this run" in sentence for sentence in sentences(body))
    assert {one["where"] for one in cells(body, "checks")} == {"ledgers"}
    assert clause(body, "11.10(c)")["found"] == "nothing is checked for it"
    assert clause(body, "11.10(f)")["checks"] == "none"


def test_a_check_that_another_release_made_keeps_its_own_name() -> None:
    system = staffed()
    fact = DeploymentChecked(checks=(CheckFound(check="moon-phase", found="full", state="note"),), trial=TRIAL)
    system.write(streams.deployment("1"), fact, **by("lead"))

    assert "moon-phase" in {one["check"] for one in cells(report(opened_trial(), system), "checks")}


def test_what_people_do_is_met_with_procedure_only_where_its_document_is_named() -> None:
    system = staffed()
    named = Procedure(clause="11.300(e)", document="SOP-17", owner="Head of IT", version="3")
    checked(system, handed=(ProceduresNamed(procedures=(named,)),))

    without = report(opened_trial(), staffed())
    body = report(opened_trial(), system)

    row = clause(without, "11.300(e)")
    assert row["status"] == "not met"
    assert row["gap"] == (
        "Software cannot prove this clause. The part of people: no document is named; document id, version and owner "
        "are missing."
    )
    row = clause(body, "11.300(e)")
    assert (row["status"], row["document"], row["owner"]) == ("met with procedure", "SOP-17, 3", "Head of IT")
    listed = {one["clause"]: one for one in cells(body, "procedures")}
    assert (listed["11.300(e)"]["missing"], listed["11.300(e)"]["shown"]) == ("nothing", "people's")
    assert (listed["11.10(k)"]["missing"], listed["11.10(k)"]["document"]) == ("document id, version and owner", None)
    assert listed["11.10(k)"]["shown"] == "shared"


@pytest.mark.requirement("P11-15", "P11-23")
def test_the_policy_and_the_letters_of_the_ledger_are_documents_named_already() -> None:
    system = staffed()
    issued = people.PolicyIssued(document_sha256=told.SHA, reference="SOP 1", version="2")
    system.write(streams.policy(), issued, **administrator("issue_policy"))
    letter = people.CertificationRegistered(
        organisation="An organisation", reference="letter 7", sent=PartialDate("2027-01-02")
    )
    system.write(streams.certification("c1"), letter, **administrator("register_certification"))

    body = report(opened_trial(), system)

    assert (statuses(body)["11.10(j)"], clause(body, "11.10(j)")["document"]) == ("met with procedure", "SOP 1, 2")
    assert clause(body, "11.100(c)")["document"] == "letter 7, sent 2027-01-02"
    assert statuses(body)["11.100(c)"] == "met with procedure"


def test_the_answer_counts_clauses_and_never_certifies() -> None:
    system = staffed()
    checked(system, handed=(evidence(),))

    body = report(opened_trial(), system)

    assert body.answer == (
        "Of 30 clauses that apply: 27 implemented and evidenced, 0 implemented with no evidence given, "
        "0 met with procedure, 3 not met; no exception is open."
    )
    assert len(body.figures) == 6
    assert [figure.label for figure in body.figures][:4] == ["Evidenced", "No evidence", "By procedure", "Not met"]
    assert said(body).lower().count("certified") == 1
    assert "nothing here is called certified" in said(body)


def test_a_report_without_its_register_is_refused() -> None:
    with pytest.raises(InvalidInputError) as refused:
        report(opened_trial(), staffed(), registers=NO_REGISTERS)

    assert refused.value.code == "no_register"


def test_every_check_that_a_clause_names_is_one_that_somebody_makes() -> None:
    body = report(opened_trial(), staffed())
    made = {*CHECKS, *(name for name in NAMES if check_made(body, name))}

    assert {name for one in registers().clauses for name in one.checks} <= made
    assert set(NAMES) == made


def check_made(body: Body, name: str) -> bool:
    return NAMES[name] in {one["check"] for one in cells(body, "checks")}
