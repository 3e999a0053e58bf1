"""Files that somebody hands in with a compliance report: read strictly, and kept as what they say of themselves."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from adapters.handed_in import MAX_BYTES, evidence, procedures
from adapters.registers import registers
from domain.access.facts import Evidenced, Procedure
from domain.errors import InvalidInputError, NotFoundError
from tests.requirements_matrix import REGISTER, RequirementMatrix, as_json

HEADER = "clause,document,version,owner\n"


def matrix(**more: Any) -> dict[str, Any]:
    run = {
        "product": "trialproof",
        "version": "0.1.0",
        "commit": "abc",
        "register_sha256": "a" * 64,
        "written_at": "2027-03-01T00:00:00Z",
        "tests_run": 2,
    }
    rows = [{"id": "P11-04", "status": "evidenced", "tests": {"one": "passed", "two": "passed"}}]
    return {"run": run | more, "requirements": rows}


def file(folder: Path, text: str) -> Path:
    path = folder / "handed"
    path.write_text(text)
    return path


def test_evidence_is_told_with_the_digest_of_its_file(tmp_path: Path) -> None:
    path = file(tmp_path, json.dumps(matrix()))

    told = evidence(path)

    assert told.file_sha256 == sha256(path.read_bytes()).hexdigest()
    assert told.results == (Evidenced(requirement="P11-04", status="evidenced", tests=2),)
    assert (told.commit, told.version, told.run_at, told.tests_run) == ("abc", "0.1.0", "2027-03-01T00:00:00Z", 2)


def test_a_run_outside_version_control_names_no_commit(tmp_path: Path) -> None:
    assert evidence(file(tmp_path, json.dumps(matrix(commit="")))).commit is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "no json",
        json.dumps(matrix(version=1)),
        json.dumps(matrix() | {"requirements": [{"id": "P11-04", "status": "perhaps", "tests": {}}]}),
        json.dumps(matrix() | {"requirements": [{"id": "P11-04", "status": "evidenced", "tests": 3}]}),
    ],
)
def test_any_other_file_is_no_evidence(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        evidence(file(tmp_path, text))

    assert (refused.value.code, refused.value.field) == ("unreadable_file", "--evidence")


def test_the_matrix_that_test_runs_write_is_evidence(tmp_path: Path) -> None:
    plugin = RequirementMatrix(REGISTER, tmp_path)
    text = as_json(plugin.head([], 0), [plugin.row(requirement) for requirement in plugin.register])

    told = evidence(file(tmp_path, text))

    assert told.register_sha256 == registers().digest
    assert {one.status for one in told.results} == {"no test"}
    assert len(told.results) == len(registers().requirements)


def test_documents_behind_clauses_are_named_one_by_one(tmp_path: Path) -> None:
    path = file(tmp_path, f"{HEADER}11.300(e),SOP-17,3,Head of IT\n")

    told = procedures(path, registers())

    assert told.procedures == (Procedure(clause="11.300(e)", document="SOP-17", owner="Head of IT", version="3"),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "clause,document\n",
        f"{HEADER}11.300(e),SOP-17\n",
        f"{HEADER}11.300(e),,3,Head of IT\n",
        f"{HEADER}11.999,SOP-17,3,Head of IT\n",
        f'{HEADER}"11.300(e),SOP-17\n',
    ],
)
def test_a_file_of_another_form_names_nothing(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        procedures(file(tmp_path, text), registers())

    assert (refused.value.code, refused.value.field) == ("unreadable_file", "--procedures")


def test_what_is_not_text_not_there_or_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with (tmp_path / "large").open("wb") as large:
        large.truncate(MAX_BYTES + 1)

    with pytest.raises(InvalidInputError):
        procedures(tmp_path / "bytes", registers())
    with pytest.raises(InvalidInputError):
        evidence(tmp_path / "large")
    with pytest.raises(NotFoundError):
        evidence(tmp_path / "nothing")
