"""Enrolment by site and month, and its cumulative curve. Days are the days of the site, as claimed."""

from collections import Counter
from datetime import date
from typing import Self

from domain.record import Entry
from domain.values import Code, Value
from projections.fold import State
from projections.participant import Participants
from projections.participant_rows import ParticipantRow
from projections.trial_state import TrialState


class EnrolmentMonth(Value):
    """How many a site enrolled in a month (`YYYY-MM`, or `YYYY` where the month is not known)."""

    enrolled: int
    month: Code
    site: Code | None
    so_far: int


class EnrolmentDay(Value):
    """How many were enrolled on a day, and up to its end; a partial date counts on its first day."""

    day: date
    enrolled: int
    so_far: int


class EnrolmentView(Value):
    """The rows; `allocated_only` are allocations without an enrolment of their own, outside the curve."""

    allocated_only: tuple[Code, ...]
    by_month: tuple[EnrolmentMonth, ...]
    curve: tuple[EnrolmentDay, ...]
    enrolled: int
    planned: int | None


class EnrolmentProgress(State):
    """Who was enrolled, where and when."""

    participants: Participants
    trial: TrialState

    @classmethod
    def start(cls) -> Self:
        """Nobody was enrolled."""
        return cls(participants=Participants.start(), trial=TrialState.start())

    def after(self, entry: Entry) -> Self:
        """The progress after one more entry."""
        return type(self)(participants=self.participants.after(entry), trial=self.trial.after(entry))

    def view(self) -> EnrolmentView:
        """The tables."""
        known = self.participants.view()
        enrolled = [row for row in known if row.enrolment is not None]
        return EnrolmentView(
            allocated_only=tuple(row.number for row in known if row.is_in_trial and row.enrolment is None),
            by_month=_by_month(enrolled),
            curve=_curve(enrolled),
            enrolled=len(enrolled),
            planned=self.trial.settings.planned_enrolment,
        )


def _by_month(enrolled: list[ParticipantRow]) -> tuple[EnrolmentMonth, ...]:
    counts = Counter((row.site or "", _day(row)[:7]) for row in enrolled)
    so_far = Counter[str]()
    rows: list[EnrolmentMonth] = []
    for site, month in sorted(counts):
        so_far[site] += counts[site, month]
        rows.append(EnrolmentMonth(enrolled=counts[site, month], month=month, site=site or None, so_far=so_far[site]))
    return tuple(rows)


def _curve(enrolled: list[ParticipantRow]) -> tuple[EnrolmentDay, ...]:
    counts = Counter(date.fromisoformat((_day(row) + "-01-01")[:10]) for row in enrolled)
    so_far = 0
    points: list[EnrolmentDay] = []
    for day in sorted(counts):
        so_far += counts[day]
        points.append(EnrolmentDay(day=day, enrolled=counts[day], so_far=so_far))
    return tuple(points)


def _day(row: ParticipantRow) -> str:
    """The claimed day of enrolment, as exact as it is known."""
    return row.enrolment.behind.occurred_at.day.text if row.enrolment else ""
