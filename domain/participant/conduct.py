"""What happens to an allocated participant: treatment, visits, follow-up, vital status. All facts, never refused."""

from typing import Annotated, Literal

from pydantic import Field

from domain.command import Decided, Given, Room, command
from domain.deviation.found import RuleCode
from domain.fields import TrialTeam
from domain.input import Code, DateGiven, Reference, Words1024
from domain.participant.base import (
    ParticipantCommand,
    after_consent,
    after_death,
    after_withdrawal,
    broken,
    days_between,
)
from domain.participant.conduct_facts import (
    FollowUpChanged,
    TreatmentGiven,
    TreatmentStateChanged,
    VisitRecorded,
    VitalStatusRecorded,
)


@command("record_treatment")
class RecordTreatment(ParticipantCommand):
    """Record that study treatment was given: the same command for every arm; what was given goes to the vault."""

    TASK = "treatment"

    dose: Annotated[int, Field(ge=1, le=1000)]

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Flag treatment before consent or allocation, after a stop, a withdrawal or a death."""
        own = self.known(room)
        consent = after_consent(own, given.occurred)
        checks = broken(
            (consent or "act-before-consent", consent is not None),
            ("treatment-before-allocation", own.allocation is None),
            ("treatment-after-stop", own.treatment in ("stopped", "completed")),
            ("act-after-withdrawal", after_withdrawal(own, ("treatment",), given.occurred)),
            ("act-after-death", after_death(own, given.occurred)),
        )
        number = own.allocation.fact.randomisation_number if own.allocation else None
        fact = TreatmentGiven(dose=self.dose, randomisation_number=number)
        return self.with_deviations(given, room, self.in_own_stream(given, fact), checks)


@command("change_treatment_state")
class ChangeTreatmentState(ParticipantCommand):
    """Record that treatment was interrupted, taken up again, stopped or completed; follow-up goes on."""

    TASK = "treatment"

    state: Literal["on", "interrupted", "stopped", "completed"]

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Record it."""
        self.known(room)
        fact = TreatmentStateChanged(state=self.state)
        return self.with_deviations(given, room, self.in_own_stream(given, fact), ())


@command("record_visit")
class RecordVisit(ParticipantCommand):
    """Record that a planned visit took place, or did not."""

    TASK = "visits"

    done: bool = True
    visit: Code

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Flag a visit outside its window (counted in days of the site), after leaving, or after a death."""
        own = self.known(room)
        checks = broken(
            ("visit-not-planned", self.protocol(room).visit(self.visit) is None),
            ("visit-outside-window", self.done and self._outside_window(given, room)),
            ("act-after-leaving-follow-up", self.done and own.follow_up in ("left", "completed")),
            ("act-after-withdrawal", self.done and after_withdrawal(own, ("follow_up",), given.occurred)),
            ("act-after-death", self.done and after_death(own, given.occurred)),
        )
        fact = VisitRecorded(done=self.done, visit=self.visit)
        return self.with_deviations(given, room, self.in_own_stream(given, fact), checks)

    def _outside_window(self, given: Given, room: Room) -> bool:
        first, planned = self.own(room).first_treatment, self.protocol(room).visit(self.visit)
        if first is None or planned is None:
            return False
        day = days_between(first, given.occurred, self.at_own_site(room).zone)
        earliest, latest = planned.target_day - planned.days_before, planned.target_day + planned.days_after
        return day is not None and not earliest <= day <= latest


@command("change_follow_up")
class ChangeFollowUp(ParticipantCommand):
    """Record that follow-up was completed, left, lost, or that a lost participant was found again."""

    TASK = "visits"

    state: Literal["completed", "left", "lost", "found_again"]

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Record it."""
        self.known(room)
        fact = FollowUpChanged(state=self.state)
        return self.with_deviations(given, room, self.in_own_stream(given, fact), ())


@command("record_vital_status", safety=True)
class RecordVitalStatus(ParticipantCommand):
    """Record alive as of a date, or dead, with source; a death names the fatal case or explains its absence."""

    case: Code | None = None
    date: DateGiven | None = None
    explanation: Words1024 | None = None
    learned_from: Reference = "not stated"
    status: Literal["alive", "dead", "unknown"]

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Accepted at any time, also after withdrawal and after the lock; what is missing is flagged."""
        self.known(room)
        words = self.explanation
        fact = VitalStatusRecorded(
            case=self.case,
            date=self.date,
            explanation=None if words is None else given.text(words, TrialTeam, 1024),
            source=self.learned_from,
            status=self.status,
        )
        unexplained = self.status == "dead" and self.case is None and words is None
        rules: tuple[RuleCode, ...] = ("death-without-case",) if unexplained else ()
        return self.with_deviations(given, room, self.in_own_stream(given, fact), rules)
