"""How the screening log says results, states and times."""

from typing import Any, Final

from compliance.reports.model import Code, Column
from compliance.reports.tables import Kind
from domain.eligibility.rule import Measured, Result, in_unit
from projections.fold import Moment
from projections.participant_rows import FactEntry, ParticipantRow
from projections.screening_log import ScreeningRow

BAND: Final = 10
RESULTS: Final[dict[Result, str]] = {"yes": "met", "no": "not met", "unknown": "unknown"}
RESULT_CODES: Final = (
    Code(code="met", meaning="the criterion is met; for an exclusion: it does not apply"),
    Code(code="not met", meaning="the criterion is not met; for an exclusion: it applies", tone="bad"),
    Code(code="unknown", meaning="a fact or a reading was missing; it blocks as not met does", tone="watch"),
)
ELIGIBLE_CODES: Final = (
    Code(code="yes", meaning="a delegated investigator decided: eligible"),
    Code(code="no", meaning="a delegated investigator decided: not eligible", tone="watch"),
    Code(code="pending", meaning="not decided"),
)
NOW_CODES: Final = (
    Code(code="screen-failed", meaning="decided not eligible"),
    Code(code="left before enrolment", meaning="left, or withdrew consent, before enrolment"),
    Code(code="lost before enrolment", meaning="could not be reached any more before enrolment"),
    Code(code="died before enrolment", meaning="died before enrolment", tone="watch"),
    Code(code="pending", meaning="screening is not finished", tone="watch"),
    Code(code="in follow-up", meaning="enrolled; follow-up goes on"),
    Code(code="completed", meaning="enrolled; follow-up is completed", tone="good"),
    Code(code="left", meaning="enrolled; left follow-up", tone="watch"),
    Code(code="lost", meaning="enrolled; lost to follow-up", tone="watch"),
    Code(code="died", meaning="enrolled; died", tone="bad"),
)
_OUTCOMES: Final[dict[str, str]] = {
    "failed": "screen-failed",
    "left": "left before enrolment",
    "lost": "lost before enrolment",
    "died": "died before enrolment",
    "pending": "pending",
}
_FOLLOW_UP: Final[dict[str, str]] = {"completed": "completed", "left": "left", "lost": "lost"}


def column(key: str, heading: str, kind: Kind, meaning: str, **more: Any) -> Column:
    """A column of the table."""
    return Column(key=key, heading=heading, kind=kind, meaning=meaning, **more)


def folded(key: str, heading: str, kind: Kind, meaning: str, **more: Any) -> Column:
    """A column of the fold-out."""
    return column(key, heading, kind, meaning, folded=True, **more)


def now_words(row: ScreeningRow, own: ParticipantRow) -> str:
    """How the screening stands now."""
    if row.outcome != "enrolled":
        return _OUTCOMES[row.outcome]
    if own.vital == "dead":
        return "died"
    return _FOLLOW_UP.get(own.follow_up, "in follow-up")


def eligible_words(eligible: bool | None) -> str:
    """The investigator's decision."""
    return "pending" if eligible is None else "yes" if eligible else "no"


def at(behind: Moment | None) -> str | None:
    """When it happened, as claimed: a local time with its offset, or a partial date."""
    return None if behind is None else behind.occurred_at.when


def day(behind: Moment | None) -> str | None:
    """The day, as claimed."""
    return None if behind is None else behind.occurred_at.day.text


def entry_number(behind: Moment | None) -> str | None:
    """The entry behind it."""
    return None if behind is None else str(behind.position)


def age_band(age: FactEntry | None) -> str | None:
    """Ten years wide: the log needs no more, and less tells less about a person."""
    if age is None or not isinstance(age.value, Measured):
        return None
    years = in_unit(age.value.quantity, "a")
    if years is None:
        return None
    low = int(years) // BAND * BAND
    return f"{low} to {low + BAND - 1}"


def yes_no(value: bool | None) -> str | None:
    """A truth value in words."""
    return None if value is None else "yes" if value else "no"


def unknown_criteria(row: ScreeningRow) -> tuple[str, ...]:
    """The criteria that were unknown in the last decision."""
    return tuple(result.criterion for result in row.results if result.met == "unknown")
