"""Every report that a reader may ask for, as the files that they get, in both editions of each."""

from collections.abc import Iterator
from typing import Final

from adapters.demo.director import TRIAL
from adapters.live_checks import Deployment, look
from adapters.registers import registers
from adapters.render import body_html, render
from compliance.gate import Identity
from compliance.inquire import NOW, Inquire
from compliance.reporting import Reporting, Request
from compliance.reports.audit_filters import NO_FILTERS, AuditTrailFilters
from compliance.reports.catalogue import CATALOGUE, Listed
from domain.errors import Refusal
from tests.blinding.twins import Twin

ACCESS_READERS: Final = frozenset({"auditor", "inspector", "sponsor_lead"})
EDITIONS: Final = (AuditTrailFilters(participant="005"), AuditTrailFilters(changes_only=True), NO_FILTERS)


def reports_for(twin: Twin, people: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Page, data forms, manifest and digests of every report, or in which words it is refused.

    The audit trail is printed once, in all editions, for readers who see the same; everybody gets the other reports.
    """
    inquire, printed = Inquire(twin.store.ports), set[tuple[frozenset[str] | None, bool]]()
    for person in people:
        identity = twin.doors.identity(person)
        allowed = inquire.allow(identity, "report_audit_trail", TRIAL)
        kind = (allowed.sites, allowed.actor.role in ACCESS_READERS)
        for listed in CATALOGUE.values():
            editions = (NO_FILTERS,) if listed.name != "audit-trail" else () if kind in printed else EDITIONS
            for edition in editions:
                name = f"{person}, {listed.name} {' '.join(edition.words())}"
                yield from _files(twin, inquire, identity, listed, edition, name)
        printed.add(kind)


def _files(
    twin: Twin, inquire: Inquire, identity: Identity, listed: Listed, edition: AuditTrailFilters, name: str
) -> Iterator[tuple[str, bytes]]:
    reporting = Reporting(inquire, render, registers())
    request = Request(
        report=listed.name,
        action=listed.action,
        build=listed.builder(edition),
        scope="all that the reader may see",
        purpose="comparing twin runs",
        axes=NOW,
        positions={},
        reads=listed.reads,
        filters=edition,
        basis=lambda: (look(Deployment(twin.store, twin.log_file, TRIAL)),) if listed.name == "part11" else (),
    )
    try:
        run = reporting.run(identity, TRIAL, request, body_html)
    except Refusal as refusal:
        yield f"{name}, refused", f"{refusal.code}: {refusal}".encode()
        return
    reporting.delivered(identity, TRIAL, run)
    yield f"{name}, body", run.body_digest.encode()
    for file, data in run.files.items():
        yield f"{name}, {file}", data
