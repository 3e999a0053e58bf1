"""The audit trail report: who recorded what, when and why, with every value before and after (21 CFR 11.10(e)).

It reads the trial ledger and, where the reader has clearance, the access ledger; never the vault. No arm can
stand in it.
"""

from typing import Final

from compliance.reports import frame
from compliance.reports.audit_filters import NO_FILTERS, AuditTrailFilters
from compliance.reports.audit_findings import Findings, lock_position
from compliance.reports.audit_lines import lines_of
from compliance.reports.audit_people import people_table
from compliance.reports.audit_table import entries_table
from compliance.reports.audit_values import values_table
from compliance.reports.material import Material
from compliance.reports.model import Body
from compliance.reports.pictures.lag import lag_bins, lag_histogram
from compliance.reports.signature_known import signatures_note, signed_known

NAME: Final = "audit-trail"
TITLE: Final = "Audit trail"
TEMPLATE: Final = "audit-trail/2"


def audit_trail(material: Material, filters: AuditTrailFilters = NO_FILTERS) -> Body:
    """The audit trail in the edition that the filters ask for."""
    lines = lines_of(material, filters)
    signed = signed_known(material)
    found = Findings(lines, signed, limit=filters.late_hours, lock=lock_position(frame.trial_entries(material)))
    lags = (line.row.lag for line in lines if not line.is_derived)
    picture, bins = lag_histogram(lag_bins(lags, limit=filters.late_hours * 3600))
    return Body(
        name=NAME,
        title=frame.titled(_what(material, filters), material),
        answer=found.answer(material.zone),
        figures=found.figures(),
        attention=frame.gravest_first(found.attention()),
        tables=(
            entries_table(material, filters, lines, signed),
            bins,
            people_table(lines, limit=filters.late_hours),
            values_table(material, lines),
        ),
        pictures=(picture,),
        scope=frame.scope(material, template=TEMPLATE, filters=filters.words(), period=filters.period_words()),
        sources=frame.sources(material),
        entries_read=frame.entries_read(material),
        blinding_class="NEUTRAL",
        environment=material.environment,
        approvals_note=signatures_note(signed),
        strength_note=frame.strength_note(material),
        verification=frame.VERIFICATION,
    )


def _what(material: Material, filters: AuditTrailFilters) -> str:
    """The title in plain words: what is shown, of whom."""
    edition = (
        TITLE,
        filters.changes_only and "changes only",
        filters.refusals_only and "refused commands",
        filters.late_only and f"entries {filters.late_hours} h or more late",
    )
    about = (
        filters.participant and f"participant {filters.participant}",
        filters.user and f"user {filters.user}",
        filters.record and f"record {filters.record}",
        filters.site and f"site {filters.site}",
    )
    named = [words for words in about if words]
    if not named or material.sites is not None:
        named.append(frame.sites_words(material.sites))
    return ", ".join([*(words for words in edition if words), *named])
