"""All reports by name: how each is called, which action it needs, which ledgers it reads, how its body is built."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

from compliance.reports import access_log, audit_trail, part11, screening_log, signature_log
from compliance.reports.audit_filters import NO_FILTERS, AuditTrailFilters
from compliance.reports.material import Material
from compliance.reports.model import Body
from domain.catalogue import LedgerKind
from domain.errors import InvalidInputError

Build = Callable[[Material], Body]
TRIAL: Final[tuple[LedgerKind, ...]] = ("trial", "access")
ALL: Final[tuple[LedgerKind, ...]] = (*TRIAL, "system")


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


CATALOGUE: Final[Mapping[str, Listed]] = {
    listed.name: listed
    for listed in (
        Listed(audit_trail.NAME, audit_trail.TITLE, "report_audit_trail", _audit_trail, TRIAL),
        _whole(screening_log.NAME, screening_log.TITLE, "report_screening_log", screening_log.screening_log, TRIAL),
        _whole(part11.NAME, part11.TITLE, "report_part11", part11.part11),
        _whole(signature_log.NAME, signature_log.TITLE, "report_signature_log", signature_log.signature_log),
        _whole(access_log.NAME, access_log.TITLE, "report_access_log", access_log.access_log),
    )
}
