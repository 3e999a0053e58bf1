"""The look of a page: one style sheet, the widths of its columns, and what stands in the paper's margin."""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from adapters.render.widths import Layout, layout_of
from compliance.reports.model import Body, Table
from compliance.reports.visible import visible

_SHEET = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
_LEAST_PIXELS = 7  # per digit, on windows narrower than the page was made for


def style_of(body: Body, report_id: str) -> str:
    marks = f"{body.environment.upper()} · {body.blinding_class}"
    return style_with(body.tables, marks, body.scope.trial, f"{body.name} {report_id}")


def style_with(tables: Iterable[Table], marks: str, of: str, name: str) -> str:
    """The style of a page with these tables, and the words of the paper's margin."""
    layouts = {table.id: layout_of(table) for table in tables}
    turned = any(layout.wide for layout in layouts.values())
    columns = "\n".join(_columns(name, layout) for name, layout in layouts.items())
    return f"{_SHEET}{_paper(marks, of, name, turned=turned)}{columns}\n"


def policy_for(style: str) -> str:
    """Forbid everything but this very style sheet: no script runs and nothing is fetched."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _paper(marks: str, of: str, name: str, *, turned: bool) -> str:
    return (
        f"@page{{size:{'landscape' if turned else 'portrait'};"
        f"@top-left{{content:{_quoted(marks)}}}@top-right{{content:{_quoted(of)}}}"
        f"@bottom-left{{content:{_quoted(name)}}}"
        "@bottom-right{content:'page ' counter(page) ' of ' counter(pages)}}\n"
    )


def _columns(name: str, layout: Layout) -> str:
    total = layout.width
    rules = [f"@media screen{{.c-{name}{{width:min({total}ch,100%);min-width:{total * _LEAST_PIXELS}px}}}}"]
    for at, place in enumerate(layout.line, 1):
        rules.append(f".c-{name} col:nth-child({at}){{width:{place.width * 10_000 // total / 100}%}}")
        if place.column.kind == "number":
            rules.append(f".c-{name} tr>:nth-child({at}){{text-align:right;--push:space-between}}")
    return "\n".join(rules)


def _quoted(text: str) -> str:
    """Write a CSS string in which only letters and digits stand for themselves."""
    seen = visible(text)
    return "'" + "".join(char if char.isascii() and char.isalnum() else f"\\{ord(char):x} " for char in seen) + "'"
