"""The table of a report: the same rows and order stand behind every form it is given in."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Kind = Literal["text", "id", "time", "number", "flag", "change", "status"]
Tone = Literal["plain", "good", "watch", "bad"]


def _writable(text: str) -> str:
    """Refuse half a character pair: it cannot be written as UTF-8, so no form could hold it."""
    text.encode()
    return text


Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
RowKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:/-]{1,200}$")]
Text = Annotated[str, AfterValidator(_writable)]
Words = Annotated[Text, Field(min_length=1)]

# The flat data form puts these three beside the columns of the report.
RESERVED_KEYS = frozenset({"environment", "row_key", "row_details"})
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Code(Strict):
    """One code that a column uses, never shown without its meaning."""

    code: Words
    meaning: Words
    tone: Tone = "plain"


class Column(Strict):
    """One column; every form carries it, the readable form may fold it away or show it beside another.

    A column beside a `change` column holds the earlier value and is struck through; beside any other
    column it is shown small, such as the local time beside the recorded one.
    """

    key: Key
    heading: Words
    kind: Kind
    meaning: Words
    unit: Text = ""
    codes: tuple[Code, ...] = ()
    folded: bool = False
    beside: Key | None = None

    @property
    def in_line(self) -> bool:
        return not self.folded and self.beside is None

    @model_validator(mode="after")
    def _stands_in_one_place(self) -> Self:
        if self.folded and self.beside is not None:
            raise ValueError(f"column {self.key} is either folded away or beside another, not both")
        if self.key in RESERVED_KEYS:
            raise ValueError(f"column {self.key} would hide a column that every data form has")
        return self


class Detail(Strict):
    """More of one cell than fits the line."""

    column: Key
    text: Words


class Row(Strict):
    """One row; `None` is printed "not recorded". Rows of one group (participant, day) share a shade."""

    key: RowKey
    cells: tuple[str | None, ...]
    group: Text | None = None
    details: tuple[Detail, ...] = ()

    @model_validator(mode="after")
    def _can_be_written(self) -> Self:
        _writable("".join(cell for cell in self.cells if cell))
        return self


class Table(Strict):
    """Rows under columns; `row_word` is what one row is called when something refers to it."""

    id: Slug
    title: Words
    note: Words
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]
    rows: tuple[Row, ...]
    row_word: Words = "row"

    @model_validator(mode="after")
    def _columns_fit_together(self) -> Self:
        line = {column.key for column in self.columns if column.in_line}
        if len({column.key for column in self.columns}) != len(self.columns):
            raise ValueError(f"table {self.id} names a column twice")
        if self.columns[0].key not in line:
            raise ValueError(f"table {self.id} must begin with a column that is shown: it names the row")
        for column in self.columns:
            if column.beside is not None and column.beside not in line:
                raise ValueError(f"column {column.key} stands beside {column.beside}, which is not shown")
        return self

    @model_validator(mode="after")
    def _rows_fit_the_columns(self) -> Self:
        if len({row.key for row in self.rows}) != len(self.rows):
            raise ValueError(f"table {self.id} uses a row key twice")
        keys = {column.key for column in self.columns}
        numbers = [at for at, column in enumerate(self.columns) if column.kind == "number"]
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                raise ValueError(f"row {row.key} of table {self.id} has not one cell per column")
            if any(detail.column not in keys for detail in row.details):
                raise ValueError(f"row {row.key} of table {self.id} details a column that is not there")
            if not all(_is_decimal(row.cells[at]) for at in numbers):
                raise ValueError(f"row {row.key} of table {self.id} has a number that is not a decimal")
        return self


def _is_decimal(cell: str | None) -> bool:
    return cell is None or _DECIMAL.fullmatch(cell) is not None
