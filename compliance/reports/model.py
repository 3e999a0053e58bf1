"""A report: a body that depends only on entries, positions, filters and template, and its envelope.

The body says what was found. The envelope says who asked, when, and with which software; it is never
part of the body's digest, so that the same question at the same positions gives the same bytes
(regulation: accurate and complete copies, 21 CFR 11.10(b)).
"""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from compliance.reports.svg import harm_in
from compliance.reports.tables import (
    Code,
    Column,
    Detail,
    Kind,
    Row,
    RowKey,
    Slug,
    Strict,
    Table,
    Text,
    Tone,
    Words,
)

__all__ = [
    "Attention",
    "BlindingClass",
    "Body",
    "Code",
    "Column",
    "Detail",
    "Envelope",
    "Environment",
    "Figure",
    "Kind",
    "Person",
    "Picture",
    "Report",
    "Row",
    "RowRef",
    "Scope",
    "Severity",
    "Source",
    "Table",
    "Tone",
]

Environment = Literal["production", "demonstration"]
BlindingClass = Literal["BLINDED", "UNBLINDED", "NEUTRAL"]
Severity = Literal["serious", "important", "to note"]


class Figure(Strict):
    """One number of the strip that is read first; `meaning` says what it counts."""

    label: Words
    value: Words
    meaning: Words
    unit: Text = ""


class RowRef(Strict):
    table: Slug
    row: RowKey


class Attention(Strict):
    """One sentence on what needs attention, with the rows that show it."""

    severity: Severity
    sentence: Words
    rows: tuple[RowRef, ...] = ()


class Picture(Strict):
    """A drawing and the table that holds its numbers."""

    id: Slug
    title: Words
    svg: Words
    table: Slug

    @model_validator(mode="after")
    def _is_a_harmless_drawing(self) -> Self:
        if harm := harm_in(self.svg):
            raise ValueError(f"picture {self.id} {harm}")
        return self


class Scope(Strict):
    """What was asked, in words that stand on the page."""

    trial: Words
    protocol_versions: tuple[Words, ...]
    filters: tuple[Words, ...]
    period: Words
    time_axis: Words
    zone: Words
    template_version: Words

    def lines(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Trial", self.trial),
            ("Protocol versions", ", ".join(self.protocol_versions) or "none in scope"),
            ("Filters", "; ".join(self.filters) or "none"),
            ("Period", self.period),
            ("Time axis", self.time_axis),
            ("Time zone", self.zone),
            ("Template", self.template_version),
        )


class Source(Strict):
    """One ledger at the size that was read; its root lets anyone check which entries that means."""

    ledger: Annotated[str, Field(pattern=r"^(trial:.+|vault:.+|access:.+|system)$")]
    origin: Words
    size: Annotated[int, Field(ge=0)]
    root: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Body(Strict):
    """What the report says; equal bodies give equal bytes, whoever asks and whenever."""

    name: Slug
    title: Words
    answer: Words
    figures: Annotated[tuple[Figure, ...], Field(min_length=4, max_length=6)]
    attention: tuple[Attention, ...]
    tables: Annotated[tuple[Table, ...], Field(min_length=1)]
    pictures: tuple[Picture, ...]
    scope: Scope
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    entries_read: Annotated[int, Field(ge=0)]
    blinding_class: BlindingClass
    environment: Environment
    approvals_note: Words
    strength_note: Words
    verification: Words

    @property
    def rows_printed(self) -> int:
        return sum(len(table.rows) for table in self.tables)

    @model_validator(mode="after")
    def _names_are_used_once(self) -> Self:
        _refuse_twice("table", (table.id for table in self.tables))
        _refuse_twice("picture", (picture.id for picture in self.pictures))
        _refuse_twice("ledger", (source.ledger for source in self.sources))
        return self

    @model_validator(mode="after")
    def _links_lead_somewhere(self) -> Self:
        tables = {table.id: table for table in self.tables}
        for picture in self.pictures:
            if picture.table not in tables:
                raise ValueError(f"picture {picture.id} has no table {picture.table} behind it")
        wanted = {(ref.table, ref.row) for item in self.attention for ref in item.rows}
        linked = [tables[name] for name in {name for name, _ in wanted} & tables.keys()]
        there = {(table.id, row.key) for table in linked for row in table.rows}
        if missing := sorted(wanted - there):
            raise ValueError(f"attention points to rows that are not printed: {missing[:3]}")
        return self


class Person(Strict):
    name: Words
    role: Words
    organisation: Words


class Envelope(Strict):
    """Who asked for this run, when and with what; `signatures` and `anchors` came after the body."""

    report_id: Words
    requested_by: Person
    generated_at: AwareDatetime
    generated_local: AwareDatetime
    zone: Words
    software_version: Words
    delivered_to: Person | None = None
    purpose: Words | None = None
    signatures: tuple[Words, ...] = ()
    anchors: tuple[Words, ...] = ()

    @property
    def recipient(self) -> Person:
        return self.delivered_to or self.requested_by

    @model_validator(mode="after")
    def _both_clocks_show_one_instant(self) -> Self:
        if self.generated_at != self.generated_local:
            raise ValueError("generated_at and generated_local are different instants")
        if self.generated_at.utcoffset():
            raise ValueError("generated_at is given in UTC")
        return self


class Report(Strict):
    body: Body
    envelope: Envelope


def _refuse_twice(what: str, names: Iterable[str]) -> None:
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise ValueError(f"{what} named twice: {', '.join(twice)}")
