"""One trial with four versions of its lists: permuted blocks, minimisation, lists made outside, lists of each site."""

import json
from base64 import b64encode
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from adapters.keys.list_import import SUITE, ListImportKey
from compliance.release_package import Package
from domain import streams
from domain.allocation.facts import ListSealed, SlotDrawn
from domain.record import Entry
from tests.compliance.running_trial import open_site, seal_lists, with_seed
from tests.compliance.stores import Desk
from tests.release.release_story import TRIAL, allocated, delivered, revealed, trial_with_allocations, verified
from tests.release.tampering_with_packages import Json, copy, read

ARMS = [{"arm": "x1", "label": "first of two"}, {"arm": "x2", "label": "the other one"}]
MINIMISATION: dict[str, Any] = {
    "method": "minimisation",
    "parameters": [
        {"name": "factors", "values": ["site"]},
        {"name": "form", "values": ["fake_arms"]},
        {"name": "measure", "values": ["range"]},
        {"name": "p", "values": ["4/5"]},
    ],
}
URN: dict[str, Any] = {"method": "block_urn", "parameters": [{"name": "lambda", "values": ["2"]}]}
BLOCK = ("x1", "x2", "x1")


class Run:
    """The store, the package, and the entries of the first version's lists before and after the later ones."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.before = vault(desk)
        seal_lists(desk, ARMS, MINIMISATION, version=2)
        for stratum in "AAB":
            allocated(desk, stratum)
        imported(desk)
        for stratum in "AB":
            allocated(desk, stratum)
        lists_of_the_site(desk)
        allocated(desk, "A")
        revealed(desk)
        self.package: Package = delivered(desk)


def vault(desk: Desk) -> list[Entry]:
    return list(desk.store.ledger.page(streams.vault_ledger(TRIAL), limit=1000))


def imported(desk: Desk) -> None:
    slots = [{"arm": arm, "slot": number} for number, arm in enumerate(BLOCK * 4, 1)]
    file = {
        "arms": ARMS,
        "format": "trialproof-list/1",
        "lists": [{"slots": slots, "stratum": stratum} for stratum in "AB"],
        "program": {"name": "blockrand", "sha256": "ab" * 32, "version": "1.5"},
        "trial": TRIAL,
    }
    key = ListImportKey(desk.store.keys)
    public = X25519PublicKey.from_public_bytes(key.public)
    sealed = SUITE.encrypt(json.dumps(file).encode(), public, key.info(TRIAL).encode())
    desk.send("maker", "import_lists", {"sealed": b64encode(sealed).decode()})


def lists_of_the_site(desk: Desk) -> None:
    """Version 4, with lists of its own for each site; those of site 02 are made too, and stay unused."""
    open_site(desk, "02")
    with_seed(desk, ARMS, {**URN, "per_site": True}, version=4)
    for site in ("01", "02"):
        desk.send("maker", "seal_lists", {"site": site})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Generator[Run]:
    with trial_with_allocations(tmp_path_factory.mktemp("versions"), cap=12) as desk:
        yield Run(desk)


@pytest.fixture
def package(run: Run) -> Json:
    return copy(read(run.package.data))


def test_every_version_passes_and_a_list_made_outside_is_said_to_be_checked_by_its_root_alone(
    run: Run, tmp_path: Path
) -> None:
    found = verified(tmp_path, run.package.data)

    lines = found.stdout.splitlines()
    assert (found.returncode, found.stderr) == (0, "")
    assert len([line for line in lines if line.startswith("PASS  list") and " slot " in line]) == 4 + 3 + 2 + 1
    outside = [line for line in lines if line.startswith("NOT CHECKED  list")]
    assert len(outside) == 2
    assert [f"PASS  version 4 at site {site}: lists" in lines for site in ("01", "02", "03")] == [True, True, False]
    assert all("made outside, only its root is checked" in line for line in outside)
    assert "NOT CHECKED  version 3: design and shares of the seed; no commitment to them was made" in lines


def test_i26_a_new_version_leaves_the_slots_of_the_old_untouched(run: Run, package: Json) -> None:
    after = vault(run.desk)

    old = {e.fact.list_id for e in run.before if isinstance(e.fact, ListSealed)}
    drawn = [(e.frame.position, e.fact) for e in after if streams.name_of(e.frame.stream) in old]
    assert drawn == [(e.frame.position, e.fact) for e in run.before if streams.name_of(e.frame.stream) in old]
    assert len([fact for _, fact in drawn if isinstance(fact, SlotDrawn)]) == 4
    assert [version["version"] for version in package["versions"]] == [1, 2, 3, 4, 4]
    roots = {e.fact.root for e in after if isinstance(e.fact, ListSealed)}
    assert len(roots) == 5


@pytest.mark.parametrize("part", ["place", "word", "scores", "chances", "levels"])
def test_a_minimised_allocation_whose_inputs_were_changed_fails_by_its_slot(
    package: Json, tmp_path: Path, part: str
) -> None:
    second = next(row for row in package["allocations"] if row["inputs"] and row["index"] == 2)
    other: dict[str, Any] = {
        "place": (second["inputs"]["place"] + 1) % 3,
        "word": "0" * 12,
        "scores": ["9", "9", "9"],
        "chances": [1, 1, 1],
        "levels": [{"factor": "site", "level": "99"}],
    }
    second["inputs"][part] = other[part]

    found = verified(tmp_path, package)

    failed = [line for line in found.stdout.splitlines() if line.startswith("FAIL  ")]
    assert found.returncode == 1
    assert failed == [f"FAIL  list {second['list']} (A) slot 2: its recorded inputs do not give this draw"]


def test_a_changed_slot_of_a_list_made_outside_fails_by_its_name_and_by_the_root(package: Json, tmp_path: Path) -> None:
    one = package["versions"][2]["lists"][0]
    one["slots"] = ("1" if one["slots"][0] == "0" else "0") + one["slots"][1:]

    found = verified(tmp_path, package)

    failed = [line for line in found.stdout.splitlines() if line.startswith("FAIL  ")]
    assert failed[0] == "FAIL  version 3: root over 24 slots: other slots were committed to"
    assert failed[1].startswith(f"FAIL  list {one['list']} (A) slot 1: the envelope holds ")
