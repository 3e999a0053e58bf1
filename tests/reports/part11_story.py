"""The Part 11 report over hand-made ledgers: what was checked, what was handed in, and how to read the answer."""

from collections.abc import Iterable
from typing import Any

from adapters.registers import registers
from compliance.reports.model import Body
from compliance.reports.part11 import part11
from compliance.reports.part11_looks import NAMES
from domain import streams
from domain.access.facts import (
    CheckFound,
    DeploymentChecked,
    Evidenced,
    EvidencePresented,
)
from domain.record import Entry, Fact
from tests.projections import facts as told
from tests.projections.entries import TRIAL, Book
from tests.reports.materials import cells, material
from tests.reports.people_story import (
    by,
)

ACCESS = streams.access_ledger(TRIAL)
CHECKS = (
    "environment", "software", "interfaces", "ledgers-verify", "append-only", "durable-writes", "signer-key", "key-log",
    "private-files", "own-sources", "clock", "session-limits", "credential-limits",
)  # fmt: skip


def report(trial: Book, system: Book, *others: Book, **changes: Any) -> Body:
    return part11(material(trial.entries, system.entries, *(other.entries for other in others), **changes))


def checked(
    book: Book, number: str = "1", wrong: Iterable[str] = (), handed: tuple[Fact, ...] = (), **values: str
) -> None:
    """The deployment as it was looked at for a run, with what was handed in."""
    checks = tuple(
        CheckFound(
            check=name, found=values.get(name.replace("-", "_"), "as wanted"), state="wrong" if name in wrong else "ok"
        )
        for name in CHECKS
    )
    for fact in (DeploymentChecked(checks=checks, trial=TRIAL), *handed):
        book.write(streams.deployment(number), fact, **by("lead", software_version="trialproof/0.1.0"))


def evidence(status: Any = "evidenced", *, failed: Iterable[str] = (), leave: Iterable[str] = (), **more: Any) -> Fact:
    """Evidence for every requirement of the register."""
    results = tuple(
        Evidenced(requirement=one.id, status="failed" if one.id in failed else status, tests=3)
        for one in registers().requirements
        if one.id not in leave
    )
    given: dict[str, Any] = {
        "commit": "abc",
        "file_sha256": "f" * 64,
        "register_sha256": registers().digest,
        "run_at": "2027-03-01T00:00:00Z",
        "tests_run": 400,
        "version": "0.1.0",
    }
    return EvidencePresented(results=results, **(given | more))


def clause(body: Body, name: str) -> dict[str, str | None]:
    (found,) = [one for one in cells(body, "clauses") if one["clause"] == name]
    return found


def statuses(body: Body) -> dict[str | None, str | None]:
    return {one["clause"]: one["status"] for one in cells(body, "clauses")}


def check(body: Body, name: str) -> tuple[str | None, str | None]:
    (found,) = [one for one in cells(body, "checks") if one["check"] == NAMES[name]]
    return found["state"], found["found"]


def exceptions(body: Body) -> list[tuple[str | None, str | None]]:
    return [(one["kind"], one["about"]) for one in cells(body, "exceptions")]


def sentences(body: Body) -> list[str]:
    return [item.sentence for item in body.attention]


def decided(book: Book) -> Entry:
    book.write(told.person("001"), told.screened("001"), **by("coo", "site_coordinator"))
    return book.write(told.person("001"), told.decided(eligible=True), **by("inv", "investigator"))
