"""Which test evidences which requirement: the marker's check, and the traceability matrix of a run.

`@pytest.mark.requirement("P11-04")` must name rows of the clause register; an unknown id fails collection.
After a run, `build/validation/requirements.json` and `.csv` say for each requirement which tests ran and how
they ended. The matrix says what was run and by which arguments; whether that is enough, people decide.
"""

import csv
import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from compliance.requirements import Register, Requirement, parse
from domain import __version__

ROOT = Path(__file__).resolve().parents[1]
REGISTER = ROOT / "compliance" / "requirements.csv"
PROPERTY = "requirement"
GRAVITY = ("passed", "skipped", "xfailed", "xpassed", "failed")


class RequirementMatrix:
    """A pytest plugin; with xdist the workers check the markers and the controller writes the matrix."""

    def __init__(self, register: Path, folder: Path) -> None:
        self.bytes = register.read_bytes()
        self.register: Register = parse(self.bytes.decode())
        self.folder = folder
        self.results: dict[str, str] = {}
        self.tests: dict[str, set[str]] = {requirement.id: set() for requirement in self.register}

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        complaints = [
            complaint
            for item in report.result or ()
            if isinstance(item, pytest.Item)
            for complaint in self.complaints(item)
        ]
        if complaints:
            report.outcome, report.result = "failed", []
            report.longrepr = f"In {collector.nodeid}:\n" + "\n".join(complaints)
        return report

    def complaints(self, item: pytest.Item) -> Iterator[str]:
        for marker in item.iter_markers(PROPERTY):
            if not marker.args or marker.kwargs:
                yield f"{item.name}: the marker 'requirement' takes ids, at least one."
            for unknown in self.register.unknown(marker.args):
                yield f"{item.name}: {unknown!r} is no id of compliance/requirements.csv."

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            ids = {each for marker in item.iter_markers(PROPERTY) for each in marker.args}
            item.user_properties.extend((PROPERTY, each) for each in sorted(ids))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        before = self.results.get(report.nodeid, GRAVITY[0])
        self.results[report.nodeid] = max(before, outcome(report), key=GRAVITY.index)
        for name, value in report.user_properties:
            if name == PROPERTY:
                self.tests[str(value)].add(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        is_worker = hasattr(session.config, "workerinput")
        if is_worker or session.config.option.collectonly:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        head = self.head(list(session.config.invocation_params.args), int(exitstatus))
        table = [self.row(requirement) for requirement in self.register]
        write(self.folder / "requirements.json", as_json(head, table))
        write(self.folder / "requirements.csv", as_csv(table))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if terminalreporter.config.option.collectonly:
            return
        statuses = [self.status(requirement.id) for requirement in self.register]
        terminalreporter.write_line(
            f"requirements: {statuses.count('evidenced')} of {len(statuses)} evidenced by this run, "
            f"{statuses.count('failed')} failed, {statuses.count('incomplete')} incomplete; "
            f"matrix in {self.folder.relative_to(terminalreporter.config.rootpath)}"
        )

    def head(self, arguments: list[str], exit_status: int) -> dict[str, Any]:
        return {
            "product": "trialproof",
            "version": __version__,
            "commit": commit(),
            "python": platform.python_version(),
            "register_sha256": hashlib.sha256(self.bytes).hexdigest(),
            "written_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),  # noqa: TID251 (a run has a date)
            "arguments": arguments,
            "exit_status": exit_status,
            "tests_run": len(self.results),
        }

    def row(self, requirement: Requirement) -> dict[str, Any]:
        return {
            "id": requirement.id,
            "source": requirement.source,
            "clause": requirement.clause,
            "kind": str(requirement.kind),
            "status": self.status(requirement.id),
            "tests": {nodeid: self.results[nodeid] for nodeid in sorted(self.tests[requirement.id])},
        }

    def status(self, requirement_id: str) -> str:
        results = {self.results[nodeid] for nodeid in self.tests[requirement_id]}
        if not results:
            return "no test"
        if results == {"passed"}:
            return "evidenced"
        return "incomplete" if results <= {"passed", "skipped"} else "failed"


def outcome(report: pytest.TestReport) -> str:
    """An expected failure is no evidence either, and must not read as a pass or as a skip."""
    if hasattr(report, "wasxfail"):
        return "xfailed" if report.skipped else "xpassed"
    return report.outcome


def as_json(head: dict[str, Any], table: list[dict[str, Any]]) -> str:
    return json.dumps({"run": head, "requirements": table}, indent=1, ensure_ascii=False) + "\n"


def as_csv(table: list[dict[str, Any]]) -> str:
    text = StringIO(newline="")
    lines = csv.writer(text)
    columns = ("id", "source", "clause", "kind", "status")
    lines.writerow((*columns, "test", "result"))
    for row in table:
        for test, result in row["tests"].items() or [("", "")]:
            lines.writerow((*(row[column] for column in columns), test, result))
    return text.getvalue()


def write(path: Path, text: str) -> None:
    """Whole or not at all, as two runs may end together."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8", newline="")
    draft.replace(path)


def commit() -> str:
    """The commit under test, `+changes` where the tree differs from it; empty where there is no git."""
    try:
        head, changes = git("rev-parse", "HEAD"), git("status", "--porcelain")
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head + ("+changes" if changes else "")


def git(*arguments: str) -> str:
    told = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True, text=True)
    return told.stdout.strip()
