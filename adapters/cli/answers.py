"""How an answer is printed: on which axes it was read, then every value with the entry behind it."""

from datetime import datetime
from typing import Any, Final

from adapters.cli.axes import said
from adapters.cli.run import Run
from adapters.cli.statements import Statement, spoken, statements
from compliance.inquire import Axes, Reading
from domain.plain import plain
from domain.times import zone as zone_of

COLUMNS: Final = {
    "what": "what",
    "value": "value",
    "entry": "entry",
    "occurred_at": "happened, as claimed",
    "recorded_at": "recorded",
}


def tell(run: Run, kind: str, reading: Reading, asked: Axes, view: Any) -> None:
    """Print a view or its rows: for people as statements, for programs as the objects that they are."""
    where = said(reading, asked)
    if run.output.as_json:
        views: tuple[Any, ...] = view if isinstance(view, tuple) else (view,)  # pyright: ignore[reportUnknownVariableType]  # rows of any kind
        run.output.line("", row="reading", of=kind, **where)
        for one in views:
            run.output.line("", row=kind, view=plain(one))
        return
    run.output.line("; ".join(f"{spoken(name)} {value}" for name, value in where.items()))
    rows = (_row(one, reading) for one in statements(view))
    run.output.table(f"{kind}, times recorded in {reading.zone}", COLUMNS, rows, of="statement")


def _row(one: Statement, reading: Reading) -> dict[str, Any]:
    behind = one.behind
    return {
        "what": one.what,
        "value": one.value,
        "entry": None if behind is None else behind.position,
        "occurred_at": None if behind is None else str(behind.occurred_at),
        "recorded_at": None if behind is None else local(behind.recorded_at, reading.zone),
    }


def local(instant: datetime, zone: str) -> str:
    """An instant on the clocks of the zone, with its offset."""
    return instant.astimezone(zone_of(zone)).isoformat(sep=" ", timespec="seconds")
