"""The catalogue: every report by its name, the action that it needs, and how it is built."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from compliance.gate_table import TABLE
from compliance.reports.audit_filters import NO_FILTERS, AuditTrailFilters
from compliance.reports.catalogue import CATALOGUE
from domain.errors import InvalidInputError
from tests.reports.materials import accesses, cells, material, story
from tests.reports.people_story import staffed

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
from hashlib import sha256
from adapters.render import body_html, data_forms
from compliance.reports.audit_filters import NO_FILTERS
from compliance.reports.catalogue import CATALOGUE
from tests.reports.materials import accesses, material, story
from tests.reports.people_story import staffed
for listed in CATALOGUE.values():
    body = listed.builder(NO_FILTERS)(material(story().entries, accesses().entries, staffed().entries))
    print(listed.name, sha256(body_html(body)).hexdigest())
    for name, data in data_forms(body).items():
        print(name, sha256(data).hexdigest())
"""


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_report_is_built_under_its_own_name_and_needs_an_action_of_the_gate(name: str) -> None:
    listed = CATALOGUE[name]

    body = listed.builder(NO_FILTERS)(material(story().entries))

    assert body.name == listed.name == name
    assert body.title.startswith(listed.title)
    assert listed.action in TABLE


def test_the_audit_trail_is_built_with_its_filters() -> None:
    build = CATALOGUE["audit-trail"].builder(AuditTrailFilters(changes_only=True))

    assert len(cells(build(material(story().entries)), "entries")) == 1


@pytest.mark.parametrize("name", sorted(CATALOGUE.keys() - {"audit-trail"}))
def test_every_other_report_refuses_filters(name: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        CATALOGUE[name].builder(AuditTrailFilters(site="01"))

    assert caught.value.code == "no_such_filter"


def digests(seed: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout


@pytest.mark.requirement("P11-05")
def test_two_processes_build_the_same_bytes() -> None:
    first, second = digests("1"), digests("4242")

    assert first == second
    told = material(story().entries, accesses().entries, staffed().entries)
    bodies = [listed.builder(NO_FILTERS)(told) for listed in CATALOGUE.values()]
    assert len(first.splitlines()) == sum(2 + len(body.tables) for body in bodies)
