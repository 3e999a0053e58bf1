"""All projections by name, so that whatever holds for one is tested for all."""

from collections.abc import Mapping
from typing import Final

from projections.adverse_events import AdverseEvents
from projections.allocations import Allocations
from projections.audit_trail import AuditTrail
from projections.deviations import Deviations
from projections.enrolment import EnrolmentProgress
from projections.fold import State
from projections.kits import Kits
from projections.knowledge import Knowledge
from projections.late_entries import LateEntries
from projections.obligations import Obligations
from projections.participant import Participants
from projections.screening_log import ScreeningLog
from projections.signatures import Signatures
from projections.timeline import Timeline
from projections.trial_state import TrialState
from projections.unblinding_log import UnblindingLog

PROJECTIONS: Final[Mapping[str, type[State]]] = {
    "adverse_events": AdverseEvents,
    "allocations": Allocations,
    "audit_trail": AuditTrail,
    "deviations": Deviations,
    "enrolment": EnrolmentProgress,
    "kits": Kits,
    "knowledge": Knowledge,
    "late_entries": LateEntries,
    "obligations": Obligations,
    "participants": Participants,
    "screening_log": ScreeningLog,
    "signatures": Signatures,
    "timeline": Timeline,
    "trial_state": TrialState,
    "unblinding_log": UnblindingLog,
}
