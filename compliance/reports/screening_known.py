"""What the screening log is made from: the projections of the trial ledger on the axes asked for."""

from dataclasses import dataclass
from datetime import date

from compliance.reports.frame import projected, trial_entries
from compliance.reports.material import Material
from compliance.reports.signature_known import Signed, signed_known
from domain.protocol.facts import CriterionRecorded
from domain.times import zone
from projections.allocations import Allocations, AllocationsView
from projections.deviations import DeviationRow, Deviations
from projections.enrolment import EnrolmentProgress, EnrolmentView
from projections.participant import Participants
from projections.screening_log import ScreeningLog, ScreeningRow, ScreeningTotals
from projections.trial_rows import TrialView
from projections.trial_state import TrialState


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that the report shows, folded; `until` is its last day, None while nothing is recorded."""

    rows: tuple[ScreeningRow, ...]
    totals: ScreeningTotals
    unopened: tuple[str, ...]
    participants: Participants
    deviations: tuple[DeviationRow, ...]
    trial: TrialView
    allocations: AllocationsView
    enrolment: EnrolmentView
    criteria: tuple[CriterionRecorded, ...]
    until: date | None
    sites: frozenset[str] | None
    signed: Signed


def known(material: Material) -> Known:
    """Fold the material."""
    log = projected(material, ScreeningLog)
    view = log.view()
    return Known(
        rows=view.rows,
        totals=view.totals,
        unopened=view.unopened,
        participants=log.participants,
        deviations=projected(material, Deviations).view().rows,
        trial=projected(material, TrialState).view(),
        allocations=projected(material, Allocations).view(),
        enrolment=projected(material, EnrolmentProgress).view(),
        criteria=_criteria(material),
        until=_until(material),
        sites=material.sites,
        signed=signed_known(material),
    )


def _criteria(material: Material) -> tuple[CriterionRecorded, ...]:
    """The criteria that are judged, in protocol order: a compound one by its parts."""
    facts = [entry.fact for entry in trial_entries(material) if isinstance(entry.fact, CriterionRecorded)]
    by_code = {fact.criterion: fact for fact in facts}
    parents = {fact.parent for fact in by_code.values()}
    return tuple(fact for fact in by_code.values() if fact.criterion not in parents)


def _until(material: Material) -> date | None:
    instants = [entry.frame.recorded_at for entry in trial_entries(material)]
    last = max(instants, default=None) if material.true is None else material.true
    return None if last is None else last.astimezone(zone(material.zone)).date()
