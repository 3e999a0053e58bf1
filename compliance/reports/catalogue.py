"""All reports by name: how each is called, which action it needs, which ledgers it reads, how its body is built."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

from compliance.reports import (
    access_log,
    audit_trail,
    custody_log,
    functional_unblinding,
    kit_reconciliation,
    knowledge,
    part11,
    randomisation_log,
    randomisation_log_unblinded,
    screening_log,
    signature_log,
    unblinding_log,
    unblinding_log_unblinded,
)
from compliance.reports.audit_filters import NO_FILTERS, AuditTrailFilters
from compliance.reports.material import Material
from compliance.reports.model import Body
from compliance.reports.twin import form_of, twin_of
from domain.catalogue import LedgerKind
from domain.errors import InvalidInputError

Build = Callable[[Material], Body]
TRIAL: Final[tuple[LedgerKind, ...]] = ("trial", "access")
ALL: Final[tuple[LedgerKind, ...]] = (*TRIAL, "system")
VAULT: Final[tuple[LedgerKind, ...]] = ("trial", "vault")
EVERY: Final[tuple[LedgerKind, ...]] = ("trial", "access", "vault", "system")


class Listed(NamedTuple):
    """A report of the catalogue; `builder` gives the build for filters, or says that it takes none."""

    name: str
    title: str
    action: str
    builder: Callable[[AuditTrailFilters], Build]
    reads: tuple[LedgerKind, ...]


def _audit_trail(filters: AuditTrailFilters) -> Build:
    return partial(audit_trail.audit_trail, filters=filters)


def _unfiltered(title: str, build: Build) -> Callable[[AuditTrailFilters], Build]:
    def builder(filters: AuditTrailFilters) -> Build:
        if filters != NO_FILTERS:
            raise InvalidInputError(
                "no_such_filter",
                f"{title}: everything that its reader may see is shown; it takes no filters.",
                field="filters",
                next_step="Leave the filters out, or ask for the audit trail.",
            )
        return build

    return builder


def _whole(name: str, title: str, action: str, build: Build, reads: tuple[LedgerKind, ...] = ALL) -> Listed:
    return Listed(name, title, action, _unfiltered(title, build), reads)


_REPORTS: Final[Mapping[str, Listed]] = {
    listed.name: listed
    for listed in (
        Listed(audit_trail.NAME, audit_trail.TITLE, "report_audit_trail", _audit_trail, TRIAL),
        _whole(screening_log.NAME, screening_log.TITLE, "report_screening_log", screening_log.screening_log, TRIAL),
        _whole(part11.NAME, part11.TITLE, "report_part11", part11.part11),
        _whole(signature_log.NAME, signature_log.TITLE, "report_signature_log", signature_log.signature_log),
        _whole(access_log.NAME, access_log.TITLE, "report_access_log", access_log.access_log),
        _whole(knowledge.NAME, knowledge.TITLE, "report_knowledge", knowledge.knowledge),
        _whole(unblinding_log.NAME, unblinding_log.TITLE, "report_unblinding_log", unblinding_log.unblinding_log),
        _whole(
            unblinding_log_unblinded.NAME,
            unblinding_log_unblinded.TITLE,
            "report_unblinding_log_unblinded",
            unblinding_log_unblinded.unblinding_log_unblinded,
            EVERY,
        ),
        _whole(
            randomisation_log.NAME,
            randomisation_log.TITLE,
            "report_randomisation_log",
            randomisation_log.randomisation_log,
            ("trial",),
        ),
        _whole(
            randomisation_log_unblinded.NAME,
            randomisation_log_unblinded.TITLE,
            "report_randomisation_log_unblinded",
            randomisation_log_unblinded.randomisation_log_unblinded,
            VAULT,
        ),
        _whole(
            functional_unblinding.NAME,
            functional_unblinding.TITLE,
            "report_functional_unblinding",
            functional_unblinding.functional_unblinding,
            VAULT,
        ),
        _whole(
            kit_reconciliation.NAME,
            kit_reconciliation.TITLE,
            "report_kit_reconciliation",
            kit_reconciliation.kit_reconciliation,
            VAULT,
        ),
        _whole(
            custody_log.NAME,
            custody_log.TITLE,
            "report_custody_log",
            custody_log.custody_log,
            ("trial", "vault", "access", "system"),
        ),
    )
}


class Twins(NamedTuple):
    """Both forms of a report as one run makes them, and their comparison: all for who may read the unblinded form."""

    blinded: Listed
    unblinded: Listed
    compared: Listed


def _twins(name: str) -> Twins:
    blinded, unblinded = _REPORTS[name], _REPORTS[f"{name}-unblinded"]
    kinds: tuple[LedgerKind, ...] = tuple(kind for kind in EVERY if kind in blinded.reads or kind in unblinded.reads)
    one, other = (form_of(form.builder(NO_FILTERS), form.reads) for form in (blinded, unblinded))
    own, title = f"twin-{name}", f"{blinded.title}, both forms compared"
    return Twins(
        blinded=_whole(name, blinded.title, unblinded.action, one, kinds),
        unblinded=_whole(unblinded.name, unblinded.title, unblinded.action, other, kinds),
        compared=_whole(own, title, unblinded.action, twin_of(own, title, one, other), kinds),
    )


TWINS: Final[Mapping[str, Twins]] = {name: _twins(name) for name in (unblinding_log.NAME, randomisation_log.NAME)}
CATALOGUE: Final[Mapping[str, Listed]] = {
    **_REPORTS,
    **{twins.compared.name: twins.compared for twins in TWINS.values()},
}
