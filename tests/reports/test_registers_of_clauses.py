"""The register of clauses: data of a release, read strictly, every requirement it names known."""

from hashlib import sha256
from pathlib import Path

import pytest

from adapters.registers import registers
from compliance.reports.registers import COLUMNS, read_registers
from domain.errors import InvalidInputError

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = (ROOT / "compliance" / "requirements.csv").read_bytes().decode()
HEADER = ",".join(COLUMNS)
ROW = "11.70,Bound to records,technical,The seal covers the record.,P11-20 FDA-15,signatures signer-key"


def test_a_row_keeps_its_words_and_lists() -> None:
    found = read_registers(REQUIREMENTS, f"{HEADER}\n{ROW}\n")

    (clause,) = found.clauses
    assert (clause.clause, clause.shown, clause.control) == ("11.70", "technical", "The seal covers the record.")
    assert clause.requirements == ("P11-20", "FDA-15")
    assert clause.checks == ("signatures", "signer-key")
    assert found.digest == sha256(REQUIREMENTS.encode()).hexdigest()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "clause,title\n",
        f"{HEADER}\n11.70,Bound\n",
        f"{HEADER}\n{ROW.replace('technical', 'perhaps')}\n",
        f"{HEADER}\n{ROW.replace('P11-20', 'P11-99')}\n",
        f"{HEADER}\n{ROW.replace('The seal covers the record.', '')}\n",
        f'{HEADER}\n"11.70,Bound\n',
    ],
)
def test_any_other_form_is_refused_whole(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_registers(REQUIREMENTS, text)

    assert refused.value.code == "unreadable_register"


def test_the_released_register_names_every_clause_of_the_rule_once_in_order() -> None:
    clauses = [one.clause for one in registers().clauses]

    assert len(set(clauses)) == len(clauses)
    for wanted in (
        *(f"11.10({letter})" for letter in "abcdefghijk"),
        *("11.30", "11.50(a)", "11.50(b)", "11.70", "11.100(a)", "11.100(b)", "11.100(c)"),
        *("11.200(a)(1)", "11.200(a)(1)(i)", "11.200(a)(1)(ii)", "11.200(a)(2)", "11.200(a)(3)", "11.200(b)"),
        *(f"11.300({letter})" for letter in "abcde"),
    ):
        assert wanted in clauses


def test_every_requirement_of_part_11_answers_some_clause() -> None:
    named = {each for clause in registers().clauses for each in clause.requirements}

    assert named == {one.id for one in registers().requirements if one.id.startswith("P11-")}


def test_whoever_meets_a_clause_is_who_can_meet_its_requirements() -> None:
    kinds = {one.id: str(one.kind) for one in registers().requirements}
    applying = [one for one in registers().clauses if one.shown != "not applicable"]

    assert [
        one.clause
        for one in applying
        if one.shown == "procedural" and {kinds[r] for r in one.requirements} != {"procedural"}
    ] == []
    assert [
        one.clause
        for one in applying
        if one.shown != "procedural" and "procedural" in {kinds[r] for r in one.requirements}
    ] == []
