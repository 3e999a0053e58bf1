"""The randomisation log, blinded form: who was allocated, where, when, by whom, on which decision and commitment.

It reads the trial ledger alone, which holds no arm. It prints no list position, no block, no seed and no kit pattern;
balance between arms neither stands in it nor can be computed from it (regulation, randomisation log).
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from compliance.reports import frame
from compliance.reports.filled import Filled
from compliance.reports.material import Material
from compliance.reports.model import Body, Picture, Table
from compliance.reports.pictures.enrolment import Curve, DayCount, enrolment_curve
from compliance.reports.randomisation_commitments import commitments_table
from compliance.reports.randomisation_findings import answer, attention, figures
from compliance.reports.randomisation_known import Drawn, Known, known
from compliance.reports.randomisation_rows import allocations_table, errors_table
from compliance.reports.screening_strata import strata_table
from compliance.reports.signature_known import signatures_note

NAME: Final = "randomisation-log"
TITLE: Final = "Randomisation log"
TEMPLATE: Final = "randomisation-log/1"
CURVE: Final = "allocated-by-day"


def randomisation_log(material: Material) -> Body:
    """The log on the axes asked for."""
    material = frame.trial_only(material)
    found = known(material)
    tables, pictures = shared(found)
    return Body(
        name=NAME,
        title=frame.titled(f"{TITLE}, blinded form, {frame.sites_words(material.sites)}", material),
        answer=answer(found),
        figures=figures(found),
        attention=frame.gravest_first(attention(found)),
        tables=tables,
        pictures=pictures,
        scope=frame.scope(material, template=TEMPLATE),
        sources=frame.sources(material),
        entries_read=frame.entries_read(material),
        blinding_class="BLINDED",
        environment=material.environment,
        approvals_note=signatures_note(found.signed),
        strength_note=frame.strength_note(material),
        verification=frame.VERIFICATION,
    )


def shared(found: Known, more: Sequence[Filled[Drawn]] = ()) -> tuple[tuple[Table, ...], tuple[Picture, ...]]:
    """The tables and pictures that both forms print, cell for cell; `more` are columns of the unblinded form."""
    pictures, points = curve(found)
    tables = (
        allocations_table(found, *more),
        errors_table(found),
        commitments_table(found),
        strata_table(found),
        *points,
    )
    return tables, pictures


def curve(found: Known) -> tuple[tuple[Picture, ...], tuple[Table, ...]]:
    """Allocations by day, all arms together, against the places; nothing while nothing is recorded."""
    if found.until is None:
        return (), ()
    days = Counter(drawn.entry.body.occurred_at.day.earliest for drawn in found.rows)
    so_far = tuple(DayCount(day=day, count=sum(days[one] for one in days if one <= day)) for day in sorted(days))
    until = max((found.until, *days))
    caps = [row.cap for row in found.allocations.strata if row.cap is not None]
    whole = found.sites is None and bool(caps)
    target = tuple(DayCount(day=point.day, count=sum(caps)) for point in so_far) if whole else ()
    drawn = Curve(
        enrolled=so_far, target=target, until=until, unit="participants", done="allocated", line="what was allocated"
    )
    picture, table = enrolment_curve(drawn, name=CURVE, title="Allocations over time, all arms together")
    return (picture,), (table,)
