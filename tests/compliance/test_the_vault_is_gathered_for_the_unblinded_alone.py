"""A report that would read the vault under an action of the trial gets nothing of it, whoever runs it."""

from collections.abc import Generator
from pathlib import Path

import pytest

from compliance.gathering import Gathering
from compliance.inquire import Inquire
from tests.compliance.running_trial import open_trial
from tests.compliance.stores import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with open_desk(tmp_path) as opened:
        open_trial(opened, cap=6)
        opened.hire("auditor", "auditor")
        yield opened


def read_by(desk: Desk, person: str, action: str) -> tuple[str, ...]:
    inquire = Inquire(desk.store.ports)
    allowed = inquire.allow(desk.identity(person), action, "T1")
    return Gathering(inquire, "T1", allowed, ("trial", "vault")).read


@pytest.mark.requirement("E6-08", "EMA-06")
def test_a_blinded_auditor_reads_no_vault_through_a_report_that_names_it(desk: Desk) -> None:
    assert read_by(desk, "auditor", "report_randomisation_log") == ("trial:T1",)


def test_whoever_the_gate_cleared_for_the_vault_reads_it(desk: Desk) -> None:
    assert read_by(desk, "maker", "report_randomisation_log_unblinded") == ("trial:T1", "vault:T1")
