"""Facts about a participant after the allocation: treatment (arm-neutral), visits, states, sign-off."""

from typing import Literal

from domain.catalogue import Retention, recorded_as
from domain.fields import Open, Prose1024, TrialTeam
from domain.record import Fact
from domain.values import Code, Hex64, Name, PartialDate


@recorded_as("participant.treatment_given.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.62(b)")
class TreatmentGiven(Fact):
    """Study treatment was given: the same fact for every arm; what was given stands in the vault."""

    dose: Open[int]
    randomisation_number: Open[Code | None]


@recorded_as(
    "participant.treatment_state_changed.v1",
    retention=Retention.PARTICIPANT_RECORD,
    predicate="21 CFR 312.62(b)",
)
class TreatmentStateChanged(Fact):
    """Treatment was interrupted, taken up again, stopped or completed; follow-up is another matter."""

    state: Open[Literal["on", "interrupted", "stopped", "completed"]]


@recorded_as("participant.visit_recorded.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.62(b)")
class VisitRecorded(Fact):
    """A planned visit took place, or did not."""

    done: Open[bool]
    visit: Open[Code]


@recorded_as("participant.follow_up_changed.v1", retention=Retention.PARTICIPANT_RECORD, predicate="21 CFR 312.62(b)")
class FollowUpChanged(Fact):
    """Follow-up was completed, left, lost or found again."""

    state: Open[Literal["completed", "left", "lost", "found_again"]]


@recorded_as("participant.vital_status_recorded.v1", retention=Retention.SAFETY_RECORD, predicate="21 CFR 312.62(b)")
class VitalStatusRecorded(Fact):
    """Alive as of a date, or dead, with the date as exact as known and its source.

    A death names the fatal case, or explains in words why there is none.
    """

    case: Open[Code | None]
    date: Open[PartialDate | None]
    explanation: Prose1024[TrialTeam] | None
    source: Open[Name]
    status: Open[Literal["alive", "dead", "unknown"]]


@recorded_as("participant.signed_off.v1", retention=Retention.PARTICIPANT_RECORD, predicate="ICH E6(R3) 2.12.5")
class SignedOff(Fact):
    """The investigator vouches for the record up to a version: the soft lock; the signature stands beside it."""

    record_digest: Open[Hex64]
    record_version: Open[int]
