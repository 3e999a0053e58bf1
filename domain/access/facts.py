"""Facts of the access ledger (and, where no trial is concerned, of the system ledger)."""

from typing import Literal

from domain.catalogue import Retention, recorded_as
from domain.fields import Open
from domain.record import Fact
from domain.values import Code, Hex64, Name, Value


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


@recorded_as("report.requested.v1", ledger="access", retention=Retention.ACCESS_RECORD, predicate="21 CFR 11.10(b)")
class ReportRequested(Fact):
    """Somebody asked for a report: what, for which scope, in which class."""

    blinding: Open[Literal["BLINDED", "UNBLINDED", "NEUTRAL"]]
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


@recorded_as("record.read.v1", ledger="access", retention=Retention.ACCESS_RECORD, predicate="EMA 2023 6.3")
class RecordRead(Fact):
    """Somebody read what only some may read."""

    scope: Open[Name]
    what: Open[Code]
