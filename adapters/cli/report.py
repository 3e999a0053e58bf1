"""`trialproof report`: a report for a reader and a purpose, its run recorded, its files in a folder of their own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer

from adapters.cli.axes import Known, True_, Zone, axes, when
from adapters.cli.command import As, TrialOption, command
from adapters.cli.run import Run, words_given
from adapters.render import body_html, render
from compliance.gate import Identity
from compliance.inquire import Axes
from compliance.reporting import Reporting, Request
from compliance.reports.audit_filters import DEFAULT_LATE_HOURS, NO_FILTERS, AuditTrailFilters, Period
from compliance.reports.catalogue import CATALOGUE, Listed

EVERYTHING: Final = "all that the reader may see"
LONGEST_SCOPE: Final = 256

Purpose = Annotated[str, typer.Option("--purpose", metavar="TEXT", help="What the report is for; it is recorded.")]
Out = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where a folder with the files is made.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(help="Run a report; who asked, why, and the files' digests are recorded.", no_args_is_help=True)
    command(group, "audit-trail", group="report")(audit)
    command(group, "screening-log", group="report")(screening)
    app.add_typer(group, name="report")


At = Annotated[
    list[str] | None,
    typer.Option(
        "--at",
        metavar="LEDGER=POSITION",
        help="Read a ledger up to this position (default: its head); may be repeated.",
    ),
]


def positions(texts: list[str] | None) -> dict[str, int]:
    """The positions named, by ledger."""
    found: dict[str, int] = {}
    for text in texts or ():
        ledger, _, position = text.rpartition("=")
        if not ledger or not position.isdecimal():
            raise typer.BadParameter(f"{text!r} is not of the form LEDGER=POSITION.")
        found[ledger] = int(position)
    return found


class Order(NamedTuple):
    """Which report, of what, for what purpose, into which folder."""

    listed: Listed
    filters: AuditTrailFilters
    purpose: str
    out: Path
    positions: Mapping[str, int]

    @property
    def scope(self) -> str:
        """What was asked, in words that are recorded."""
        period = [self.filters.period_words()] if self.filters.period else []
        return "; ".join([*self.filters.words(), *period])[:LONGEST_SCOPE] or EVERYTHING


def audit(
    run: Run,
    person: As,
    purpose: Purpose,
    out: Out,
    trial: TrialOption = None,
    participant: Annotated[str | None, typer.Option(metavar="NUMBER", help="Of one participant.")] = None,
    user: Annotated[str | None, typer.Option(metavar="PERSON", help="Sent or performed by this person.")] = None,
    site: Annotated[str | None, typer.Option(metavar="CODE", help="Of one site.")] = None,
    record: Annotated[
        str | None, typer.Option(metavar="RECORD", help="Of one record: participant/007, site/01.")
    ] = None,
    event_type: Annotated[str | None, typer.Option(metavar="TYPE", help="Entries of one type.")] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="D", help="Recorded on that day or later.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="D", help="Recorded on that day or earlier.")] = None,
    only_changes: Annotated[bool, typer.Option("--only-changes", help="Changes to earlier entries only.")] = False,
    only_refusals: Annotated[bool, typer.Option("--only-refusals", help="Refused commands only.")] = False,
    late: Annotated[bool, typer.Option("--late", help="Entries recorded long after the act only.")] = False,
    late_hours: Annotated[
        int, typer.Option(metavar="H", help="From how many hours on an entry counts as late.")
    ] = DEFAULT_LATE_HOURS,
    known: Known = None,
    true: True_ = None,
    zone: Zone = None,
    at: At = None,
) -> None:
    """The audit trail: who recorded what, when and why, with every value before and after."""
    asked = axes(known, true, zone)
    period = Period(when(first, "--from"), when(last, "--to")) if first or last else None
    filters = AuditTrailFilters(
        participant=participant,
        user=user,
        record=record,
        site=site,
        event_type=event_type,
        period=period,
        changes_only=only_changes,
        late_only=late,
        late_hours=late_hours,
        refusals_only=only_refusals,
    )
    order = Order(CATALOGUE["audit-trail"], filters, purpose, out, positions(at))
    produce(run, run.identity(person), run.trial(trial), order, asked)


def screening(
    run: Run,
    person: As,
    purpose: Purpose,
    out: Out,
    trial: TrialOption = None,
    known: Known = None,
    true: True_ = None,
    zone: Zone = None,
    at: At = None,
) -> None:
    """The screening and enrolment log with the flow of participants; no arm, all groups together."""
    asked = axes(known, true, zone)
    order = Order(CATALOGUE["screening-log"], NO_FILTERS, purpose, out, positions(at))
    produce(run, run.identity(person), run.trial(trial), order, asked)


def produce(run: Run, identity: Identity, trial: str, order: Order, asked: Axes) -> Path:
    """Run a report and hand its files over, in a folder that carries the run's id; the folder."""
    purpose = words_given(order.purpose, "--purpose")
    order.out.mkdir(parents=True, exist_ok=True)
    reporting = Reporting(run.inquire, render)
    request = Request(
        report=order.listed.name,
        action=order.listed.action,
        build=order.listed.builder(order.filters),
        scope=order.scope,
        purpose=purpose,
        axes=asked,
        positions=order.positions,
    )
    produced = reporting.run(identity, trial, request, body_html)
    folder = order.out / f"{order.listed.name}-{produced.report_id}"
    folder.mkdir()
    for name, data in produced.files.items():
        (folder / name).write_bytes(data)
    reporting.delivered(identity, trial, produced)
    body = produced.report.body
    run.output.line(
        f"{body.title}: {body.rows_printed} rows, body SHA-256 {produced.body_digest}",
        report=order.listed.name,
        report_id=produced.report_id,
        title=body.title,
        answer=body.answer,
        rows=body.rows_printed,
        body_sha256=produced.body_digest,
        sources=[source.model_dump() for source in body.sources],
        files=[str(folder / name) for name in sorted(produced.files)],
    )
    if not run.output.as_json:
        run.output.line(body.answer)
        for name in sorted(produced.files):
            run.output.line(str(folder / name))
    return folder
