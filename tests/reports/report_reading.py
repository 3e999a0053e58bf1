"""Read the forms of a report back, by the rules that their manifest states."""

import csv
import io
import json
from html.parser import HTMLParser
from typing import Any

Cells = dict[str, str | None]


def from_csv(data: bytes, numbers: frozenset[str]) -> list[tuple[str, str, Cells, str]]:
    """Environment, row key, cells and details of every row."""
    lines = csv.DictReader(io.StringIO(data.decode(), newline=""))
    return [_flat_row(dict(line), numbers) for line in lines]


def _flat_row(line: dict[str, str], numbers: frozenset[str]) -> tuple[str, str, Cells, str]:
    environment, key = line.pop("environment"), line.pop("row_key")
    details = line.pop("row_details")
    cells = {name: said if name in numbers and said != "not recorded" else _text(said) for name, said in line.items()}
    return environment, _text(key) or "", cells, details


def _text(said: str) -> str | None:
    if said == "not recorded":
        return None
    if said == "(empty)":
        return ""
    return said.removeprefix("'")


def from_jsonl(data: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    head, *rows = [json.loads(line) for line in data.decode().removesuffix("\n").split("\n")]
    return head, rows


class Page(HTMLParser):
    """What a reader, or a screen reader, meets on the page."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.headings: list[tuple[int, str]] = []
        self.header_scopes: list[str | None] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: dict[str, str] = {}
        self.ids: list[str] = []
        self._open: list[str] = []
        self._row: str | None = None
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        self._open.append(tag)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "th":
            self.header_scopes.append(given.get("scope"))
        if tag in {"h1", "h2", "h3", "h4"}:
            self.headings.append((int(tag[1]), ""))
        if tag == "tr" and (given.get("id") or "").startswith("r."):
            self._row = str(given["id"])
            self.rows[self._row] = ""
        if self._row and given.get("title"):
            self.rows[self._row] += f" {given['title']} "

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr":
            self._row = None

    def handle_data(self, data: str) -> None:
        if self._row:
            self.rows[self._row] += data
        if self._open and self._open[-1] in {"h1", "h2", "h3", "h4"} and not self.headings[-1][1]:
            level, _ = self.headings[-1]
            self.headings[-1] = (level, data)
