"""The seed record to cut up, and the registry's records beside the repository, where they are at hand."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compliance.registry.read import read_record
from compliance.registry.record import RegistryRecord

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "adapters" / "seed" / "NCT03458156.json"
SHARED = ROOT / "../shared/reference"

Tree = dict[str, Any]


def seed_bytes() -> bytes:
    return SEED.read_bytes()


def seed_tree() -> Tree:
    tree: Tree = json.loads(seed_bytes())
    return tree


def protocol(tree: Tree, module: str) -> Tree:
    found: Tree = tree["protocolSection"][module]
    return found


def as_bytes(tree: object) -> bytes:
    return json.dumps(tree).encode()


def changed(*changes: Callable[[Tree], object]) -> bytes:
    tree = seed_tree()
    for change in changes:
        change(tree)
    return as_bytes(tree)


def record(*changes: Callable[[Tree], object]) -> RegistryRecord:
    return read_record(changed(*changes))


def put(path: str, value: object) -> Callable[[Tree], object]:
    """Set `module.key.key` below protocolSection."""

    def change(tree: Tree) -> None:
        *above, last = path.split(".")
        place = tree["protocolSection"]
        for step in above:
            place = place.setdefault(step, {})
        place[last] = value

    return change


def with_arms(*arms: tuple[str, str]) -> Callable[[Tree], object]:
    """Replace the groups: (label, name of the one drug it receives)."""

    def change(tree: Tree) -> None:
        names = dict.fromkeys(name for _, name in arms)
        tree["protocolSection"]["armsInterventionsModule"] = {
            "armGroups": [{"label": label, "interventionNames": [f"Drug: {name}"]} for label, name in arms],
            "interventions": [{"type": "DRUG", "name": name} for name in names],
        }

    return change


def criteria(*lines: str) -> Callable[[Tree], object]:
    return put("eligibilityModule.eligibilityCriteria", "\n".join(lines))


def shared(folder: str) -> Path:
    found = SHARED / folder
    if not found.exists():
        pytest.skip(f"the registry records ({folder}) are not beside this repository")
    return found
