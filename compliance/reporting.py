"""A run of a report: asked for, produced, delivered, opened again; each an event in the access ledger.

A report reads every ledger up to one position, by default the head before its own request, so that the
run's own events are never part of it and the same positions give the same body bytes. What is looked at beside
the ledgers, such as the deployment, is recorded first and then read like any other entry.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from compliance.contexts import plain_context
from compliance.gate import AllowedReading, Identity
from compliance.gathering import Gathering, Positions
from compliance.inquire import Axes, Inquire
from compliance.reports.audit_filters import NO_FILTERS, AuditTrailFilters
from compliance.reports.material import Material
from compliance.reports.model import Body, Envelope, Person, Report
from compliance.reports.parameters import axes_of, parameters_of
from compliance.reports.registers import NO_REGISTERS, Registers
from domain import streams
from domain.access.facts import (
    FileDigest,
    ReportDelivered,
    ReportOpened,
    ReportProduced,
    ReportRequested,
    SourcePosition,
)
from domain.catalogue import LedgerKind
from domain.errors import NotFoundError
from domain.people.person import Person as Account
from domain.ports import NewEntry
from domain.record import Entry, Fact
from domain.times import zone

BLINDED: tuple[LedgerKind, ...] = ("trial", "access")


class Request(NamedTuple):
    """What is asked: which report, on which axes, at which positions (default: heads), why.

    `basis` looks at what stands in no ledger yet; what it finds is recorded before anything is read. Where a
    position of the system ledger is named, nothing new is looked at: the report says what was found then.
    """

    report: str
    action: str
    build: Callable[[Material], Body]
    scope: str
    purpose: str
    axes: Axes
    positions: Positions
    reads: tuple[LedgerKind, ...] = BLINDED
    filters: AuditTrailFilters = NO_FILTERS
    basis: Callable[[], Sequence[Fact]] | None = None


class Run(NamedTuple):
    """A produced report: its files by name, the stream that tells of the run, and the action that allowed it."""

    report_id: str
    report: Report
    files: Mapping[str, bytes]
    body_digest: str
    action: str


class Reopened(NamedTuple):
    """A report made again from its request; `same` if body and digest came out as they did then."""

    run: Run
    same: bool


class Reporting:
    """Runs reports for people."""

    def __init__(
        self,
        inquire: Inquire,
        render: Callable[[Report], Mapping[str, bytes]],
        registers: Registers = NO_REGISTERS,
    ) -> None:
        self.inquire = inquire
        self.render = render
        self.registers = registers

    def run(self, identity: Identity, trial: str, request: Request, body_bytes: Callable[[Body], bytes]) -> Run:
        """Ask the gate, record the request, produce the report, record its digests."""
        allowed = self.inquire.allow(identity, request.action, trial)
        gathering = Gathering(self.inquire, trial, allowed, request.reads)
        gathering.positions(request.positions)
        if request.basis is not None and streams.SYSTEM_LEDGER not in request.positions:
            self._record_found(identity, allowed, request.basis())
        positions = gathering.positions(request.positions)
        material, read = gathering.material(request.axes, positions, self.registers)
        body = request.build(material)
        return self._recorded(identity, allowed, trial, request, material, read, body, body_bytes)

    def twins(
        self, identity: Identity, trial: str, requests: Sequence[Request], body_bytes: Callable[[Body], bytes]
    ) -> tuple[Run, ...]:
        """Several forms of one report, from one material: all bodies are built before anything is recorded.

        Where one cannot be built, as where two forms differ, nobody gets any.
        """
        first = requests[0]
        allowed = self.inquire.allow(identity, first.action, trial)
        gathering = Gathering(self.inquire, trial, allowed, first.reads)
        positions = gathering.positions(first.positions)
        material, read = gathering.material(first.axes, positions, self.registers)
        bodies = [request.build(material) for request in requests]
        return tuple(
            self._recorded(identity, allowed, trial, request, material, read, body, body_bytes)
            for request, body in zip(requests, bodies, strict=True)
        )

    def _recorded(
        self,
        identity: Identity,
        allowed: AllowedReading,
        trial: str,
        request: Request,
        material: Material,
        read: Mapping[str, int],
        body: Body,
        body_bytes: Callable[[Body], bytes],
    ) -> Run:
        """Record the request, render the body, record its digests."""
        report_id = self.inquire.ports.ids.token()
        asked = ReportRequested(
            blinding=body.blinding_class,
            parameters=parameters_of(request.axes, material.zone, request.filters),
            purpose=request.purpose,
            report=request.report,
            scope=request.scope,
            sources=tuple(SourcePosition(ledger=name, position=size) for name, size in read.items()),
        )
        self.inquire.record(identity, allowed, trial, "report", asked, name=report_id)
        envelope = self._envelope(allowed, request.purpose, report_id, material.zone)
        run = self._rendered(Report(body=body, envelope=envelope), body_bytes, request.action)
        produced = ReportProduced(
            body_digest=run.body_digest,
            files=tuple(
                FileDigest(name=name, sha256=hashlib.sha256(data).hexdigest())
                for name, data in sorted(run.files.items())
            ),
            rows=body.rows_printed,
        )
        self.inquire.record(identity, allowed, trial, "report", produced, name=report_id, after=1)
        return run

    def delivered(self, identity: Identity, trial: str, run: Run) -> None:
        """Record that the files were handed over."""
        allowed = self.inquire.allow(identity, run.action, trial)
        fact = ReportDelivered(recipient=identity.person)
        self.inquire.record(identity, allowed, trial, "report", fact, name=run.report_id, after=2)

    def asked_before(self, identity: Identity, trial: str, report_id: str) -> ReportRequested:
        """The request of a report that was handed over to this person; NotFoundError for any other."""
        asked: ReportRequested = self._of_own(identity, trial, report_id)[0].fact
        return asked

    def open(
        self, identity: Identity, trial: str, report_id: str, request: Request, body_bytes: Callable[[Body], bytes]
    ) -> Reopened:
        """Make a report again for who got it, from its request and at its positions; that it was opened is recorded.

        `request` gives its builder and what it reads; what was asked comes from the record. The bytes differ
        where a text was erased since, where the reader's own sites changed, or under another template.
        """
        told = self._of_own(identity, trial, report_id)
        asked: ReportRequested = told[0].fact
        allowed = self.inquire.allow(identity, request.action, trial)
        gathering = Gathering(self.inquire, trial, allowed, request.reads)
        positions = dict.fromkeys(gathering.read, 0) | {one.ledger: one.position for one in asked.sources}
        material, _ = gathering.material(axes_of(asked.parameters), positions, self.registers)
        envelope = self._envelope(allowed, asked.purpose, report_id, material.zone)
        run = self._rendered(Report(body=request.build(material), envelope=envelope), body_bytes, request.action)
        same = run.body_digest == told[1].fact.body_digest
        fact = ReportOpened(body_digest=run.body_digest, recipient=identity.person, same=same)
        self.inquire.record(identity, allowed, trial, "report", fact, name=report_id, after=len(told))
        return Reopened(run, same)

    def _of_own(self, identity: Identity, trial: str, report_id: str) -> Sequence[Entry]:
        told = self.inquire.ports.ledger.stream(streams.report(trial, report_id))
        if any(isinstance(e.fact, ReportDelivered) and e.fact.recipient == identity.person for e in told):
            return told
        raise NotFoundError(
            f"No report {report_id} was handed over to {identity.person}.",
            next_step="A report is opened again by who received it; ask for one of your own.",
        )

    def _rendered(self, report: Report, body_bytes: Callable[[Body], bytes], action: str) -> Run:
        digest = hashlib.sha256(body_bytes(report.body)).hexdigest()
        return Run(report.envelope.report_id, report, self.render(report), digest, action)

    def _record_found(self, identity: Identity, allowed: AllowedReading, facts: Sequence[Fact]) -> None:
        """All in one stream and one append, under the name of who asked; ConflictError if that account has moved."""
        ports, actor = self.inquire.ports, allowed.actor
        names = {"person": actor.person, "printed_name": actor.printed_name, "organisation": actor.organisation}
        event, now = ports.ids.event_id(), ports.clock()
        stream = streams.deployment(str(event))
        entries = [
            NewEntry(
                stream,
                plain_context(
                    ports,
                    event=ports.ids.event_id(),
                    identity=identity,
                    person=replace(Account.start(), **names),
                    role=actor.role,
                    authority=allowed.authority,
                    command_id=event,
                    correlation=event,
                    now=now,
                ),
                fact,
            )
            for fact in facts
        ]
        if entries:
            stands = {own: self.inquire.histories.load(own).version for own in _own(identity)}
            ports.ledger.append(entries, expected={stream: 0, **stands}, outcome=None)

    def _envelope(self, allowed: AllowedReading, purpose: str, report_id: str, zone_name: str) -> Envelope:
        now = self.inquire.ports.clock()
        person = Person(
            name=allowed.actor.printed_name, role=allowed.actor.role, organisation=allowed.actor.organisation
        )
        return Envelope(
            report_id=report_id,
            requested_by=person,
            generated_at=now,
            generated_local=now.astimezone(zone(zone_name)),
            zone=zone_name,
            software_version=self.inquire.ports.software_version,
            purpose=purpose,
        )


def _own(identity: Identity) -> tuple[str, str]:
    return streams.person(identity.person), streams.session(identity.session)
