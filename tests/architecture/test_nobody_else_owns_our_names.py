"""The four packages have plain names; another distribution that brings one of them would overwrite ours."""

import sys
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.architecture.tree import ROOMS


def foreign_owners() -> dict[str, set[str]]:
    """An editable install lists no packages, so that no owner at all is right too."""
    owners = packages_distributions()
    return {room: foreign for room in ROOMS if (foreign := set(owners.get(room, ())) - {"trialproof"})}


def test_no_other_distribution_owns_one_of_our_packages() -> None:
    assert foreign_owners() == {}


def test_the_four_packages_come_from_one_place() -> None:
    specs = [find_spec(room) for room in ROOMS]

    places = {Path(spec.origin).parents[1] for spec in specs if spec and spec.origin}
    assert len(places) == 1


def test_another_owner_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "adapters").mkdir()
    (tmp_path / "adapters" / "__init__.py").touch()
    metadata = tmp_path / "adapters-1.3.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: adapters\nVersion: 1.3.0\n")
    (metadata / "RECORD").write_text("adapters/__init__.py,,\n")

    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    assert foreign_owners() == {"adapters": {"adapters"}}
