"""The screening and enrolment log: one row per screening number, and totals that reconcile whatever was recorded.

screenings = enrolled + screen-failed + left, lost or died before enrolment + pending;
enrolled = allocated + enrolled-not-allocated; persons are counted apart from screenings.
"""

from collections.abc import Iterable
from typing import Literal, Self

from domain.participant.facts import CriterionResult
from domain.record import Entry
from domain.values import Code, Value
from projections.fold import Moment, Person, State
from projections.participant import Participants
from projections.participant_rows import ConsentAct, FactEntry, ParticipantRow, Withdrawal
from projections.persons import one_name_each

Outcome = Literal["enrolled", "failed", "left", "lost", "died", "pending"]
AGE_FACTS = ("age", "age_at_consent")
SEX_FACTS = ("sex",)


class ScreeningRow(Value):
    """One screening number; `person` is the first number of the same person, over re-screenings and duplicates."""

    age: FactEntry | None
    allocated: Moment | None
    completed: Moment | None
    consent: ConsentAct | None
    decided: Moment | None
    decided_by: Person | None
    eligible: bool | None
    enrolled: Moment | None
    failed: tuple[Code, ...]
    next: tuple[Code, ...]
    number: Code
    outcome: Outcome
    person: Code
    previous: Code | None
    results: tuple[CriterionResult, ...]
    screened: Moment
    sex: FactEntry | None
    site: Code
    withdrawals: tuple[Withdrawal, ...]


class ScreeningTotals(Value):
    """The boxes of the flow; each screening stands in exactly one of the first six."""

    allocated: int
    died: int
    enrolled: int
    enrolled_not_allocated: int
    failed: int
    left: int
    lost: int
    pending: int
    persons: int
    screenings: int

    @property
    def reconcile(self) -> bool:
        """Whether both sums hold."""
        ended = self.failed + self.left + self.lost + self.died
        return (
            self.screenings == self.enrolled + ended + self.pending
            and self.enrolled == self.allocated + self.enrolled_not_allocated
        )


class ScreeningView(Value):
    """The log; `unopened` are numbers that facts name although no screening was opened under them."""

    rows: tuple[ScreeningRow, ...]
    totals: ScreeningTotals
    unopened: tuple[Code, ...]


class ScreeningLog(State):
    """Everybody who was screened, and what became of them."""

    participants: Participants

    @classmethod
    def start(cls) -> Self:
        """Nobody was screened."""
        return cls(participants=Participants.start())

    def after(self, entry: Entry) -> Self:
        """The log after one more entry."""
        participants = self.participants.after(entry)
        return self if participants is self.participants else type(self)(participants=participants)

    def view(self) -> ScreeningView:
        """The rows by number, and the totals."""
        known = self.participants.view()
        persons = one_name_each(known)
        rows = tuple(_row(row, persons[row.number]) for row in known if row.screening is not None)
        return ScreeningView(
            rows=rows,
            totals=totals(rows),
            unopened=tuple(row.number for row in known if row.screening is None),
        )


def totals(rows: Iterable[ScreeningRow]) -> ScreeningTotals:
    """Count the rows: of all sites, or of some."""
    counted = tuple(rows)
    outcomes = [row.outcome for row in counted]
    enrolled = [row for row in counted if row.outcome == "enrolled"]
    allocated = sum(row.allocated is not None for row in enrolled)
    return ScreeningTotals(
        allocated=allocated,
        died=outcomes.count("died"),
        enrolled=len(enrolled),
        enrolled_not_allocated=len(enrolled) - allocated,
        failed=outcomes.count("failed"),
        left=outcomes.count("left"),
        lost=outcomes.count("lost"),
        pending=outcomes.count("pending"),
        persons=len({row.person for row in counted}),
        screenings=len(counted),
    )


def outcome_of(row: ParticipantRow) -> Outcome:
    """What became of a screening: once in the trial always in it; else the decision, else how it ended."""
    if row.is_in_trial:
        return "enrolled"
    if row.eligible is False:
        return "failed"
    if row.screening_end is not None:
        return row.screening_end.how
    if row.vital == "dead":
        return "died"
    if row.follow_up in {"left", "lost"}:
        return "left" if row.follow_up == "left" else "lost"
    treatment = row.consent_to("treatment")
    return "left" if treatment is not None and treatment.state == "withdrawn" else "pending"


def _row(row: ParticipantRow, person: str) -> ScreeningRow:
    assert row.screening is not None
    decision = row.decisions[-1] if row.decisions else None
    completed = [change.behind for change in row.follow_up_changes if change.state == "completed"]
    return ScreeningRow(
        age=_first_known(row, AGE_FACTS),
        allocated=row.allocation.behind if row.allocation else None,
        completed=completed[-1] if completed else None,
        consent=row.consents[0] if row.consents else None,
        decided=decision.behind if decision else None,
        decided_by=decision.by if decision else None,
        eligible=row.eligible,
        enrolled=row.enrolment.behind if row.enrolment else None,
        failed=decision.failed if decision else (),
        next=row.next,
        number=row.number,
        outcome=outcome_of(row),
        person=person,
        previous=row.screening.previous,
        results=decision.results if decision else (),
        screened=row.screening.behind,
        sex=_first_known(row, SEX_FACTS),
        site=row.screening.site,
        withdrawals=row.withdrawals,
    )


def _first_known(row: ParticipantRow, codes: tuple[str, ...]) -> FactEntry | None:
    return next((value for code in codes if (value := row.value_of(code)) is not None), None)
