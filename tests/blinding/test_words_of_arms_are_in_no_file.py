"""After a whole run with the real ciphers no byte outside an opened vault holds a word that tells an arm.

Searched are every file of the store (database, write-ahead log, key store, locks), a backup made by the
database's own means, the log, everything that blinded roles can reach, what errors print with their causes, and
what objects show when printed; also after a process was killed in the middle of an allocation.

What it does not show: words are found as they are, in UTF-16, hexadecimal and base64, not compressed or
translated. Whoever types an arm into a free text or a source reference puts it there; the vault seals what was
given, not the source reference beside it. Memory and swap of the host are not searched.
"""

import json
import sqlite3
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from traceback import format_exception
from typing import Any, Final

import pytest
from rich.pretty import pretty_repr

from adapters.demo.director import TRIAL
from adapters.wiring import KEY_STORE_FILE, LEDGER_FILE
from compliance.envelope import Envelope, read_envelope
from compliance.histories import Histories
from compliance.inquire import Inquire
from domain import streams
from domain.allocation.facts import DisclosureRecorded, SlotDrawn
from domain.allocation.lists import SealedList
from domain.errors import InvalidInputError
from domain.record import Entry
from tests.architecture.tree import ROOT
from tests.blinding.canaries import ARMS, PRODUCTS, REAL, WORDS, files_of, found_in, words_in
from tests.blinding.killed_child import ALLOCATIONS
from tests.blinding.reach import LEDGERS, Circle, reached_in
from tests.blinding.twins import Twin, arms_of

CIRCLE: Final = Circle(
    ("u02", "u11", "u13", "u30"),
    ("u30", "u13"),
    ("u30", "u13"),
    ("u30", "u11"),
    (("show", "participant", "005"), ("show", "unblinding"), ("ledger", "tail", LEDGERS[0])),
)
KEYS: Final = Path("keys", KEY_STORE_FILE)


def vault_of(twin: Twin) -> list[Entry]:
    """The vault, opened by its own port."""
    return list(twin.store.ledger.page(streams.vault_ledger(TRIAL), limit=10_000))


def test_the_search_finds_words_where_they_are(sealed_for_real: Twin, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"xx" + json.dumps("wombatQUILLON").encode())
    (tmp_path / "b").write_bytes("Brindlewick".encode("utf-16"))
    (tmp_path / "c").write_bytes(b"Yarrowmoth".hex().upper().encode())
    (tmp_path / "Umberlynx").write_bytes(b"")
    opened = b"".join(
        str(getattr(e.fact, f)).encode() for e in vault_of(sealed_for_real) for f in FIELDS if hasattr(e.fact, f)
    )
    told_to = b"".join(str(arm).encode() for e in vault_of(sealed_for_real) for arm in labels(e))

    found = found_in(files_of(tmp_path))

    assert found == {"a": {"Wombatquillon"}, "b": {"Brindlewick"}, "c": {"Yarrowmoth"}, "Umberlynx": {"Umberlynx"}}
    assert all(words_in(b64encode(b"x" * offset + b"Zephyrkite-4417, more")) == {"Zephyrkite"} for offset in range(6))
    assert words_in(opened + told_to) == set(WORDS), "the run used every word"


FIELDS: Final = ("arm", "product", "lot")


def labels(entry: Entry) -> list[str]:
    return [listed.label for listed in getattr(entry.fact, "arms", ())]


@pytest.mark.requirement("E6-08", "EMA-06")
def test_i12_no_file_of_the_store_and_no_log_line_holds_a_word_of_an_arm(sealed_for_real: Twin) -> None:
    names = {name for name, _ in files_of(sealed_for_real.folder)}

    assert found_in([*files_of(sealed_for_real.folder), ("log", sealed_for_real.log_file.read_bytes())]) == {}
    assert {LEDGER_FILE, f"{LEDGER_FILE}-wal", KEYS.as_posix()} <= names


def test_i12_no_backup_of_database_or_key_store_holds_a_word_of_an_arm(sealed_for_real: Twin, tmp_path: Path) -> None:
    for file in (Path(LEDGER_FILE), KEYS):
        with (
            closing(sqlite3.connect(sealed_for_real.folder / file)) as source,
            closing(sqlite3.connect(tmp_path / file.name)) as to,
        ):
            source.backup(to)

    assert found_in(files_of(tmp_path)) == {}
    assert (tmp_path / LEDGER_FILE).stat().st_size > 1_000_000


