"""One line of the audit trail with what had to be opened for it, and how a column takes its cell from it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from compliance.reports.audit_lines import Line
from compliance.reports.model import Code, Column
from compliance.reports.signature_known import OneSigned
from compliance.reports.tables import Kind, Tone


class Shown(NamedTuple):
    """A line, its values and reason as its reader may know them, its leaf hash, and the limit for late entries.

    `standing` says how a signature that the entry asks for stands; `signatures` are those given for it, or the
    one that it is.
    """

    line: Line
    old: str | None
    new: str | None
    reason: str | None
    leaf: str | None
    zone: str
    limit: int
    standing: str | None
    signatures: tuple[OneSigned, ...]


Cell = Callable[[Shown], str | None]


class Filled(NamedTuple):
    """A column, and where its cells come from."""

    column: Column
    cell: Cell


def column(key: str, heading: str, kind: Kind, meaning: str, cell: Cell, **more: Any) -> Filled:
    """A column of the table."""
    return Filled(Column(key=key, heading=heading, kind=kind, meaning=meaning, **more), cell)


def codes(tone: Tone, **meanings: str) -> tuple[Code, ...]:
    """Codes of one tone, with their meanings."""
    return tuple(Code(code=name.replace("_", " "), meaning=said, tone=tone) for name, said in meanings.items())


ACTIONS: Final = (
    *codes(
        "plain",
        create="recorded for the first time",
        grant="a right or task was given or ended",
        view="what only some may read was read",
        export="a report was produced, handed over or opened again",
        sign="a record was signed, or a signature taken back",
    ),
    *codes(
        "watch",
        change="a value of an earlier entry was corrected; the earlier value is kept",
        refuse="a command, correction or request was refused",
        disclose="a disclosure was recorded; what it told is not shown here",
    ),
    Code(code="delete-mark", meaning="an earlier entry does not hold; it stays visible", tone="watch"),
)
TIMING: Final = (
    *codes(
        "plain",
        in_time="recorded within the limit of this report",
        vague="claimed to the day, month or year only, so that the lag cannot be measured",
        by_rule="found by a rule; it has no act of its own",
    ),
    *codes("watch", late="recorded after the limit of this report"),
    *codes("bad", ahead="claimed to have happened after it was recorded"),
)
CLOCK: Final = (
    *codes("plain", agrees="reading and recorded time agree to the minute"),
    *codes("bad", drift="reading and recorded time lie more than a minute apart"),
)


def timing(shown: Shown) -> str:
    """How the recording stands to the act."""
    line = shown.line
    if line.is_derived:
        return "by rule"
    if line.row.lag is None:
        return "vague"
    if line.is_ahead:
        return "ahead"
    return "late" if line.is_late(shown.limit) else "in time"


def hours(seconds: int | None) -> str | None:
    """Hours to one decimal, cut, so that no entry seems later than it is."""
    if seconds is None:
        return None
    tenths = abs(seconds) // 360
    sign = "-" if seconds < 0 and tenths else ""
    return f"{sign}{tenths // 10}.{tenths % 10}"


def utc(instant: datetime) -> str:
    """The instant in UTC, to the microsecond."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
