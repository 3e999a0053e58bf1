"""An Authority is constructed in compliance/gate.py and nowhere else; reading a stored one back is no construction.

A walk over the syntax cannot see an alias made at run time; it sees calls, subclasses and second names.
"""

import ast

import pytest

from tests.architecture.names import Names
from tests.architecture.tree import ROOMS, named, python_files

GATE = "compliance/gate.py"


def is_authority(names: Names, node: ast.expr | None) -> bool:
    return node is not None and names.full(node).split(".")[-1] == "Authority"


def constructions(source: str) -> list[int]:
    names = Names(source)
    return [
        node.lineno for node in ast.walk(names.tree) if isinstance(node, ast.stmt | ast.expr) and makes(names, node)
    ]


def makes(names: Names, node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=value) as called):
            return is_authority(names, called) or is_authority(names, value)
        case ast.Call(func=called):
            return is_authority(names, called)
        case ast.ClassDef(bases=bases):
            return any(is_authority(names, base) for base in bases)
        case ast.Assign(value=value) | ast.AnnAssign(value=value) | ast.NamedExpr(value=value):
            return is_authority(names, value)
        case _:
            return False


def test_only_the_gate_constructs_an_authority() -> None:
    found = {named(path): constructions(path.read_text()) for path in python_files(*ROOMS)}

    assert {name: lines for name, lines in found.items() if lines and name != GATE} == {}
    assert found.get(GATE), f"{GATE} constructs none: was Authority renamed?"


@pytest.mark.parametrize(
    "source",
    [
        "from domain.record import Authority\nAuthority(grant='g')",
        "from domain.record import Authority as A\nA(grant='g')",
        "import domain.record\ndomain.record.Authority(grant='g')",
        "from domain import record as r\nr.Authority.__new__(r.Authority)",
        "from domain.record import Authority\nclass Mine(Authority): pass",
        "from domain.record import Authority\nmake = Authority",
    ],
)
def test_every_spelling_of_a_construction_is_seen(source: str) -> None:
    assert constructions(source) == [2]


@pytest.mark.parametrize(
    "source",
    [
        "from domain.record import Authority\ndef check(given: Authority) -> None: ...",
        "from domain.record import Authority\nimport msgspec\nmsgspec.json.decode(b'', type=Authority)",
        "class Authority: pass",
    ],
)
def test_naming_or_decoding_an_authority_is_no_construction(source: str) -> None:
    assert constructions(source) == []