@pytest.mark.requirement("E6-07", "E6-08", "EMA-06")
def test_nothing_that_blinded_roles_can_reach_holds_a_word_of_an_arm(sealed_for_real: Twin) -> None:
    reached = reached_in(sealed_for_real, CIRCLE)

    words = {channel: found_in(found.items()) for channel, found in reached.items()}
    assert {channel: found for channel, found in words.items() if found} == {}
    assert found_in(files_of(sealed_for_real.folder)) == {}


def test_no_object_shows_a_word_of_an_arm_when_it_is_printed(sealed_for_real: Twin) -> None:
    things = list(things_that_know_arms(sealed_for_real))

    assert {type(thing).__name__ for thing in things} >= {"Recorded", "SealedList", "Disclosure", "Envelope"}
    for thing in things:
        for text in (repr(thing), f"{thing}", pretty_repr(thing)):
            assert words_in(text.encode()) == set(), type(thing)


def things_that_know_arms(sealed_for_real: Twin) -> Iterator[Any]:
    store = sealed_for_real.store
    histories = Histories(store.ledger)
    for entry in vault_of(sealed_for_real):
        yield from (entry, entry.fact)
        if isinstance(entry.fact, SlotDrawn):
            history = histories.load(entry.frame.stream)
            assert isinstance(history.aggregate, SealedList)
            yield from (history, history.aggregate, history.aggregate.arm_of(entry.fact.allocation))
        if isinstance(entry.fact, DisclosureRecorded):
            known = entry.fact.recipient in sealed_for_real.doors.held
            reader = sealed_for_real.doors.identity(entry.fact.recipient if known else entry.body.actor)
            yield Inquire(store.ports).disclosure(reader, TRIAL, entry.fact.request)
    detail = {"participant": "001", "dose": 1, "product": PRODUCTS[0], "lot": "Zephyrkite-4417"}
    for command, payload in (
        ("declare_design", {"arms": list(ARMS), **BLOCKS}),
        ("record_treatment_detail", detail),
    ):
        read = envelope(command, payload)
        yield from (read, read.command)
    yield from (store, store.conduct, store.ports)


BLOCKS: Final[dict[str, Any]] = {"method": "permuted_blocks", "parameters": [{"name": "sizes", "values": ["3"]}]}


def envelope(command: str, payload: dict[str, Any]) -> Envelope:
    line = {"command": command, "command_id": "6f1ad1c8-8d70-4a31-9d1e-5a3a5d0d5a0e", "payload": payload}
    return read_envelope(json.dumps(line).encode())


@pytest.mark.parametrize(
    "payload",
    [
        {"arms": list(ARMS), "method": 3},
        {"arms": [*ARMS, {"arm": "Ox7glyph " * 9, "label": "Umberlynx"}], **BLOCKS},
        {"arms": [{"arm": "Ox7glyph", "label": "Brindlewick\0"}], **BLOCKS},
        {"arms": [{"arm": "Ox7glyph", "label": "Brindlewick" * 40}], **BLOCKS},
        {"arms": ["Ox7glyph"], **BLOCKS},
    ],
)
def test_an_error_about_the_arms_of_a_list_prints_none_of_their_words(payload: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        envelope("declare_design", payload)

    assert words_in("".join(format_exception(caught.value)).encode()) == set()


@pytest.mark.requirement("E6-08")
@pytest.mark.faults
def test_a_process_killed_while_it_allocates_leaves_no_word_of_an_arm(tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-m", "tests.blinding.killed_child", str(tmp_path)], cwd=ROOT, capture_output=True, check=False
    )

    assert child.returncode == -9, child.stderr.decode()
    assert found_in([("output", child.stdout + child.stderr), *files_of(tmp_path)]) == {}
    assert (tmp_path / "store" / f"{LEDGER_FILE}-wal").stat().st_size > 0
    with closing(Twin(tmp_path, REAL, anew=False).store) as store:
        assert len(arms_of(store.ledger)) == ALLOCATIONS - 1
        assert found_in(files_of(tmp_path)) == {}
