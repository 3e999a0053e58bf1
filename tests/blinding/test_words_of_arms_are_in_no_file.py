"""After a whole run with the real ciphers no byte outside an opened vault holds a word that tells an arm.

Searched are every file of the store (database, write-ahead log, key store, reports, locks), a backup made by the
database's own means, the log, everything that blinded roles can reach, and what errors print, causes included;
also after a process was killed in the middle of an allocation.

What it does not show: words are found as they are, in UTF-16, hexadecimal and base64, not compressed or
translated. Whoever types an arm into a free text or a source reference puts it there; the vault seals what was
given, not the source reference beside it. Memory and swap of the host are not searched.
"""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from pathlib import Path
from traceback import format_exception
from typing import Any, Final

import pytest
from rich.pretty import pretty_repr

from adapters.demo.director import TRIAL
from adapters.demo.people import INVESTIGATOR, LIST_MAKER, PHARMACIST
from adapters.wiring import KEY_STORE_FILE, LEDGER_FILE
from compliance.envelope import read_envelope
from compliance.histories import Histories
from domain import streams
from domain.errors import InvalidInputError, TrialproofError
from domain.randomisation import permuted_blocks
from tests.architecture.tree import ROOT
from tests.blinding.canaries import ARMS, GIVEN, REAL, WORDS, files_of, found_in, words_in
from tests.blinding.conftest import tell_demonstration
from tests.blinding.killed_child import ALLOCATIONS
from tests.blinding.mishaps import fail_everything
from tests.blinding.reach import LEDGERS, Circle, reached_in
from tests.blinding.twins import Twin, Watched

CIRCLE: Final = Circle(
    ("u02", "u11", "u13", "u30"),
    ("u30", "u13"),
    ("u30", "u11"),
    (("show", "participant", "005"), ("show", "unblinding"), ("ledger", "tail", LEDGERS[0]), ("doctor",)),
)
KEYS: Final = Path("keys", KEY_STORE_FILE)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Generator[Twin]:
    """The demonstration, told to the end, and then every command sent wrongly."""
    twin = Twin(tmp_path_factory.mktemp("canaries"), REAL)
    with closing(twin.store):
        tell_demonstration(twin)
        yield twin


def vault_in_words(twin: Twin) -> bytes:
    """The vault as its own port opens it."""
    entries = twin.store.ledger.page(streams.vault_ledger(TRIAL), limit=10_000)
    return b"".join(json.dumps([str(getattr(e.fact, f)) for f in e.fact.__struct_fields__]).encode() for e in entries)


def test_the_search_finds_the_words_where_they_are(told: Twin, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"xx" + json.dumps("wombatQUILLON").encode())
    (tmp_path / "b").write_bytes("Brindlewick".encode("utf-16"))
    (tmp_path / "Umberlynx").write_bytes(b"")

    found = found_in(files_of(tmp_path))

    assert found == {"a": {"Wombatquillon"}, "b": {"Brindlewick"}, "Umberlynx": {"Umberlynx"}}
    for offset in range(3):
        import base64

        assert words_in(base64.b64encode(b"x" * offset + b"Zephyrkite-4417 and more")) == {"Zephyrkite"}
    assert words_in(vault_in_words(told)) == {word for word in WORDS if word not in LABELS_ONLY}


LABELS_ONLY: Final[tuple[str, ...]] = ()


@pytest.mark.requirement("E6-08", "EMA-06")
def test_no_file_of_the_store_and_no_log_line_holds_a_word_of_an_arm(told: Twin) -> None:
    names = {name for name, _ in files_of(told.folder)}

    assert found_in(files_of(told.folder)) == {}
    assert {LEDGER_FILE, f"{LEDGER_FILE}-wal", KEYS.as_posix()} <= names
    assert found_in([("log", told.log_file.read_bytes())]) == {}


def test_no_backup_of_the_database_or_the_key_store_holds_a_word_of_an_arm(told: Twin, tmp_path: Path) -> None:
    for file in (Path(LEDGER_FILE), KEYS):
        with closing(sqlite3.connect(told.folder / file)) as source, closing(sqlite3.connect(tmp_path / file.name)) as to:
            source.backup(to)
            to.execute("VACUUM")

    assert found_in(files_of(tmp_path)) == {}


@pytest.mark.requirement("E6-07", "E6-08", "EMA-06")
def test_nothing_that_blinded_roles_can_reach_holds_a_word_of_an_arm(told: Twin) -> None:
    fail_everything(Watched(told), told.asked)

    reached = reached_in(told, CIRCLE)

    for channel, found in reached.items():
        assert found_in(found.items()) == {}, channel
    assert found_in(files_of(told.folder)) == {}


@pytest.mark.requirement("E6-08")
def test_a_killed_process_leaves_no_word_of_an_arm_in_any_file(tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-m", "tests.blinding.killed_child", str(tmp_path)], cwd=ROOT, capture_output=True, check=False
    )

    assert child.returncode == -9, child.stderr
    assert found_in([("output", child.stdout + child.stderr), *files_of(tmp_path)]) == {}
    assert (tmp_path / "store" / f"{LEDGER_FILE}-wal").stat().st_size > 0


def test_no_error_prints_a_word_of_an_arm_that_was_submitted() -> None:
    broken = (
        {"arms": list(ARMS), "block_sizes": "3"},
        {"arms": [*ARMS, {"arm": "Ox7glyph " * 9, "label": "Brindlewick\0"}], "block_sizes": [3]},
        {"arms": [{"arm": "Ox7glyph", "label": "Brindlewick" * 40}], "block_sizes": [3]},
        {"arms": [{"arm": "Ox7glyph", "label": "Brindlewick", "dose": 7}], "block_sizes": [3]},
    )
    for payload in broken:
        line = {"command": "seal_lists", "command_id": "6f1ad1c8-8d70-4a31-9d1e-5a3a5d0d5a0e", "payload": payload}
        with pytest.raises(InvalidInputError) as caught:
            read_envelope(json.dumps(line).encode())

        assert words_in("".join(format_exception(caught.value)).encode()) == set()
