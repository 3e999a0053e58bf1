"""The knowledge report, for the clinical study report: who knew which participant's arm, since when and how.

It reads trial, access and system ledger, never the vault; no arm stands in it (ICH E6(R3) 3.16.1, 4.1.4; E3 9.4.6).
"""

from typing import Final

from compliance.reports import frame
from compliance.reports.knowledge_accidents import accidents, accidents_table
from compliance.reports.knowledge_findings import answer, attention, figures
from compliance.reports.knowledge_flags import flags_table
from compliance.reports.knowledge_known import knowing
from compliance.reports.knowledge_shares import shares, shares_table
from compliance.reports.knowledge_tables import (
    blind_roles,
    blind_table,
    cleared_table,
    known_table,
    participants_table,
)
from compliance.reports.material import Material
from compliance.reports.model import Body
from compliance.reports.signature_known import signatures_note, signed_known
from projections.unblinding_log import UnblindingLog

NAME: Final = "knowledge"
TITLE: Final = "Who knew an allocation"
TEMPLATE: Final = "knowledge/1"


def knowledge(material: Material) -> Body:
    """The report on the axes asked for."""
    known = knowing(material)
    log = frame.projected(material, UnblindingLog).view()
    found, roles = shares(log), blind_roles(known)
    reported = accidents(material, log)
    return Body(
        name=NAME,
        title=frame.titled(f"{TITLE}, {frame.sites_words(material.sites)}", material),
        answer=answer(known, log),
        figures=figures(known, log, roles),
        attention=frame.gravest_first(attention(known, reported)),
        tables=(
            known_table(material, known),
            participants_table(known),
            flags_table(known),
            accidents_table(known, reported),
            shares_table(found),
            blind_table(known, roles),
            cleared_table(known),
        ),
        pictures=(),
        scope=frame.scope(material, template=TEMPLATE),
        sources=frame.sources(material),
        entries_read=frame.entries_read(material),
        blinding_class="BLINDED",
        environment=material.environment,
        approvals_note=signatures_note(signed_known(material)),
        strength_note=frame.strength_note(material),
        verification=frame.VERIFICATION,
    )
