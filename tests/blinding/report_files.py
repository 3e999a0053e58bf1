"""Every report that a reader may ask for, as the files that they get, in both editions of each."""

from collections.abc import Iterator
from typing import Final

from adapters.demo.director import TRIAL
from adapters.render import body_html, render
from adapters.wiring import Store
from compliance.gate import Identity
from compliance.inquire import NOW, Inquire
from compliance.reporting import ACCESS_READERS, Reporting, Request
from compliance.reports.audit_filters import NO_FILTERS, AuditTrailFilters
from compliance.reports.catalogue import CATALOGUE, Listed

EDITIONS: Final = (AuditTrailFilters(participant="005"), AuditTrailFilters(changes_only=True), NO_FILTERS)


def reports_for(store: Store, people: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Page, data forms, manifest and digests of every report.

    The audit trail is printed once, in all editions, for readers who see the same; everybody gets the other reports.
    """
    inquire, printed = Inquire(store.ports), set[tuple[frozenset[str] | None, bool]]()
    for person in people:
        allowed = inquire.allow(_asserted(person), "report_audit_trail", TRIAL)
        kind = (allowed.sites, allowed.actor.role in ACCESS_READERS)
        for listed in CATALOGUE.values():
            editions = (NO_FILTERS,) if listed.name != "audit-trail" else () if kind in printed else EDITIONS
            for edition in editions:
                name = f"{person}, {listed.name} {' '.join(edition.words())}"
                yield from _files(store, person, listed, edition, name)
        printed.add(kind)


def _files(
    store: Store, person: str, listed: Listed, edition: AuditTrailFilters, name: str
) -> Iterator[tuple[str, bytes]]:
    reporting = Reporting(Inquire(store.ports), render)
    request = Request(
        report=listed.name,
        action=listed.action,
        build=listed.builder(edition),
        scope="all that the reader may see",
        purpose="comparing twin runs",
        axes=NOW,
        positions={},
    )
    run = reporting.run(_asserted(person), TRIAL, request, body_html)
    reporting.delivered(_asserted(person), TRIAL, run)
    yield f"{name}, body", run.body_digest.encode()
    for file, data in run.files.items():
        yield f"{name}, {file}", data


def _asserted(person: str) -> Identity:
    return Identity(person, "asserted", None, "twins")
