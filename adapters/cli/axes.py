"""Both time axes as options: as known on, as true on, each a day of a named zone or an instant."""

from datetime import date, datetime, timedelta
from typing import Annotated, Final

import typer

from compliance.inquire import Axes, Reading, instant_of
from domain.errors import InvalidInputError
from domain.times import end_of
from domain.times import zone as zone_of

DAY: Final = len("2027-03-03")
DAY_LONG: Final = timedelta(days=1)

Known = Annotated[
    str | None,
    typer.Option("--as-known-on", metavar="D", help="What the ledger held at the end of that day, or at that instant."),
]
True_ = Annotated[
    str | None,
    typer.Option("--as-true-on", metavar="D", help="What had happened by then, corrections made since applied."),
]
Zone = Annotated[
    str | None, typer.Option("--zone", metavar="Z", help="Time zone of a bare day, such as Asia/Shanghai.")
]
ZoneOfDays = Annotated[str, typer.Option("--zone", metavar="Z", help="Time zone of bare days.")]


def axes(known: str | None, true: str | None, zone: str | None) -> Axes:
    """The axes as asked for."""
    if zone is not None:
        check_zone(zone)
    return Axes(when(known, "--as-known-on"), when(true, "--as-true-on"), zone)


def check_zone(name: str) -> str:
    """The zone named, if there is one of that name."""
    try:
        zone_of(name)
    except ValueError as error:
        raise InvalidInputError(
            "unknown_zone", f"{error}.", field="--zone", next_step="Give an IANA name such as Asia/Shanghai."
        ) from error
    return name


def when(text: str | None, option: str) -> date | datetime | None:
    """A day or an instant as written on the command line, where one is."""
    return None if text is None else given(text, option)


def given(text: str, option: str) -> date | datetime:
    """A day or an instant as written on the command line."""
    try:
        found = date.fromisoformat(text) if len(text) == DAY else datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(
            "bad_date",
            f"{text[:64]!r} is neither a day nor an instant.",
            field=option,
            next_step="Write 2027-03-03, or 2027-03-03T18:00:00+08:00.",
        ) from error
    if isinstance(found, datetime) and found.utcoffset() is None:
        raise InvalidInputError(
            "naive_time",
            f"{text[:64]!r} has no offset from UTC, so it is no instant.",
            field=option,
            next_step="Add the offset, as in 2027-03-03T18:00:00+08:00, or give the day alone.",
        )
    return found


def from_when(text: str, option: str, zone: str) -> datetime:
    """From when something holds: the instant named, or the beginning of the day."""
    found = given(text, option)
    return instant_of(found, zone) if isinstance(found, datetime) else end_of(_checked(found, zone) - DAY_LONG, zone)


def until_when(text: str, option: str, zone: str) -> datetime:
    """Until when something holds: the instant named, or the end of the day."""
    found = given(text, option)
    return instant_of(found, zone) if isinstance(found, datetime) else end_of(_checked(found, zone), zone)


def _checked(day: date, zone: str) -> date:
    """A day that an entry can hold."""
    instant_of(day, check_zone(zone))
    return day


def said(reading: Reading, asked: Axes) -> dict[str, str | int | None]:
    """On which axes an answer was read, to stand beside it."""
    return {
        "position": reading.position,
        "as_known_on": _said(asked.known) or "now",
        "as_true_on": _said(asked.true) or "not restricted",
        "zone": reading.zone,
        "seen_by": "all sites" if reading.allowed.sites is None else ", ".join(sorted(reading.allowed.sites)),
    }


def _said(moment: date | datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.isoformat() if isinstance(moment, datetime) else f"the end of {moment.isoformat()}"
