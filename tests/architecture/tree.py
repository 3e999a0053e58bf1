"""The source tree, as the architecture tests see it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PURE = ("domain", "projections", "compliance")
ROOMS = (*PURE, "adapters")


def python_files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert found, f"no Python file under {folders}: the look would see nothing"
    return found


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def texts_of_the_repository() -> Iterator[tuple[str, str]]:
    """Every text file that git holds or would take, by name; binary files are passed over."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: only git knows which files belong to the project")
    told = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in sorted(filter(None, told.stdout.decode().split("\0"))):
        path = ROOT / name
        data = path.read_bytes() if path.is_file() else b""
        if b"\0" not in data:
            yield name, data.decode()
