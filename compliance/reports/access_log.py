"""The access log: users, roles, delegations, log-ins, and what was done with rights that others do not have.

It reads the trial ledger, of the system ledger what concerns the trial, and for readers with clearance the access
ledger; never the vault. A site's investigator gets that site's people and delegations (regulation, access log).
"""

from typing import Final

from compliance.reports import frame
from compliance.reports.access_acts import privileged_table, unblinded_table
from compliance.reports.access_conflicts import conflicts
from compliance.reports.access_delegations import delegations_table
from compliance.reports.access_findings import answer, attention, conflicts_table, figures
from compliance.reports.access_known import access_known
from compliance.reports.access_people import grants_table, users_table
from compliance.reports.access_sessions import attempts_table, credentials_table, sessions_table
from compliance.reports.material import Material
from compliance.reports.model import Body
from compliance.reports.signature_known import signatures_note, signed_known

NAME: Final = "access-log"
TITLE: Final = "Access, users, roles and delegations"
TEMPLATE: Final = "access-log/1"


def access_log(material: Material) -> Body:
    """The log on the axes asked for."""
    access, signed = access_known(material), signed_known(material)
    found = conflicts(access)
    tables = (
        conflicts_table(material, found),
        users_table(material, access),
        grants_table(material, access),
        delegations_table(material, access, signed),
        sessions_table(material, access),
        attempts_table(material, access),
        credentials_table(material, access),
        privileged_table(material, access),
        unblinded_table(material, access),
    )
    return Body(
        name=NAME,
        title=frame.titled(f"{TITLE}, {frame.sites_words(material.sites)}", material),
        answer=answer(access, found),
        figures=figures(access, found),
        attention=frame.gravest_first(attention(access, found, tables)),
        tables=tables,
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
