"""Small drawing words for SVG, and the check that a drawing can neither run nor fetch anything.

Coordinates are whole numbers: the same value gives the same bytes on every machine. Everything is
drawn with strokes and greys, so that it reads the same on a black-and-white printer.
"""

from collections.abc import Iterable
from html import escape
from xml.etree import ElementTree as ET

from compliance.reports.visible import visible

NAMESPACE = "http://www.w3.org/2000/svg"
_FONT = "-apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, system-ui, sans-serif"
_ELEMENTS = frozenset({"svg", "title", "desc", "g", "rect", "line", "polyline", "path", "text", "tspan"})
_ATTRIBUTES = frozenset(
    {"aria-labelledby", "class", "d", "dominant-baseline", "fill", "font-family", "font-size", "font-weight"}
    | {"height", "id", "points", "role", "stroke", "stroke-dasharray", "stroke-width", "text-anchor"}
    | {"viewBox", "width", "x", "x1", "x2", "y", "y1", "y2"}
)

INK, QUIET, PALE = "#1a1a1a", "#595959", "#e4e4e4"


def document(name: str, title: str, description: str, *, width: int, height: int, parts: Iterable[str]) -> str:
    head = (
        f'<svg xmlns="{NAMESPACE}" role="img" aria-labelledby="{name}-title {name}-desc" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="{_FONT}" font-size="13" fill="{INK}">'
    )
    spoken = (
        f'<title id="{name}-title">{words(title)}</title>',
        f'<desc id="{name}-desc">{words(description)}</desc>',
    )
    return "\n".join((head, *spoken, *parts, "</svg>"))


def words(text: str) -> str:
    """Escape for XML; what cannot be seen, or cannot stand in XML, becomes a visible mark."""
    return escape(visible(text))


def box(x: int, y: int, width: int, height: int, *, fill: str = "none", stroke: str = INK) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}" stroke="{stroke}"/>'


def line(x1: int, y1: int, x2: int, y2: int, *, stroke: str = INK, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{stroke}"{dashed}/>'


def polyline(points: Iterable[tuple[int, int]], *, width: int = 1, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    path = " ".join(f"{x},{y}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{INK}" stroke-width="{width}"{dashed}/>'


def text(x: int, y: int, said: str, *, anchor: str = "start", fill: str = INK, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{fill}"{weight}>{words(said)}</text>'


def arrow_down(x: int, top: int, bottom: int) -> str:
    return line(x, top, x, bottom - 6) + _head(f"M{x - 4} {bottom - 7}L{x} {bottom}L{x + 4} {bottom - 7}Z")


def arrow_right(left: int, right: int, y: int) -> str:
    return line(left, y, right - 6, y) + _head(f"M{right - 7} {y - 4}L{right} {y}L{right - 7} {y + 4}Z")


def harm_in(drawing: str) -> str:
    """Say why this text is not a drawing that a page may hold; empty if it may."""
    if "<!" in drawing or "<?" in drawing:
        return "holds a declaration; a drawing has only elements"
    try:
        root = ET.fromstring(drawing)  # noqa: S314 (declarations, and so entities, were refused)
    except ET.ParseError:
        return "is not well-formed XML"
    if root.tag != f"{{{NAMESPACE}}}svg":
        return "is not an SVG drawing"
    return _foreign_part(root) or _missing_words(root)


def _foreign_part(root: ET.Element) -> str:
    for part in root.iter():
        name = part.tag.removeprefix(f"{{{NAMESPACE}}}")
        if name not in _ELEMENTS:
            return f"holds <{name}>, which drawings here do not use"
        if strange := sorted(set(part.keys()) - _ATTRIBUTES):
            return f"gives <{name}> the attribute {strange[0]}, which drawings here do not use"
        if any("(" in value for value in part.attrib.values()):
            return f"gives <{name}> a value that refers elsewhere"
    return ""


def _missing_words(root: ET.Element) -> str:
    given = {part.tag.removeprefix(f"{{{NAMESPACE}}}") for part in root if (part.text or "").strip()}
    return "" if given >= {"title", "desc"} else "lacks a title or a description for those who cannot see it"


def _head(path: str) -> str:
    return f'<path d="{path}" fill="{INK}"/>'
