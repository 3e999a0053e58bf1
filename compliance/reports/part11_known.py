"""What the Part 11 report is made from: the ledgers folded, and what was found and named for this very run.

Live checks, evidence and procedures are entries of the system ledger, recorded for a run before it is built. So the
report stays a function of ledgers and positions, and asked again at the same positions it says what was found then.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from compliance.reports import frame
from compliance.reports.access_conflicts import Conflict, conflicts
from compliance.reports.access_known import Access, access_known
from compliance.reports.material import Material
from compliance.reports.registers import Registers
from compliance.reports.signature_known import Signed, signed_known
from compliance.reports.signature_rows import Logged, logged
from domain.access.facts import (
    DeploymentChecked,
    Evidenced,
    EvidencePresented,
    Procedure,
    ProceduresNamed,
    ReportProduced,
    ReportRequested,
)
from domain.record import Entry

NO_EVIDENCE = "no evidence file was given with this run"


@dataclass(frozen=True, slots=True)
class Basis:
    """What was found of the deployment and handed in with this run; the checks of the run before beside them."""

    checked: Entry | None
    before: Entry | None
    evidence: Entry | None
    procedures: Mapping[str, Procedure]


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that the report shows."""

    material: Material
    registers: Registers
    access: Access
    signed: Signed
    rows: tuple[Logged, ...]
    conflicts: tuple[Conflict, ...]
    basis: Basis
    results: Mapping[str, Evidenced]
    evidence_note: str
    last: Entry | None


def known(material: Material) -> Known:
    """Fold the material."""
    access, signed = access_known(material), signed_known(material)
    basis = _basis(access.system)
    results, note = _results(basis, material.registers)
    return Known(
        material=material,
        registers=material.registers,
        access=access,
        signed=signed,
        rows=logged(access, signed),
        conflicts=conflicts(access),
        basis=basis,
        results=results,
        evidence_note=note,
        last=_last_report(access.access),
    )


def _basis(system: Sequence[Entry]) -> Basis:
    checks = [entry for entry in system if isinstance(entry.fact, DeploymentChecked)]
    checked = checks[-1] if checks else None
    beside = [] if checked is None else [e for e in system if e.frame.stream == checked.frame.stream]
    named = [one for entry in beside if isinstance(entry.fact, ProceduresNamed) for one in entry.fact.procedures]
    return Basis(
        checked=checked,
        before=checks[-2] if len(checks) > 1 else None,
        evidence=next((entry for entry in beside if isinstance(entry.fact, EvidencePresented)), None),
        procedures={one.clause: one for one in named},
    )


def _results(basis: Basis, registers: Registers) -> tuple[Mapping[str, Evidenced], str]:
    """What the evidence says by requirement; nothing where it is about other requirements or another release."""
    if basis.evidence is None:
        return {}, NO_EVIDENCE
    fact: EvidencePresented = basis.evidence.fact
    release = basis.evidence.body.software_version.rpartition("/")[2]
    of = f"the evidence file {fact.file_sha256[:12]} of {fact.run_at}, {fact.tests_run:,} tests"
    if fact.register_sha256 != registers.digest:
        return {}, f"{of}, is about other requirements than this release has; it counts as none"
    if fact.version != release:
        return {}, f"{of}, is about release {fact.version}, and this is {release}; it counts as none"
    return {one.requirement: one for one in fact.results}, f"{of}, commit {fact.commit or 'not named'}"


def _last_report(access: Sequence[Entry]) -> Entry | None:
    """The request of the last report of this kind that was produced."""
    produced = {entry.frame.stream for entry in access if isinstance(entry.fact, ReportProduced)}
    return next((entry for entry in reversed(access) if entry.frame.stream in produced and _is_own(entry)), None)


def _is_own(entry: Entry) -> bool:
    return isinstance(entry.fact, ReportRequested) and entry.fact.report == "part11"


def new_since(known: Known, last: Entry) -> Iterator[Entry]:
    """The entries that an earlier report did not read."""
    read = {one.ledger: one.position for one in last.fact.sources}
    for name, entries in frame.readable(known.material).items():
        yield from (entry for entry in entries if entry.frame.position > read.get(name, 0))
