"""Facts of the access ledger (and, where no trial is concerned, of the system ledger)."""

from typing import Literal

from domain.catalogue import Retention, recorded_as
from domain.fields import Open
from domain.record import Fact
from domain.values import Code, Hex64, Name, Text, Value


@recorded_as(
    "command.refused.v1",
    ledger=("access", "system"),
    retention=Retention.ACCESS_RECORD,
    predicate="21 CFR 11.10(g)",
)
class CommandRefused(Fact):
    """A well-formed command was refused; its values are not kept, only its type and the rule."""

    code: Open[Code]
    command: Open[Code]
    rule: Open[Code]


class SourcePosition(Value):
    """How far a report read a ledger."""

    ledger: Name
    position: int


class Parameter(Value):
    """One part of a question, as data: a filter, a time axis, a zone."""

    name: Code
    value: Text


@recorded_as("report.requested.v2", ledger="access", retention=Retention.ACCESS_RECORD, predicate="21 CFR 11.10(b)")
class ReportRequested(Fact):
    """Somebody asked for a report: what, for which scope, in which class; enough to make the same report again."""

    blinding: Open[Literal["BLINDED", "UNBLINDED", "NEUTRAL"]]
    parameters: Open[tuple[Parameter, ...]]
    purpose: Open[Name]
    report: Open[Code]
    scope: Open[Name]
    sources: Open[tuple[SourcePosition, ...]]


class FileDigest(Value):
    """One file of a report."""

    name: Name
    sha256: Hex64


@recorded_as("report.produced.v1", ledger="access", retention=Retention.ACCESS_RECORD, predicate="21 CFR 11.10(b)")
class ReportProduced(Fact):
    """The report's bytes, by digest; `body_digest` depends only on ledgers, positions and template."""

    body_digest: Open[Hex64]
    files: Open[tuple[FileDigest, ...]]
    rows: Open[int]


@recorded_as("report.delivered.v1", ledger="access", retention=Retention.ACCESS_RECORD, predicate="21 CFR 11.10(b)")
class ReportDelivered(Fact):
    """The report was handed over."""

    recipient: Open[Code]


@recorded_as("report.opened.v1", ledger="access", retention=Retention.ACCESS_RECORD, predicate="MHRA 2018 6.13")
class ReportOpened(Fact):
    """A report that was handed over before was made again from its request; `same` if the bytes of its body were."""

    body_digest: Open[Hex64]
    recipient: Open[Code]
    same: Open[bool]


@recorded_as("record.read.v1", ledger="access", retention=Retention.ACCESS_RECORD, predicate="EMA 2023 6.3")
class RecordRead(Fact):
    """Somebody read what only some may read."""

    scope: Open[Name]
    what: Open[Code]


class CheckFound(Value):
    """One look at a deployment: at what, what was found, and whether that is as it should be."""

    check: Code
    found: Name
    state: Literal["ok", "note", "wrong"]


@recorded_as("deployment.checked.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.10(a)")
class DeploymentChecked(Fact):
    """What was found on looking at the deployment and at a trial's ledgers: values of that moment, no promise."""

    checks: Open[tuple[CheckFound, ...]]
    trial: Open[Code]


class Evidenced(Value):
    """What a validation run says of one requirement, and how many tests it rests on."""

    requirement: Code
    status: Literal["evidenced", "failed", "incomplete", "no test"]
    tests: int


@recorded_as("evidence.presented.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.10(a)")
class EvidencePresented(Fact):
    """Somebody handed in the results of a validation run; this is what the file says of itself, nothing vouches for it.

    `register_sha256` is the digest of the requirements that the run was about.
    """

    commit: Open[Name | None]
    file_sha256: Open[Hex64]
    register_sha256: Open[Hex64]
    results: Open[tuple[Evidenced, ...]]
    run_at: Open[Name]
    tests_run: Open[int]
    version: Open[Code]


class Procedure(Value):
    """A document of the organisation's own that answers a clause, and who answers for it."""

    clause: Code
    document: Name
    owner: Name
    version: Code


@recorded_as("procedures.named.v1", ledger="system", retention=Retention.SYSTEM_RECORD, predicate="21 CFR 11.10(k)")
class ProceduresNamed(Fact):
    """Somebody named the documents behind clauses that software alone cannot meet; no copy of them is kept here."""

    procedures: Open[tuple[Procedure, ...]]
