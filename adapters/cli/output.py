"""What the command line prints: lines and tables for people, or JSON lines for programs.

Every line, table and JSON object says the environment of the store it speaks of.
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from compliance.reports.visible import visible

UNKNOWN: Final = "unknown"
WIDTH_OF_FILES: Final = 160
"""Columns of a table that goes to a file or a program; COLUMNS says otherwise."""

Row = Mapping[str, Any]


class Output:
    """Prints; `environment` is known once a store was opened, and is `none` where no store is spoken of."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.environment: str = UNKNOWN

    def line(self, text: str, /, **data: Any) -> None:
        """One line, or one object with the same as data."""
        typer.echo(self.json(data) if self.as_json else f"[{self.environment}] {shown(text)}")

    def drawing(self, text: str) -> None:
        """A drawing made of signs, for people alone."""
        if not self.as_json:
            typer.echo(text)

    def table(self, title: str, columns: Mapping[str, str], rows: Iterable[Row], *, of: str) -> None:
        """A table with a heading for each column, or an object for each row, saying `of` what it is a row."""
        if self.as_json:
            for row in rows:
                typer.echo(self.json({"row": of, **row}))
            return
        table = Table(
            title=Text(f"{title} [{self.environment}]"),
            title_justify="left",
            box=SIMPLE_HEAD,
            show_header=any(columns.values()),
        )
        for heading in columns.values():
            table.add_column(Text(heading), overflow="fold")
        for row in rows:
            table.add_row(*(Text(_cell(row.get(name))) for name in columns))
        console().print(table)

    def pairs(self, title: str, pairs: Mapping[str, Any], *, of: str) -> None:
        """Names with their values, one below the other, or one object."""
        if self.as_json:
            typer.echo(self.json({"row": of, **pairs}))
            return
        rows = [{"name": name.replace("_", " "), "value": value} for name, value in pairs.items()]
        self.table(title, {"name": "", "value": ""}, rows, of=of)

    def trouble(self, told: Mapping[str, Any], **more: Any) -> None:
        """What went wrong, on standard error."""
        if self.as_json:
            typer.echo(self.json({**told, **more}), err=True)
            return
        where = f" ({told['field']})" if told.get("field") else ""
        typer.echo(f"[{self.environment}] {told['error']}{where}: {shown(told['message'])}", err=True)
        typer.echo(f"[{self.environment}] Next: {shown(told['next_step'])}", err=True)

    def json(self, data: Mapping[str, Any]) -> str:
        """One line of JSON, in ASCII, so that no terminal or pipe changes it."""
        return json.dumps({"environment": self.environment, **data}, default=str)


def console(*, stderr: bool = False) -> Console:
    """A console over the present standard output or error; a table for a file is not cut to 80 columns."""
    file = sys.stderr if stderr else sys.stdout
    width = None if file.isatty() else int(os.environ.get("COLUMNS") or WIDTH_OF_FILES)
    return Console(file=file, width=width, highlight=False, markup=False, emoji=False)


def shown(text: str) -> str:
    """A text for a terminal: what cannot be seen, or would turn the order of the rest, is shown by its number."""
    return visible(text.encode("utf-8", "backslashreplace").decode())


def _cell(value: Any) -> str:
    match value:
        case None:
            return "-"
        case True | False:
            return "yes" if value else "no"
        case str():
            return shown(value)
        case Sequence():
            return ", ".join(_cell(one) for one in value) or "-"  # pyright: ignore[reportUnknownVariableType]  # a sequence of anything
        case Mapping():
            return "; ".join(f"{name} {_cell(one)}" for name, one in value.items()) or "-"  # pyright: ignore[reportUnknownVariableType]  # a mapping of anything
        case _:
            return shown(str(value))
