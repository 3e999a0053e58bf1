"""Adverse events with what they count as, and what is out of the ordinary about their times.

A missing judgement counts as the worse until it is made, and the investigator's causality is never downgraded:
a case counts as related unless both sides have judged that it is not. A nullified case stays visible.
"""

from typing import Literal, Self

from msgspec.structs import replace

from domain.adverse_event.facts import Outcome, Severity
from domain.record import Entry
from domain.values import Code, Value
from projections.adverse_event_rows import Case, Counts
from projections.cases import Cases
from projections.fold import Moment, State, claimed, place
from projections.participant import Participants
from projections.participant_rows import ParticipantRow
from projections.trial_rows import TrialView
from projections.trial_state import TrialState

Flag = Literal["onset_after_death", "after_withdrawal", "after_closure", "at_closed_site"]


class CaseRow(Value):
    """A case as it stands; `after_lock` are its entries recorded while the lock held: safety facts go on."""

    after_lock: tuple[Moment, ...]
    case: Case
    counts: Counts
    flags: tuple[Flag, ...]
    outcome: Outcome
    severity: Severity | None
    site: Code | None


class AdverseEvents(State):
    """All cases, beside the participants, sites and locks that they are held against."""

    cases: Cases
    participants: Participants
    trial: TrialState

    @classmethod
    def start(cls) -> Self:
        """No case."""
        return cls(cases=Cases.start(), participants=Participants.start(), trial=TrialState.start())

    def after(self, entry: Entry) -> Self:
        """The cases after one more entry."""
        match place(entry.frame.stream)[0]:
            case "adverse-event":
                return replace(self, cases=self.cases.after(entry))
            case "participant":
                return replace(self, participants=self.participants.after(entry))
            case _:
                return replace(self, trial=self.trial.after(entry))

    def of(self, number: str) -> CaseRow | None:
        """One case."""
        case = self.cases.of(number)
        return None if case is None else self._row(case, self.trial.view())

    def view(self) -> tuple[CaseRow, ...]:
        """All cases, by number."""
        trial = self.trial.view()
        return tuple(self._row(case, trial) for case in self.cases.view())

    def _row(self, case: Case, trial: TrialView) -> CaseRow:
        participant = self.participants.of(case.participant) if case.participant else None
        return CaseRow(
            after_lock=tuple(behind for behind in case.entries if trial.was_locked(behind, case.participant)),
            case=case,
            counts=case.counts,
            flags=self._flags(case, participant, trial),
            outcome=case.outcome,
            severity=case.severity,
            site=participant.site if participant else None,
        )

    def _flags(self, case: Case, participant: ParticipantRow | None, trial: TrialView) -> tuple[Flag, ...]:
        if case.report is None:
            return ()
        reported = case.report.behind
        site = self.trial.sites.of(participant.site) if participant else None
        found: dict[Flag, bool] = {
            "onset_after_death": participant is not None and _onset_after_death(case, participant),
            "after_withdrawal": participant is not None and _after_withdrawal(reported, participant),
            "after_closure": _was_before(trial.closed, reported),
            "at_closed_site": site is not None and _was_before(site.closed, reported),
        }
        return tuple(flag for flag, holds in found.items() if holds)


def _onset_after_death(case: Case, participant: ParticipantRow) -> bool:
    """Whether the onset surely lies after the death: what may be the same day is no contradiction."""
    death = participant.death
    if death is None or case.report is None or case.report.onset is None:
        return False
    died = death.date or death.behind.occurred_at.day
    return died.latest < case.report.onset.earliest


def _after_withdrawal(reported: Moment, participant: ParticipantRow) -> bool:
    consent = participant.consent_to("treatment")
    return consent is not None and consent.state == "withdrawn" and claimed(consent.behind) < claimed(reported)


def _was_before(earlier: Moment | None, later: Moment) -> bool:
    return earlier is not None and earlier.position < later.position
