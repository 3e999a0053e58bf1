"""`trialproof report`: a report for a reader and a purpose, its run recorded, its files in a folder of their own."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer

from adapters.cli.axes import Known, True_, Zone, axes, when
from adapters.cli.command import TrialOption, command
from adapters.cli.run import Run, code_given, words_given
from adapters.custody_look import look_at as look_at_custody
from adapters.handed_in import evidence as evidence_of
from adapters.handed_in import procedures as procedures_of
from adapters.live_checks import Deployment, look
from adapters.registers import registers
from adapters.render import body_html, render
from compliance.gate import Identity
from compliance.inquire import NOW, Axes
from compliance.reporting import Reporting, Request
from compliance.reporting import Run as Made
from compliance.reports.audit_filters import DEFAULT_LATE_HOURS, NO_FILTERS, AuditTrailFilters, Period
from compliance.reports.catalogue import CATALOGUE, TWINS, Listed
from compliance.reports.parameters import axes_of, filters_of
from domain.record import Fact

EVERYTHING: Final = "all that the reader may see"
LONGEST_SCOPE: Final = 256
PRINTED: Final = {
    "randomisation-log": "The randomisation log, blinded form: allocations with consent, signature and root; no arm.",
    "randomisation-log-unblinded": "The randomisation log with arm and slot, reconciled; for unblinded roles alone.",
    "functional-unblinding": "Which features that blinded readers see separate the arms; for the unblinded monitor.",
    "unblinding-log": "The unblinding log, blinded form: requests, breaks, accidents, drills, what followed; no arm.",
    "unblinding-log-unblinded": "The unblinding log with the arm that was disclosed; for unblinded roles alone.",
    "knowledge": "Who knew which participant's arm, since when and how, and what they assessed; no arm.",
    "kit-reconciliation": "Every kit with its arm, where it is and whom it went to; for unblinded roles alone.",
    "custody-log": "Who held what opens an allocation, what was opened and by which authority; no arm, no key.",
}
"""Reports that are printed whole, without filters, with what each says."""

Purpose = Annotated[str, typer.Option("--purpose", metavar="TEXT", help="What the report is for; it is recorded.")]
Out = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where a folder with the files is made.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(help="Run a report; who asked, why, and the files' digests are recorded.", no_args_is_help=True)
    command(group, "audit-trail", group="report")(audit)
    command(group, "screening-log", group="report")(screening)
    command(group, "signature-log", group="report")(signature_log)
    command(group, "access-log", group="report")(access_log)
    command(group, "part11", group="report")(part11)
    for name, words in PRINTED.items():
        command(group, name, group="report")(_prints(name, words))
    command(group, "twin", group="report")(twin)
    command(group, "open", group="report")(open_again)
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
    basis: Callable[[], Sequence[Fact]] | None = None

    @property
    def scope(self) -> str:
        """What was asked, in words that are recorded."""
        period = [self.filters.period_words()] if self.filters.period else []
        return "; ".join([*self.filters.words(), *period])[:LONGEST_SCOPE] or EVERYTHING


def audit(
    run: Run,
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
    produce(run, run.identity(), run.trial(trial), order, asked)


def screening(
    run: Run,
    purpose: Purpose,
    out: Out,
    trial: TrialOption = None,
    known: Known = None,
    true: True_ = None,
    zone: Zone = None,
    at: At = None,
) -> None:
    """The screening and enrolment log with the flow of participants; no arm, all groups together."""
    whole(run, "screening-log", purpose, out, trial, axes(known, true, zone), at)


def signature_log(
    run: Run,
    purpose: Purpose,
    out: Out,
    trial: TrialOption = None,
    known: Known = None,
    true: True_ = None,
    zone: Zone = None,
    at: At = None,
) -> None:
    """Every electronic signature with its state, and every record that waits for one."""
    whole(run, "signature-log", purpose, out, trial, axes(known, true, zone), at)


def access_log(
    run: Run,
    purpose: Purpose,
    out: Out,
    trial: TrialOption = None,
    known: Known = None,
    true: True_ = None,
    zone: Zone = None,
    at: At = None,
) -> None:
    """Users, roles, delegations, log-ins, privileged acts, and conflicts among them."""
    whole(run, "access-log", purpose, out, trial, axes(known, true, zone), at)


def _prints(name: str, words: str) -> Callable[..., None]:
    """The command of a report without filters."""

    def printed(
        run: Run,
        purpose: Purpose,
        out: Out,
        trial: TrialOption = None,
        known: Known = None,
        true: True_ = None,
        zone: Zone = None,
        at: At = None,
    ) -> None:
        whole(run, name, purpose, out, trial, axes(known, true, zone), at)

    printed.__doc__ = words
    return printed


def twin(
    run: Run,
    report: Annotated[str, typer.Argument(metavar="REPORT", help=f"One of: {', '.join(sorted(TWINS))}.")],
    purpose: Purpose,
    out: Out,
    trial: TrialOption = None,
    known: Known = None,
    true: True_ = None,
    zone: Zone = None,
    at: At = None,
) -> None:
    """Both forms of a report from one reading, and the comparison: masked columns alone differ.

    For who may read the unblinded form. Where anything else differs, nothing is handed out.
    """
    twins = TWINS.get(report)
    if twins is None:
        raise typer.BadParameter(f"{report!r} has no two forms; name one of: {', '.join(sorted(TWINS))}.")
    words, asked = words_given(purpose, "--purpose"), axes(known, true, zone)
    orders = [Order(listed, NO_FILTERS, words, out, positions(at)) for listed in reversed(twins)]
    identity, name = run.identity(), run.trial(trial)
    reporting = Reporting(run.inquire, render, registers())
    made = reporting.twins(identity, name, [_request(order, asked) for order in orders], body_html)
    out.mkdir(parents=True, exist_ok=True)
    for order, produced in reversed(list(zip(orders, made, strict=True))):
        folder = _written(order, produced)
        reporting.delivered(identity, name, produced)
        _tell(run, order, produced, folder)


def whole(
    run: Run,
    name: str,
    purpose: str,
    out: Path,
    trial: str | None = None,
    asked: Axes = NOW,
    at: list[str] | None = None,
) -> Path:
    """Run a report of the catalogue that takes no filters; the folder of its files."""
    store, about = run.store, run.trial(trial)
    basis = partial(look_at_custody, store, about) if name == "custody-log" else None
    order = Order(CATALOGUE[name], NO_FILTERS, purpose, out, positions(at), basis)
    return produce(run, run.identity(), about, order, asked)


def part11(
    run: Run,
    purpose: Purpose,
    out: Out,
    trial: TrialOption = None,
    evidence: Annotated[
        Path | None,
        typer.Option("--evidence", metavar="FILE", help="Results of the release's tests: requirements.json of a run."),
    ] = None,
    procedures: Annotated[
        Path | None,
        typer.Option("--procedures", metavar="FILE", help="CSV: clause,document,version,owner of what people do."),
    ] = None,
    known: Known = None,
    zone: Zone = None,
    at: At = None,
) -> None:
    """Part 11, clause by clause: the control, what is found in this deployment, and what is missing.

    The deployment is looked at and what is found is recorded; not where --at names a position of the system ledger:
    then the report says what was found up to there.
    """
    name = run.trial(trial)
    deployment = Deployment(run.store, run.settings.secret, name)
    handed = [] if evidence is None else [evidence_of(evidence)]
    named = [] if procedures is None else [procedures_of(procedures, registers())]
    order = Order(
        CATALOGUE["part11"],
        NO_FILTERS,
        purpose,
        out,
        positions(at),
        basis=lambda: (look(deployment), *handed, *named),
    )
    produce(run, run.identity(), name, order, axes(known, None, zone))


def open_again(
    run: Run,
    report_id: Annotated[str, typer.Argument(metavar="REPORT", help="Id of a report that was handed over to you.")],
    out: Out,
    trial: TrialOption = None,
) -> None:
    """Make a report that you received again, at the positions it was read at; that it was opened is recorded.

    It says whether the body came out with the same bytes as then.
    """
    out.mkdir(parents=True, exist_ok=True)
    identity, name = run.identity(), run.trial(trial)
    reporting = Reporting(run.inquire, render, registers())
    asked = reporting.asked_before(identity, name, code_given(report_id, "REPORT"))
    order = Order(CATALOGUE[asked.report], filters_of(asked.parameters), asked.purpose, out, {})
    request = _request(order, axes_of(asked.parameters))
    reopened = reporting.open(identity, name, report_id, request, body_html)
    folder = _written(order, reopened.run, again=True)
    _tell(run, order, reopened.run, folder, same=reopened.same)
    if not run.output.as_json:
        came_out = "the same bytes as then" if reopened.same else "NOT the same bytes as then"
        run.output.line(f"Opened again; the body came out with {came_out}.")


def produce(run: Run, identity: Identity, trial: str, order: Order, asked: Axes) -> Path:
    """Run a report and hand its files over, in a folder that carries the run's id; the folder."""
    order = order._replace(purpose=words_given(order.purpose, "--purpose"))
    order.out.mkdir(parents=True, exist_ok=True)
    reporting = Reporting(run.inquire, render, registers())
    produced = reporting.run(identity, trial, _request(order, asked), body_html)
    folder = _written(order, produced)
    reporting.delivered(identity, trial, produced)
    _tell(run, order, produced, folder)
    return folder


def _request(order: Order, asked: Axes) -> Request:
    return Request(
        report=order.listed.name,
        action=order.listed.action,
        build=order.listed.builder(order.filters),
        scope=order.scope,
        purpose=order.purpose,
        axes=asked,
        positions=order.positions,
        reads=order.listed.reads,
        filters=order.filters,
        basis=order.basis,
    )


def _written(order: Order, produced: Made, *, again: bool = False) -> Path:
    """The files in a folder of the run's own; beside it, where the same report is made again."""
    folder = order.out / f"{order.listed.name}-{produced.report_id}"
    if again:
        numbers = (folder.with_name(f"{folder.name}-again-{number}") for number in count(1))
        folder = next(one for one in numbers if not one.exists())
    folder.mkdir()
    for name, data in produced.files.items():
        (folder / name).write_bytes(data)
    return folder


def _tell(run: Run, order: Order, produced: Made, folder: Path, **more: bool) -> None:
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
        **more,
    )
    if not run.output.as_json:
        run.output.line(body.answer)
        for name in sorted(produced.files):
            run.output.line(str(folder / name))
