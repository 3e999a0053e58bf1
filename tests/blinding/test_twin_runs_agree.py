"""Two runs that differ in the arms alone agree in every byte that a blinded role can reach (E6(R3) 4.1, EMA 6.2.1).

Compared are, for every blinded role and each site role: the trial, access and system ledger (entry bytes,
leaf hashes, roots, sizes; sessions, failed log-ins and signatures stand in them), what the gate says, all
projections on both time axes, opened texts, report files, what the command line prints, what senders of commands
are told, and the log; over the demonstration with its forty screenings, and over a story in which nearly
everything goes wrong. In both everybody logs in, acts and signs as in any deployment.

What it does not show: see `twins.py`, and docs/concepts/blinding.md. The two runs of the second story differ
also in how many entries the vault holds, which shows in the size of the database file and in
`ledger verify` of the vault; whoever has the files is not a blinded role.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Final

import pytest

from adapters.demo import people
from adapters.demo.director import TRIAL
from adapters.wiring import LEDGER_FILE
from domain import streams
from domain.commands import COMMANDS
from tests.blinding.conftest import Twins
from tests.blinding.mishaps import SERVICE
from tests.blinding.reach import LEDGERS, Channel, Circle, differences, everything_typed, reached_in
from tests.blinding.twins import Twin

CAST: Final = (people.ADMINISTRATOR, people.SECOND_ADMINISTRATOR, *(member.person for member in people.cast()))
EVERYBODY: Final = (*CAST, people.INSPECTOR, SERVICE)
READERS: Final = (
    "u02",
    "u03",
    "u04",
    "u05",
    "u08",
    "u11",
    "u12",
    "u13",
    "u21",
    "u22",
    "u23",
    "u30",
    people.MONITOR,
    people.INSPECTOR,
)
"""Everybody in a blinded role who may read."""
SHORT: Final = (
    ("show", "participant", "005"),
    ("show", "unblinding"),
    ("show", "allocations", "--json"),
    ("ledger", "tail", LEDGERS[0], "--json"),
)

Reached = dict[str, Channel]


@pytest.fixture(scope="session")
def in_demonstrations(demonstrations: Twins) -> tuple[Reached, Reached]:
    circle = Circle(CAST, ("u30", "u11", "u23"), ("u30", "u11"), ("u30", "u11"), SHORT)
    one, two = (reached_in(twin, circle) for twin in demonstrations)
    return one, two


@pytest.fixture(scope="session")
def in_mishaps(mishaps: Twins) -> tuple[Reached, Reached]:
    circle = Circle(EVERYBODY, READERS, READERS, ("u11", "u02", "u01"), tuple(everything_typed()))
    one, two = (reached_in(twin, circle) for twin in mishaps)
    return one, two


@pytest.mark.requirement("E6-08", "EMA-06", "ST-02")
def test_i9_the_demonstration_tells_a_blinded_reader_nothing_about_arms(
    demonstrations: Twins, in_demonstrations: tuple[Reached, Reached]
) -> None:
    one, two = (twin.arms() for twin in demonstrations)
    assert all(one[number] != two[number] for number in one), "every participant is in another arm"
    assert (len(one), one.keys()) == (30, two.keys())

    assert differences(*in_demonstrations) == []


@pytest.mark.requirement("E6-07", "E6-08", "EMA-06", "ST-02")
def test_i9_nothing_that_goes_wrong_tells_a_blinded_reader_about_arms(
    mishaps: Twins, in_mishaps: tuple[Reached, Reached]
) -> None:
    one, two = (twin.arms() for twin in mishaps)
    assert all(one[number] != two[number] for number in one)
    assert sizes_of_the_vault(mishaps)[0] != sizes_of_the_vault(mishaps)[1], "one arm is given more"

    assert differences(*in_mishaps) == []


def sizes_of_the_vault(twins: Twins) -> list[int]:
    return [twin.store.ledger.head(streams.vault_ledger(TRIAL)).size for twin in twins]


def test_the_comparison_reaches_what_it_is_said_to_reach(in_mishaps: tuple[Reached, Reached], mishaps: Twins) -> None:
    reached, _ = in_mishaps
    refused = b" ".join(reached["answers"].values())

    assert all(reached[channel] for channel in reached), "a channel is empty"
    assert {one.command for one in mishaps[0].heard} == set(COMMANDS), "a command is never sent"
    assert all(f'"error": "{code}"'.encode() in refused for code in HARD_CODES)
    for channel in ("projections", "reports"):
        assert all(any(name.startswith(person) for name in reached[channel]) for person in READERS)
    printed = reached["the command line"]
    refusals = {name for name, said in printed.items() if not said.startswith(b"0\n")}
    answered = {name.partition(" types ")[2] for name in printed.keys() - refusals}
    assert {" ".join(words) for words in everything_typed()} - answered == NOT_FOR_ANYBODY, "typed for nothing"
    assert refusals >= NOT_FOR_A_SITE


NOT_FOR_A_SITE: Final = {
    "u11 types show participant 005",
    "u11 types show participant 999",
    f"u11 types ledger tail {streams.access_ledger(TRIAL)}",
    f"u11 types ledger tail {streams.SYSTEM_LEDGER}",
    f"u11 types ledger tail {streams.vault_ledger(TRIAL)}",
}
"""What the command line refuses an investigator, or does not find."""
NOT_FOR_ANYBODY: Final = {"show participant 999", f"ledger tail {streams.vault_ledger(TRIAL)}"}
"""What it refuses, or does not find, for every blinded role, a sponsor's lead and an administrator included."""
HARD_CODES: Final = (
    "no_allocation_possible", "already_allocated", "never_allocated", "unblinding_rejected", "unblinding_withdrawn",
    "unblinding_expired", "not_a_recipient", "other_channel", "not_allowed", "not_correctable", "no_design_declared",
    "wrong_type", "missing_field", "unknown_field",
)  # fmt: skip


def test_the_files_of_the_demonstration_have_the_same_names_and_sizes(demonstrations: Twins) -> None:
    one, two = (sizes_of_files(twin.folder) for twin in demonstrations)

    assert one == two
    assert {"ledger.sqlite", "ledger.sqlite-wal", "keys/keystore.sqlite"} <= one.keys()


def sizes_of_files(folder: Path) -> dict[str, int]:
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def test_the_whole_database_differs_in_nothing_but_keyed_digests_of_what_the_pharmacist_sent(
    demonstrations: Twins,
) -> None:
    one, two = (list(rows_of(twin)) for twin in demonstrations)
    digests = {
        (mine[0], mine[1])
        for mine, yours in zip(one, two, strict=True)
        if mine != yours and mine[0] != "command_outcome"
    }

    assert digests == set()
    assert [row for row in one if row[0] != "command_outcome"] == [row for row in two if row[0] != "command_outcome"]
    assert sum(mine != yours for mine, yours in zip(one, two, strict=True)) == 30, "one for each dose"


def rows_of(twin: Twin) -> Iterator[tuple[object, ...]]:
    """Every row of every table; in this ideal form even the vault's are chance."""
    with closing(connect(twin.folder / LEDGER_FILE)) as file:
        tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        for table in tables:
            for row in file.execute(f"SELECT * FROM {table} ORDER BY rowid"):
                yield (table, *row)
