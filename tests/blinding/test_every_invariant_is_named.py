"""The invariants I1 to I28 of randomisation and blinding: each has tests that carry its number in their names.

What it does not show: that those tests say what the invariant says; that is for their readers.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).resolve().parents[1]
NAMED: Final = re.compile(r"test_((?:i\d+_)+)")


def invariants_in(tests: Path) -> Iterator[int]:
    """The numbers in the names of test functions: `test_i7_i8_...` counts for both."""
    for file in sorted(tests.rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            found = NAMED.match(node.name) if isinstance(node, ast.FunctionDef) else None
            yield from (int(number) for number in re.findall(r"\d+", found.group(1))) if found else ()


def test_every_invariant_has_a_test_that_names_it() -> None:
    assert set(range(1, 29)) - set(invariants_in(TESTS)) == set()
