"""What happens to an allocated participant: treatment, visits, follow-up, vital status. All facts, never refused."""

from typing import Annotated, Literal

from pydantic import Field

from domain.command import Decided, Given, Room, command
from domain.deviation.found import RuleCode
from domain.fields import TrialTeam
from domain.input import Code, DateGiven, Reference, Words1024
from domain.participant.base import ParticipantCommand
from domain.participant.checks import after_consent, after_death, after_withdrawal, broken, outside_window
from domain.participant.conduct_facts import (
    FollowUpChanged,
    TreatmentGiven,
    TreatmentStateChanged,
    VisitRecorded,
    VitalStatusRecorded,
)
from domain.participant.participant import Participant
from domain.participant.parts import holding_at
from domain.times import Occurred, Order


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
            ("renewed-consent-missing", self.renewal_missing(given, room)),
            ("treatment-before-allocation", _before_allocation(own, given.occurred)),
            ("treatment-after-stop", _after_stop(own, given.occurred)),
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
        self.known(room)
        version = self.version_in_force(given, room)
        planned = self.protocol(room).visit(self.visit, version) is not None
        done = self._checks_when_done(given, room, version) if self.done else ()
        fact = VisitRecorded(done=self.done, visit=self.visit)
        rules = (*broken(("visit-not-planned", not planned)), *done)
        return self.with_deviations(given, room, self.in_own_stream(given, fact), rules)

    def _checks_when_done(self, given: Given, room: Room, version: str | None) -> tuple[RuleCode, ...]:
        own, protocol, occurred = self.own(room), self.protocol(room), given.occurred
        consent = after_consent(own, occurred)
        allowed = protocol.may_precede_consent(self.visit, version)
        left = holding_at(own.follow_up_changes, occurred)
        return broken(
            (consent or "act-before-consent", consent is not None and not allowed),
            ("renewed-consent-missing", self.renewal_missing(given, room)),
            ("visit-outside-window", outside_window(own, protocol, self.at_own_site(room), self.visit, occurred)),
            ("act-after-leaving-follow-up", left is not None and left.state in ("left", "completed")),
            ("act-after-withdrawal", after_withdrawal(own, ("follow_up",), occurred)),
            ("act-after-death", after_death(own, occurred)),
        )


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
        own, words = self.known(room), self.explanation
        as_of = given.occurred if self.date is None else Occurred(f"{self.date}[{given.occurred.zone_name}]")
        fact = VitalStatusRecorded(
            case=self.case,
            date=self.date,
            explanation=None if words is None else given.text(words, TrialTeam, 1024),
            source=self.learned_from,
            status=self.status,
        )
        unexplained = self.status == "dead" and self.case is None and words is None
        rules = broken(("death-without-case", unexplained), ("alive-after-death", self._contradicts_death(own, as_of)))
        return self.with_deviations(given, room, self.in_own_stream(given, fact), rules)

    def _contradicts_death(self, own: Participant, as_of: Occurred) -> bool:
        if self.status == "alive":
            return after_death(own, as_of)
        alive = (record.occurred for record in own.vital_records if record.status == "alive")
        return self.status == "dead" and any(seen.order(as_of) is Order.AFTER for seen in alive)


def _before_allocation(own: Participant, occurred: Occurred) -> bool:
    return own.allocation is None or occurred.order(own.allocation.occurred) is Order.BEFORE


def _after_stop(own: Participant, occurred: Occurred) -> bool:
    held = holding_at(own.treatment_changes, occurred)
    return held is not None and held.state in ("stopped", "completed")
