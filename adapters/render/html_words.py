"""Text on its way into a page: escaped, and with nothing in it that a reader could not see."""

from html import escape

from adapters.render.plain import EMPTY, NOT_RECORDED
from compliance.reports.visible import visible

ABSENT = f"<i>{NOT_RECORDED}</i>"
NO_TEXT = f"<i>{EMPTY}</i>"


def esc(text: str) -> str:
    return escape(visible(text))


def pairs(lines: tuple[tuple[str, str], ...]) -> str:
    """Write label and value as a description list."""
    return "".join(f"<div><dt>{esc(label)}</dt><dd>{esc(value)}</dd></div>" for label, value in lines)


def row_anchor(table: str, key: str) -> str:
    """Name a row within its page; a table's name holds no dot, so no two rows share an anchor."""
    return f"r.{table}.{key}"
