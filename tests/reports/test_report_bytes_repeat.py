"""The same body gives the same bytes: in another process, for another person, at another time."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.render import body_html, data_forms, render
from compliance.reports.model import Envelope, Person, Report
from tests.reports.report_samples import audit_trail, envelope

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
from hashlib import sha256
from adapters.render import render
from tests.reports.report_samples import audit_trail, screening_log
for report in (audit_trail(40), screening_log()):
    for name, data in render(report).items():
        print(name, sha256(data).hexdigest())
"""


def digests_with_hash_seed(seed: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout


def test_two_processes_with_different_hash_seeds_give_the_same_bytes() -> None:
    first, second = digests_with_hash_seed("1"), digests_with_hash_seed("4242")

    assert first == second
    assert len(first.splitlines()) == 5 + 6


def asked_by_another_later() -> Envelope:
    given = dict(envelope())
    later = {name: given[name] + timedelta(days=30) for name in ("generated_at", "generated_local")}
    other = Person(name="Monitor Five", role="monitor", organisation="Contract organisation")
    return Envelope.model_validate({**given, **later, "requested_by": other, "report_id": "R-0099"})


@pytest.mark.requirement("P11-05")
def test_who_asks_and_when_changes_neither_body_nor_data_files() -> None:
    report = audit_trail(20)

    first = render(report)
    second = render(Report(body=report.body, envelope=asked_by_another_later()))

    body = body_html(report.body)
    differing = {name.partition(".")[2] for name in first if first[name] != second[name]}
    assert differing == {"demonstration.html", "demonstration.manifest.json"}
    assert all(body in files["audit-trail.demonstration.html"] for files in (first, second))


def test_neither_body_nor_data_files_know_the_requester() -> None:
    report = audit_trail(20)

    known = body_html(report.body) + b"".join(data_forms(report.body).values())

    for secret in ("Inspector Four", "R-0042", "2027-03-04", "commit 1a2b3c4"):
        assert secret.encode() not in known
