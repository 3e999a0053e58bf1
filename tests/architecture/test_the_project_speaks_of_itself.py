"""A reader anywhere must be able to follow every word: no path of one machine, no folder that only some have."""

import re

import pytest

from tests.architecture.tree import texts_of_the_repository

# The brackets keep each pattern from finding itself.
MACHINE = re.compile(
    r"/(?:wor[k]|far[m])/|(?<![\w}])/(?:roo[t]|User[s]|hom[e])/\w|[A-Z]:\\User[s]"
    r"|\bthis machin[e]\b|\bpypi\.or[g]|pythonhosted\.or[g]|npmjs\.(?:or[g]|co[m])",
    re.IGNORECASE,
)
BESIDE = re.compile(r"\.\./share[d]\b|\bshared/referenc[e]\b")
MAY_LOOK_BESIDE = ("tests/", ".ci/")


def lines_with(pattern: re.Pattern[str], *, except_in: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()}"
        for name, text in texts_of_the_repository()
        if not name.startswith(except_in)
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_a_place_on_one_machine() -> None:
    assert lines_with(MACHINE) == []


def test_only_tests_look_beside_the_repository() -> None:
    assert lines_with(BESIDE, except_in=MAY_LOOK_BESIDE) == []


@pytest.mark.parametrize("top", ["home", "root", "Users", "work"])
def test_a_place_on_one_machine_is_seen(top: str) -> None:
    assert MACHINE.search(f"see /{top}/someone/trial")
    assert MACHINE.search(f"open('/{top}/trial')")


def test_a_path_of_the_product_is_no_place_on_a_machine() -> None:
    assert not MACHINE.search("GET /ledgers/{ledger}/root/at, /ledgers/7/home/page")
