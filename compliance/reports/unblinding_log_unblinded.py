"""The unblinding log, unblinded form: the blinded one, cell for cell, with the arm that was disclosed.

It reads the vault too, for whom the gate clears (regulation, unblinding log).
"""

from collections import defaultdict
from typing import Final

from compliance.reports import frame, vaulted
from compliance.reports.filled import Filled, folded, shown
from compliance.reports.material import Material
from compliance.reports.model import Body
from compliance.reports.signature_known import signatures_note
from compliance.reports.unblinding_lines import Line
from compliance.reports.unblinding_log import shared
from compliance.reports.unblinding_made_certain import made_certain_table
from domain.allocation.facts import DisclosureRecorded

NAME: Final = "unblinding-log-unblinded"
TITLE: Final = "Unblinding log, unblinded form"
TEMPLATE: Final = "unblinding-log-unblinded/1"


def unblinding_log_unblinded(material: Material) -> Body:
    """The log on the axes asked for."""
    own = shared(material, *_columns(material))
    return Body(
        name=NAME,
        title=frame.titled(f"{TITLE}, {frame.sites_words(material.sites)}", material),
        answer=own.answer,
        figures=own.figures,
        attention=own.attention,
        tables=(*own.tables, made_certain_table(material)),
        pictures=(),
        scope=frame.scope(material, template=TEMPLATE),
        sources=vaulted.sources(material),
        entries_read=vaulted.entries_read(material),
        blinding_class="UNBLINDED",
        environment=material.environment,
        approvals_note=signatures_note(own.known.signed),
        strength_note=frame.strength_note(material),
        verification=frame.VERIFICATION,
    )


def _columns(material: Material) -> tuple[Filled[Line], ...]:
    """The arm as it was told, and its opaque id."""
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    for entry in vaulted.vault_entries(material):
        match entry.fact:
            case DisclosureRecorded(request=request, arm=arm, label=label):
                labels[request][arm] = label
            case _:
                pass
    return (
        shown("arm", "Arm", "text", "The arm that was disclosed", lambda line: _said(labels, line.request)),
        folded("arm_id", "Arm id", "id", "Its opaque id", lambda line: ", ".join(labels[line.request]) or None),
    )


def _said(labels: dict[str, dict[str, str]], request: str) -> str | None:
    """What was told; two different arms of one request would both be shown."""
    return ", ".join(labels[request].values()) or None
