"""A suggestion how the one eligibility text splits into criteria; the text itself stays the record.

Every piece is a slice of the text, and the pieces joined are the text: nothing is lost, nothing rewritten.
"""

import re
from collections.abc import Iterator
from typing import Literal

from compliance.registry.record import Kept

Section = Literal["inclusion", "exclusion", "unassigned"]

# "E. coli" is no bullet: a capital letter counts with a bracket only.
_MARK = r"(?:[*\-\u2022\u2013\u00b7]|\d{1,3}[.)]|\(\d{1,3}\)|[a-z][.)]|[A-Z]\))"
_MARKED = re.compile(rf"^([ \t]*){_MARK}[ \t]+(?=\S)")
_NESTED = re.compile(rf"^[ \t]*{_MARK}[ \t]+(?=\S)", re.MULTILINE)
_INLINE = re.compile(r"(?:^|(?<=[\s;:,]))\((\d{1,2}|[a-h])\)(?=\s)")
_HEADING = re.compile(
    r"^[\s*#_\u2022-]*(?:\d{1,2}[.)]\s*)?(?:(?:key|main|major|general|principal|subject|patient|participant)s?\s+)?"
    r"(?P<kind>non[- ]?inclusion|inclusion\s*(?:/|and|&)\s*exclusion|inclusion|exclusion|eligibility)"
    r"\s+criteri(?:a|on)\b(?:[^.;:\n]{0,60}:)?[\s*_]*",
    re.IGNORECASE,
)


class CriterionPart(Kept):
    """One condition of a compound criterion, with its own mark."""

    label: str
    verbatim: str


class CriterionItem(Kept):
    """`source` holds the lines as they stand; `verbatim` is the same without bullet and line end.

    Where there are parts, `lead` and the parts joined are `verbatim`.
    """

    section: Section
    ordinal: int
    source: str
    verbatim: str
    lead: str
    parts: tuple[CriterionPart, ...]


class OtherText(Kept):
    """A heading, a remark, or blank lines: text that is no criterion."""

    kind: Literal["heading", "note"]
    source: str


class SuggestedSplit(Kept):
    pieces: tuple[CriterionItem | OtherText, ...]

    @property
    def items(self) -> tuple[CriterionItem, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, CriterionItem))

    @property
    def text(self) -> str:
        """The pieces joined: the text that was split."""
        return "".join(piece.source for piece in self.pieces)


def suggested_split(text: str) -> SuggestedSplit:
    pieces: list[CriterionItem | OtherText] = []
    counts: dict[Section, int] = {}
    for section, heading, body in _sections(text):
        if heading:
            pieces.append(OtherText(kind="heading", source=heading))
        for is_item, source in _blocks(body):
            if is_item:
                counts[section] = counts.get(section, 0) + 1
                pieces.append(_item(section, counts[section], source))
            else:
                pieces.append(OtherText(kind="note", source=source))
    return SuggestedSplit(pieces=tuple(pieces))


def _sections(text: str) -> Iterator[tuple[Section, str, str]]:
    section: Section = "unassigned"
    heading, body = "", ""
    for line in text.splitlines(keepends=True):
        found = _heading(line)
        if found is None:
            body += line
        else:
            yield section, heading, body
            section, heading, body = _section_of(found["kind"].lower()), found[0], line[found.end() :]
    yield section, heading, body


def _heading(line: str) -> re.Match[str] | None:
    """Find the heading at the start of a line; a sentence that merely begins like one is no heading."""
    found = _HEADING.match(line)
    if found is None or (found.end() < len(line) and ":" not in found[0]):
        return None
    return found


def _section_of(kind: str) -> Section:
    if kind == "inclusion":
        return "inclusion"
    return "exclusion" if kind == "exclusion" or kind.startswith("non") else "unassigned"


def _blocks(body: str) -> Iterator[tuple[bool, str]]:
    """Items and other text of a section: by its outermost bullets or, where it has none, line by line."""
    lines = body.splitlines(keepends=True)
    indents = [len(found[1]) for line in lines if (found := _MARKED.match(line))]
    outermost = min(indents, default=None)
    is_item, block, after_blank = False, "", False
    for line in lines:
        starts = _starts_item(line, outermost)
        if line.strip() and (starts or (is_item and after_blank and not line[0].isspace())):
            if block:
                yield is_item, block
            is_item, block = starts, ""
        block += line
        after_blank = not line.strip()
    if block:
        yield is_item, block


def _starts_item(line: str, outermost: int | None) -> bool:
    if outermost is None:
        return bool(line.strip())
    found = _MARKED.match(line)
    return found is not None and len(found[1]) <= outermost


def _item(section: Section, ordinal: int, source: str) -> CriterionItem:
    mark = _MARKED.match(source)
    verbatim = source[mark.end() if mark else 0 :].strip()
    lead, parts = _parts(verbatim)
    return CriterionItem(section=section, ordinal=ordinal, source=source, verbatim=verbatim, lead=lead, parts=parts)


def _parts(verbatim: str) -> tuple[str, tuple[CriterionPart, ...]]:
    starts = _nested_starts(verbatim) or _inline_starts(verbatim)
    if not starts:
        return verbatim, ()
    ends = [*starts[1:], len(verbatim)]
    slices = [verbatim[start:end] for start, end in zip(starts, ends, strict=True)]
    return verbatim[: starts[0]], tuple(CriterionPart(label=part.split()[0], verbatim=part) for part in slices)


def _nested_starts(verbatim: str) -> list[int]:
    """Bullets below the item's own line."""
    return [found.start() for found in _NESTED.finditer(verbatim) if found.start() > 0]


def _inline_starts(verbatim: str) -> list[int]:
    """Find the marks of "(1) ...; (2) ...", if they count up from the first: a stray "(2)" splits nothing."""
    starts: list[int] = []
    for expected in ("123456789", "abcdefgh"):
        position = 0
        for found in _INLINE.finditer(verbatim):
            if position < len(expected) and found[1] == expected[position]:
                starts.append(found.start())
                position += 1
        if position > 1:
            return starts
        starts.clear()
    return starts
