"""What an owner of the file can do to it, and what verifying the product's own ledger says."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from adapters.wiring import look_at
from compliance.proofs.tree import Frontier, leaf_hash
from compliance.proofs.verdict import HeldHead, Verdict
from compliance.proofs.verify import verify_ledger
from tests.compliance.running_trial import open_trial
from tests.compliance.stores import open_desk

LEDGER = "trial:T1"
POSITION = 20


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("honest")
    with open_desk(folder) as desk:
        open_trial(desk, cap=6)
    return folder / "store"


@pytest.fixture
def store(honest: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(honest, tmp_path / "store"))


def verdict(store: Path, *held: HeldHead) -> Verdict:
    with closing(look_at(store)) as file:
        return verify_ledger(LEDGER, file.rows(LEDGER), file.head(LEDGER), held=held)


def alter(store: Path, change: Callable[[sqlite3.Connection], None]) -> None:
    """As the owner of the file would: triggers dropped, rows changed."""
    with closing(sqlite3.connect(store / "ledger.sqlite")) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        change(raw)
        raw.commit()


def where(raw: sqlite3.Connection) -> tuple[str, str]:
    tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    entry = next(name for name in sorted(tables) if "entry" in name and "vault" not in name)
    head = next(name for name in sorted(tables) if "head" in name and "vault" not in name)
    return entry, head


def changed(raw: sqlite3.Connection) -> None:
    entry, _ = where(raw)
    raw.execute(
        f"UPDATE {entry} SET entry = CAST(replace(CAST(entry AS TEXT), 'asserted', 'assertet') AS BLOB)"
        " WHERE ledger = ? AND position = ?",
        (LEDGER, POSITION),
    )


def removed(raw: sqlite3.Connection) -> None:
    entry, _ = where(raw)
    raw.execute(f"DELETE FROM {entry} WHERE ledger = ? AND position = ?", (LEDGER, POSITION))


def swapped(raw: sqlite3.Connection) -> None:
    entry, _ = where(raw)
    for old, new in ((POSITION, 100_000), (POSITION + 1, POSITION), (100_000, POSITION + 1)):
        raw.execute(f"UPDATE {entry} SET position = ? WHERE ledger = ? AND position = ?", (new, LEDGER, old))


def inserted(raw: sqlite3.Connection) -> None:
    entry, _ = where(raw)
    raw.execute(
        f"UPDATE {entry} SET position = position + 100001 WHERE ledger = ? AND position >= ?", (LEDGER, POSITION)
    )
    raw.execute(f"UPDATE {entry} SET position = position - 100000 WHERE ledger = ? AND position > 100000", (LEDGER,))
    columns = [name for _, name, *_ in raw.execute(f"PRAGMA table_info({entry})") if name != "position"]
    copied = ", ".join("version + 1000" if name == "version" else name for name in columns)
    raw.execute(
        f"INSERT INTO {entry} ({', '.join(columns)}, position) SELECT {copied}, ? FROM {entry}"
        " WHERE ledger = ? AND position = 2",
        (POSITION, LEDGER),
    )


def recomputed(raw: sqlite3.Connection) -> None:
    """A change, with leaf, tree and head made anew: nothing inside the file disagrees any more."""
    changed(raw)
    entry, head = where(raw)
    rows = raw.execute(f"SELECT position, entry FROM {entry} WHERE ledger = ? ORDER BY position", (LEDGER,)).fetchall()
    frontier = Frontier.empty()
    for position, data in rows:
        leaf = leaf_hash(data)
        frontier = frontier.append(leaf)
        raw.execute(f"UPDATE {entry} SET leaf = ? WHERE ledger = ? AND position = ?", (leaf, LEDGER, position))
    raw.execute(
        f"UPDATE {head} SET frontier = ?, root = ? WHERE ledger = ?", (frontier.to_bytes(), frontier.root(), LEDGER)
    )


def test_an_honest_ledger_is_verified_at_level_l0(store: Path) -> None:
    found = verdict(store)

    assert found.ok
    assert found.level == "L0"


@pytest.mark.requirement("P11-04", "EMA-15")
@pytest.mark.parametrize("change", [changed, removed, swapped, inserted])
def test_an_altered_entry_is_named_by_its_position(store: Path, change: Callable[[sqlite3.Connection], None]) -> None:
    alter(store, change)

    found = verdict(store)

    assert not found.ok
    assert found.first_bad == POSITION


def test_a_whole_recomputation_is_found_by_a_held_head_alone_and_the_verdict_says_so(store: Path) -> None:
    before = verdict(store)
    held = HeldHead.parse(f"{LEDGER}={before.size}:{before.root}")
    alter(store, recomputed)

    alone, with_held = verdict(store), verdict(store, held)

    assert alone.ok
    assert alone.level == "L0"
    assert any("recomputed" in sentence for sentence in alone.does_not_show)
    assert not with_held.ok
    assert verdict(store, HeldHead.parse(f"{LEDGER}={alone.size}:{alone.root}")).level.startswith("L4")
