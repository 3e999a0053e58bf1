"""`trialproof vault`: a ceremony with three officers, recovery with two, and the end of a participant's key."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import Result

from adapters.wiring import KEY_STORE_FILE, Sources, Store, open_store
from compliance import gate
from compliance.contexts import plain_context
from compliance.setup import ITSELF, NOBODY
from domain import streams
from domain.participant.facts import Allocated
from domain.people.roles import Role
from domain.ports import NewEntry
from tests.cli.invoking import TRIAL, Cli
from tests.cli.people import Office

OFFICERS = ("officer-01", "officer-02", "officer-03")
WHY = ("--reason", "The disk that held the root's wraps was lost.")


def in_store(cli: Cli, act: Callable[[Store], None]) -> None:
    with closing(open_store(cli.store, cli.key_file, Sources(seeded=True))) as store:
        act(store)


def hire(cli: Cli, role: Role, *people: str) -> None:
    def hired(store: Store) -> None:
        office = Office(store, cli.people)
        for person in ("admin-01", "admin-02", "lead-01"):
            office.identities[person] = office.log_in(person).identity
        for person in people:
            office.register(person)
            office.train(person)
            office.grant(person, role, requested_by="lead-01", sites=None, trial=TRIAL)
            office.enter(person, office.invite(person))
            office.verify(person, "admin-02")
            office.acknowledge(person)

    in_store(cli, hired)


def allocated(cli: Cli) -> None:
    """An allocation as it stands in a ledger; how it comes about is shown elsewhere."""

    def append(store: Store) -> None:
        ports, event, stream = store.ports, uuid4(), streams.participant(TRIAL, "001")
        root = "ab" * 32
        envelope = ports.seals.arm("A", trial=TRIAL, event_id=event, participant="001", list_root=root)
        fact = Allocated(
            envelope=envelope, list_root=root, randomisation_number="R-1", seed_commitment=root, stratum="SLE"
        )
        context = plain_context(
            ports,
            event=event,
            identity=ITSELF,
            person=NOBODY,
            role="none",
            authority=gate.of_the_product("a-test", 1),
            command_id=event,
            correlation=event,
            now=ports.clock(),
        )
        at = len(ports.ledger.stream(stream))
        ports.ledger.append([NewEntry(stream, context, fact)], expected={stream: at}, outcome=None)

    in_store(cli, append)


@pytest.fixture
def officers(cli: Cli) -> Cli:
    hire(cli, "unblinding_officer", *OFFICERS)
    return cli


def vault(cli: Cli, *words: str, person: str = "officer-01") -> Result:
    return cli("--json", "vault", *words, *cli.by(person))


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


def ceremony(cli: Cli, name: str = "parts", *more: str) -> list[Path]:
    return [Path(file) for file in told(vault(cli, "ceremony", "--out", str(cli.folder / name), *more))["files"]]


def spoil(cli: Cli) -> None:
    with closing(connect(cli.store / "keys" / KEY_STORE_FILE, isolation_level=None)) as file:
        file.execute("UPDATE wrapped_key SET wrapped = zeroblob(48) WHERE purpose = 'allocation'")


def parts(*files: Path) -> list[str]:
    return [word for file in files for word in ("--part", str(file))]


@pytest.mark.requirement("E6-08")
def test_a_ceremony_gives_each_officer_a_file_of_their_own_and_any_two_bring_a_lost_wrap_back(officers: Cli) -> None:
    allocated(officers)

    files = ceremony(officers)

    assert [json.loads(file.read_text())["officer"] for file in files] == list(OFFICERS)
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert told(vault(officers, "rewrap"))["rewrapped"] == 0, "the ceremony wrapped what came before"
    for two in ((files[0], files[1]), (files[2], files[0])):
        spoil(officers)
        found = told(vault(officers, "recover", *parts(*two), *WHY))
        assert (found["restored"], found["beyond"]) == (1, [])


def test_one_part_and_a_wrong_part_open_nothing_and_are_named(officers: Cli) -> None:
    allocated(officers)
    files = ceremony(officers)
    spoil(officers)
    wrong = officers.folder / "wrong.json"
    wrong.write_text(files[1].read_text().replace('"part": "', '"part": "00')[:-4])
    altered = officers.folder / "altered.json"
    altered.write_text(json.dumps(json.loads(files[1].read_text()) | {"part": "0" * 64}))
    before = officers.heads()

    for words, code, name in (
        (parts(files[0]), "escrow_parts_needed", "2"),
        (parts(files[0], wrong), "bad_escrow_part", "wrong.json"),
        (parts(files[0], altered), "wrong_escrow_part", "Part 2 of officer-02"),
    ):
        refused = vault(officers, "recover", *words, *WHY)
        error = json.loads(refused.stderr.splitlines()[-1])
        assert (refused.exit_code, error["error"]) == (3, code)
        assert name in json.dumps(error)
    assert officers.heads() == before


def test_where_nothing_is_lost_nothing_is_opened(officers: Cli) -> None:
    allocated(officers)
    files = ceremony(officers)
    before = officers.heads()["trial:" + TRIAL]

    assert told(vault(officers, "recover", *parts(*files[:2]), *WHY))["restored"] == 0
    assert officers.heads()["trial:" + TRIAL] == before


def test_a_second_ceremony_takes_a_reason_and_leaves_no_file_without_one(officers: Cli) -> None:
    first = ceremony(officers)
    again = officers.folder / "again"

    assert vault(officers, "ceremony", "--out", str(again)).exit_code == 4
    assert list(again.iterdir()) == []

    second = ceremony(officers, "again", "--reason", "An officer left and handed the part back.")
    assert json.loads(second[0].read_text())["public_key"] != json.loads(first[0].read_text())["public_key"]


def test_parts_are_never_written_over_others(officers: Cli) -> None:
    files = ceremony(officers)
    before = [file.read_bytes() for file in files]

    refused = vault(officers, "ceremony", "--out", str(files[0].parent), "--reason", "An officer left the trial team.")

    assert refused.exit_code == 7
    assert [file.read_bytes() for file in files] == before


def test_without_three_officers_there_is_no_ceremony(cli: Cli) -> None:
    hire(cli, "unblinding_officer", *OFFICERS[:2])

    refused = vault(cli, "ceremony", "--out", str(cli.folder / "parts"))

    assert json.loads(refused.stderr.splitlines()[-1])["error"] == "officers_incomplete"
    assert not (cli.folder / "parts").exists()


def test_who_is_no_officer_neither_wraps_nor_opens(officers: Cli) -> None:
    ceremony(officers)

    assert vault(officers, "rewrap", person="sponsor-01").exit_code == 4
    assert vault(officers, "ceremony", "--out", str(officers.folder / "x"), person="sponsor-01").exit_code == 4


def test_a_participants_key_is_ordered_and_destroyed_in_one_step_and_an_order_left_over_is_finished(cli: Cli) -> None:
    hire(cli, "key_custodian", "keeper")
    why = ("--reason", "The participant asked for erasure in writing.")

    first = told(vault(cli, "destroy-key", "001", *why, person="keeper"))
    again = vault(cli, "destroy-key", "001", *why, person="keeper")
    finished = told(vault(cli, "destroy-key", person="keeper"))

    assert (first["destroyed"], again.exit_code, finished["destroyed"]) == (1, 4, 0)
    assert vault(cli, "destroy-key", person="sponsor-01").exit_code == 4


def test_an_officer_prints_the_custody_log(officers: Cli) -> None:
    allocated(officers)
    ceremony(officers)

    words = ("report", "custody-log", *officers.by("officer-02"), "--purpose", "Visit", "--out", str(officers.folder))
    found = told(officers("--json", *words))

    assert "0 keys of 1 allocation without escrow" in found["answer"]


def test_a_part_that_is_not_there_is_not_found(officers: Cli) -> None:
    ceremony(officers)

    assert vault(officers, "recover", *parts(Path("nowhere.json"), Path("nowhere.json")), *WHY).exit_code == 6
