"""The electronic signature log: every signature with its state, and every record that waits for one.

It reads the trial ledger, of the system ledger what concerns signers, and for readers with clearance the access
ledger; never the vault (regulation, electronic signature log; 21 CFR 11.50, 11.70).
"""

from typing import Final

from compliance.reports import frame
from compliance.reports.access_known import access_known
from compliance.reports.material import Material
from compliance.reports.model import Body
from compliance.reports.signature_extras import answer, attention, delays_table, failures, failures_table, figures
from compliance.reports.signature_known import signatures_note, signed_known
from compliance.reports.signature_rows import logged, needed_table, signatures_table

NAME: Final = "signature-log"
TITLE: Final = "Electronic signatures"
TEMPLATE: Final = "signature-log/1"


def signature_log(material: Material) -> Body:
    """The log on the axes asked for."""
    access, signed = access_known(material), signed_known(material)
    rows, failed = logged(access, signed), failures(access)
    needed = needed_table(material, signed)
    return Body(
        name=NAME,
        title=frame.titled(f"{TITLE}, {frame.sites_words(material.sites)}", material),
        answer=answer(signed),
        figures=figures(signed, failed),
        attention=frame.gravest_first(attention(rows, needed, failed)),
        tables=(
            signatures_table(material, rows),
            needed,
            failures_table(material, failed),
            delays_table(signed),
        ),
        pictures=(),
        scope=frame.scope(material, template=TEMPLATE),
        sources=frame.sources(material),
        entries_read=frame.entries_read(material),
        blinding_class="NEUTRAL",
        environment=material.environment,
        approvals_note=signatures_note(signed),
        strength_note=frame.strength_note(material),
        verification=frame.VERIFICATION,
    )
