"""The few forms of Markdown that the reference pages need."""

from collections.abc import Iterable, Sequence
from inspect import cleandoc

GENERATED = "<!-- Written by `python -m tests.reference.make` from the types and sources; not by hand. -->"


def page(title: str, *parts: str) -> str:
    """A whole page."""
    return "\n\n".join([f"# {title}", GENERATED, *parts]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; nothing where it would have no row."""
    lines = [_row(row) for row in rows]
    return "\n".join([_row(heads), _row(["---"] * len(heads)).replace(" ", ""), *lines]) if lines else ""


def sentence(described: type) -> str:
    """The docstring of a class, its lines joined into paragraphs."""
    own = described.__dict__.get("__doc__")
    assert own, f"{described.__name__} does not say what it is"
    return "\n\n".join(" ".join(part.split()) for part in cleandoc(own).split("\n\n"))


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
