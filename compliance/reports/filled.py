"""A table from things of one kind: each column says what it is called and where its cell comes from."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from compliance.reports.model import Column, Detail, Row, Table
from compliance.reports.tables import Kind

T = TypeVar("T")
Cell = Callable[[T], str | None]


class Filled(NamedTuple, Generic[T]):
    """A column, and where its cells come from."""

    column: Column
    cell: Cell[T]


def shown(key: str, heading: str, kind: Kind, meaning: str, cell: Cell[T], **more: Any) -> Filled[T]:
    """A column of the line."""
    return Filled(Column(key=key, heading=heading, kind=kind, meaning=meaning, **more), cell)


def folded(key: str, heading: str, kind: Kind, meaning: str, cell: Cell[T], **more: Any) -> Filled[T]:
    """A column of the fold-out."""
    return shown(key, heading, kind, meaning, cell, folded=True, **more)


def table_of(
    name: str,
    title: str,
    note: str,
    columns: Sequence[Filled[T]],
    things: Iterable[T],
    *,
    row_word: str,
    group: Cell[T] | None = None,
    details: Callable[[T], Iterable[tuple[str, str]]] = lambda _: (),
) -> Table:
    """One row for each thing, in the order given; rows are named by their number."""
    return Table(
        id=name,
        title=title,
        note=note,
        columns=tuple(filled.column for filled in columns),
        rows=tuple(
            Row(
                key=str(number),
                group=None if group is None else group(thing),
                cells=tuple(filled.cell(thing) for filled in columns),
                details=tuple(Detail(column=column, text=text) for column, text in details(thing)),
            )
            for number, thing in enumerate(things, 1)
        ),
        row_word=row_word,
    )
