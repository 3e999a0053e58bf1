"""The screening and enrolment log: everybody who was screened and what became of them, with totals that reconcile.

It reads the trial ledger alone. After the allocation everybody is pooled: no arm stands in it, coded or not.
"""

from typing import Final

from compliance.reports import frame
from compliance.reports.material import Material
from compliance.reports.model import Body
from compliance.reports.screening_criteria import criteria_table
from compliance.reports.screening_design import decisions_table
from compliance.reports.screening_deviations import deviations_table
from compliance.reports.screening_findings import answer, attention, figures
from compliance.reports.screening_known import known
from compliance.reports.screening_pictures import curve, flow, months_table
from compliance.reports.screening_rows import screenings_table
from compliance.reports.screening_strata import strata_table
from compliance.reports.screening_totals import sites_table, totals_table
from compliance.reports.signature_known import signatures_note

NAME: Final = "screening-log"
TITLE: Final = "Screening and enrolment log"
TEMPLATE: Final = "screening-log/2"


def screening_log(material: Material) -> Body:
    """The log on the axes asked for."""
    material = frame.trial_only(material)
    found = known(material)
    flow_picture, flow_table = flow(found)
    curve_pictures, curve_tables = curve(found)
    decisions = decisions_table(found)
    return Body(
        name=NAME,
        title=frame.titled(f"{TITLE}, {frame.sites_words(material.sites)}", material),
        answer=answer(found),
        figures=figures(found),
        attention=frame.gravest_first(attention(found, decisions)),
        tables=(
            screenings_table(found),
            totals_table(found),
            sites_table(found),
            flow_table,
            criteria_table(found),
            *curve_tables,
            months_table(found),
            strata_table(found),
            deviations_table(found.deviations),
            decisions,
        ),
        pictures=(flow_picture, *curve_pictures),
        scope=frame.scope(material, template=TEMPLATE),
        sources=frame.sources(material),
        entries_read=frame.entries_read(material),
        blinding_class="NEUTRAL",
        environment=material.environment,
        approvals_note=signatures_note(found.signed),
        strength_note=frame.strength_note(material),
        verification=frame.VERIFICATION,
    )
