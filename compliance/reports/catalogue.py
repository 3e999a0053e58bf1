"""All reports by name: how each is called, which action of the gate it needs, and how its body is built."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

from compliance.reports import audit_trail, screening_log
from compliance.reports.audit_filters import NO_FILTERS, AuditTrailFilters
from compliance.reports.material import Material
from compliance.reports.model import Body
from domain.errors import InvalidInputError

Build = Callable[[Material], Body]


class Listed(NamedTuple):
    """A report of the catalogue; `builder` gives the build for filters, or says that it takes none."""

    name: str
    title: str
    action: str
    builder: Callable[[AuditTrailFilters], Build]


def _audit_trail(filters: AuditTrailFilters) -> Build:
    return partial(audit_trail.audit_trail, filters=filters)


def _screening_log(filters: AuditTrailFilters) -> Build:
    if filters != NO_FILTERS:
        raise InvalidInputError(
            "no_such_filter",
            "The screening log shows everybody whom its reader may see; it takes no filters.",
            field="filters",
            next_step="Leave the filters out, or ask for the audit trail.",
        )
    return screening_log.screening_log


CATALOGUE: Final[Mapping[str, Listed]] = {
    listed.name: listed
    for listed in (
        Listed(audit_trail.NAME, audit_trail.TITLE, "report_audit_trail", _audit_trail),
        Listed(screening_log.NAME, screening_log.TITLE, "report_screening_log", _screening_log),
    )
}
