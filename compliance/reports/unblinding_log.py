"""The unblinding log, blinded form: every unblinding with all that the record holds of it, but the arm.

It reads trial, access and system ledger, never the vault (regulation, unblinding log; ICH E6(R3) 4.1.4).
"""

from typing import Final, NamedTuple

from compliance.reports import frame
from compliance.reports.filled import Filled
from compliance.reports.material import Material
from compliance.reports.model import Attention, Body, Figure, Table
from compliance.reports.signature_known import signatures_note
from compliance.reports.unblinding_findings import answer, attention, figures
from compliance.reports.unblinding_indicators import drills_table, indicators, indicators_table, last_drills
from compliance.reports.unblinding_known import Unblinded, unblinded_known
from compliance.reports.unblinding_lines import Line, lines
from compliance.reports.unblinding_signed import refused_table, signed_table, signings
from compliance.reports.unblinding_table import unblindings_table
from compliance.reports.unblinding_totals import site_shares, sites_table, totals, totals_table

NAME: Final = "unblinding-log"
TITLE: Final = "Unblinding log"
TEMPLATE: Final = "unblinding-log/1"


class Shared(NamedTuple):
    """What both forms of the log print, cell for cell."""

    known: Unblinded
    answer: str
    figures: tuple[Figure, ...]
    attention: tuple[Attention, ...]
    tables: tuple[Table, ...]


def unblinding_log(material: Material) -> Body:
    """The log on the axes asked for."""
    own = shared(material)
    return Body(
        name=NAME,
        title=frame.titled(f"{TITLE}, blinded form, {frame.sites_words(material.sites)}", material),
        answer=own.answer,
        figures=own.figures,
        attention=own.attention,
        tables=own.tables,
        pictures=(),
        scope=frame.scope(material, template=TEMPLATE),
        sources=frame.sources(material),
        entries_read=frame.entries_read(material),
        blinding_class="BLINDED",
        environment=material.environment,
        approvals_note=signatures_note(own.known.signed),
        strength_note=frame.strength_note(material),
        verification=frame.VERIFICATION,
    )


def shared(material: Material, *more: Filled[Line]) -> Shared:
    """Everything that is the same in both forms; `more` are columns of the unblinded one."""
    known = unblinded_known(material)
    found, shares, drills, signed = indicators(known), site_shares(known), last_drills(known), signings(known)
    return Shared(
        known=known,
        answer=answer(known),
        figures=figures(known, found),
        attention=frame.gravest_first(attention(known, found, shares, drills, signed)),
        tables=(
            unblindings_table(lines(known), more),
            totals_table(totals(known)),
            sites_table(shares),
            indicators_table(found),
            signed_table(signed),
            drills_table(known, drills),
            refused_table(material, known),
        ),
    )
