"""A link in a document that leads nowhere is a claim that nobody can follow."""

import re
from pathlib import PurePosixPath
from posixpath import normpath

from tests.architecture.tree import ROOT, texts_of_the_repository

LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def test_every_relative_link_leads_to_a_file_or_folder() -> None:
    links = [
        (name, normpath(PurePosixPath(name).parent / link))
        for name, text in texts_of_the_repository()
        if name.endswith(".md")
        for link in LINK.findall(CODE.sub("", text))
    ]

    assert links, "no document links to another: the look sees nothing"
    assert [(name, link) for name, link in links if not (ROOT / link).exists()] == []
