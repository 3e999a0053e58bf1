"""On a ledger of the host's randomness and a running clock, one position gives one body, whichever process asks."""

import json
import subprocess
import sys
from collections.abc import Generator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.chance import system_clock
from adapters.wiring import Sources
from compliance.gate_table import TABLE
from compliance.reports.catalogue import CATALOGUE
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import START, Desk, open_desk

ROOT = Path(__file__).resolve().parents[2]
AHEAD = max(START - system_clock(), timedelta())
"""The story of the test trial begins in 2027; until then the host's clock is read ahead of itself."""
FOR_THE_REVIEWER = "report_functional_unblinding"
"""The one report that no auditor may run, whatever the clearance."""
WHY = "The laboratory sheet came by post today."


def running_clock() -> datetime:
    return system_clock() + AHEAD


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Generator[Desk]:
    with open_desk(tmp_path_factory.mktemp("real"), Sources(running_clock)) as opened:
        open_trial(opened, cap=60, sites=("01", "02"))
        for site in ("01", "02", "01"):
            own = {"participant": enrolled(opened, site=site)}
            opened.send(f"coo{site}", "allocate", own)
            opened.send(f"coo{site}", "record_procedure", {**own, "procedure": "biopsy"})
            opened.send(f"coo{site}", "record_visit", {**own, "visit": "V1", "reason": {"code": "late", "text": WHY}})
        opened.hire("aud", "auditor")
        opened.hire("mon", "unblinded_monitor")
        opened.register("vis")
        visit = {"person": "vis", "role": "auditor", "clearance": "unblinded", "trial": "T1", "training": "t1"}
        ends = (opened.store.ports.clock() + timedelta(days=30)).isoformat()
        opened.send("admin", "grant_role", {**visit, "requested_by": "verifier", "ends": ends}, trial=None)
        yield opened


def body(desk: Desk, name: str, out: Path, positions: dict[str, int]) -> tuple[bytes, dict[str, int]]:
    """The body that a new process makes, and the positions that it read."""
    folder = desk.store.folder.parent
    action = CATALOGUE[name].action
    unblinded = "mon" if action == FOR_THE_REVIEWER else "vis"
    reader = unblinded if TABLE[action].touches == "VAULT" else "aud"
    command = [sys.executable, "-m", "tests.journeys.reporting_child", str(folder), name, str(out)]
    child = subprocess.run(
        [*command, json.dumps(positions), reader], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert child.returncode == 0, child.stderr
    sources: Any = json.loads(child.stdout)
    return out.read_bytes(), sources


@pytest.mark.requirement("P11-05")
@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_report_run_in_two_processes_at_one_position_is_equal_byte_for_byte(
    desk: Desk, tmp_path: Path, name: str
) -> None:
    first, read = body(desk, name, tmp_path / "first", {})
    enrolled(desk)

    again, _ = body(desk, name, tmp_path / "again", read)
    later, _ = body(desk, name, tmp_path / "later", {})

    assert first == again
    assert later != first
    assert read["trial:T1"] < desk.size("trial:T1")


def test_two_ledgers_of_one_story_are_not_the_same_ledger(desk: Desk, tmp_path: Path) -> None:
    with open_desk(tmp_path, Sources(running_clock)) as other:
        roots = [store.ledger.head("system", at=1).root for store in (desk.store, other.store)]

    assert roots[0] != roots[1], "the sources are seeded after all"
