"""No variable that a library listens to changes what is recorded, where, or what a report says.

The names are read out of the libraries' own sources, so that a new version's new variables are tried as well.
"""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = (
    "click",
    "cryptography",
    "eventsourcing",
    "msgspec",
    "orjson",
    "pydantic",
    "rich",
    "sqlalchemy",
    "structlog",
    "typer",
)
LISTENS = re.compile(r"\benviron\b|\bgetenv\b")
NAMED_BY_CLASSES = frozenset({"eventsourcing"})
"""Its factories look up names that other modules define, so that all of its modules are searched."""
NAME = re.compile(r"_?[A-Z][A-Z0-9]*(_[A-Z0-9]+)+|[A-Z]{4,}")
KNOWN = {"PERSISTENCE_MODULE", "IS_SNAPSHOTTING_ENABLED", "TZINFO_TOPIC", "NO_COLOR", "PYDANTIC_DISABLE_PLUGINS"}
LOW_LEVEL = {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "7", "SQLITE_TMPDIR": "/nowhere"}
"""What the interpreter and C code listen to, which no Python source names."""
TEMPTING = {
    "PERSISTENCE_MODULE": "eventsourcing.popo",
    "INFRASTRUCTURE_FACTORY": "eventsourcing.popo:POPOFactory",
    "FACTORY_TOPIC": "eventsourcing.popo:POPOFactory",
    "SQLITE_DBNAME": ":memory:",
    "COMPRESSOR_TOPIC": "zlib",
    "TRANSCODER_TOPIC": "eventsourcing.persistence:JSONTranscoder",
    "MAPPER_TOPIC": "eventsourcing.persistence:Mapper",
    "TZINFO_TOPIC": "datetime:timezone.max",
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
    "FORCE_COLOR": "1",
    "COLUMNS": "20",
    "TERM": "dumb",
}
"""Values that the libraries would understand, and that would redirect or reshape what is recorded."""


def named_in(library: str) -> Iterator[str]:
    """What looks like a variable's name in those sources of a library that read the environment."""
    spec = find_spec(library)
    assert spec is not None
    assert spec.origin is not None
    for path in Path(spec.origin).parent.rglob("*.py"):
        source = path.read_text(encoding="utf-8", errors="replace")
        if library in NAMED_BY_CLASSES or LISTENS.search(source):
            texts = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
            yield from (text for text in texts if isinstance(text, str) and NAME.fullmatch(text))


def conducted(folder: Path, environment: Mapping[str, str]) -> Any:
    folder.mkdir()
    child = subprocess.run(
        [sys.executable, "-m", "tests.journeys.seeded_child", str(folder)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    return json.loads(child.stdout)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return conducted(tmp_path_factory.mktemp("undisturbed") / "run", {})


@pytest.fixture(scope="module")
def names() -> set[str]:
    found = {name for library in LIBRARIES for name in named_in(library)}
    assert found >= KNOWN, "the search does not see what it must"
    return found


@pytest.mark.requirement("EMA-03")
@pytest.mark.parametrize(
    ("value", "meant"),
    [("y", {}), ("no.such:thing", {}), ("", {}), ("1", TEMPTING)],
    ids=["switched on", "nonsense", "empty", "tempting"],
)
def test_a_store_and_its_report_are_the_same_whatever_the_libraries_variables_say(
    tmp_path: Path, undisturbed: Any, names: set[str], value: str, meant: Mapping[str, str]
) -> None:
    odd = {**dict.fromkeys(names, value), **LOW_LEVEL, **meant}

    disturbed = conducted(tmp_path / "run", odd)

    assert disturbed == undisturbed
    assert {size for size, _, _ in undisturbed["ledgers"].values()} != {0}
    assert all(level == "L0" for _, _, level in undisturbed["ledgers"].values())
