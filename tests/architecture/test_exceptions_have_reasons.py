"""Whoever switches a check off says why, beside it."""

import re
import tokenize
import tomllib
from collections.abc import Iterator
from io import StringIO
from itertools import chain

import pytest

from tests.architecture.tree import ROOMS, ROOT, named, python_files

CODES = r"[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*"
SWITCH = re.compile(
    rf"(?:ruff:\s*)?noqa\s*:\s*{CODES}"
    r"|(?:type|pyright):\s*ignore\[[\w, -]+\]"
    r"|pragma:\s*no\s+(?:cover|branch|mutate)"
    r"|(?P<blanket>noqa|(?:type|pyright):\s*ignore)"
)
WORDS = re.compile(r"\w{2,}\W+\w{2,}")
LISTED = re.compile(r'"([A-Z]+\d*)"')


def unexplained(source: str) -> list[tuple[int, str]]:
    tokens = tokenize.generate_tokens(StringIO(source).readline)
    comments = [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]
    return [(line, comment) for line, comment in comments if not is_explained(comment)]


def is_explained(comment: str) -> bool:
    """Each switch names its codes, and two words at least remain when the switches are taken out."""
    switches = list(SWITCH.finditer(comment))
    has_reason = WORDS.search(SWITCH.sub("", comment)) is not None
    return not switches or (has_reason and not any(switch["blanket"] for switch in switches))


def ignored_by_ruff() -> Iterator[tuple[str, str]]:
    """Each code that pyproject.toml ignores, with the comment on its line."""
    inside = ""
    for line in (ROOT / "pyproject.toml").read_text().splitlines():
        if line.startswith("["):
            inside = "listing" if line == "[tool.ruff.lint.per-file-ignores]" else ""
        if line.startswith("ignore = ["):
            inside = "listing"
        if inside:
            entries, _, comment = line.partition("#")
            yield from ((code, comment.strip()) for code in LISTED.findall(entries))


def test_every_finding_ignored_in_the_code_has_codes_and_a_reason() -> None:
    found = {named(path): unexplained(path.read_text()) for path in python_files(*ROOMS, "tests")}

    assert {name: lines for name, lines in found.items() if lines} == {}


def test_every_rule_ignored_in_the_settings_has_a_reason_on_its_line() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    by_file = chain.from_iterable(lint["per-file-ignores"].values())

    listed = list(ignored_by_ruff())

    assert sorted(code for code, _ in listed) == sorted([*lint["ignore"], *by_file]), "the look misses a line"
    assert [code for code, comment in listed if not WORDS.search(comment)] == []


@pytest.mark.parametrize(
    "comment",
    [
        "x = 1  # noqa",
        "x = 1  # noqa (it must be so)",
        "x = 1  # noqa: E501",
        "x = 1  # noqa: E501, PLR2004",
        "x = 1  # type: ignore",
        "x = 1  # type: ignore  # the library says Any",
        "x = 1  # type: ignore[attr-defined]",
        "x = 1  # pyright: ignore[reportPrivateUsage]",
        "x = 1  # type: ignore[misc]  # noqa: E501",
        "x = 1  # pragma: no cover",
        "# ruff: noqa: E501",
    ],
)
def test_a_switch_without_codes_or_reason_is_seen(comment: str) -> None:
    assert unexplained(comment + "\n") == [(1, comment[comment.index("#") :])]


@pytest.mark.parametrize(
    "comment",
    [
        "x = 1  # noqa: E501 (one long address)",
        "x = 1  # noqa: N802, ANN001 - the visitor's own names",
        "x = 1  # type: ignore[attr-defined]  # same type: has text",
        "x = 1  # pragma: no cover (killed before it is measured)",
        "x = '# noqa'",
        "# an ordinary remark",
    ],
)
def test_a_switch_with_codes_and_reason_is_accepted(comment: str) -> None:
    assert unexplained(comment + "\n") == []
