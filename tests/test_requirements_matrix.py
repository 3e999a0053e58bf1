"""The matrix is made by real runs of pytest over small suites, alone and over two workers."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.requirements_matrix import ROOT

CONFTEST = """
from tests.conftest import pytest_configure
"""
SUITE = """
import pytest

pytestmark = pytest.mark.requirement("P11-03")

@pytest.mark.requirement("P11-04", "P11-05")
def test_holds(): pass

@pytest.mark.requirement("P11-05")
def test_breaks(): assert False

@pytest.mark.requirement("P11-06")
def test_is_left_out(): pytest.skip("no reference here")

@pytest.mark.requirement("P11-06")
def test_is_run(): pass

@pytest.mark.requirement("P11-07")
@pytest.mark.xfail(strict=False)
def test_is_known_to_break(): assert False

@pytest.fixture
def careless():
    yield
    raise RuntimeError("left the door open")

@pytest.mark.requirement("P11-08")
def test_breaks_on_the_way_out(careless): pass
"""


def run(folder: Path, suite: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = requirement(*ids): rows\n")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_suite.py").write_text(suite)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        text=True,
    )


def matrix(folder: Path) -> dict[str, dict[str, Any]]:
    told = json.loads((folder / "build/validation/requirements.json").read_text())
    return {row["id"]: row for row in told["requirements"]}


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_tells_for_each_requirement_how_its_tests_ended(tmp_path: Path, workers: str) -> None:
    run(tmp_path, SUITE, "-n", workers)

    rows = matrix(tmp_path)
    statuses = {each: rows[each]["status"] for each in ("P11-04", "P11-05", "P11-06", "P11-07", "P11-08")}
    assert statuses == {
        "P11-04": "evidenced",
        "P11-05": "failed",
        "P11-06": "incomplete",
        "P11-07": "failed",
        "P11-08": "failed",
    }
    assert rows["P11-01"]["status"] == "no test"
    assert rows["P11-05"]["tests"] == {
        "test_suite.py::test_breaks": "failed",
        "test_suite.py::test_holds": "passed",
    }
    assert len(rows["P11-03"]["tests"]) == 6, "a marker of the module counts for each of its tests"


def test_the_matrix_names_every_requirement_in_both_forms_and_says_what_was_run(tmp_path: Path) -> None:
    ended = run(tmp_path, SUITE, "-k", "holds")

    told = json.loads((tmp_path / "build/validation/requirements.json").read_text())
    with (tmp_path / "build/validation/requirements.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert told["run"]["arguments"][-2:] == ["-k", "holds"]
    assert told["run"]["tests_run"] == 1
    assert told["run"]["exit_status"] == ended.returncode == 0
    assert [row["id"] for row in told["requirements"]] == [row["id"] for row in rows]
    assert [rows[3][column] for column in ("id", "status", "result")] == ["P11-04", "evidenced", "passed"]
    assert rows[3]["test"] == "test_suite.py::test_holds"
    assert "requirements: 3 of 130 evidenced by this run, 0 failed, 0 incomplete" in ended.stdout


WRONG = """
import pytest

@pytest.mark.requirement("P11-99", "P11-04")
def test_one(): pass

@pytest.mark.requirement(411)
def test_two(): pass

@pytest.mark.requirement()
def test_three(): pass

@pytest.mark.requirement("P11-04", reason="so")
def test_four(): pass
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_marker_that_names_no_requirement_fails_collection(tmp_path: Path, workers: str) -> None:
    ended = run(tmp_path, WRONG, "-n", workers)

    assert ended.returncode in {pytest.ExitCode.INTERRUPTED, pytest.ExitCode.TESTS_FAILED}
    assert "test_one: 'P11-99' is no id of compliance/requirements.csv." in ended.stdout
    assert "test_two: 411 is no id of compliance/requirements.csv." in ended.stdout
    assert "test_three: the marker 'requirement' takes ids, at least one." in ended.stdout
    assert "test_four: the marker 'requirement' takes ids, at least one." in ended.stdout
