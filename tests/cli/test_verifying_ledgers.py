"""`ledger verify` reads any ledger file, however it was altered, without keys, and names the first bad position."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from adapters.cli.verify import Reading
from adapters.wiring import look_at
from compliance.proofs.tree import Frontier, leaf_hash
from tests.cli.invoking import TRIAL, Cli, line

LEDGER = f"trial:{TRIAL}"
AT = f"ledger = '{LEDGER}' AND position"


def tampered(cli: Cli, *statements: str) -> None:
    """Alter the file as an owner of the database could: triggers first."""
    with closing(sqlite3.connect(cli.store / "ledger.sqlite", isolation_level=None)) as connection:
        connection.create_function("leaf_hash", 1, leaf_hash)
        triggers = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")]
        for trigger in triggers:
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.execute(statement)


def verdicts(cli: Cli, *args: str) -> dict[str, dict[str, Any]]:
    return {one["ledger"]: one for one in cli.json("ledger", "verify", *args)}


def test_every_ledger_is_verified_and_says_what_that_does_not_show(cli: Cli) -> None:
    done = cli("ledger", "verify")

    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert [one.split()[1] for one in lines[:4]] == [f"access:{TRIAL}:", "system:", f"{LEDGER}:", f"vault:{TRIAL}:"]
    assert all("level L0, environment demonstration" in one for one in lines[:4])
    assert any(one.startswith("[demonstration] Not shown: Whether an owner of the database altered") for one in lines)


def test_it_needs_neither_key_store_nor_secret(cli: Cli) -> None:
    shutil.rmtree(cli.store / "keys")
    cli.key_file.unlink()

    assert cli("ledger", "verify").exit_code == 0


def test_it_changes_nothing_in_the_file(cli: Cli) -> None:
    before = (cli.store / "ledger.sqlite").read_bytes()

    cli("ledger", "verify")

    assert (cli.store / "ledger.sqlite").read_bytes() == before


def test_one_ledger_may_be_verified_alone(cli: Cli) -> None:
    assert list(verdicts(cli, "system")) == ["system"]


def test_a_ledger_that_is_not_there_is_not_found(cli: Cli) -> None:
    assert cli("ledger", "verify", "trial:TYPO").exit_code == 6


def test_a_folder_without_a_ledger_is_not_found(empty: Cli) -> None:
    assert empty("ledger", "verify").exit_code == 6


OTHER = "CAST(replace(CAST(entry AS TEXT), 'Lupus', 'Nupus') AS BLOB)"
ALTERED: dict[str, tuple[str, int | None, str]] = {
    "an entry": (
        f"UPDATE entry SET entry = replace(CAST(entry AS TEXT), 'Lupus', 'Nupus') WHERE {AT} = 2",
        2,
        "file_unreadable",
    ),
    "an entry, as bytes": (
        f"UPDATE entry SET entry = {OTHER} WHERE {AT} = 2",
        2,
        "leaf_differs",
    ),
    "an entry with its leaf": (
        f"UPDATE entry SET entry = {OTHER}, leaf = leaf_hash({OTHER}) WHERE {AT} = 2",
        None,
        "root_differs",
    ),
    "a leaf": (f"UPDATE entry SET leaf = zeroblob(32) WHERE {AT} = 5", 5, "leaf_differs"),
    "an entry taken out": (f"DELETE FROM entry WHERE {AT} = 7", 7, "position_missing"),
    "the end cut off": (f"DELETE FROM entry WHERE {AT} > 30", 31, "tail_missing"),
    "a recorded time": (
        f"UPDATE entry SET recorded_at = '2001-01-01T00:00:00.000000Z' WHERE {AT} = 9",
        9,
        "frame_differs",
    ),
    "a stream": (f"UPDATE entry SET stream = stream || 'x' WHERE {AT} = 9", 9, "frame_differs"),
    "a type no version knows": (f"UPDATE entry SET type = 'any.thing.v1' WHERE {AT} = 9", 9, "frame_differs"),
    "two entries exchanged": (
        f"UPDATE entry SET position = CASE position WHEN 8 THEN 1009 ELSE 1008 END WHERE {AT} IN (8, 9)",
        8,
        "position_missing",
    ),
    "the head's size": (f"UPDATE head SET size = size + 1 WHERE ledger = '{LEDGER}'", None, "tail_missing"),
    "the head's root": (f"UPDATE head SET root = zeroblob(32) WHERE ledger = '{LEDGER}'", None, "head_damaged"),
    "the head's kind": (f"UPDATE head SET size = 'many' WHERE ledger = '{LEDGER}'", None, "file_unreadable"),
    "the head taken out": (f"DELETE FROM head WHERE ledger = '{LEDGER}'", None, "head_missing"),
    "the whole ledger taken out": (f"DELETE FROM entry WHERE ledger = '{LEDGER}'", 1, "tail_missing"),
    "a text that is no text": (f"UPDATE entry SET stream = CAST(x'ff' AS TEXT) WHERE {AT} = 9", 9, "frame_differs"),
    "a number for a text": (f"UPDATE entry SET leaf = 1 WHERE {AT} = 9", 9, "file_unreadable"),
}


@pytest.mark.requirement("P11-04", "EMA-15")
@pytest.mark.parametrize(("statement", "position", "kind"), ALTERED.values(), ids=ALTERED.keys())
def test_what_was_altered_is_found_and_its_position_named(
    cli: Cli, statement: str, position: int | None, kind: str
) -> None:
    tampered(cli, "PRAGMA ignore_check_constraints = ON", statement)

    result = cli("--json", "ledger", "verify")

    assert result.exit_code == 1
    found = {one["ledger"]: one for one in map(json.loads, result.stdout.splitlines())}
    bad = found[LEDGER]
    assert (bad["ok"], bad["kind"]) == (False, kind)
    assert position is None or bad["first_bad"] == position
    assert all(one["ok"] for name, one in found.items() if name != LEDGER)


@pytest.mark.requirement("P11-04")
def test_people_read_the_first_bad_position_too(cli: Cli) -> None:
    tampered(cli, f"UPDATE entry SET leaf = zeroblob(32) WHERE {AT} = 5")

    done = cli("ledger", "verify", LEDGER)

    assert f"{LEDGER}: NOT verified, first bad position 5, leaf_differs" in done.stdout


def test_a_ledger_taken_out_without_a_trace_is_missed_all_the_same(cli: Cli) -> None:
    access = f"access:{TRIAL}"
    tampered(cli, f"DELETE FROM entry WHERE ledger = '{access}'", f"DELETE FROM head WHERE ledger = '{access}'")

    assert verdicts(cli)[access]["kind"] == "head_missing"


def test_a_trial_taken_out_without_a_trace_is_missed_by_the_system_ledger(cli: Cli) -> None:
    gone = [
        f"DELETE FROM {table} WHERE ledger LIKE '%:{TRIAL}'" for table in ("entry", "head", "vault_entry", "vault_head")
    ]
    tampered(cli, *gone)

    found = verdicts(cli)

    assert {name for name, one in found.items() if one["kind"] == "head_missing"} == {
        f"{kind}:{TRIAL}" for kind in ("trial", "vault", "access")
    }


def rewritten(cli: Cli) -> None:
    """A history recomputed whole: consistent in itself, at the same size, with another root."""
    with closing(sqlite3.connect(cli.store / "ledger.sqlite", isolation_level=None)) as connection:
        rows = connection.execute(f"SELECT position, entry FROM entry WHERE ledger = '{LEDGER}' ORDER BY position")
        entries = [(position, entry.replace(b"Lupus", b"Nupus")) for position, entry in rows]
        for (trigger,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        for position, entry in entries:
            connection.execute(
                f"UPDATE entry SET entry = ?, leaf = ? WHERE {AT} = ?", (entry, leaf_hash(entry), position)
            )
        tree = Frontier.empty().extend(leaf_hash(entry) for _, entry in entries)
        connection.execute(
            f"UPDATE head SET root = ?, frontier = ? WHERE ledger = '{LEDGER}'", (tree.root(), tree.to_bytes())
        )


@pytest.mark.requirement("P11-04")
def test_a_history_recomputed_whole_is_found_only_by_a_head_held_outside(cli: Cli) -> None:
    held = verdicts(cli)[LEDGER]["held_as"]
    rewritten(cli)

    unheld, against = cli("ledger", "verify"), cli("ledger", "verify", "--held", held)

    assert unheld.exit_code == 0
    assert "without a held checkpoint or an anchor that is not detected" in unheld.stdout
    assert against.exit_code == 1
    assert "held_differs" in against.stdout


def test_a_held_head_of_a_grown_ledger_raises_the_level(cli: Cli) -> None:
    held = verdicts(cli)[LEDGER]["held_as"]
    cli.apply(line("record_procedure", {"participant": "001", "procedure": "visit"}), person="coordinator-01")

    found = verdicts(cli, "--held", held)

    assert found[LEDGER]["level"] == "L4 (held)"
    assert found["system"]["level"] == "L0"


def test_a_held_head_of_a_ledger_that_is_gone_says_so(cli: Cli) -> None:
    found = verdicts(cli, "--held", f"trial:GONE=3:{'ab' * 32}")

    assert found["trial:GONE"]["ok"] is False


def test_a_held_head_of_another_form_cannot_be_read(cli: Cli) -> None:
    done = cli("ledger", "verify", "--held", "trial:X")

    assert done.exit_code == 3
    assert "bad_held_head" in done.stderr


Damage = Callable[[Path], object]
DAMAGES: dict[str, Damage] = {
    "emptied": lambda file: file.write_bytes(b""),
    "not a database": lambda file: file.write_bytes(b"Dear reader" * 1000),
    "cut in half": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "zeros in its middle": lambda file: file.write_bytes(_zeroed(file.read_bytes())),
}


def _zeroed(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes(20_000) + data[middle + 20_000 :]


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_file_is_not_verified_and_no_fault_of_the_program(cli: Cli, damage: Damage) -> None:
    damage(cli.store / "ledger.sqlite")

    done = cli("ledger", "verify")

    assert done.exit_code == 1, done.output
    assert "NOT verified" in done.stdout or "damaged_ledger" in done.stderr


def test_a_file_on_a_read_only_medium_is_verified(cli: Cli) -> None:
    done = cli.process("ledger", "verify")
    for path in cli.store.glob("ledger.sqlite-*"):
        path.unlink()
    (cli.store / "ledger.sqlite").chmod(0o400)
    cli.store.chmod(0o500)

    again = cli.process("ledger", "verify")

    cli.store.chmod(0o700)
    assert (done.returncode, again.returncode) == (0, 0), again.stderr


def test_a_ledger_that_grows_meanwhile_is_not_mistaken_for_one_that_was_cut(cli: Cli) -> None:
    sent = line("record_procedure", {"participant": "001", "procedure": "visit"})
    with closing(look_at(cli.store)) as file:
        size = cli.heads()[LEDGER]
        cli.apply(sent, person="coordinator-01")

        verdict = Reading(file, LEDGER, lambda _: None).verdict(())

    assert cli.heads()[LEDGER] > size
    assert (verdict.ok, verdict.size) == (True, size)
