"""The body of the page: title, answer, figures, what needs attention, tables with their pictures, sources.

Its bytes depend on the body alone; the page puts them between its envelope and its foot, unchanged.
"""

from collections.abc import Iterator
from typing import Protocol

from adapters.render.html_table import legend_html, table_html
from adapters.render.html_words import esc, pairs, row_anchor
from adapters.render.plain import counted, ledger, number, short_id
from adapters.render.qr import qr_svg
from compliance.reports.model import Attention, Body, Figure, Picture, RowRef, Source, Table

_LINKS = 12
_CLASS_WORDS = {
    "BLINDED": "Blinded: shows no allocation",
    "UNBLINDED": "Unblinded: shows allocations",
    "NEUTRAL": "Neutral: holds nothing that tells an allocation",
}
_ENVIRONMENT_WORDS = {
    "production": "Production",
    "demonstration": "Demonstration: fictional, not a record of any trial",
}


class Shown(Protocol):
    """What the findings of a page are drawn from; a report's body is one."""

    @property
    def title(self) -> str: ...
    @property
    def answer(self) -> str: ...
    @property
    def figures(self) -> tuple[Figure, ...]: ...
    @property
    def attention(self) -> tuple[Attention, ...]: ...
    @property
    def tables(self) -> tuple[Table, ...]: ...
    @property
    def pictures(self) -> tuple[Picture, ...]: ...


def body_html(body: Body) -> bytes:
    return "".join(_parts(body)).encode()


def _parts(body: Body) -> Iterator[str]:
    yield f'<main id="report" data-environment="{body.environment}">\n'
    yield _band(body)
    yield from findings(body)
    yield _sources(body)
    yield "</main>"


def findings(body: Shown) -> Iterator[str]:
    """Title, answer, figures, what needs attention, and the tables with their pictures."""
    yield f'<h1>{esc(body.title)}</h1>\n<p class="answer">{esc(body.answer)}</p>\n'
    yield f'<dl class="figures">{"".join(map(_figure, body.figures))}</dl>\n'
    yield _attention(body)
    if len(body.tables) > 1:
        yield _contents(body)
    for table in body.tables:
        yield from _section(body, table)


def _band(body: Body) -> str:
    heads = ", ".join(f"{ledger(source.ledger)} at {source.size:,}" for source in body.sources)
    lines = (
        *body.scope.lines(),
        ("Read up to", heads),
        ("Entries read", f"{body.entries_read:,}"),
        ("Rows printed", f"{body.rows_printed:,}"),
        ("Approvals", body.approvals_note),
        ("Authentication", body.strength_note),
    )
    return (
        f'<div class="scope"><p class="marks"><b class="environment">{_ENVIRONMENT_WORDS[body.environment]}</b> '
        f'<b class="class">{_CLASS_WORDS[body.blinding_class]}</b></p><dl>{pairs(lines)}</dl></div>\n'
    )


def _figure(figure: Figure) -> str:
    unit = f" <small>{esc(figure.unit)}</small>" if figure.unit else ""
    return (
        f"<div><dt>{esc(figure.label)}</dt><dd><b>{esc(figure.value)}</b>{unit}"
        f"<span>{esc(figure.meaning)}</span></dd></div>"
    )


def _attention(body: Shown) -> str:
    if not body.attention:
        return '<p class="calm">Nothing here met this report\'s rules for attention.</p>\n'
    handles = _handles(body)
    items = "".join(_item(item, handles) for item in body.attention)
    return f'<section class="attention"><h2>Needs attention</h2><ul>{items}</ul></section>\n'


def _item(item: Attention, handles: dict[tuple[str, str], str]) -> str:
    links = ", ".join(_link(ref, handles) for ref in item.rows[:_LINKS])
    more = f", and {len(item.rows) - _LINKS:,} more, marked in the table" if len(item.rows) > _LINKS else ""
    word = item.severity.replace(" ", "-")
    shown = f" <span>{links}{more}</span>" if links else ""
    return f'<li class="{word}"><b>{esc(item.severity)}</b> {esc(item.sentence)}{shown}</li>'


def _link(ref: RowRef, handles: dict[tuple[str, str], str]) -> str:
    said = handles[ref.table, ref.row]
    return f'<a href="#{esc(row_anchor(ref.table, ref.row))}">{esc(said)}</a>'


def _handles(body: Shown) -> dict[tuple[str, str], str]:
    """Call a row what a person would: "entry 1,204"."""
    wanted = {(ref.table, ref.row) for item in body.attention for ref in item.rows[:_LINKS]}
    return {
        (table.id, row.key): f"{table.row_word} {_handle(table, row.cells[0] or row.key)}"
        for table in body.tables
        for row in table.rows
        if (table.id, row.key) in wanted
    }


def _handle(table: Table, cell: str) -> str:
    kind = table.columns[0].kind
    if kind == "number":
        return number(cell)
    return short_id(cell) if kind == "id" else cell


def _contents(body: Shown) -> str:
    links = "".join(
        f'<li><a href="#t.{table.id}">{esc(table.title)}</a> <small>{esc(counted(len(table.rows), table.row_word))}'
        "</small></li>"
        for table in body.tables
    )
    return f'<nav aria-label="In this report"><ul>{links}</ul></nav>\n'


def _section(body: Shown, table: Table) -> Iterator[str]:
    marked = frozenset(ref.row for item in body.attention for ref in item.rows if ref.table == table.id)
    yield f'<section class="rows" id="t.{table.id}"><h2>{esc(table.title)}</h2>\n'
    bar = " A black bar marks a row that needs attention." if marked else ""
    yield f'<p class="note">{esc(table.note)}{bar}</p>\n'
    pictures = "".join(_picture(picture) for picture in body.pictures if picture.table == table.id)
    yield f'<div class="drawn">{pictures}<div>\n' if pictures else "<div><div>\n"
    yield from table_html(table, marked)
    yield legend_html(table)
    yield "</div></div></section>\n"


def _picture(picture: Picture) -> str:
    caption = f"{esc(picture.title)}. The same numbers stand in the table of this section."
    return f'<figure id="p.{picture.id}">{picture.svg}<figcaption>{caption}</figcaption></figure>\n'


def _sources(body: Body) -> str:
    rows = "".join(map(_source, body.sources))
    return (
        '<section class="sources" id="sources"><h2>Read from</h2>\n'
        "<table><caption>Ledgers read, each at its size</caption><thead><tr>"
        '<th scope="col">Ledger</th><th scope="col">Origin</th><th scope="col">Size (entries)</th>'
        '<th scope="col">Root (RFC 6962, SHA-256)</th><th scope="col">The three, to scan</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>\n"
        f'<p class="note">{esc(body.verification)}</p></section>\n'
    )


def _source(source: Source) -> str:
    scanned = qr_svg(f"{source.origin}\n{source.size}\n{source.root}", "Origin, size and root as a QR code")
    return (
        f'<tr><th scope="row">{esc(ledger(source.ledger))}</th><td>{esc(source.origin)}</td>'
        f"<td>{source.size:,}</td><td><code>{source.root}</code></td>"
        f"<td>{scanned or 'too long for a code'}</td></tr>"
    )
