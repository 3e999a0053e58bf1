"""A run of a report: asked for, produced, delivered; each an event in the access ledger.

A report reads every ledger up to one position, by default the head before its own request, so that the
run's own events are never part of it and the same positions give the same body bytes.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from compliance.gate import AllowedReading, Identity
from compliance.inquire import Axes, Inquire, instant_of
from compliance.pages import all_entries
from compliance.reports.material import Material
from compliance.reports.model import Body, Envelope, Person, Report, Source
from compliance.reports.wording import when_words
from domain import streams
from domain.access.facts import FileDigest, ReportDelivered, ReportProduced, ReportRequested, SourcePosition
from domain.errors import InvalidInputError, NotFoundError
from domain.fields import SealedText
from domain.people.roles import Role
from domain.record import Entry
from domain.times import zone
from projections.replay import known_position

ACCESS_READERS: frozenset[Role] = frozenset({"auditor", "inspector", "sponsor_lead"})
"""Roles with clearance for the access ledger; for others its size alone would tell what they need not know."""


class Request(NamedTuple):
    """What is asked: which report, on which axes, at which positions (default: heads), why."""

    report: str
    action: str
    build: Callable[[Material], Body]
    scope: str
    purpose: str
    axes: Axes
    positions: Mapping[str, int]


class Run(NamedTuple):
    """A produced report: its files by name, and the stream that tells of the run."""

    report_id: str
    report: Report
    files: Mapping[str, bytes]
    body_digest: str


class Reporting:
    """Runs reports for people."""

    def __init__(self, inquire: Inquire, render: Callable[[Report], Mapping[str, bytes]]) -> None:
        self.inquire = inquire
        self.render = render

    def run(self, identity: Identity, trial: str, request: Request, body_bytes: Callable[[Body], bytes]) -> Run:
        """Ask the gate, record the request, produce the report, record its digests."""
        allowed = self.inquire.allow(identity, request.action, trial)
        positions = self._positions(allowed, trial, request.positions)
        report_id = self.inquire.ports.ids.token()
        material = self._material(allowed, trial, request.axes, positions)
        body = request.build(material)
        asked = ReportRequested(
            blinding=body.blinding_class,
            purpose=request.purpose,
            report=request.report,
            scope=request.scope,
            sources=tuple(SourcePosition(ledger=source.ledger, position=source.size) for source in body.sources),
        )
        self.inquire.record(identity, allowed, trial, "report", asked, name=report_id)
        report = Report(body=body, envelope=self._envelope(allowed, request, report_id, material.zone))
        files = self.render(report)
        digest = hashlib.sha256(body_bytes(body)).hexdigest()
        produced = ReportProduced(
            body_digest=digest,
            files=tuple(
                FileDigest(name=name, sha256=hashlib.sha256(data).hexdigest()) for name, data in sorted(files.items())
            ),
            rows=body.rows_printed,
        )
        self.inquire.record(identity, allowed, trial, "report", produced, name=report_id, after=1)
        return Run(report_id, report, files, digest)

    def delivered(self, identity: Identity, trial: str, run: Run) -> None:
        """Record that the files were handed over."""
        allowed = self.inquire.allow(identity, "read_trial", trial)
        fact = ReportDelivered(recipient=identity.person)
        self.inquire.record(identity, allowed, trial, "report", fact, name=run.report_id, after=2)

    def _positions(self, allowed: AllowedReading, trial: str, asked: Mapping[str, int]) -> dict[str, int]:
        ledgers = [streams.trial_ledger(trial)]
        if allowed.sites is None and allowed.actor.role in ACCESS_READERS:
            ledgers.append(streams.access_ledger(trial))
        foreign = sorted(set(asked) - set(ledgers))
        if foreign:
            raise InvalidInputError(
                "no_such_source",
                f"This report does not read {', '.join(foreign)} for you.",
                field="position",
                next_step=f"Name positions of {' and '.join(ledgers)} only.",
            )
        heads = {name: self.inquire.ports.ledger.head(name).size for name in ledgers}
        beyond = sorted(name for name, size in asked.items() if not 0 < size <= heads[name])
        if beyond:
            raise NotFoundError(
                f"{beyond[0]} has no position {asked[beyond[0]]}; it goes to {heads[beyond[0]]}.",
                next_step="Ask for a position up to the head.",
            )
        return heads | dict(asked)

    def _material(self, allowed: AllowedReading, trial: str, axes: Axes, positions: Mapping[str, int]) -> Material:
        ledger = self.inquire.ports.ledger
        name = streams.trial_ledger(trial)
        reading = self.inquire.at(allowed, trial, axes, positions[name])
        entries, read = {name: reading.entries}, {name: reading.position}
        for other, size in positions.items():
            if other != name:
                entries[other] = self._known(all_entries(ledger, other, up_to=size), axes, reading.zone)
                read[other] = len(entries[other])
        return Material(
            trial=trial,
            environment=reading.environment,
            entries=entries,
            leaves=self._leaves(entries),
            sources=tuple(self._source(other, size) for other, size in read.items()),
            sites=allowed.sites,
            true=reading.true,
            known_on=f"at entry {reading.position:,}" if axes.known is None else f"on {when_words(axes.known)}",
            true_on="at any time" if axes.true is None else f"on {when_words(axes.true)}",
            zone=reading.zone,
            open_text=self._open,
        )

    def _known(self, entries: list[Entry], axes: Axes, zone_name: str) -> list[Entry]:
        """What a ledger held on the day asked for: every ledger is read as of the same moment."""
        if axes.known is None:
            return entries
        return entries[: known_position(entries, instant_of(axes.known, zone_name))]

    def _leaves(self, entries: Mapping[str, Sequence[Entry]]) -> dict[tuple[str, int], str]:
        found: dict[tuple[str, int], str] = {}
        for name, listed in entries.items():
            leaves = self.inquire.ports.leaves(name, listed[-1].frame.position if listed else 0)
            found |= {(name, e.frame.position): leaves[e.frame.position - 1].hex() for e in listed}
        return found

    def _source(self, name: str, size: int) -> Source:
        head = self.inquire.ports.ledger.head(name, at=size)
        origin = self.inquire.ports.ledger.stream(streams.opening(name))[0].fact
        return Source(ledger=name, origin=f"{name}/{origin.ledger_id.hex()}", size=head.size, root=head.root.hex())

    def _open(self, sealed: SealedText[Any]) -> str:
        if sealed.audience != "trial_team":
            return "sealed to safety readers"
        try:
            return self.inquire.ports.opens.text(sealed)
        except NotFoundError:
            return "erased: its key was destroyed"

    def _envelope(self, allowed: AllowedReading, request: Request, report_id: str, zone_name: str) -> Envelope:
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
            purpose=request.purpose,
        )
