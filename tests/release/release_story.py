"""The end of a small trial in a real store: plan and sets signed, the lock, the reveal, and a package on the disk."""

import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import adapters.standalone.verify_randomisation as program
from compliance.inquire import Inquire
from compliance.release import Handover, Release
from compliance.release_package import Package
from domain import streams
from domain.participant.facts import Allocated
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import Desk, open_desk

TRIAL = "T1"
RECIPIENT = "stat"
WHY = "Accepted by the trial team for this test."
PLAN = {"digest": "4" * 64, "reference": "SAP of the trial", "version": "1.0"}


@contextmanager
def trial_with_allocations(folder: Path, strata: str = "AAAB", cap: int = 6) -> Generator[Desk]:
    """A trial in which one participant was allocated for each letter, and people who can reveal it."""
    with open_desk(folder) as desk:
        open_trial(desk, cap=cap)
        people_of_the_end(desk)
        for stratum in strata:
            allocated(desk, stratum)
        yield desk


def people_of_the_end(desk: Desk) -> None:
    desk.hire("officer1", "unblinding_officer")
    desk.hire("officer2", "unblinding_officer")
    desk.hire("committee", "committee_statistician")


def allocated(desk: Desk, stratum: str) -> str:
    number = enrolled(desk, stratum)
    desk.send("coo01", "allocate", {"participant": number})
    return number


def before_the_lock(desk: Desk) -> None:
    """The plan and the analysis sets, signed."""
    desk.send("stat", "record_analysis_plan", PLAN)
    desk.send("stat", "fix_analysis_sets", {})


def lock(desk: Desk) -> None:
    """The hard lock, with every open item accepted."""
    items = Inquire(desk.store.ports).open_items(desk.identity("dm"), TRIAL)
    accepted = [{"about": item.about, "kind": item.kind, "reason": WHY} for item in items]
    desk.send("dm", "request_lock", {"accepted": accepted})
    desk.send("stat", "confirm_lock", {})


def reveal(desk: Desk, *recipients: str) -> None:
    """Two officers reveal it."""
    desk.send("officer1", "request_reveal", {"recipients": list(recipients or (RECIPIENT,))})
    desk.send("officer2", "confirm_reveal", {})


def revealed(desk: Desk, *recipients: str) -> None:
    before_the_lock(desk)
    lock(desk)
    reveal(desk, *recipients)


def releases(desk: Desk) -> Release:
    def stored(ledger: str, position: int) -> bytes:
        return desk.store.ledger.stored_page(ledger, after=position - 1, limit=1)[0].entry

    return Release(desk.store.ports, stored)


def made(desk: Desk, recipient: str = RECIPIENT) -> Handover:
    """The package for a recipient, not yet recorded as delivered."""
    return releases(desk).planned(desk.identity("officer1"), TRIAL, recipient)


def delivered(desk: Desk, recipient: str = RECIPIENT) -> Package:
    handover = made(desk, recipient)
    desk.send("officer1", handover.command, handover.payload)
    return handover.package


def positions_of(desk: Desk) -> list[int]:
    """Where the allocations stand in the trial ledger."""
    entries = desk.store.ledger.page(streams.trial_ledger(TRIAL), limit=1000)
    return [entry.frame.position for entry in entries if isinstance(entry.fact, Allocated)]


def with_interim(desk: Desk, *, up_to: int) -> None:
    """An interim package, asked for and approved by two."""
    wish = {
        "analysis": "IA1",
        "committee": "Data monitoring committee",
        "expires": (desk.clock.shows + timedelta(days=5)).isoformat(),
        "recipient": "committee",
        "up_to": up_to,
    }
    desk.send("stat", "request_interim", wish)
    for approver in ("med", "lead"):
        desk.send(approver, "approve_interim", {"analysis": "IA1"})


def verified(folder: Path, package: bytes | dict[str, Any], *options: str) -> subprocess.CompletedProcess[str]:
    """Run the program as somebody else would: in an empty folder, without the product and its libraries."""
    machine = folder / "elsewhere"
    machine.mkdir(exist_ok=True)
    script, file = machine / "verify_randomisation.py", machine / "package.json"
    script.write_bytes(Path(program.__file__).read_bytes())
    file.write_bytes(package if isinstance(package, bytes) else json.dumps(package).encode())
    command = [sys.executable, "-I", "-S", script.name, file.name, *options]
    return subprocess.run(
        command, cwd=machine, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]}
    )
