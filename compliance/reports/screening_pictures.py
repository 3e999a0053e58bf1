"""Participant flow and enrolment against target; after the allocation everybody is pooled."""

from collections import Counter
from typing import Final

from compliance.reports.model import Picture, Row, Table
from compliance.reports.pictures.consort import Flow, Stage, Tally, consort
from compliance.reports.pictures.enrolment import Curve, DayCount, enrolment_curve
from compliance.reports.screening_criteria import failures
from compliance.reports.screening_known import Known
from compliance.reports.screening_words import column
from projections.participant_rows import FollowUpState, ParticipantRow

_SHORT: Final = 60
_STATES: Final[dict[FollowUpState, str]] = {
    "in": "In follow-up",
    "found_again": "In follow-up, found again",
    "completed": "Follow-up completed",
    "left": "Left follow-up",
    "lost": "Lost to follow-up",
    "not_started": "Follow-up not started",
}


def flow(known: Known) -> tuple[Picture, Table]:
    """The flow of screenings, in the manner of CONSORT."""
    sums = known.totals
    aside = (
        Tally(label="Screen-failed", count=sums.failed, parts=_failure_parts(known)),
        Tally(label="Left before enrolment", count=sums.left),
        Tally(label="Lost before enrolment", count=sums.lost),
        Tally(label="Died before enrolment", count=sums.died),
        Tally(label="Screening pending", count=sums.pending),
    )
    not_allocated = Tally(label="Enrolled, not allocated", count=sums.enrolled_not_allocated)
    allocated = [known.participants.rows[row.number] for row in known.rows if row.allocated is not None]
    stages = (
        Stage(label="Screened", count=sums.screenings, aside=_counted(aside)),
        Stage(label="Enrolled", count=sums.enrolled, aside=_counted((not_allocated,))),
        Stage(label="Allocated", count=sums.allocated),
        Stage(label="Follow-up, all groups together", count=len(allocated), standing=_standing(allocated)),
    )
    return consort(Flow(unit="screenings", stages=stages))


def _counted(tallies: tuple[Tally, ...]) -> tuple[Tally, ...]:
    return tuple(tally for tally in tallies if tally.count)


def _failure_parts(known: Known) -> tuple[Tally, ...]:
    """Each screen failure once, under the criterion named first."""
    words = {fact.criterion: f": {fact.verbatim}" for fact in known.criteria}
    first = failures(known.rows).first
    order = [*words, *sorted(first.keys() - words.keys())]
    labels = ((_short(f"{code}{words.get(code, '')}"), first[code]) for code in order if first[code])
    return tuple(Tally(label=label, count=count) for label, count in labels)


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _SHORT else f"{plain[: _SHORT - 1]}…"


def _standing(allocated: list[ParticipantRow]) -> tuple[Tally, ...]:
    """Follow-up parts everybody; deaths and stopped treatment stand beside it."""
    states = Counter(own.follow_up for own in allocated)
    dead = sum(own.vital == "dead" for own in allocated)
    stopped = sum(own.treatment == "stopped" for own in allocated)
    untreated = sum(not own.doses for own in allocated)
    return _counted(
        (
            *(Tally(label=label, count=states[state]) for state, label in _STATES.items()),
            Tally(label="Among these: died", count=dead),
            Tally(label="Among these: treatment stopped", count=stopped),
            Tally(label="Among these: no treatment recorded", count=untreated),
        )
    )


def curve(known: Known) -> tuple[tuple[Picture, ...], tuple[Table, ...]]:
    """Enrolment by day, for all sites together against the planned number; nothing while nothing is recorded."""
    if known.until is None:
        return (), ()
    counts = {point.day: point.so_far for point in known.enrolment.curve}
    counts.setdefault(known.until, max((count for day, count in counts.items() if day < known.until), default=0))
    enrolled = tuple(DayCount(day=day, count=counts[day]) for day in sorted(counts))
    planned = known.enrolment.planned if known.sites is None else None
    target = () if planned is None else tuple(DayCount(day=point.day, count=planned) for point in enrolled)
    picture, table = enrolment_curve(Curve(enrolled=enrolled, target=target, until=known.until))
    return (picture,), (table,)


def months_table(known: Known) -> Table:
    """Enrolment by site and month."""
    return Table(
        id="months",
        title="Enrolment by site and month",
        note="Months of the claimed day of enrolment, at the site.",
        columns=(
            column("site", "Site", "id", "Site that screened"),
            column("month", "Month", "time", "Month of enrolment; a year where the month is not known"),
            column("enrolled", "Enrolled", "number", "In this month"),
            column("so_far", "So far", "number", "At this site, up to the end of the month"),
        ),
        rows=tuple(
            Row(key=str(number), group=row.site, cells=(row.site, row.month, str(row.enrolled), str(row.so_far)))
            for number, row in enumerate(known.enrolment.by_month, 1)
        ),
        row_word="month",
    )
